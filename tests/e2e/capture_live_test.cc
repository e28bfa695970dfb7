// SPDX-License-Identifier: Apache-2.0
// Live capture against a real kernel: what is counted, told and lost, and what becomes of a capture
// when its interface goes and comes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if_arp.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <atomic>
#include <numeric>
#include <thread>

#include "tests/e2e/capture_bench.h"

namespace rustnet {
namespace {

using capture_bench::Bench;
using capture_bench::CountersOf;
using capture_bench::Ip;
using capture_bench::Kept;
using capture_bench::MakePair;
using capture_bench::Octets;
using capture_bench::SendDatagrams;
using capture_bench::Sender;
using capture_bench::Shell;
using capture_bench::Tunnel;
using capture_bench::UdpFrame;
using capture_bench::WaitUntilUp;
using testing::HasSubstr;

CaptureConfig On(const std::vector<std::string>& interfaces, const std::string& filter = "") {
  CaptureConfig config;
  config.interfaces = interfaces;
  config.filter = filter;
  config.ring_mib = 4;
  config.spares = 2;
  return config;
}

uint64_t Bytes(const std::vector<Kept>& kept) {
  return std::accumulate(kept.begin(), kept.end(), uint64_t{0},
                         [](uint64_t sum, const Kept& k) { return sum + k.length; });
}

TEST(CaptureLiveTest, CountsAreTheInterfacesOwn) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  Bench bench(On({"x1"}));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  const InterfaceCounters before = CountersOf("x1");
  Sender from_a("x0"), from_b("x1");
  for (uint32_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(from_a.Send(UdpFrame({.source = i, .destination = 1, .payload = i})));
    if (i % 2 != 0) continue;
    ASSERT_TRUE(from_b.Send(UdpFrame({.source = 1, .destination = i})));
  }
  ASSERT_TRUE(bench.UntilFrames(1500));
  const InterfaceCounters after = CountersOf("x1");
  EXPECT_EQ(after.received_packets - before.received_packets, 1000u);
  EXPECT_EQ(after.sent_packets - before.sent_packets, 500u);
  EXPECT_EQ(bench.kept().size(), 1500u);
  EXPECT_EQ(Bytes(bench.kept()),
            after.received_bytes - before.received_bytes + after.sent_bytes - before.sent_bytes);
  const auto outgoing = std::count_if(bench.kept().begin(), bench.kept().end(),
                                      [](const Kept& k) { return k.outgoing; });
  EXPECT_EQ(outgoing, 500);
  const PacketLedger ledger = bench.Report("x1").ledger;
  EXPECT_EQ(ledger.received, 1500u);
  EXPECT_EQ(ledger.kernel_ring_dropped, 0u);
  EXPECT_EQ(ledger.waiting, 0u);
  for (const Kept& kept : bench.kept()) {
    EXPECT_EQ(kept.bytes.size(), kept.length);
    EXPECT_LT(std::abs(kept.time - WallNow()), 60 * kSecond);
  }
}

TEST(CaptureLiveTest, WhatTheRingCannotHoldIsCounted) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  CaptureConfig config = On({"x1"});
  config.ring_mib = 1;
  Bench bench(config);
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  Sender sender("x0");
  const Octets frame = UdpFrame({.source = 1, .destination = 2, .payload = 1000});
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(sender.Send(frame));
  PacketLedger ledger = bench.Report("x1").ledger;
  EXPECT_EQ(ledger.received, 5000u);
  EXPECT_GT(ledger.kernel_ring_dropped, 3000u);
  EXPECT_EQ(ledger.waiting, ledger.received - ledger.kernel_ring_dropped);
  ASSERT_TRUE(bench.UntilFrames(ledger.waiting));
  ledger = bench.Report("x1").ledger;
  EXPECT_EQ(ledger.received, bench.kept().size() + ledger.kernel_ring_dropped);
  EXPECT_EQ(ledger.waiting, 0u);
}

TEST(CaptureLiveTest, SnaplenCutsTheFrameAndKeepsItsLength) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  CaptureConfig config = On({"x1"});
  config.snaplen = 100;
  Bench bench(config);
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  Sender sender("x0");
  ASSERT_TRUE(sender.Send(UdpFrame({.source = 1, .destination = 2, .payload = 1000})));
  ASSERT_TRUE(bench.UntilFrames(1));
  EXPECT_EQ(bench.kept()[0].bytes.size(), 100u);
  EXPECT_EQ(bench.kept()[0].length, 14u + 20 + 8 + 1000);
}

