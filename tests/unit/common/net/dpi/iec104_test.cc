// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kStart = S("\x68\4\7\0\0\0");
const std::string kConfirm = S("\x68\4\x0b\0\0\0");
const std::string kSupervise = S("\x68\4\1\0\2\0");
const std::string kInterrogate = S("\x68\x0e\0\0\0\0\x64\1\6\0\1\0\0\0\0\x14");

TEST(Iec104Test, FormsAndTypes) {
  CheckProbe(&ProbeIec104, {{"Start", kStart, Verdict::kMatch},
                            {"Control", S("\x68\4\xff\0\0\0"), Verdict::kNotMine},
                            {"Data", kInterrogate, Verdict::kNotMine}});
  CheckProbe(&ProbeIec104Port, {{"Start", kStart, Verdict::kMatch},
                                {"Data", kInterrogate, Verdict::kMatch},
                                {"Supervise", kSupervise, Verdict::kMatch},
                                {"Text", "hello", Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kStart}, {kServer, kConfirm}, {kClient, kInterrogate + kSupervise}},
                    {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("iec104"));
  EXPECT_THAT(result.facts, ElementsAre("iec104_type=100"));
}

}  // namespace
}  // namespace rustnet::net
