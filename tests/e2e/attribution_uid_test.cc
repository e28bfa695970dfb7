// SPDX-License-Identifier: Apache-2.0
// Without BPF: what sock_diag alone says of a connection, on the real kernel.
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <vector>

#include "tests/e2e/attribution_session.h"

namespace rustnet {
namespace {

TEST(AttributionUidTest, AConnectionHasItsUserAndTheKernelsNumbers) {
  Handles handles;
  handles.bpf.rung = "UID";
  handles.host_netns_cookie = OwnNetns();
  handles.sock_diag.reset(
      socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  ASSERT_TRUE(handles.sock_diag);
  const auto attribution = MakeAttribution(handles);
  const int listener = ListenOn(0);
  const int client = Open(SOCK_STREAM, &connect, PortOf(listener));
  const int server = accept(listener, nullptr, nullptr);
  const SocketTuple tuple = Tuple(Protocol::kTcp, PortOf(client), PortOf(listener));
  attribution->Poll(MonotonicNow());
  Owner owner = attribution->Find(tuple, 0);
  if (attribution->counters().scans == 0) GTEST_SKIP() << "no sock_diag here";
  EXPECT_EQ(owner.quality, Quality::kUidOnly);
  EXPECT_EQ(owner.uid, getuid());
  ASSERT_TRUE(owner.tcp.has_value());
  EXPECT_EQ(owner.tcp->bytes_sent, 0U);
  std::vector<TcpChange> changes;
  attribution->TakeTcpChanges(&changes);

  const std::string text(12'345, 'x');
  ASSERT_EQ(send(client, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  std::string got(text.size(), 0);
  ASSERT_EQ(recv(server, got.data(), got.size(), MSG_WAITALL), static_cast<ssize_t>(text.size()));
  attribution->Poll(MonotonicNow() + kSecond);
  changes.clear();
  attribution->TakeTcpChanges(&changes);
  const KernelTcp* told = nullptr;
  for (const TcpChange& change : changes) {
    if (change.socket == owner.socket) told = &change.tcp;
  }
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->bytes_sent, text.size());
  EXPECT_EQ(told->bytes_acked, text.size() + 1) << "and the SYN";
  tcp_info info{};
  socklen_t size = sizeof info;
  ASSERT_EQ(getsockopt(client, IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  EXPECT_EQ(told->smoothed_rtt_us, info.tcpi_rtt);
  EXPECT_EQ(told->rtt_variance_us, info.tcpi_rttvar);
  EXPECT_EQ(told->congestion_window, info.tcpi_snd_cwnd);
  EXPECT_EQ(told->mss, info.tcpi_snd_mss);
  for (const int fd : {client, server, listener}) close(fd);
}

}  // namespace
}  // namespace rustnet