// Takes what is sent to the port, so that no ICMP answers.
UniqueFd Listen(uint16_t port) {
  UniqueFd fd(socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(port);
  EXPECT_EQ(bind(fd.get(), reinterpret_cast<sockaddr*>(&here), sizeof here), 0);
  return fd;
}

TEST(CaptureLiveTest, LoopbackShowsEachPacketOnce) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(Shell("ip link set lo up"));
  Bench bench(On({"lo"}));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  const UniqueFd listener = Listen(9999);
  ASSERT_TRUE(SendDatagrams(INADDR_LOOPBACK, 9999, 100));
  ASSERT_TRUE(bench.Until([&] {
    const PacketLedger ledger = bench.Report("lo").ledger;
    return ledger.received >= 100 && ledger.waiting == 0;
  }));
  EXPECT_EQ(bench.kept().size(), 100u);
  EXPECT_EQ(bench.Report("lo").ledger.received, 100u);
  for (const Kept& kept : bench.kept()) EXPECT_FALSE(kept.outgoing);
}

TEST(CaptureLiveTest, VlanTagsAreBackInTheirPlace) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  Bench bench(On({"x1"}));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  const Octets once = UdpFrame({.source = 1, .destination = 2, .tags = {{0x8100, 5}}});
  const Octets twice =
      UdpFrame({.source = 1, .destination = 2, .tags = {{0x88a8, 7}, {0x8100, 5}}});
  Sender from_a("x0"), from_b("x1");
  for (const Octets& frame : {once, twice}) {
    ASSERT_TRUE(from_a.Send(frame));
    ASSERT_TRUE(from_b.Send(frame));
  }
  ASSERT_TRUE(bench.UntilFrames(4));
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(bench.kept()[i].bytes, i < 2 ? once : twice) << i;
    EXPECT_EQ(bench.kept()[i].length, bench.kept()[i].bytes.size());
  }
}

// The same packet, filtered and read, on links of several kinds: in from the other side of the
// tunnel, and out through the stack.
void CheckTunnel(unsigned long hardware, net::LinkType link, size_t header) {
  Tunnel tunnel("x4", hardware);
  if (!tunnel.made()) GTEST_SKIP() << "this kernel has no TUN devices";
  ASSERT_TRUE(Shell("ip addr add 10.1.0.1/24 dev x4"));
  Bench bench(On({"x4"}, "udp port 9999 and host 10.1.0.2"));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  ASSERT_TRUE(SendDatagrams(0x0a010002, 9998, 1));
  ASSERT_TRUE(SendDatagrams(0x0a010002, 9999, 1));
  for (const uint16_t port : {uint16_t{9998}, uint16_t{9999}}) {
    const Octets frame = UdpFrame(
        {.source = 0x0a010002, .destination = 0x0a010001, .source_port = port, .payload = 1});
    ASSERT_TRUE(tunnel.Deliver(Octets(frame.begin() + 14, frame.end())));
  }
  ASSERT_TRUE(bench.UntilFrames(2));
  EXPECT_EQ(bench.Report("x4").ledger.received, 2u);
  for (size_t i = 0; i < 2; ++i) {
    const Kept& kept = bench.kept()[i];
    EXPECT_EQ(kept.outgoing, i == 0);
    EXPECT_EQ(kept.link, link);
    ASSERT_EQ(kept.bytes.size(), header + 20 + 8 + 1);
    EXPECT_EQ(kept.length, kept.bytes.size());
    EXPECT_EQ(kept.bytes[header], 0x45);
    if (header == 0) continue;
    EXPECT_EQ(kept.bytes[1], i == 0 ? PACKET_OUTGOING : PACKET_HOST);
    EXPECT_EQ(kept.bytes[2] << 8 | kept.bytes[3], static_cast<int>(hardware));
    EXPECT_EQ(kept.bytes[14] << 8 | kept.bytes[15], ETH_P_IP);
  }
}

TEST(CaptureLiveTest, TunnelsAreReadFromTheirIpHeader) {
  RN_ENTER_NAMESPACE();
  CheckTunnel(ARPHRD_NONE, net::LinkType::kRaw, 0);
}

