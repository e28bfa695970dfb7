// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kCookie =
    S("l\0\x0b\0\0\0\x12\0\x10\0\0\0MIT-MAGIC-COOKIE-1\0\0") + std::string(16, 'c');
const std::string kBare = S("B\0\0\x0b\0\0\0\0\0\0\0\0");
const std::string kOther = S("l\0\x0b\0\0\0\x13\0\x18\0\0\0XDM-AUTHORIZATION-1\0");
const std::string kAnswer = S("\1\0\x0b\0\0\0\x10\0") + std::string(64, 'a');

TEST(X11Test, Probes) {
  CheckProbe(&ProbeX11, {{"Cookie", kCookie, Verdict::kMatch},
                         {"Bare", kBare, Verdict::kMatch},
                         {"Other", kOther, Verdict::kNotMine},
                         {"Text", "l\n", Verdict::kNotMine},
                         {"Version", S("B\0\0\x0a\0\0\0\0\0\0\0\0"), Verdict::kNotMine},
                         {"Answer", kAnswer, Verdict::kNotMine}});
  CheckProbe(&ProbeX11Port, {{"Other", kOther, Verdict::kMatch},
                             {"Answer", kAnswer, Verdict::kMatch},
                             {"Big answer", S("\0\5\0\x0b\0\0\0\2Hello"), Verdict::kMatch},
                             {"Version", S("\1\0\x0c\0\0\0"), Verdict::kNotMine}});
}

TEST(X11Test, Version) {
  const Result result =
      CheckEveryCut({{kClient, kCookie}, {kServer, kAnswer}}, {.server_port = 6010});
  EXPECT_THAT(result.protocols, ElementsAre("x11"));
  EXPECT_THAT(result.facts, ElementsAre("x11_version=11.0"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_THAT(CheckEveryCut({{kClient, kBare}}, {.server_port = 6000}).facts,
              ElementsAre("x11_version=11.0"));
}

}  // namespace
}  // namespace rustnet::net
