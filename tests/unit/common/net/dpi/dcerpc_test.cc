// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Pdu(char type, size_t size = 24) {
  return S("\5\0") + type + S("\3\x10\0\0\0") + static_cast<char>(size) + S("\0\0\0\1\0\0\0") +
         std::string(size - 16, 'b');
}

TEST(DcerpcTest, Types) {
  CheckProbe(&ProbeDcerpc, {{"Bind", Pdu(11), Verdict::kMatch},
                            {"Type", Pdu(20), Verdict::kNotMine},
                            {"SOCKS", S("\5\1\0"), Verdict::kNeedMore},
                            {"SOCKS, longer", S("\5\1\0\1\x7f\0\0\1\0\x50"), Verdict::kNotMine}});
  const Result result = CheckEveryCut({{kClient, Pdu(11)}, {kServer, Pdu(12)}, {kClient, Pdu(0)}},
                                      {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("dcerpc"));
  EXPECT_THAT(result.facts,
              ElementsAre("dcerpc_type=bind", "dcerpc_type=bind_ack", "dcerpc_type=request"));
}

TEST(DcerpcTest, Datagrams) {
  const auto datagram = [](char type, const std::string& body) {
    return S("\4") + type + S("\x08\0\x10\0\0\0") + std::string(66, 'n') +
           static_cast<char>(body.size()) + S("\0\0\0\0\0") + body;
  };
  CheckProbe(&ProbeDcerpcDatagram, {{"Request", datagram(0, "body"), Verdict::kMatch},
                                    {"Ping", datagram(1, ""), Verdict::kMatch},
                                    {"Longer", datagram(0, "body") + "x", Verdict::kNotMine},
                                    {"Bind", datagram(11, "body"), Verdict::kNotMine},
                                    {"Version 5", S("\5\0"), Verdict::kNotMine},
                                    {"Zeros", "\4" + std::string(79, '\0'), Verdict::kNotMine}});
  const Result result =
      Feed({{kClient, datagram(0, "body")}, {kServer, datagram(2, "answer")}}, OnPort(4711));
  EXPECT_THAT(result.protocols, ElementsAre("dcerpc"));
  EXPECT_THAT(result.facts, ElementsAre("dcerpc_type=request", "dcerpc_type=response"));
  CheckTruncations(datagram(0, "body"), 4711, 0);
}

}  // namespace
}  // namespace rustnet::net
