// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 14330};

std::string Packet(int type, const std::string& body) {
  return std::string{static_cast<char>(type), 1} + U16(body.size() + 8) + S("\0\0\1\0") + body;
}
const std::string kPrelogin = Packet(18, S("\0\0\x0b\0\6\1\0\x11\0\1\xff\x09\0\0\0\0\0\2"));
std::string Wide(const std::string& text) {
  std::string wide;
  for (const char c : text) wide += std::string{c, 0};
  return wide;
}
std::string Le16(size_t n) { return {static_cast<char>(n), static_cast<char>(n >> 8)}; }

std::string Login7() {
  std::string places;
  std::string texts;
  for (const char* text : {"HOST", "sa", "hunter2", "app", "srv", "", "lib", "", "shop"}) {
    places += Le16(94 + texts.size()) + Le16(std::string(text).size());
    texts += Wide(text);
  }
  std::string fixed = S("\4\0\0\x74") + std::string(28, '\0');
  std::string rest(94 - 36 - places.size(), '\0');
  const size_t size = 94 + texts.size();
  return Packet(16, Le16(size) + S("\0\0") + fixed + places + rest + texts);
}

TEST(TdsTest, Probes) {
  CheckProbe(&ProbeTds,
             {{"Prelogin", kPrelogin, Verdict::kMatch},
              {"Login", Login7(), Verdict::kMatch},
              {"Version", Packet(16, Le16(60) + std::string(58, '\0')), Verdict::kNotMine},
              {"Nonsense", Packet(18, S("\1\0\x0b\0\6\xff")), Verdict::kNotMine}});
  CheckProbe(&ProbeTdsPort, {{"Batch", Packet(1, Wide("select 1")), Verdict::kMatch},
                             {"TLS", S("\x16\x03\x01\x02\0\1"), Verdict::kNotMine}});
}

TEST(TdsTest, LoginWithoutPassword) {
  const Result result = CheckEveryCut({{kClient, kPrelogin},
                                       {kServer, Packet(4, kPrelogin.substr(8))},
                                       {kClient, Login7()},
                                       {kServer, Packet(4, S("\xad\1\0x"))}},
                                      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("tds"));
  EXPECT_THAT(result.facts, ElementsAre("tds_host=HOST", "tds_user=sa", "tds_program=app",
                                        "tds_server=srv", "tds_database=shop"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(TdsTest, Sybase) {
  const auto name = [](const std::string& text) {
    return text + std::string(30 - text.size(), '\0') + static_cast<char>(text.size());
  };
  const std::string login =
      Packet(2, name("host") + name("sa") + name("hunter2") + std::string(200, '\0'));
  EXPECT_THAT(CheckEveryCut({{kClient, login}}, kOdd).facts,
              ElementsAre("tds_host=host", "tds_user=sa"));
}

// [MS-TDS] section 2.2.6.5: the handshake of TLS stands in packets of kind PRELOGIN.
TEST(TdsTest, TlsInPackets) {
  const std::string hello(kTlsHello);
  const Result result = CheckEveryCut({{kClient, kPrelogin},
                                       {kServer, Packet(4, kPrelogin.substr(8))},
                                       {kClient, Packet(18, hello)}},
                                      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("tds", "tls"));
  EXPECT_THAT(result.facts, testing::Contains("tls_offered=TLS1.2"));
  const Result sealed = Feed({{kClient, kPrelogin},
                              {kClient, Packet(18, hello)},
                              {kClient, S("\x17\3\3\0\x10") + std::string(16, 's')}},
                             kOdd);
  EXPECT_FALSE(sealed.wants_more);
}

TEST(TdsTest, AnEmptyPacketInTheHandshake) {
  const Result result =
      Feed({{kClient, kPrelogin + Packet(18, std::string(kTlsHello).substr(0, 20))},
            {kServer, Packet(18, "") + Packet(18, "\x16")}},
           kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("tds", "tls"));
}

TEST(TdsTest, AnAttentionAlone) {
  CheckProbe(&ProbeTdsPort, {{"Attention", Packet(6, ""), Verdict::kMatch},
                             {"Empty batch", Packet(1, ""), Verdict::kNotMine},
                             {"TPKT", S("\3\0\0\x0b\6\xe0\0\0\0\0\0"), Verdict::kNotMine}});
}

}  // namespace
}  // namespace rustnet::net
