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
  CheckProbe(&ProbeIscsiPort,
             {{"Login", kLogin, Verdict::kMatch},
              {"Other text", Pdu("\x43", S("AuthMethod=None\0")), Verdict::kMatch},
              {"Command", S("\1\xc1\0\0\0\0\0\0") + std::string(40, '\1'), Verdict::kMatch},
              {"Nop", S("\x40\x80\0\0\0\0\0\0") + std::string(40, '\1'), Verdict::kMatch},
              {"Zeroes", std::string(48, '\0'), Verdict::kNotMine},
              {"Flags", S("\1\x90"), Verdict::kNotMine},
              {"Stage", S("\x43\x8c"), Verdict::kNotMine},
              {"Immediate answer", S("\x60\x80"), Verdict::kNotMine},
              {"Reserved", S("\0\x80\1\0"), Verdict::kNotMine}});
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

TEST(IscsiTest, OtherKeysFirst) {
  const std::string login =
      Pdu("\x43", S("SessionType=Normal\0InitiatorName=iqn.1998-01.com.vmware:a\0"));
  const Result result = CheckEveryCut(
      {{kClient, login}, {kServer, Pdu("#", S("AuthMethod=None\0"))}}, {.server_port = 3260});
  EXPECT_THAT(result.protocols, ElementsAre("iscsi"));
  EXPECT_THAT(result.facts, ElementsAre("iscsi_initiator=iqn.1998-01.com.vmware:a"));
}

}  // namespace
}  // namespace rustnet::net
