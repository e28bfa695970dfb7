// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(CoapTest, CodeAndPath) {
  const std::string get =
      S("\x41\1\0\1t\xb3"
        "foo\x03"
        "bar");
  CheckProbe(&ProbeCoap, {{"Get", get, Verdict::kMatch},
                          {"Version 2", "\x81", Verdict::kNotMine},
                          {"Code", S("\x41\x60\0\1"), Verdict::kNotMine}});
  const Result result =
      Feed({{kClient, get}, {kServer, S("\x61\x45\0\1t\xffhello")}}, OnPort(5683));
  EXPECT_THAT(result.protocols, ElementsAre("coap"));
  EXPECT_THAT(result.facts, ElementsAre("coap_code=0.01", "coap_path=/foo/bar", "coap_code=2.05"));
}

TEST(CoapTest, OverTcp) {
  const std::string capabilities = S("\x30\xe1\x22\4\x80");
  const std::string get =
      S("\x41\1t\xb3"
        "foo");
  CheckProbe(&ProbeCoapTcp, {{"Empty", S("\0\xe1"), Verdict::kMatch},
                             {"Size", capabilities, Verdict::kMatch},
                             {"Get", get, Verdict::kNotMine},
                             {"Option", S("\x30\xe1\xb2"), Verdict::kNotMine}});
  const Result result = CheckEverySegmentation(
      {{kClient, capabilities + get}, {kServer, S("\0\xe1\x61\x45t\xffhello")}},
      {.server_port = 5683});
  EXPECT_THAT(result.protocols, ElementsAre("coap"));
  EXPECT_THAT(result.facts,
              ElementsAre("coap_code=7.01", "coap_code=0.01", "coap_path=/foo", "coap_code=2.05"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
