// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Pdu(const std::string& opcode, const std::string& data) {
  return opcode + S("\x87\0\0\0") + U24(data.size()) + std::string(40, '\1') + data +
         std::string((4 - data.size() % 4) % 4, '\0');
}

const std::string kLogin =
    Pdu("\x43", S("InitiatorName=iqn.1993-08.org.debian:01:ab\0SessionType=Normal\0"
                  "TargetName=iqn.2003-01.org.example:disk\0AuthMethod=CHAP,None\0"));

TEST(IscsiTest, Names) {
  CheckProbe(&ProbeIscsi, {{"Login", kLogin, Verdict::kMatch},
                           {"Other text", Pdu("\x43", "CHAP_N=initiator"), Verdict::kNotMine},
                           {"Flags", S("\x43\x90"), Verdict::kNotMine},
                           {"Version", S("\x43\x87\1\0"), Verdict::kNotMine},
                           {"Opcode", S("\1\x87"), Verdict::kNotMine}});
  const Result result =
      CheckEveryCut({{kClient, kLogin},
                     {kServer, Pdu("#", S("TargetPortalGroupTag=1\0AuthMethod=None\0"))},
                     {kClient, Pdu("\x04", S("SendTargets=All\0"))},
                     {kServer, Pdu("\x24", S("TargetName=iqn.2003-01.org.example:tape\0"
                                             "TargetAddress=192.0.2.1:3260,1\0"))}},
                    {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("iscsi"));
  EXPECT_THAT(result.facts, ElementsAre("iscsi_initiator=iqn.1993-08.org.debian:01:ab",
                                        "iscsi_target=iqn.2003-01.org.example:disk",
                                        "iscsi_target=iqn.2003-01.org.example:tape"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
