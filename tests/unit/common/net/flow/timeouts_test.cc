// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/timeouts.h"

#include <gtest/gtest.h>

#include <vector>

namespace rustnet::net {
namespace {

using S = TcpState;

struct TcpCase {
  S one;
  S other;
  Patience patience;
  uint16_t seconds;
};

constexpr TcpCase kTcp[] = {
    {S::kEstablished, S::kEstablished, Patience::kPlain, 300},
    {S::kEstablished, S::kEstablished, Patience::kSsh, 1800},
    {S::kEstablished, S::kEstablished, Patience::kHttp, 600},
    {S::kEstablished, S::kEstablished, Patience::kMqtt, 300},
    {S::kSynSent, S::kNone, Patience::kPlain, 60},
    {S::kEstablished, S::kSynReceived, Patience::kPlain, 60},
    {S::kFinWait1, S::kCloseWait, Patience::kHttp, 60},
    {S::kFinWait2, S::kCloseWait, Patience::kSsh, 60},
    {S::kCloseWait, S::kFinWait2, Patience::kPlain, 60},
    {S::kTimeWait, S::kLastAck, Patience::kPlain, 30},
    {S::kTimeWait, S::kClosed, Patience::kPlain, 30},
    {S::kClosing, S::kLastAck, Patience::kPlain, 30},
    {S::kClosed, S::kClosed, Patience::kPlain, 15},
    {S::kReset, S::kReset, Patience::kHttp, 15},
    {S::kNone, S::kNone, Patience::kPlain, 120},
};

TEST(TimeoutsTest, Tcp) {
  for (const TcpCase& c : kTcp) {
    EXPECT_EQ(TcpTimeoutSeconds(c.one, c.other, c.patience), c.seconds);
    EXPECT_EQ(TcpTimeoutSeconds(c.other, c.one, c.patience), c.seconds);
  }
}

struct OtherCase {
  Protocol protocol;
  const char* application;  // null: unknown
  uint16_t seconds;
};

constexpr OtherCase kOther[] = {
    {Protocol::kUdp, nullptr, 60},     {Protocol::kUdp, "dhcp", 60},
    {Protocol::kUdp, "snmp", 60},      {Protocol::kUdp, "dns", 30},
    {Protocol::kUdp, "ntp", 30},       {Protocol::kUdp, "mdns", 30},
    {Protocol::kUdp, "llmnr", 30},     {Protocol::kUdp, "ssdp", 30},
    {Protocol::kUdp, "stun", 30},      {Protocol::kUdp, "mqtt", 120},
    {Protocol::kUdp, "http", 600},     {Protocol::kUdp, "ssh", 1800},
    {Protocol::kUdp, "quic", 120},     {Protocol::kUdp, "gquic", 120},
    {Protocol::kIcmp, nullptr, 10},    {Protocol::kIcmpv6, nullptr, 10},
    {Protocol::kIgmp, nullptr, 10},    {Protocol::kArp, nullptr, 30},
    {Protocol::kSctp, nullptr, 180},   {Protocol::kLink, nullptr, 180},
    {Protocol::kIpOther, nullptr, 60},
};

std::vector<const Dissector*> Named(Dissector* dissector, const char* name) {
  if (name == nullptr) return {};
  dissector->name = name;
  return {dissector};
}

TEST(TimeoutsTest, Others) {
  for (const OtherCase& c : kOther) {
    Dissector dissector{};
    const Patience patience = PatienceOf(Named(&dissector, c.application), Stage::kNone);
    EXPECT_EQ(TimeoutSeconds(c.protocol, patience, 0), c.seconds)
        << (c.application != nullptr ? c.application : "unknown");
  }
}

struct QuicCase {
  Stage stage;
  uint32_t idle_timeout_ms;
  uint16_t seconds;
};

constexpr QuicCase kQuic[] = {
    {Stage::kNone, 30'000, 120},
    {Stage::kQuicInitial, 30'000, 60},
    {Stage::kQuicHandshake, 0, 60},
    {Stage::kQuicConnected, 0, 180},
    {Stage::kQuicConnected, 30'000, 31},
    {Stage::kQuicConnected, 1, 3},
    {Stage::kQuicConnected, UINT32_MAX, 600},
    {Stage::kQuicDraining, 30'000, 15},
    {Stage::kQuicClosed, 0, 15},
};

TEST(TimeoutsTest, Quic) {
  for (const QuicCase& c : kQuic) {
    Dissector dissector{};
    const Patience patience = PatienceOf(Named(&dissector, "quic"), c.stage);
    const uint16_t idle = IdleSeconds({c.stage, c.idle_timeout_ms});
    EXPECT_EQ(TimeoutSeconds(Protocol::kUdp, patience, idle), c.seconds) << StageName(c.stage);
  }
}

}  // namespace
}  // namespace rustnet::net
