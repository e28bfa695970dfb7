// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/sock_diag_linux.h"

#include <gtest/gtest.h>
#include <linux/tcp.h>

#include <vector>

#include "tests/unit/daemon/attribution/make_diag.h"

namespace rustnet {
namespace {

using net::Protocol;

tcp_info Info() {
  tcp_info info{};
  info.tcpi_rtt = 79;
  info.tcpi_rttvar = 8;
  info.tcpi_min_rtt = 12;
  info.tcpi_snd_cwnd = 10;
  info.tcpi_snd_mss = 1448;
  info.tcpi_total_retrans = 3;
  info.tcpi_bytes_acked = 5'000'001;
  info.tcpi_bytes_sent = 5'000'100;
  info.tcpi_bytes_received = 6'000'000'000;
  info.tcpi_delivery_rate = 123'456;
  return info;
}

std::vector<DiagSocket> Sockets(const std::string& datagram, DiagAnswer want = DiagAnswer::kMore) {
  std::vector<DiagSocket> sockets;
  EXPECT_EQ(ReadDiag(AsBytes(datagram), Protocol::kTcp, kSequence,
                     [&](const DiagSocket& socket) { sockets.push_back(socket); }),
            want);
  return sockets;
}

TEST(SockDiagTest, ASocketComesWithItsNumbers) {
  const std::string attributes =
      Attribute(INET_DIAG_SHUTDOWN, "\1") + Attribute(INET_DIAG_INFO, BytesOf(Info()));
  const auto sockets =
      Sockets(DiagMessage("10.0.0.1:4000", "1.2.3.4:80", {.uid = 1000, .attributes = attributes}) +
              DiagMessage("[::ffff:10.0.0.1]:4001", "[::ffff:1.2.3.4]:81", {.uid = 1001}));
  ASSERT_EQ(sockets.size(), 2U);
  EXPECT_EQ(sockets[0].tuple.local, *IpAddress::Parse("10.0.0.1"));
  EXPECT_EQ(sockets[0].tuple.remote_port, 80);
  EXPECT_EQ(sockets[0].cookie, 0x100000002U);
  EXPECT_EQ(sockets[0].uid, 1000U);
  EXPECT_EQ(sockets[0].inode, 77U);
  ASSERT_TRUE(sockets[0].tcp.has_value());
  const KernelTcp want = {.bytes_acked = 5'000'001,
                          .bytes_sent = 5'000'100,
                          .bytes_received = 6'000'000'000,
                          .delivery_rate = 123'456,
                          .smoothed_rtt_us = 79,
                          .rtt_variance_us = 8,
                          .minimum_rtt_us = 12,
                          .retransmissions = 3,
                          .congestion_window = 10,
                          .mss = 1448,
                          .final = false};
  EXPECT_EQ(*sockets[0].tcp, want);
  EXPECT_EQ(sockets[1].tuple.local, *IpAddress::Parse("10.0.0.1"));
  EXPECT_FALSE(sockets[1].tcp.has_value());
}

// Before Linux 4.19 there was no bytes_sent, before 4.6 no rates; no sample yet is all ones.
TEST(SockDiagTest, AnOldKernelTellsLess) {
  tcp_info info = Info();
  info.tcpi_min_rtt = UINT32_MAX;
  const std::string bytes = BytesOf(info);
  const KernelTcp tcp = ReadTcpInfo(AsBytes(bytes).first(offsetof(tcp_info, tcpi_delivery_rate)));
  EXPECT_EQ(tcp.bytes_received, 6'000'000'000U);
  EXPECT_EQ(tcp.minimum_rtt_us, 0U);
  EXPECT_EQ(tcp.bytes_sent, 0U);
  EXPECT_EQ(tcp.delivery_rate, 0U);
  EXPECT_EQ(ReadTcpInfo(AsBytes(bytes + std::string(100, '\xff'))).bytes_sent, 5'000'100U);
}

TEST(SockDiagTest, TheEndAndOthersAnswersAreTold) {
  const std::string others = DiagMessage("10.0.0.1:1", "1.2.3.4:80", {.sequence = kSequence + 1}) +
                             Message(NLMSG_DONE, "", kSequence + 1);
  EXPECT_TRUE(Sockets(others).empty());
  EXPECT_TRUE(Sockets(Message(NLMSG_DONE, ""), DiagAnswer::kDone).empty());
  EXPECT_TRUE(Sockets(Message(NLMSG_ERROR, ""), DiagAnswer::kError).empty());
}

TEST(SockDiagTest, EveryPrefixAndEveryLengthIsHarmless) {
  const std::string whole = DiagMessage("10.0.0.1:4000", "1.2.3.4:80",
                                        {.attributes = Attribute(INET_DIAG_INFO, BytesOf(Info())) +
                                                       Attribute(INET_DIAG_SHUTDOWN, "\1")});
  for (size_t n = 0; n < whole.size(); ++n) EXPECT_TRUE(Sockets(whole.substr(0, n)).empty()) << n;
  const size_t attribute = sizeof(nlmsghdr) + sizeof(inet_diag_msg);
  for (const size_t at : {size_t{0}, attribute}) {
    for (int length = 0; length < 0x10000; length += length < 600 ? 1 : 997) {
      std::string lie = whole;
      lie[at] = static_cast<char>(length);
      lie[at + 1] = static_cast<char>(length >> 8);
      ReadDiag(AsBytes(lie), Protocol::kTcp, kSequence, [](const DiagSocket&) {});
    }
  }
}

TEST(SockDiagTest, WithoutASocketThereIsNothingToDo) {
  SockDiag diag(-1, kTcpDumps);
  EXPECT_TRUE(diag.idle());
  diag.Begin();
  EXPECT_TRUE(diag.idle());
  diag.Read(10, [](const DiagSocket&) { FAIL(); });
  EXPECT_EQ(diag.rounds(), 0U);
}

}  // namespace
}  // namespace rustnet
