// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Frame(const std::string& message) { return S("\0") + U24(message.size()) + message; }
std::string Smb2(char command, bool answer, const std::string& body) {
  return "\xfeSMB" + S("\x40\0\0\0\0\0\0\0") + command + S("\0\0\0") + static_cast<char>(answer) +
         S("\0\0\0") + std::string(44, '\0') + body;
}
const std::string kCall = S("\x81\0\0\x44\x20") + std::string(67, 'C');
const std::string kYes = S("\x82\0\0\0");
const std::string kAsk1 = Frame("\xffSMB\x72" + std::string(27, '\0') + S("\0\0\0"));
const std::string kAnswer2 = Frame(Smb2(0, true, S("\x41\0\1\0\x11\3") + std::string(60, 'x')));
const std::string kBind = S("\5\0\x0b\3\x10\0\0\0\x18\0\0\0\1\0\0\0") + std::string(8, 'b');
const std::string kWrite = Frame(Smb2(9, false, S("\x31\0\x70\0") + std::string(44, 'w') + kBind));

TEST(SmbTest, VersionsAndDialect) {
  CheckProbe(&ProbeNetbiosSsn, {{"Call", kCall, Verdict::kMatch},
                                {"SMB 1", kAsk1, Verdict::kMatch},
                                {"SMB 2", kAnswer2, Verdict::kMatch},
                                {"Other", Frame(std::string(40, 'x')), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kCall}, {kServer, kYes}, {kClient, kAsk1}, {kServer, kAnswer2}},
                    {.server_port = 139});
  EXPECT_THAT(result.protocols, ElementsAre("netbios-ssn", "smb"));
  EXPECT_THAT(result.facts, ElementsAre("smb_version=1", "smb_version=2", "smb_dialect=3.1.1"));
}

TEST(SmbTest, APipeCarriesDceRpc) {
  const Result result =
      CheckEveryCut({{kServer, kAnswer2}, {kClient, kWrite + kWrite}}, {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("netbios-ssn", "smb", "dcerpc"));
  EXPECT_THAT(result.facts, testing::Contains("dcerpc_type=bind"));
}

TEST(SmbTest, SealedIsVersion3) {
  const std::string sealed = Frame("\xfdSMB" + std::string(48, 's') + std::string(60, 'x'));
  EXPECT_THAT(CheckEveryCut({{kClient, sealed}}, {.server_port = 445}).facts,
              ElementsAre("smb_version=2"));
}

TEST(SmbTest, WhatASessionIsKeptAliveWith) {
  const std::string alive = S("\x85\0\0\0");
  CheckProbe(&ProbeNetbiosSsnPort, {{"Alive", alive, Verdict::kMatch},
                                    {"Refused", S("\x83\0\0\1\x82"), Verdict::kMatch},
                                    {"Accepted", kYes, Verdict::kMatch},
                                    {"SMB 2", kAnswer2, Verdict::kMatch},
                                    {"Longer", S("\x85\0\0\1"), Verdict::kNotMine},
                                    {"Cassandra", S("\x85\0\0\0\6\0\0\0\x38"), Verdict::kNotMine},
                                    {"Reason", S("\x83\0\0\1\x22"), Verdict::kNotMine}});
  EXPECT_THAT(
      CheckEverySegmentation({{kClient, alive}, {kServer, alive}}, {.server_port = 445}).protocols,
      ElementsAre("netbios-ssn"));
  EXPECT_TRUE(Feed({{kClient, alive}}, {.server_port = 4711}).protocols.empty());
}

}  // namespace
}  // namespace rustnet::net