TEST(CaptureLiveTest, PointToPointLinksAreCooked) {
  RN_ENTER_NAMESPACE();
  CheckTunnel(ARPHRD_PPP, net::LinkType::kLinuxSll, 16);
}

TEST(CaptureLiveTest, GoesOnAfterDownAndUp) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  Bench bench(On({"x1"}));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  ASSERT_TRUE(Shell("ip link set x1 down"));
  ASSERT_TRUE(bench.Until([&] { return bench.Report("x1").state == SourceState::kInterfaceDown; }));
  ASSERT_TRUE(Shell("ip link set x1 up"));
  ASSERT_TRUE(WaitUntilUp("x0") && WaitUntilUp("x1"));
  ASSERT_TRUE(bench.Until([&] { return bench.Report("x1").state == SourceState::kActive; }));
  ASSERT_TRUE(Sender("x0").Send(UdpFrame({.source = 1, .destination = 2})));
  ASSERT_TRUE(bench.UntilFrames(1));
  // A pending error would make poll return at once, for ever.
  pollfd waiting{bench.live().Sources(0)[0]->fd(), POLLIN, 0};
  ASSERT_TRUE(bench.Until([&] { return poll(&waiting, 1, 0) == 0; }));
}

TEST(CaptureLiveTest, AnInterfaceThatIsDownAtTheStartIsCapturedWhenItComesUp) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(Shell("ip link add x0 type veth peer name x1 && ip link set x0 up"));
  Bench bench(On({"x1"}));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  EXPECT_EQ(bench.Report("x1").state, SourceState::kInterfaceDown);
  ASSERT_TRUE(Shell("ip link set x1 up"));
  ASSERT_TRUE(WaitUntilUp("x0") && WaitUntilUp("x1"));
  ASSERT_TRUE(Sender("x0").Send(UdpFrame({.source = 1, .destination = 2})));
  ASSERT_TRUE(bench.UntilFrames(1));
}

TEST(CaptureLiveTest, ComesBackAfterDeletion) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  Bench bench(On({"x1"}));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  ASSERT_TRUE(Sender("x0").Send(UdpFrame({.source = 1, .destination = 2})));
  ASSERT_TRUE(bench.UntilFrames(1));
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(Shell("ip link del x1"));
    ASSERT_TRUE(
        bench.Until([&] { return bench.Report("x1").state == SourceState::kInterfaceGone; }));
    EXPECT_FALSE(bench.Report("x1").present);
    EXPECT_THAT(Message(bench.Report("x1").status), HasSubstr("x1 is gone"));
    ASSERT_TRUE(MakePair("x0", "x1"));
    ASSERT_TRUE(bench.Until([&] { return bench.Report("x1").state == SourceState::kActive; }));
    ASSERT_TRUE(Sender("x0").Send(UdpFrame({.source = 1, .destination = 2})));
    ASSERT_TRUE(bench.UntilFrames(2 + static_cast<size_t>(round)));
  }
  EXPECT_EQ(bench.Report("x1").ledger.received, 4u);
}

TEST(CaptureLiveTest, DeletedAndMadeAgainBetweenTwoLooksIsNoticed) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(Shell(
      "ip link add x0 type veth peer name x1 index 77 && ip link set x0 up && ip link set x1 up"));
  Bench bench(On({"x1"}));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  ASSERT_TRUE(
      Shell("ip link del x1; ip link add x0 type veth peer name x1 index 77 && "
            "ip link set x0 up && ip link set x1 up"));
  ASSERT_TRUE(WaitUntilUp("x0") && WaitUntilUp("x1"));
  bench.live().Tick(MonotonicNow());
  ASSERT_TRUE(Sender("x0").Send(UdpFrame({.source = 1, .destination = 2})));
  ASSERT_TRUE(bench.UntilFrames(1));
}

