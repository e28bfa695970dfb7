// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Setting kOdd{.server_port = 2323};
const Setting kPort23{.server_port = 23};

TEST(TelnetTest, Probes) {
  CheckProbe(&ProbeTelnet, {{"Two", S("\xff\xfd\x18\xff\xfd\x20"), Verdict::kMatch},
                            {"One", S("\xff\xfd\x18"), Verdict::kNeedMore},
                            {"Unknown option", S("\xff\xfd\x77\xff\xfd\x20"), Verdict::kNotMine},
                            {"JPEG", S("\xff\xd8\xff\xe0"), Verdict::kNotMine}});
  CheckProbe(&ProbeTelnetPort, {{"One", S("\xff\xfb\x01"), Verdict::kMatch},
                                {"Behind text", S("login: \xff\xfb\x01"), Verdict::kMatch},
                                {"Text", "login: ", Verdict::kNeedMore},
                                {"TLS", S("\x16\x03\x01\x02"), Verdict::kNotMine}});
}

TEST(TelnetTest, TheTerminalAndNothingTyped) {
  const Result result = CheckEveryCut({{kServer, S("\xff\xfd\x18\xff\xfb\x01login: ")},
                                       {kClient, S("\xff\xfb\x18\xff\xfd\x01root\r\n")},
                                       {kServer, S("\xff\xfa\x18\x01\xff\xf0")},
                                       {kClient, S("\xff\xfa\x18\0xterm\xff\xf0hunter2\r\n")}},
                                      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("telnet"));
  EXPECT_THAT(result.facts, ElementsAre("telnet_terminal=xterm"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_FALSE(result.wants_more);
}

TEST(TelnetTest, EndsByItself) {
  const Result result =
      Feed({{kServer, S("\xff\xfd\x18")}, {kServer, std::string(5000, 'x')}}, kPort23);
  EXPECT_THAT(result.protocols, ElementsAre("telnet"));
  EXPECT_FALSE(result.wants_more);
  EXPECT_THAT(Feed({{kServer, std::string(5000, 'x')}}, kPort23).protocols, IsEmpty());
}

}  // namespace
}  // namespace rustnet::net
