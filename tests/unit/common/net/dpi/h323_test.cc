// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Q931(const std::string& type, const std::string& elements) {
  return S("\3\0") + U16(4 + 4 + type.size() + elements.size()) + S("\x08\2\x12\x34") + type +
         elements;
}

const std::string kSetup = Q931("\5", S("\4\3\x88\x93\xa5\x7e\0\4\5 \xa8\6"));

TEST(H323Test, Call) {
  CheckProbe(&ProbeH323, {{"Setup", kSetup, Verdict::kMatch},
                          {"Type", Q931("\x20", ""), Verdict::kNotMine},
                          {"Keepalive", S("\3\0\0\4"), Verdict::kNotMine},
                          {"RDP", S("\3\0\0\x13\x0e\xe0"), Verdict::kNotMine},
                          {"Reference", S("\3\0\0\x13\x08\1"), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kSetup},
                     {kServer, Q931("\2", "") + Q931("\1", "") + Q931("\7", "")},
                     {kClient, S("\3\0\0\4") + Q931("\x5a", S("\x08\2\x80\x90"))}},
                    {.server_port = 1720});
  EXPECT_THAT(result.protocols, ElementsAre("h323"));
  EXPECT_THAT(result.facts, ElementsAre("h323_message=setup", "h323_message=call_proceeding",
                                        "h323_message=alerting", "h323_message=connect",
                                        "h323_message=release_complete"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(H323Test, Registration) {
  const std::string identifier = S("\6\0\x08\x91\x4a\0\4");
  const std::string request = S("\0\0\0\1") + identifier + S("\0\x0a\0\0\1\6\xb7");
  const std::string confirm = S("\4\x80\0\1") + identifier + S("\0\x0a\0\0\2\6\xb7");
  const std::string admission = S("\x26\x90\0\2\x40\4");
  CheckProbe(&ProbeH323Ras, {{"Request", request, Verdict::kMatch},
                             {"Confirm", confirm, Verdict::kMatch},
                             {"Admission", admission, Verdict::kNotMine},
                             {"Identifier", S("\0\0\0\1\6\0\x08\x91\x4b"), Verdict::kNotMine},
                             {"Version", S("\0\0\0\1\6\0\x08\x91\x4a\0\0"), Verdict::kNotMine}});
  const Result result =
      Feed({{kClient, request}, {kServer, confirm}, {kClient, admission}}, OnPort(4711));
  EXPECT_THAT(result.protocols, ElementsAre("h323"));
  EXPECT_THAT(result.facts,
              ElementsAre("h323_message=gatekeeper_request", "h323_message=gatekeeper_confirm",
                          "h323_message=admission_request"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
