// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/hpack.h"
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::string Unhex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

class Lines : public HeaderSink {
 public:
  void OnHeader(std::string_view name, std::string_view value) override {
    lines.push_back(std::string(name) + ": " + std::string(value));
  }
  std::vector<std::string> lines;
};

std::vector<std::string> Decode(HpackDecoder* decoder, std::string_view hex) {
  Lines sink;
  const std::string block = Unhex(hex);
  EXPECT_TRUE(decoder->Decode(AsBytes(block), &sink)) << hex;
  return sink.lines;
}

// RFC 7541 appendix C.4: requests with Huffman coding, over one table.
TEST(HpackTest, RequestsOfTheAppendix) {
  HpackDecoder decoder;
  EXPECT_THAT(
      Decode(&decoder, "828684418cf1e3c2e5f23a6ba0ab90f4ff"),
      ElementsAre(":method: GET", ":scheme: http", ":path: /", ":authority: www.example.com"));
  EXPECT_THAT(Decode(&decoder, "828684be5886a8eb10649cbf"),
              ElementsAre(":method: GET", ":scheme: http", ":path: /",
                          ":authority: www.example.com", "cache-control: no-cache"));
  EXPECT_THAT(Decode(&decoder, "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"),
              ElementsAre(":method: GET", ":scheme: https", ":path: /index.html",
                          ":authority: www.example.com", "custom-key: custom-value"));
}

TEST(HpackTest, WhatIsUnknownOrDamaged) {
  HpackDecoder decoder;
  EXPECT_THAT(Decode(&decoder, "be"), IsEmpty());        // of before
  EXPECT_THAT(Decode(&decoder, "7e0161be"), IsEmpty());  // inserted under an unknown name
  Lines sink;
  for (const std::string_view bad : {"80", "3fe1ffffff0f", "41", "4005", "ffffffffffff"}) {
    HpackDecoder fresh;
    EXPECT_FALSE(fresh.Decode(AsBytes(Unhex(bad)), &sink)) << bad;
  }
  std::string text;
  EXPECT_FALSE(DecodeHuffman(AsBytes(Unhex("ffffffff")), &text));  // EOS
  EXPECT_FALSE(DecodeHuffman(AsBytes(Unhex("00")), &text));        // padded with zeros
}

TEST(HpackTest, TheTableIsBounded) {
  HpackDecoder decoder;
  Lines sink;
  const std::string literal = S("\x40\4name\x7f\x81\1") + std::string(256, 'v');
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(decoder.Decode(AsBytes(literal), &sink));
    EXPECT_LT(decoder.memory(), 8192u);
  }
}

std::string Frame(char type, int flags, const std::string& payload) {
  return U24(payload.size()) + type + static_cast<char>(flags) + S("\0\0\0\1") + payload;
}
std::string Literal(const std::string& name, const std::string& value) {
  return S("\0") + static_cast<char>(name.size()) + name + static_cast<char>(value.size()) + value;
}

const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const std::string kSettings = S("\0\0\6\4\0\0\0\0\0\0\3\0\0\0\x64");
const std::string kRequest = "\x82\x84" + Literal(":authority", "example.com") +
                             Literal("user-agent", "agent") +
                             Literal("authorization", "Basic secret");
const std::string kAnswer = "\x88" + Literal("server", "nginx");

