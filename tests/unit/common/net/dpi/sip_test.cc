// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kInvite =
    "INVITE sip:bob@example.org SIP/2.0\r\nVia: SIP/2.0/TCP a\r\nUser-Agent: Phone 1\r\n"
    "Authorization: Digest response=\"secret\"\r\nl: 13\r\n\r\nBYE a SIP/2.0"
    "ACK sip:bob@example.org SIP/2.0\r\nContent-Length: 0\r\n\r\n";
const std::string kOk = "SIP/2.0 200 OK\r\nServer: Proxy\r\nContent-Length: 0\r\n\r\n";

TEST(SipTest, Probes) {
  CheckProbe(&ProbeSip, {{"Request", "OPTIONS sip:a@b SIP/2.0\r\n", Verdict::kMatch},
                         {"Answer", kOk, Verdict::kMatch},
                         {"Empty lines", "\r\n\r\nREGISTER sip:a SIP/2.0\r\n", Verdict::kMatch},
                         {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine},
                         {"SSDP", "NOTIFY * HTTP/1.1\r\n", Verdict::kNotMine},
                         {"Code", "SIP/2.0 2000 OK\r\n", Verdict::kNotMine}});
}

TEST(SipTest, Stream) {
  const Result result = CheckEveryCut({{kClient, kInvite}, {kServer, kOk}}, {.server_port = 9999});
  EXPECT_THAT(result.protocols, ElementsAre("sip"));
  EXPECT_THAT(result.facts, ElementsAre("sip_method=INVITE", "sip_user_agent=Phone 1",
                                        "sip_method=ACK", "sip_status=200", "sip_server=Proxy"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(SipTest, ABodyThatIsTooLargeIsCounted) {
  const auto dropped = [](size_t size) {
    const std::string text = "ACK sip:b SIP/2.0\r\nl: " + std::to_string(size) + "\r\n\r\n";
    return Feed({{kClient, text + std::string(size, 'a')}}, {.server_port = 5060}).facts_dropped;
  };
  EXPECT_EQ(dropped(4096), 0u);
  EXPECT_EQ(dropped(4097), 1u);
}

TEST(SipTest, Datagrams) {
  const Result result = Feed({{kClient, kInvite}, {kServer, kOk}}, OnPort(9999));
  EXPECT_THAT(result.protocols, ElementsAre("sip"));
  EXPECT_THAT(result.facts, ElementsAre("sip_method=INVITE", "sip_user_agent=Phone 1",
                                        "sip_status=200", "sip_server=Proxy"));
  CheckTruncations(kInvite, 5060, 2);
}

}  // namespace
}  // namespace rustnet::net
