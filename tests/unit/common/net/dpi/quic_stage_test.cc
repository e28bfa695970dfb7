// SPDX-License-Identifier: Apache-2.0
// The packets are read by ReadQuicPacket, as a session reads them; no key is needed.
#include "common/net/dpi/quic_stage.h"

#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

std::string Long(char first, const std::string& to, const std::string& from) {
  const std::string token = (first & 0x30) == 0 ? S("\0") : "";
  return first + S("\0\0\0\1") + static_cast<char>(to.size()) + to +
         static_cast<char>(from.size()) + from + token + U16(0x4000 | 40) + std::string(40, 'x');
}
std::string Short(const std::string& to, char first = '\x41') {
  return first + to + std::string(30, 'd');
}

// The client has no id, the server "srv".
const std::string kClientInitial = Long('\xc0', "random", "");
const std::string kServerInitial = Long('\xc0', "", "srv");
const std::string kClientHandshake = Long('\xe0', "srv", "");
const std::string kServerHandshake = Long('\xe0', "", "srv");
const std::string kZeroRtt = Long('\xd0', "random", "");
const std::string kToServer = Short("srv"), kToClient = Short("");

Stage After(const Conversation& conversation) {
  QuicStage stage;
  for (const Piece& piece : conversation) {
    Bytes bytes = AsBytes(piece.bytes);
    QuicPacket packet;
    while (!bytes.empty() && ReadQuicPacket(&bytes, &packet) == Verdict::kMatch) {
      stage.OnLong(piece.direction, packet);
      packet = {};
    }
    stage.OnShort(piece.direction, bytes);
  }
  return stage.stage();
}

struct StageCase {
  const char* name;
  Conversation conversation;
  Stage stage;
};

const StageCase kCases[] = {
    {"Client", {{kClient, kClientInitial}}, Stage::kQuicInitial},
    {"EarlyData", {{kClient, kClientInitial + kZeroRtt}}, Stage::kQuicInitial},
    {"Retry",
     {{kClient, kClientInitial}, {kServer, S("\xf0\0\0\0\1\0\3srv") + std::string(20, 't')}},
     Stage::kQuicInitial},
    {"Negotiation",
     {{kClient, kClientInitial}, {kServer, S("\x80\0\0\0\0\0\3srv\0\0\0\1")}},
     Stage::kQuicInitial},
    {"ServersInitial",
     {{kClient, kClientInitial}, {kServer, kServerInitial}},
     Stage::kQuicHandshake},
    {"OnlyTheServerSeen", {{kServer, kServerInitial + kServerHandshake}}, Stage::kQuicHandshake},
    {"TheServersDataComesEarly",
     {{kClient, kClientInitial}, {kServer, kServerInitial + kServerHandshake + kToClient}},
     Stage::kQuicHandshake},
    {"BothHandshakes",
     {{kClient, kClientInitial},
      {kServer, kServerInitial + kServerHandshake},
      {kClient, kClientHandshake}},
     Stage::kQuicHandshake},
    {"InOneDatagram",
     {{kClient, kClientInitial},
      {kServer, kServerInitial + kServerHandshake},
      {kClient, kClientHandshake + kToServer}},
     Stage::kQuicConnected},
    {"OfItsOwn",
     {{kClient, kClientInitial},
      {kServer, kServerInitial + kServerHandshake},
      {kClient, kClientHandshake},
      {kServer, kToClient}},
     Stage::kQuicConnected},
    {"AnotherId",  // of NEW_CONNECTION_ID
     {{kServer, kServerHandshake}, {kClient, kClientHandshake}, {kClient, Short("other")}},
     Stage::kQuicConnected},
    {"HandshakesLost",
     {{kClient, kClientInitial},
      {kServer, kServerInitial},
      {kClient, kToServer},
      {kServer, kToClient}},
     Stage::kQuicConnected},
    {"HandshakesLostAndAnotherId",
     {{kClient, kClientInitial},
      {kServer, kServerInitial},
      {kClient, Short("other")},
      {kServer, kToClient}},
     Stage::kQuicHandshake},
    {"GreasedFixedBit",
     {{kServer, kServerHandshake}, {kClient, kClientHandshake}, {kClient, Short("srv", '\1')}},
     Stage::kQuicConnected},
    {"PaddingIsNoPacket",
     {{kClient, kClientHandshake}, {kServer, kServerHandshake + std::string(100, '\0')}},
     Stage::kQuicHandshake},
    {"TooShortForItsId",
     {{kClient, kClientInitial},
      {kServer, kServerInitial},
      {kClient, "\x41sr"},
      {kServer, kToClient}},
     Stage::kQuicHandshake},
};

TEST(QuicStageTest, ByPackets) {
  for (const StageCase& c : kCases) {
    EXPECT_EQ(StageName(After(c.conversation)), StageName(c.stage)) << c.name;
  }
}

TEST(QuicStageTest, ACloseDrains) {
  QuicStage stage;
  stage.OnClose();
  EXPECT_EQ(stage.stage(), Stage::kQuicDraining);
}

TEST(QuicParametersTest, Read) {
  QuicParameters parameters;
  const auto read = [&](const std::string& bytes) {
    parameters = {};
    return ReadQuicParameters(ByteReader(AsBytes(bytes)), &parameters);
  };
  // An unknown one; 30 s in four bytes; 1472 in two.
  const std::string both = S("\x0f\0\1\4\x80\0\x75\x30\3\2\x45\xc0");
  EXPECT_TRUE(read(both));
  EXPECT_EQ(parameters.idle_timeout_ms, 30'000u);
  EXPECT_EQ(parameters.max_udp_payload, 1472u);
  for (size_t n = 0; n < both.size(); ++n) {
    const bool whole = n == 0 || n == 2 || n == 8;
    EXPECT_EQ(read(both.substr(0, n)), whole) << n;
    EXPECT_EQ(parameters.max_udp_payload, 0u);
  }
  EXPECT_FALSE(read(S("\1\2\5\5")));  // longer than its number
}

}  // namespace
}  // namespace rustnet::net
