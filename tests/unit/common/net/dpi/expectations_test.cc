// SPDX-License-Identifier: Apache-2.0
// What one flow says of another: which endpoints, for how long, and what comes of it.
#include "common/net/dpi/expectations.h"

#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Time kNow = 1'000 * kSecond;

FlowKey KeyOf(Protocol protocol, const char* a, uint16_t a_port, const char* b, uint16_t b_port) {
  FlowKey key;
  key.address = {IpAddress::Parse(a)->raw(), IpAddress::Parse(b)->raw()};
  key.port = {a_port, b_port};
  key.protocol = protocol;
  key.family = IpAddress::Parse(a)->is_v4() ? 4 : 6;
  return key;
}

// What a conversation of one flow makes expected: "tcp 10.0.0.2 5001 ftp-data".
std::vector<std::string> Expected(const Conversation& conversation, const Setting& setting) {
  Expectations expectations;
  InspectionCounters counters;
  Inspection inspection(setting.transport, setting.client_port, setting.server_port,
                        &setting.limits, &counters);
  for (const Piece& piece : conversation) {
    Moment moment = MomentOf(setting, piece.direction);
    moment.expectations = &expectations;
    inspection.OnData(piece.direction, AsBytes(piece.bytes), moment);
  }
  std::vector<std::string> lines;
  for (const Expectation& e : expectations.TakeFresh()) {
    lines.push_back(ProtocolName(e.transport, 0) + " " + e.address.ToString() + " " +
                    std::to_string(e.port) + " " + std::string(e.protocol));
  }
  return lines;
}

TEST(ExpectationsTest, EitherEndForTwoMinutes) {
  Expectations expectations;
  const FlowKey key = KeyOf(Protocol::kTcp, "10.0.0.1", 40000, "10.0.0.2", 5001);
  EXPECT_EQ(expectations.Find(key, kNow), nullptr);
  expectations.Add({*IpAddress::Parse("10.0.0.2"), 5001, Protocol::kTcp, "ftp-data", kNow});
  const Dissector* found = expectations.Find(key, kNow + Expectations::kLast);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->name, "ftp-data");
  EXPECT_EQ(expectations.Find(key, kNow + Expectations::kLast + 1), nullptr) << "too late";
  EXPECT_EQ(expectations.Find(KeyOf(Protocol::kUdp, "10.0.0.1", 40000, "10.0.0.2", 5001), kNow),
            nullptr)
      << "another transport";
  EXPECT_EQ(expectations.Find(KeyOf(Protocol::kTcp, "10.0.0.1", 5001, "10.0.0.2", 40000), kNow),
            nullptr)
      << "another end";
  expectations.Clear();
  EXPECT_EQ(expectations.Find(key, kNow), nullptr);
}

