// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string NetbiosName(std::string name, char suffix) {
  name.resize(15, ' ');
  name += suffix;
  std::string encoded = " ";  // a length of 32
  for (const char c : name) {
    encoded += static_cast<char>('A' + (static_cast<uint8_t>(c) >> 4));
    encoded += static_cast<char>('A' + (c & 0xf));
  }
  return encoded + '\0';
}

TEST(NetbiosTest, NameService) {
  const auto query = [](const std::string& name, size_t type) {
    return S("\x12\x34\x01\x10\0\1\0\0\0\0\0\0") + name + U16(type) + U16(1);
  };
  const std::string workgroup = query(NetbiosName("WORKGROUP", '\x1d'), 32);
  const std::string browser = query(NetbiosName(S("\1\2__MSBROWSE__\2"), '\1'), 32);
  CheckProbe(&ProbeNetbiosNs, {{"Query", workgroup, Verdict::kMatch},
                               {"Status", query(NetbiosName("*", '\0'), 33), Verdict::kMatch},
                               {"DNS",
                                query(S("\x07"
                                        "example\x03"
                                        "com\0"),
                                      32),
                                Verdict::kNotMine},
                               {"Type", query(NetbiosName("X", '\0'), 1), Verdict::kNotMine}});
  const Result result = Feed({{kClient, workgroup}, {kClient, browser}}, OnPort(137));
  EXPECT_THAT(result.protocols, ElementsAre("netbios-ns"));
  EXPECT_THAT(result.facts, ElementsAre("netbios_name=WORKGROUP"));
  const std::string answer = S("\x12\x34\x85\0\0\0\0\1\0\0\0\0") + NetbiosName("SERVER", ' ') +
                             U16(32) + U16(1) + U16(0) + U16(60) + U16(6) + S("\0\0\x0a\0\0\1");
  EXPECT_THAT(Feed({{kServer, answer}}, OnPort(137)).facts, ElementsAre("netbios_name=SERVER"));
  CheckTruncations(answer, 137, 1);
}

TEST(NetbiosTest, DatagramService) {
  const std::string datagram = S("\x11\x0e\0\1\x0a\0\0\1\0\x8a\0\x50\0\0") +
                               NetbiosName("DESK", '\0') + NetbiosName("GROUP", '\x1e') + "data";
  CheckProbe(&ProbeNetbiosDgm,
             {{"Group", datagram, Verdict::kMatch},
              {"Other", S("\x17\0"), Verdict::kNotMine},
              {"Error", S("\x13\2\0\1\x0a\0\0\1\0\x8a\x82"), Verdict::kMatch},
              {"DTLS", S("\x16\xfe\xff\0\0\0\0"), Verdict::kNotMine},
              {"No name", S("\x14\2\0\1\x0a\0\0\1\0\x8aname"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, datagram}}, OnPort(138)).facts, ElementsAre("netbios_name=DESK"));
  CheckTruncations(datagram, 138, 1);
}

// [MS-MAIL]: what browsers announce stands in a transaction of SMB 1.
TEST(NetbiosTest, SmbInADatagram) {
  const std::string datagram = S("\x11\x0e\0\1\x0a\0\0\1\0\x8a\0\x50\0\0") +
                               NetbiosName("DESK", '\0') + NetbiosName("GROUP", '\x1e') +
                               "\xffSMB\x25";
  const Result result = Feed({{kClient, datagram}}, OnPort(138));
  EXPECT_THAT(result.protocols, ElementsAre("netbios-dgm", "smb"));
  EXPECT_THAT(result.facts, ElementsAre("netbios_name=DESK", "smb_version=1"));
  CheckTruncations(datagram, 138, 2);
}

}  // namespace
}  // namespace rustnet::net