TEST(CaptureLiveTest, ASpareTakesAnInterfaceThatAppears) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(Shell("ip link set lo up"));
  Bench bench(On({"any"}));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  ASSERT_TRUE(MakePair("x0", "x1"));
  ASSERT_TRUE(
      bench.Until([&] { return bench.Report("x0").captured && bench.Report("x1").captured; }));
  EXPECT_TRUE(bench.live().Uncovered().empty());
  ASSERT_TRUE(Sender("x0").Send(UdpFrame({.source = 1, .destination = 2})));
  ASSERT_TRUE(bench.UntilFrames(2));  // out of a, into b
  EXPECT_NE(bench.kept()[0].handle, bench.kept()[1].handle);
  EXPECT_NE(bench.kept()[0].outgoing, bench.kept()[1].outgoing);

  // Two spares are two interfaces: the next ones are named.
  ASSERT_TRUE(MakePair("x2", "x3"));
  ASSERT_TRUE(bench.Until([&] { return bench.live().Uncovered().size() == 2; }));
  EXPECT_FALSE(bench.Report("x2").captured);
  EXPECT_THAT(Message(bench.Report("x2").status), HasSubstr("spares"));

  // Handles of interfaces that went away are free again.
  ASSERT_TRUE(Shell("ip link del x0"));
  ASSERT_TRUE(
      bench.Until([&] { return bench.Report("x2").captured && bench.Report("x3").captured; }));
  EXPECT_TRUE(bench.live().Uncovered().empty());
}

TEST(CaptureLiveTest, ASpareOnLoopbackShowsEachPacketOnce) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  CaptureConfig config = On({"any"});
  config.spares = 1;
  Bench bench(config);
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  ASSERT_TRUE(Shell("ip link set lo up"));
  ASSERT_TRUE(bench.Until([&] { return bench.Report("lo").captured; }));
  const UniqueFd listener = Listen(9999);
  ASSERT_TRUE(SendDatagrams(INADDR_LOOPBACK, 9999, 10));
  ASSERT_TRUE(bench.Until([&] { return bench.kept().size() >= 10; }));
  EXPECT_EQ(bench.Report("lo").ledger.received, 10u);
}

// What the daemon does: another network namespace and no capability, for this thread alone.
TEST(CaptureLiveTest, FollowsInterfacesFromBehindTheSeal) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(Shell("ip link set lo up"));
  Bench bench(On({"any"}));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  std::atomic<bool> sealed = false, appeared = false, received = false;
  std::thread worker([&] {
    sealed = unshare(CLONE_NEWNET) == 0 && syscall(SYS_setresuid, 65534, 65534, 65534) == 0 &&
             socket(AF_PACKET, SOCK_RAW, 0) < 0;
    appeared = bench.Until([&] { return bench.Report("x1").captured; });
    received = bench.UntilFrames(1);
  });
  EXPECT_TRUE(MakePair("x0", "x1"));
  Sender sender("x0");
  // The worker sees b at some moment: send until then.
  for (int i = 0; i < 200 && !received; ++i) {
    EXPECT_TRUE(sender.Send(UdpFrame({.source = 1, .destination = 2})));
    poll(nullptr, 0, 10);
  }
  worker.join();
  EXPECT_TRUE(sealed);
  EXPECT_TRUE(appeared);
  EXPECT_TRUE(received);
}

TEST(CaptureLiveTest, FiltersChangeWithoutALoss) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  Bench bench(On({"x1"}, "udp"));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  Sender sender("x0");
  const Octets frame = UdpFrame({.source = 1, .destination = 2});
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(sender.Send(frame));
    if (i % 10 == 0) {
      ASSERT_TRUE(bench.live().SetFilter(i % 20 == 0 ? "ip" : "udp port 2000").ok());
    }
  }
  ASSERT_TRUE(bench.UntilFrames(2000));
  EXPECT_EQ(bench.Report("x1").ledger.received, 2000u);

  ASSERT_TRUE(bench.live().SetFilter("tcp").ok());
  ASSERT_TRUE(sender.Send(frame));
  EXPECT_EQ(bench.Report("x1").ledger.received, 2000u);

  const Status bad = bench.live().SetFilter("tcp port");
  EXPECT_EQ(bad.code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(bench.live().filter(), "tcp");
}

TEST(CaptureLiveTest, AFilterSeesTagsThatTheKernelKeepsApart) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  Bench bench(On({"x1"}, "vlan 5 and udp port 2000"));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  Sender sender("x0");
  for (uint16_t id = 4; id <= 6; ++id) {
    ASSERT_TRUE(sender.Send(UdpFrame({.source = 1, .destination = 2, .tags = {{0x8100, id}}})));
  }
  ASSERT_TRUE(sender.Send(UdpFrame({.source = 1, .destination = 2})));
  ASSERT_TRUE(bench.UntilFrames(1));
  EXPECT_EQ(bench.Report("x1").ledger.received, 1u);
}