TEST(ExpectationsTest, AFloodIsBoundedAndTheNewestStays) {
  Expectations expectations;
  for (uint32_t i = 0; i < 100'000; ++i) {
    expectations.Add({IpAddress::V4(i), 5000, Protocol::kTcp, "ftp-data", kNow + i});
  }
  FlowKey key = KeyOf(Protocol::kTcp, "0.0.0.1", 1, "0.0.0.2", 5000);
  key.address[1] = IpAddress::V4(99'999).raw();
  EXPECT_NE(expectations.Find(key, kNow + 100'000), nullptr);
  EXPECT_EQ(expectations.TakeFresh().size(), 1024U);
  EXPECT_GE(expectations.lost(), 100'000U - 1024U) << "each that was not told";
}

TEST(ExpectationsTest, NobodyIsExpectedToSpeakWhatHasNoRow) {
  Expectations expectations;
  expectations.Learn({*IpAddress::Parse("10.0.0.2"), 80, Protocol::kTcp, "http", kNow});
  EXPECT_EQ(expectations.Find(KeyOf(Protocol::kTcp, "10.0.0.1", 40000, "10.0.0.2", 80), kNow),
            nullptr);
}

TEST(ExpectationsTest, FtpSaysWhereDataGoes) {
  const auto of = [](const std::string& command, const std::string& reply) {
    return Expected({{kServer, "220 FTP\r\n"}, {kClient, command}, {kServer, reply}},
                    {.server_port = 21});
  };
  EXPECT_THAT(of("PASV\r\n", "227 Entering Passive Mode (10,0,0,2,19,137)\r\n"),
              ElementsAre("tcp 10.0.0.2 5001 ftp-data"));
  EXPECT_THAT(of("EPSV\r\n", "229 Entering Extended Passive Mode (|||5001|)\r\n"),
              ElementsAre("tcp 10.0.0.2 5001 ftp-data"));
  EXPECT_THAT(of("PORT 10,0,0,1,19,138\r\n", "200 OK\r\n"),
              ElementsAre("tcp 10.0.0.1 5002 ftp-data"));
  EXPECT_THAT(of("EPRT |2|2001:db8::1|5003|\r\n", "200 OK\r\n"),
              ElementsAre("tcp 10.0.0.1 5003 ftp-data"))
      << "nobody speaks for another address";
  for (const char* bad :
       {"PORT 10,0,0,1,19\r\n", "PORT 10,0,0,256,1,1\r\n", "PORT\r\n", "EPRT |1|x|y|\r\n",
        "PASV 1,2\r\n", "EPRT |\r\n", "PORT 1,2,3,4,0,0\r\n"}) {
    EXPECT_THAT(of(bad, "500 no\r\n"), IsEmpty()) << bad;
  }
}

TEST(ExpectationsTest, TftpAnswersFromAnotherPort) {
  EXPECT_THAT(Expected({{kClient, S("\0\1boot\0octet\0")}},
                       {.transport = Protocol::kUdp, .client_port = 2000, .server_port = 69}),
              ElementsAre("udp 10.0.0.1 2000 tftp"));
}

TEST(ExpectationsTest, SipSaysWhereMediaIsReceived) {
  const std::string head =
      "INVITE sip:b@example.org SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n";
  const auto of = [&](const std::string& body) {
    return Expected({{kClient, head + body}},
                    {.transport = Protocol::kUdp, .client_port = 5060, .server_port = 5060});
  };
  EXPECT_THAT(of("v=0\r\nc=IN IP4 192.0.2.7\r\nm=audio 4000 RTP/AVP 0\r\n"),
              ElementsAre("udp 192.0.2.7 4000 rtp", "udp 192.0.2.7 4001 rtcp"));
  EXPECT_THAT(of("c=IN IP4 192.0.2.7\nm=audio 4000 RTP/AVP 0\nc=IN IP6 2001:db8::7\n"
                 "a=rtcp:4009\nm=image 5000 udptl t38\nm=video 0 RTP/AVP 1\n"),
              ElementsAre("udp 2001:db8::7 4000 rtp", "udp 2001:db8::7 4009 rtcp"));
  EXPECT_THAT(of("m=audio 4000 RTP/AVP 0\r\n"), IsEmpty()) << "no address";
}

TEST(ExpectationsTest, SipOverStreamsHoldsTheBody) {
  const std::string sdp = "c=IN IP4 192.0.2.7\r\nm=audio 4000 RTP/AVP 0\r\n";
  const auto message = [](const std::string& body) {
    return "INVITE sip:b@h SIP/2.0\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
  };
  const Conversation two = {{kClient, message(sdp) + message("m=\r\n") + message(sdp)}};
  const auto expected = ElementsAre("udp 192.0.2.7 4000 rtp", "udp 192.0.2.7 4001 rtcp",
                                    "udp 192.0.2.7 4000 rtp", "udp 192.0.2.7 4001 rtcp");
  EXPECT_THAT(Expected(two, {.server_port = 5060}), expected);
  EXPECT_THAT(Expected(ByteByByte(two), {.server_port = 5060}), expected);
  const std::string large = sdp + std::string(5000, 'a');
  EXPECT_THAT(Expected({{kClient, message(large) + message(sdp)}}, {.server_port = 5060}),
              ElementsAre("udp 192.0.2.7 4000 rtp", "udp 192.0.2.7 4001 rtcp"))
      << "what is too large is passed over";
}

TEST(ExpectationsTest, RtspSaysWhereMediaIsSent) {
  const auto of = [](const std::string& transport) {
    return Expected({{kClient,
                      "SETUP rtsp://cam/1 RTSP/1.0\r\nTransport: RTP/AVP;unicast;"
                      "client_port=4588-4589\r\n\r\n"},
                     {kServer, "RTSP/1.0 200 OK\r\nTransport: " + transport + "\r\n\r\n"}},
                    {.server_port = 554});
  };
  EXPECT_THAT(of("RTP/AVP;unicast;client_port=4588-4589;server_port=6256-6257"),
              ElementsAre("udp 10.0.0.1 4588 rtp", "udp 10.0.0.1 4589 rtcp",
                          "udp 10.0.0.2 6256 rtp", "udp 10.0.0.2 6257 rtcp"));
  EXPECT_THAT(of("RTP/AVP;client_port=4588;source=192.0.2.9;server_port=6256"),
              ElementsAre("udp 10.0.0.1 4588 rtp", "udp 192.0.2.9 6256 rtp"));
  EXPECT_THAT(of("RTP/AVP/TCP;interleaved=0-1"), IsEmpty());
  EXPECT_THAT(of("RTP/AVP;client_port=x-;server_port=99999-0"), IsEmpty());
}

TEST(ExpectationsTest, AnExpectedFlowIsAskedFirstAndMustFit) {
  const auto feed = [](const char* protocol, Protocol transport, const std::string& bytes) {
    const InspectionLimits limits;
    InspectionCounters counters;
    Inspection inspection(transport, 40000, 40001, &limits, &counters);
    inspection.Expect(FindExpected(protocol));
    inspection.OnData(kClient, AsBytes(bytes), MomentOf({}, kClient));
    return ResultOf(inspection, counters).protocols;
  };
  EXPECT_THAT(feed("ftp-data", Protocol::kTcp, "anything"), ElementsAre("ftp-data"));
  EXPECT_THAT(feed("ftp-data", Protocol::kTcp, kTlsHello), ElementsAre("tls"))
      << "what proves itself is no expectation's";
  const std::string rtp = S("\x80\x00\x00\x01\0\0\0\1\0\0\0\2voice");
  EXPECT_THAT(feed("rtp", Protocol::kUdp, rtp), ElementsAre("rtp"));
  EXPECT_THAT(feed("rtp", Protocol::kUdp, "text"), IsEmpty());
  EXPECT_THAT(feed("tftp", Protocol::kUdp, S("\0\3\0\1data")), ElementsAre("tftp"));
  EXPECT_THAT(feed("tftp", Protocol::kUdp, S("\0\4\0\1data")), IsEmpty()) << "too long";
}

}  // namespace
}  // namespace rustnet::net
