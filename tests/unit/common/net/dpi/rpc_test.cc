// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string U32(size_t n) { return U16(n >> 16) + U16(n & 0xffff); }
const std::string kCall =
    "id__" + U32(0) + U32(2) + U32(100003) + U32(3) + U32(1) + U32(0) + U32(0) + U32(0) + U32(0);
const std::string kReply = "id__" + U32(1) + U32(0) + U32(0) + U32(0) + U32(0);
std::string Record(const std::string& message) {
  return U32(0x80000000 | message.size()) + message;
}

TEST(RpcTest, ProgramVersionProcedure) {
  CheckProbe(&ProbeRpc, {{"Call", kCall, Verdict::kMatch},
                         {"Reply", kReply, Verdict::kNotMine},
                         {"RPC 3", "id__" + U32(0) + U32(3), Verdict::kNotMine}});
  CheckProbe(&ProbeRpcPort, {{"Call", kCall, Verdict::kMatch}, {"Reply", kReply, Verdict::kMatch}});
  CheckProbe(&ProbeRpcTcp,
             {{"Call", Record(kCall), Verdict::kMatch}, {"No mark", kCall, Verdict::kNotMine}});
  CheckProbe(&ProbeRpcTcpPort, {{"Reply", Record(kReply), Verdict::kMatch}});
  const Result udp = Feed({{kClient, kCall}, {kServer, kReply}}, OnPort(4711));
  EXPECT_THAT(udp.protocols, ElementsAre("rpc"));
  EXPECT_THAT(udp.facts, ElementsAre("rpc_program=100003", "rpc_version=3", "rpc_procedure=1"));
  EXPECT_EQ(udp.evidence, Evidence::kHandshake);
  const Result tcp =
      CheckEveryCut({{kClient, Record(kCall)}, {kServer, Record(kReply)}}, {.server_port = 4711});
  EXPECT_EQ(tcp.facts, udp.facts);
  CheckTruncations(kCall, 4711, 3);
}

// Section 11: not the last fragment of its record.
TEST(RpcTest, AFragmentFirst) {
  const std::string fragment = U32(kCall.size()) + kCall;
  CheckProbe(&ProbeRpcTcp, {{"Fragment", fragment, Verdict::kNotMine}});
  CheckProbe(&ProbeRpcTcpPort, {{"Fragment", fragment, Verdict::kMatch},
                                {"Short", U32(8) + kCall, Verdict::kNotMine}});
  EXPECT_THAT(
      CheckEverySegmentation({{kClient, fragment + Record("rest")}}, {.server_port = 2049}).facts,
      ElementsAre("rpc_program=100003", "rpc_version=3", "rpc_procedure=1"));
}

}  // namespace
}  // namespace rustnet::net
