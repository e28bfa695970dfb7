// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Ber(int tag, const std::string& body) {
  return static_cast<char>(tag) + std::string(1, static_cast<char>(body.size())) + body;
}
std::string Name(const std::vector<std::string>& parts) {
  std::string list;
  for (const std::string& part : parts) list += Ber(0x1b, part);
  return Ber(0x30, Ber(0xa0, S("\2\1\1")) + Ber(0xa1, Ber(0x30, list)));
}
const std::string kBody =
    Ber(0x30, Ber(0xa0, Ber(3, "flags")) + Ber(0xa1, Name({"alice"})) +
                  Ber(0xa2, Ber(0x1b, "EXAMPLE.COM")) + Ber(0xa3, Name({"krbtgt", "EXAMPLE"})));
const std::string kAsReq =
    Ber(0x6a, Ber(0x30, Ber(0xa1, S("\2\1\5")) + Ber(0xa2, S("\2\1\x0a")) + Ber(0xa4, kBody)));
const std::string kError =
    Ber(0x7e, Ber(0x30, Ber(0xa0, S("\2\1\5")) + Ber(0xa1, S("\2\1\x1e")) +
                            Ber(0xa6, S("\2\1\x19")) + Ber(0xa9, Ber(0x1b, "EXAMPLE.COM"))));
std::string Framed(const std::string& message) { return S("\0\0") + U16(message.size()) + message; }

TEST(KerberosTest, NamesRealmsErrors) {
  CheckProbe(&ProbeKerberos, {{"AS-REQ", kAsReq, Verdict::kMatch},
                              {"Error", kError, Verdict::kMatch},
                              {"Version 4", S("\x6a\x20\x30\x1e\xa1\3\2\1\4"), Verdict::kNotMine},
                              {"SNMP", S("\x30\x1a\2\1\1"), Verdict::kNotMine}});
  CheckProbe(&ProbeKerberosTcp, {{"AS-REQ", Framed(kAsReq), Verdict::kMatch},
                                 {"Nothing like it", "GET /", Verdict::kNotMine}});
  const Result udp = Feed({{kClient, kAsReq}, {kServer, kError}}, OnPort(88));
  EXPECT_THAT(udp.protocols, ElementsAre("kerberos"));
  EXPECT_THAT(udp.facts,
              ElementsAre("krb_message=as_req", "krb_cname=alice", "krb_realm=EXAMPLE.COM",
                          "krb_sname=krbtgt/EXAMPLE", "krb_message=error", "krb_error=25"));
  const Result tcp =
      CheckEveryCut({{kClient, Framed(kAsReq)}, {kServer, Framed(kError)}}, {.server_port = 4711});
  EXPECT_EQ(tcp.facts, udp.facts);
  CheckTruncations(kAsReq, 88, 4);
}

}  // namespace
}  // namespace rustnet::net
