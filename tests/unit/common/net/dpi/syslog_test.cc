// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string kOld = "<34>Oct 11 22:14:15 host su: failed";
const std::string kNew = "<165>1 2003-10-11T22:14:15.003Z host app - ID47 - hello";

TEST(SyslogTest, Probes) {
  CheckProbe(&ProbeSyslog, {{"RFC 3164", kOld, Verdict::kMatch},
                            {"RFC 5424", kNew, Verdict::kMatch},
                            {"No time", "<34>1 - host app", Verdict::kMatch},
                            {"Priority alone", "<34>hello", Verdict::kNotMine},
                            {"Priority", "<192>Oct 11 22:14:15 x", Verdict::kNotMine},
                            {"XML", "<a>b</a>", Verdict::kNotMine}});
  CheckProbe(&ProbeSyslogPort, {{"Priority alone", "<34>hello", Verdict::kMatch},
                                {"Time alone", "Oct 11 22:14:15 host x", Verdict::kMatch},
                                {"Neither", "hello", Verdict::kNotMine}});
  CheckProbe(&ProbeSyslogTcp, {{"Counted", "56 " + kNew, Verdict::kMatch},
                               {"Lines", kOld + "\n", Verdict::kMatch},
                               {"Count of what", "56 hello", Verdict::kNotMine}});
}

TEST(SyslogTest, FacilityAndSeverity) {
  const Result result = Feed({{kClient, kOld}, {kClient, kNew}}, OnPort(5514));
  EXPECT_THAT(result.protocols, ElementsAre("syslog"));
  EXPECT_THAT(result.facts, ElementsAre("syslog_facility=auth", "syslog_severity=crit",
                                        "syslog_facility=local4", "syslog_severity=notice"));
  CheckTruncations(kNew, 514, 2);
  EXPECT_THAT(Feed({{kClient, "hello"}}, OnPort(514)).protocols, IsEmpty());
}

TEST(SyslogTest, Stream) {
  EXPECT_THAT(CheckEveryCut({{kClient, kOld + "\n55 " + kNew + "\n"}}, {.server_port = 514}).facts,
              ElementsAre("syslog_facility=auth", "syslog_severity=crit", "syslog_facility=local4",
                          "syslog_severity=notice"));
}

}  // namespace
}  // namespace rustnet::net
