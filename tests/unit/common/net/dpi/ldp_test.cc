// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Pdu(const std::string& messages) {
  return S("\0\1") + U16(messages.size() + 6) + S("\x0a\0\0\1\0\0") + messages;
}

std::string Message(size_t type, const std::string& parameters) {
  return U16(type) + U16(parameters.size() + 4) + S("\0\0\0\7") + parameters;
}

const std::string kHello = Pdu(Message(0x100, S("\4\0\0\4\0\x0f\0\0")));
const std::string kInitialization = Pdu(Message(0x200, std::string(18, '\1')));

TEST(LdpTest, Hello) {
  CheckProbe(&ProbeLdp, {{"Hello", kHello, Verdict::kMatch},
                         {"Version", S("\0\2\0\x1e"), Verdict::kNotMine},
                         {"Type", Pdu(Message(0x101, "")), Verdict::kNotMine},
                         {"Length", S("\0\1\0\x0e\1\1\1\1\0\0\1\0\0\5"), Verdict::kNotMine},
                         {"Router", S("\0\1\0\x0e\0\0\0\0"), Verdict::kNotMine}});
  const Result result = Feed({{kClient, kHello}}, OnPort(646));
  EXPECT_THAT(result.protocols, ElementsAre("ldp"));
  EXPECT_THAT(result.facts, ElementsAre("ldp_message=hello"));
  CheckTruncations(kHello, 646, 1);
}

TEST(LdpTest, SessionOverTcp) {
  const Result result = CheckEveryCut(
      {{kClient, kInitialization},
       {kServer, kInitialization + Pdu(Message(0x201, ""))},
       {kClient, Pdu(Message(0x300, std::string(6, '\1')) + Message(0x400, "labels"))}},
      {.server_port = 646});
  EXPECT_THAT(result.protocols, ElementsAre("ldp"));
  EXPECT_THAT(result.facts, ElementsAre("ldp_message=initialization", "ldp_message=keepalive",
                                        "ldp_message=address", "ldp_message=label_mapping"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
