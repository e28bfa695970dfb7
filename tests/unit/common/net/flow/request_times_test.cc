// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/request_times.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

using D = Direction;

Packet Echo(Time time, uint8_t type, uint16_t sequence, bool v6 = false) {
  Packet packet;
  packet.time = time;
  packet.key.protocol = v6 ? Protocol::kIcmpv6 : Protocol::kIcmp;
  packet.icmp = {.type = type, .code = 0, .sequence = sequence};
  return packet;
}

TEST(RequestTimesTest, EchoBySequence) {
  RequestTimes times;
  EXPECT_EQ(times.Add(Echo(0, 8, 1), D::kForward), 0U);
  EXPECT_EQ(times.Add(Echo(10 * kMillisecond, 8, 2), D::kForward), 0U);
  EXPECT_EQ(times.Add(Echo(30 * kMillisecond, 0, 1), D::kBackward), 30'000U);
  EXPECT_EQ(times.Add(Echo(31 * kMillisecond, 0, 1), D::kBackward), 0U) << "answered twice";
  EXPECT_EQ(times.Add(Echo(40 * kMillisecond, 0, 2), D::kBackward), 30'000U);
  EXPECT_EQ(times.Add(Echo(41 * kMillisecond, 0, 3), D::kBackward), 0U) << "never asked";
}

TEST(RequestTimesTest, EchoOfIpv6AndTheOldestIsForgottenFirst) {
  RequestTimes times;
  for (uint16_t sequence = 0; sequence < 9; ++sequence) {
    times.Add(Echo(sequence * kMillisecond, 128, sequence, true), D::kForward);
  }
  EXPECT_EQ(times.Add(Echo(20 * kMillisecond, 129, 0, true), D::kBackward), 0U);
  EXPECT_EQ(times.Add(Echo(20 * kMillisecond, 129, 1, true), D::kBackward), 19'000U);
  EXPECT_EQ(times.Add(Echo(20 * kMillisecond, 129, 8, true), D::kBackward), 12'000U);
}

TEST(RequestTimesTest, AnAnswerAfterHalfAMinuteTellsNothing) {
  RequestTimes times;
  times.Add(Echo(0, 8, 1), D::kForward);
  EXPECT_EQ(times.Add(Echo(31 * kSecond, 0, 1), D::kBackward), 0U);
}

TEST(RequestTimesTest, AnEqualTimeIsOneMicrosecond) {
  RequestTimes times;
  times.Add(Echo(5, 8, 1), D::kForward);
  EXPECT_EQ(times.Add(Echo(5, 0, 1), D::kBackward), 1U);
}

struct UdpCase {
  const char* name;
  uint16_t port;
  std::string request;
  std::string answer;
  std::string stranger;  // looks like an answer, to something else
};

std::string Ntp(uint8_t mode, uint32_t origin, uint32_t transmit) {
  std::string packet(48, '\0');
  packet[0] = static_cast<char>(4 << 3 | mode);
  for (int i = 0; i < 4; ++i) {
    packet[28 + i] = static_cast<char>(origin >> (24 - 8 * i));
    packet[44 + i] = static_cast<char>(transmit >> (24 - 8 * i));
  }
  return packet;
}

std::string Stun(const char* type, const char* id) {
  return std::string(type, 2) + std::string("\0\0\x21\x12\xA4\x42", 6) + id;
}

const UdpCase kUdp[] = {
    {"Dns", 53, std::string("\x12\x34\x01\x00", 4), std::string("\x12\x34\x81\x80", 4),
     std::string("\x12\x35\x81\x80", 4)},
    {"Ntp", 123, Ntp(3, 0, 77), Ntp(4, 77, 99), Ntp(4, 78, 99)},
    {"Stun", 3478, Stun("\x00\x01", "abcdefghijkl"), Stun("\x01\x01", "abcdefghijkl"),
     Stun("\x01\x01", "abcdefghijkm")},
    {"StunError", 19302, Stun("\x00\x01", "abcdefghijkl"), Stun("\x01\x11", "abcdefghijkl"),
     Stun("\x00\x11", "abcdefghijkl")},
    {"Quic", 443, std::string("\xC0\0\0\0\1", 5), std::string("\xC1\0\0\0\1", 5),
     std::string("\x40\0\0\0\1", 5)},
};

TEST(RequestTimesTest, UdpAnswersMeetTheirRequests) {
  for (const UdpCase& c : kUdp) {
    Talk talk{.protocol = Protocol::kUdp, .server_port = c.port};
    RequestTimes times;
    EXPECT_EQ(times.Add(talk.Make(kStart, true, c.request), D::kForward), 0U) << c.name;
    EXPECT_EQ(times.Add(talk.Make(kStart + 2 * kMillisecond, false, c.stranger), D::kBackward), 0U)
        << c.name;
    EXPECT_EQ(times.Add(talk.Make(kStart + 7 * kMillisecond, false, c.answer), D::kBackward), 7000U)
        << c.name;
  }
}

TEST(RequestTimesTest, EveryTruncationIsSafe) {
  for (const UdpCase& c : kUdp) {
    Talk talk{.protocol = Protocol::kUdp, .server_port = c.port};
    for (size_t n = 0; n < c.request.size(); ++n) {
      RequestTimes times;
      const std::string request(c.request, 0, n);
      times.Add(talk.Make(kStart, true, request), D::kForward);
      const std::string answer(c.answer, 0, n);
      times.Add(talk.Make(kStart + kSecond, false, answer), D::kBackward);
    }
  }
}

}  // namespace
}  // namespace rustnet::net