TEST(CaptureLiveTest, MistakesAreToldInOneSentence) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  const Bench unknown(On({"eth7"}));
  EXPECT_EQ(unknown.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(Message(unknown.status()), HasSubstr("\"eth7\""));
  EXPECT_THAT(Message(unknown.status()), HasSubstr("lo, "));
  EXPECT_EQ(ExitCode(unknown.status()), 69);

  const Bench filter(On({"x1"}, "tcp prot 80"));
  EXPECT_EQ(filter.status().code(), StatusCode::kInvalidArgument);
  EXPECT_THAT(Message(filter.status()), HasSubstr("tcp prot 80"));
  EXPECT_EQ(ExitCode(filter.status()), 64);

  CaptureConfig config = On({"x1"});
  config.snaplen = 1;
  EXPECT_EQ(Bench(config).status().code(), StatusCode::kInvalidArgument);
}

TEST(CaptureLiveTest, WithoutPermissionItSaysWhatToDo) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  Status status = Ok();
  std::thread ordinary([&] {
    if (syscall(SYS_setresuid, 65534, 65534, 65534) == 0)
      status = OpenCaptures(On({"x1"})).status();
  });
  ordinary.join();
  EXPECT_EQ(status.code(), StatusCode::kPermissionDenied);
  EXPECT_THAT(Message(status), HasSubstr("root"));
}

TEST(CaptureLiveTest, AutoIsTheDefaultRoutesInterface) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  ASSERT_TRUE(
      Shell("ip link set lo up && ip addr add 10.0.0.1/24 dev x1 && "
            "ip route add default via 10.0.0.2 metric 50 && "
            "ip addr add 10.0.1.1/24 dev x0 && ip route add default via 10.0.1.2 metric 60"));
  auto opened = OpenCaptures(On({"auto"}));
  ASSERT_TRUE(opened.ok()) << Message(opened.status());
  ASSERT_EQ(opened->size(), 1u);
  EXPECT_EQ(opened->front().name, "x1");
  CloseCapture(&opened->front());
  ASSERT_TRUE(Shell("ip route flush default; ip link set x1 down"));
  auto fallback = OpenCaptures(On({"auto"}));
  ASSERT_TRUE(fallback.ok());
  EXPECT_EQ(fallback->front().name, "x0");
  CloseCapture(&fallback->front());
}

TEST(CaptureLiveTest, ListsInterfacesWithTheirAddresses) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  ASSERT_TRUE(Shell("ip addr add 10.0.0.1/24 dev x1 && ip link set lo up"));
  const auto all = ListInterfaces();
  ASSERT_TRUE(all.ok());
  const NetworkInterface* b = FindInterface(*all, "x1");
  ASSERT_NE(b, nullptr);
  EXPECT_TRUE(b->up);
  EXPECT_FALSE(b->loopback);
  EXPECT_EQ(b->link_type, 1);
  ASSERT_EQ(b->addresses.size(), 1u);
  EXPECT_EQ(b->addresses[0].address.ToString(), "10.0.0.1");
  EXPECT_EQ(b->addresses[0].prefix, 24);
  const NetworkInterface* lo = FindInterface(*all, "lo");
  ASSERT_NE(lo, nullptr);
  EXPECT_TRUE(lo->loopback);
}

TEST(CaptureLiveTest, NewsThatWereLostAreMadeGood) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(Shell("ip link set lo up"));
  auto events = OpenLinkEvents();
  auto dump = OpenLinkDump();
  ASSERT_TRUE(events.ok() && dump.ok());
  const int least = 1;
  setsockopt(events->get(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
  InterfaceWatch watch(events->get(), dump->get());
  ASSERT_TRUE(watch.Refresh().ok());
  ASSERT_TRUE(Shell(
      "for i in $(seq 20); do echo link add x$i type veth peer name y$i; done | ip -batch -"));
  ASSERT_TRUE(watch.ReadNews());
  EXPECT_GE(watch.news_lost(), 1u);
  EXPECT_EQ(watch.interfaces()->size(), ListInterfaces()->size());
}

}  // namespace
}  // namespace rustnet