TEST(Http2Test, PriorKnowledge) {
  CheckProbe(&ProbeHttp2, {{"Preface", kPreface, Verdict::kMatch},
                           {"Settings", kSettings, Verdict::kMatch},
                           {"Other method", "PRIX", Verdict::kNotMine},
                           {"Other frame", S("\0\0\6\1\0\0\0\0\0"), Verdict::kNotMine}});
  // A request in two frames, the first padded and with a priority; data behind it.
  const std::string headers = "\2" + std::string(5, 'p') + kRequest.substr(0, 9) + S("\0\0");
  const Conversation conversation = {
      {kClient, kPreface + kSettings + Frame(1, 0x28, headers) + Frame(9, 4, kRequest.substr(9)) +
                    Frame(0, 1, std::string(300, 'd'))},
      {kServer, kSettings + Frame(1, 4, kAnswer) + Frame(0, 1, "body")}};
  const Result result = CheckEveryCut(conversation, {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("http2"));
  EXPECT_THAT(result.facts,
              ElementsAre("http_method=GET", "http_path=/", "http_host=example.com",
                          "http_user_agent=agent", "http_status=200", "http_server=nginx"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(Http2Test, ByUpgrade) {
  const Conversation conversation = {
      {kClient,
       "GET /a HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\n"
       "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n"},
      {kServer, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + kSettings +
                    Frame(1, 4, kAnswer)},
      {kClient, kPreface + kSettings + Frame(1, 5, kRequest)}};
  const Result result = CheckEverySegmentation(conversation, {.server_port = 80});
  EXPECT_THAT(result.protocols, ElementsAre("http", "http2"));
  EXPECT_THAT(result.facts, Contains("http_status=200"));
  EXPECT_THAT(result.facts, Contains("http_host=example.com"));
}

TEST(Http2Test, Grpc) {
  const std::string call = "\x83" + Literal(":path", "/pkg.Service/Call") +
                           Literal("content-type", "application/grpc+proto");
  const Conversation conversation = {
      {kClient, kPreface + kSettings + Frame(1, 4, call) + Frame(0, 1, "message")},
      {kServer, kSettings + Frame(1, 4, kAnswer)}};
  const Result result = CheckEverySegmentation(conversation, {.server_port = 50051});
  EXPECT_THAT(result.protocols, ElementsAre("http2", "grpc"));
  EXPECT_THAT(result.facts, ElementsAre("http_method=POST", "http_path=/pkg.Service/Call",
                                        "http_content_type=application/grpc+proto",
                                        "http_status=200", "http_server=nginx"));
}

// What HPACK remembers of before is known behind the name too.
TEST(Http2Test, GrpcGoesOn) {
  const std::string call = "\x83" + Literal(":path", "/a") + S("\x5f\x10") +
                           "application/grpc";  // content-type, to be remembered
  const Conversation conversation = {
      {kClient, kPreface + kSettings + Frame(1, 4, call) +
                    Frame(1, 4, "\x83\xbe" + Literal(":path", "/b"))}};
  const Result result = CheckEveryCut(conversation, {.server_port = 50051});
  EXPECT_THAT(result.protocols, ElementsAre("http2", "grpc"));
  EXPECT_THAT(result.facts, Contains("http_path=/b"));
}

const std::string kDnsQuery = S("\0\0\1\0\0\1\0\0\0\0\0\0\3www\1x\0\0\1\0\1");
const std::string kDnsAnswer = S("\0\0\x81\x80\0\1\0\1\0\0\0\0\3www\1x\0\0\1\0\1") +
                               S("\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4");

TEST(Http2Test, DnsInBodies) {
  const std::string post = "\x83" + Literal("content-type", "application/dns-message");
  const std::string answer = "\x88" + Literal("content-type", "Application/DNS-Message; x=y");
  // The answer's body comes in two frames, the first padded, and one more that ends it.
  const Conversation conversation = {
      {kClient, kPreface + kSettings + Frame(1, 4, post) + Frame(0, 1, kDnsQuery)},
      {kServer, kSettings + Frame(1, 4, answer) +
                    Frame(0, 8, "\3" + kDnsAnswer.substr(0, 20) + "ppp") +
                    Frame(0, 0, kDnsAnswer.substr(20)) + Frame(0, 1, "")}};
  const Result result = CheckEveryCut(conversation, {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("http2", "dns"));
  EXPECT_THAT(result.facts,
              ElementsAre("http_method=POST", "http_content_type=application/dns-message",
                          "dns_qname=www.x", "dns_qtype=A", "http_status=200",
                          "http_content_type=Application/DNS-Message; x=y", "dns_rcode=0",
                          "dns_answers=1.2.3.4"));
}

TEST(Http2Test, DnsInTargets) {
  const auto get = [](const std::string& target) {
    return CheckEveryCut(
        {{kClient, kPreface + kSettings + Frame(1, 5, "\x82" + Literal(":path", target))}},
        {.server_port = 4711});
  };
  const Result result = get("/dns-query?a=b&dns=AAABAAABAAAAAAAAA3d3dwF4AAABAAE");
  EXPECT_THAT(result.protocols, ElementsAre("http2", "dns"));
  EXPECT_THAT(result.facts, ElementsAre("http_method=GET", "http_path=/dns-query",
                                        "dns_qname=www.x", "dns_qtype=A"));
  EXPECT_THAT(get("/dns-query?dns=AAABAAABAAAAAAAAA3d3dwF4AAABAA").protocols, ElementsAre("http2"));
  EXPECT_THAT(get("/dns-query?dns=+AABAAABAAAAAAAAA3d3dwF4AAABAAE").protocols,
              ElementsAre("http2"));
  EXPECT_THAT(get("/?xdns=AAABAAABAAAAAAAAA3d3dwF4AAABAAE").protocols, ElementsAre("http2"));
}

TEST(Http2Test, BodiesOfDnsAreBounded) {
  std::string frames;
  for (uint8_t stream = 1; stream < 40; stream += 2) {
    const std::string header = "\x83" + Literal("content-type", "application/dns-message");
    frames += U24(header.size()) + S("\1\4\0\0\0") + static_cast<char>(stream) + header;
  }
  const Result many = Feed({{kClient, kPreface + kSettings + frames}}, {.server_port = 4711});
  EXPECT_EQ(many.facts_dropped, 12u);
  const std::string post = "\x83" + Literal("content-type", "application/dns-message");
  const Result large =
      Feed({{kClient, kPreface + kSettings + Frame(1, 4, post) + Frame(0, 0, std::string(5000, 0)) +
                          Frame(0, 1, kDnsQuery)}},
           {.server_port = 4711});
  EXPECT_THAT(large.protocols, ElementsAre("http2"));
  EXPECT_EQ(large.facts_dropped, 1u);
}

}  // namespace
}  // namespace rustnet::net
