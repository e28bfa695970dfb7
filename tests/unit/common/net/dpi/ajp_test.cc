// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

std::string Text(const std::string& text) { return U16(text.size()) + text + S("\0"); }
std::string ToContainer(const std::string& body) { return "\x12\x34" + U16(body.size()) + body; }

const std::string kRequest =
    ToContainer(S("\2\2") + Text("HTTP/1.1") + Text("/shop/cart") + Text("10.0.0.1") + Text("a") +
                Text("h") + S("\0\x50\0\0\0\5") + Text("q=1") + "\xff");
const std::string kPing = ToContainer("\x0a");
const std::string kHeaders = S("AB\0\x0b\4\0\xc8") + Text("OK") + S("\0\0\0");
const std::string kPong = S("AB\0\1\x09");

TEST(AjpTest, Probes) {
  CheckProbe(
      &ProbeAjp,
      {{"Request", kRequest, Verdict::kMatch},
       {"HTTP/2", ToContainer(S("\2\2") + Text("HTTP/2.0") + Text("/")), Verdict::kMatch},
       {"HTTP/3", ToContainer(S("\2\2") + Text("HTTP/3.0") + Text("/")), Verdict::kNotMine},
       {"Stored method", ToContainer(S("\2\xff") + Text("HTTP/1.1") + Text("/")), Verdict::kMatch},
       {"Ping", kPing, Verdict::kNotMine},
       {"Headers", kHeaders, Verdict::kNotMine}});
  CheckProbe(&ProbeAjpPort, {{"Request", kRequest, Verdict::kMatch},
                             {"Ping", kPing, Verdict::kMatch},
                             {"Headers", kHeaders, Verdict::kMatch},
                             {"Pong", kPong, Verdict::kMatch},
                             {"Body", S("AB\0\x09\3\0\5hello\0"), Verdict::kMatch},
                             {"Other size", S("AB\0\x09\3\0\6hello\0"), Verdict::kNotMine},
                             {"End", S("AB\0\2\5\1"), Verdict::kMatch},
                             {"No end", S("AB\0\2\5\2"), Verdict::kNotMine},
                             {"Wants a body", S("AB\0\3\6\x1f\xfa"), Verdict::kMatch},
                             {"Text", "ABCDEFGH", Verdict::kNotMine},
                             {"Method", ToContainer(S("\2\x1c") + Text("HTTP/1.1") + Text("/")),
                              Verdict::kNotMine}});
}

TEST(AjpTest, MethodAndPath) {
  // The piece of a body that begins like a request.
  const std::string body =
      ToContainer(U16(0x204) + Text("HTTP/1.1") + Text("/secret") + std::string(0x204 - 21, 'x'));
  const Result result = CheckEveryCut({{kClient, kRequest}, {kServer, kHeaders}, {kClient, body}},
                                      {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("ajp"));
  EXPECT_THAT(result.facts, ElementsAre("ajp_method=GET", "ajp_path=/shop/cart"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  const std::string stored = ToContainer(S("\2\xff") + Text("HTTP/1.1") + Text("/b"));
  EXPECT_THAT(CheckEveryCut({{kClient, stored}, {kServer, kHeaders}}, {.server_port = 4711}).facts,
              ElementsAre("ajp_path=/b"));
  EXPECT_THAT(CheckEveryCut({{kClient, kPing}, {kServer, kPong}}, {.server_port = 8009}).protocols,
              ElementsAre("ajp"));
}

}  // namespace
}  // namespace rustnet::net
