// SPDX-License-Identifier: Apache-2.0
// How a QUIC connection's stage moves its flow: what a view says, and when it ends.
#ifdef RUSTNET_WITH_CRYPTO
#include "common/net/flow/flow_table.h"
#include "tests/unit/common/net/dpi/quic_testing.h"
#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

constexpr QuicSecrets kV1{{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                           0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a},
                          QuicLabels::kV1};
const std::string kOne = S("\0\0\0\1");
const std::string kId = "random";

const QuicKeyPair kKeys = InitialKeys(kV1, AsBytes(kId));

// A client that gives up after ten seconds of silence.
const std::string kHello = [] {
  const std::string parameters = S("\1\2\x67\x10");
  const std::string extensions = S("\0\0\0\x10\0\x0e\0\0\x0b") + "example.com" +
                                 S("\0\x10\0\5\0\3\2h3") + S("\0\x39") + U16(parameters.size()) +
                                 parameters;
  const std::string body =
      "\3\3" + std::string(32, 'r') + S("\0\0\2\x13\1\1\0") + U16(extensions.size()) + extensions;
  return "\1" + U24(body.size()) + body;
}();
const std::string kServerHello = [] {
  const std::string body = "\3\3" + std::string(32, 'R') + S("\0\x13\1\0\0\6\0\x2b\0\2\3\4");
  return "\2" + U24(body.size()) + body;
}();
const std::string kRest = U16(0x4000 | 40) + std::string(40, 'h');

const std::string kClientInitial =
    Initial(kKeys.client, '\xc3', kOne, kId, "", "", Crypto(0, kHello), 1000);
const std::string kServerFlight =
    Initial(kKeys.server, '\xc3', kOne, "", "server", "", Crypto(0, kServerHello)) + "\xe0" + kOne +
    S("\0\6server") + kRest;
const std::string kClientFinished =
    "\xe0" + kOne + "\6server" + S("\0") + kRest + "\x41server" + kRest;
const std::string kClose =
    Initial(kKeys.server, '\xc3', kOne, "", "server", "", S("\x1c\x41\x28\0\0"), 40);

class QuicFlowTest : public testing::Test {
 protected:
  void Say(Duration after, bool client, const std::string& datagram) {
    Add(&table_, {talk_.Make(kStart + after, client, datagram)});
  }
  FlowView View(Duration after) {
    const std::vector<FlowView> views = Changes(&table_, kStart + after);
    return views.empty() ? FlowView() : views.back();
  }

  FlowTable table_{Options()};
  const Talk talk_{.protocol = Protocol::kUdp, .server_port = 4433};
};

TEST_F(QuicFlowTest, ConnectsAndEndsByItsOwnTimeout) {
  Say(0, true, kClientInitial);
  FlowView view = View(0);
  EXPECT_EQ(view.stage, Stage::kQuicInitial);
  EXPECT_EQ(view.idle_timeout_seconds, 60U);
  Say(kSecond, false, kServerFlight);
  view = View(kSecond);
  EXPECT_EQ(view.stage, Stage::kQuicHandshake);
  EXPECT_EQ(view.idle_timeout_seconds, 60U);
  Say(kSecond, true, kClientFinished);
  view = View(kSecond);
  EXPECT_EQ(view.stage, Stage::kQuicConnected);
  EXPECT_EQ(view.idle_timeout_seconds, 11U);
  EXPECT_FALSE(view.ended);
  for (int i = 2; i < 40; i += 5) Say(i * kSecond, i % 2 == 0, "\x41server" + kRest);
  EXPECT_EQ(View(40 * kSecond).stage, Stage::kQuicConnected);
  view = View(50 * kSecond);
  EXPECT_TRUE(view.ended);
  EXPECT_EQ(view.stage, Stage::kQuicClosed);
}

TEST_F(QuicFlowTest, DrainsForThreeProbeTimeoutsAndIsThenClosed) {
  Say(0, true, kClientInitial);
  Say(0, false, kClose);
  FlowView view = View(kSecond);
  EXPECT_EQ(view.stage, Stage::kQuicDraining);
  EXPECT_EQ(view.idle_timeout_seconds, 15U);
  // What still comes is answered with another close.
  Say(2 * kSecond, true, kClientInitial);
  Say(2 * kSecond, false, kClose);
  EXPECT_EQ(View(4 * kSecond).stage, Stage::kQuicDraining);
  view = View(7 * kSecond);
  EXPECT_EQ(view.stage, Stage::kQuicClosed);
  EXPECT_FALSE(view.ended);
  view = View(19 * kSecond);
  EXPECT_EQ(view.stage, Stage::kQuicClosed);
  EXPECT_TRUE(view.ended);
}

TEST_F(QuicFlowTest, AnUnansweredInitialEnds) {
  Say(0, true, kClientInitial);
  EXPECT_EQ(View(59 * kSecond).stage, Stage::kQuicInitial);
  const FlowView view = View(62 * kSecond);
  EXPECT_TRUE(view.ended);
  EXPECT_EQ(view.stage, Stage::kQuicClosed);
}

struct MovedCase {
  const char* name;
  std::string datagram;
  bool known;
};

const MovedCase kMoved[] = {
    {"Servers", "\x41server" + kRest, true},
    {"Nobodys", "\x41somebody" + kRest, false},
    {"NoShortHeader", "\x01server" + kRest, false},
    {"TooShort", "\x41server", false},
};

// From another port of the client: a NAT has forgotten the first.
TEST_F(QuicFlowTest, AnotherAddressIsKnownByTheConnectionsId) {
  Say(0, true, kClientInitial);
  Say(0, false, kServerFlight);
  const Talk before{.protocol = Protocol::kUdp, .client_port = 50'000, .server_port = 4433};
  Add(&table_, {before.Make(kStart, true, kMoved[0].datagram)});
  EXPECT_EQ(View(0).application, nullptr);  // the connection does not stand yet
  Say(0, true, kClientFinished);
  View(0);
  uint16_t port = 50'000;
  for (const MovedCase& c : kMoved) {
    const Talk moved{.protocol = Protocol::kUdp, .client_port = ++port, .server_port = 4433};
    Add(&table_, {moved.Make(kStart, true, c.datagram)});
    const FlowView view = View(0);
    EXPECT_EQ(view.application != nullptr, c.known) << c.name;
    if (!c.known || view.application == nullptr) continue;
    std::vector<std::string> told;
    for (const auto& value : view.application->values) {
      told.push_back(std::string(value.field->name) + "=" + std::string(value.text));
    }
    EXPECT_THAT(told, testing::ElementsAre("quic_version=v1", "sni=example.com", "alpn=h3"));
    EXPECT_EQ(view.application->protocols.at(0)->name, "quic");
    EXPECT_EQ(view.application->evidence, Evidence::kSignature);
    EXPECT_EQ(view.stage, Stage::kQuicConnected);
    EXPECT_EQ(view.idle_timeout_seconds, 11U);
  }
  table_.Clear();
  Add(&table_, {before.Make(kStart, true, kMoved[0].datagram)});
  EXPECT_EQ(View(0).application, nullptr);
}

}  // namespace
}  // namespace rustnet::net

#endif
