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
  bool answered;
  uint16_t seconds;
};

constexpr OtherCase kOther[] = {
    {Protocol::kUdp, nullptr, false, 60},    {Protocol::kUdp, "dhcp", true, 60},
    {Protocol::kUdp, "snmp", true, 60},      {Protocol::kUdp, "dns", true, 30},
    {Protocol::kUdp, "ntp", false, 30},      {Protocol::kUdp, "mdns", false, 30},
    {Protocol::kUdp, "llmnr", false, 30},    {Protocol::kUdp, "ssdp", false, 30},
    {Protocol::kUdp, "stun", true, 30},      {Protocol::kUdp, "mqtt", true, 120},
    {Protocol::kUdp, "http", true, 600},     {Protocol::kUdp, "ssh", true, 1800},
    {Protocol::kUdp, "quic", false, 60},     {Protocol::kUdp, "quic", true, 180},
    {Protocol::kIcmp, nullptr, true, 10},    {Protocol::kIcmpv6, nullptr, true, 10},
    {Protocol::kIgmp, nullptr, false, 10},   {Protocol::kArp, nullptr, true, 30},
    {Protocol::kSctp, nullptr, true, 180},   {Protocol::kLink, nullptr, false, 180},
    {Protocol::kIpOther, nullptr, true, 60},
};

TEST(TimeoutsTest, Others) {
  for (const OtherCase& c : kOther) {
    Dissector dissector{};
    std::vector<const Dissector*> protocols;
    if (c.application != nullptr) {
      dissector.name = c.application;
      protocols.push_back(&dissector);
    }
    EXPECT_EQ(TimeoutSeconds(c.protocol, PatienceOf(protocols), c.answered), c.seconds)
        << (c.application != nullptr ? c.application : "unknown");
  }
}

}  // namespace
}  // namespace rustnet::net
