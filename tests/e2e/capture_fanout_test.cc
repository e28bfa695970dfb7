// SPDX-License-Identifier: Apache-2.0
// Several workers on one interface: each packet goes to exactly one, and everything between two
// hosts to the same, whichever way, in whatever framing, whole or in fragments.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "common/base/byte_reader.h"
#include "tests/e2e/capture_bench.h"

namespace rustnet {
namespace {

using capture_bench::Bench;
using capture_bench::Ip;
using capture_bench::Kept;
using capture_bench::MakePair;
using capture_bench::Octets;
using capture_bench::SendDatagrams;
using capture_bench::Sender;
using capture_bench::Shell;
using capture_bench::UdpFrame;

// The low words of both addresses, lower first, and the version; of a frame of UdpFrame.
std::pair<uint64_t, int> HostsOf(const Octets& bytes) {
  ByteReader reader{Bytes(bytes)};
  reader.Skip(12);
  uint16_t type = reader.U16();
  while (type == 0x8100 || type == 0x88a8) {
    reader.Skip(2);
    type = reader.U16();
  }
  const int version = type == 0x0800 ? 4 : 6;
  reader.Skip(version == 4 ? 12 : 8 + 12);
  const uint64_t a = reader.U32();
  if (version == 6) reader.Skip(12);
  const uint64_t b = reader.U32();
  EXPECT_TRUE(reader.ok());
  return {std::min(a, b) << 32 | std::max(a, b), version};
}

CaptureConfig Workers(int workers, const std::string& name) {
  CaptureConfig config;
  config.interfaces = {name};
  config.ring_mib = 8;
  config.workers = workers;
  config.spares = workers;
  return config;
}

// `pairs` conversations both ways, in every framing; returns how many frames.
size_t SendAll(uint32_t pairs) {
  Sender near("x1"), far("x0");
  size_t sent = 0;
  const std::vector<std::vector<std::pair<uint16_t, uint16_t>>> framings = {
      {}, {{0x8100, 5}}, {{0x88a8, 7}, {0x8100, 5}}};
  for (uint32_t i = 0; i < pairs; ++i) {
    for (const auto& tags : framings) {
      for (const int version : {4, 6}) {
        for (const uint16_t fragment : {uint16_t{0}, uint16_t{0x2000}, uint16_t{0x0064}}) {
          if (version == 6 && fragment != 0) continue;
          const uint32_t us = 0x0a000000 + i % 7, them = 0xc0a80000 + i * 3;
          const Ip out{.version = version,
                       .source = us,
                       .destination = them,
                       .source_port = static_cast<uint16_t>(i),
                       .fragment = fragment,
                       .tags = tags};
          Ip in = out;
          std::swap(in.source, in.destination);
          std::swap(in.source_port, in.destination_port);
          sent += near.Send(UdpFrame(out)) ? 1 : 0;
          sent += far.Send(UdpFrame(in)) ? 1 : 0;
        }
      }
    }
  }
  return sent;
}

void ExpectEachPairInOneWorker(const std::vector<Kept>& kept, size_t workers) {
  std::map<std::pair<uint64_t, int>, std::set<int>> workers_of;
  std::map<int, size_t> frames_of;
  for (const Kept& k : kept) {
    workers_of[HostsOf(k.bytes)].insert(k.worker);
    ++frames_of[k.worker];
  }
  size_t split = 0;
  for (const auto& [pair, seen] : workers_of) split += seen.size() > 1 ? 1 : 0;
  EXPECT_EQ(split, 0u) << "of " << workers_of.size() << " pairs";
  ASSERT_EQ(frames_of.size(), workers);
  for (const auto& [worker, frames] : frames_of) {
    EXPECT_GT(frames, kept.size() / workers / 3) << "worker " << worker << " of " << workers;
  }
}

class CaptureFanoutTest : public testing::TestWithParam<int> {};

TEST_P(CaptureFanoutTest, NothingIsLostDoubledOrSplit) {
  RN_ENTER_NAMESPACE();
  const int workers = GetParam();
  ASSERT_TRUE(MakePair("x0", "x1"));
  Bench bench(Workers(workers, "x1"));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  const size_t sent = SendAll(300);
  ASSERT_EQ(sent, 300u * 3 * 2 * 4);
  ASSERT_TRUE(bench.UntilFrames(sent));
  const InterfaceReport report = bench.Report("x1");
  EXPECT_EQ(report.handles.size(), static_cast<size_t>(workers));
  EXPECT_EQ(report.ledger.received, sent);
  EXPECT_EQ(report.ledger.kernel_ring_dropped, 0u);
  EXPECT_EQ(bench.kept().size(), sent);
  ExpectEachPairInOneWorker(bench.kept(), static_cast<size_t>(workers));
}

INSTANTIATE_TEST_SUITE_P(Workers, CaptureFanoutTest, testing::Values(2, 3, 4));

TEST(CaptureFanoutLifeTest, GoesOnAfterDownAndUp) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  Bench bench(Workers(2, "x1"));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  ASSERT_TRUE(Shell("ip link set x1 down"));
  ASSERT_TRUE(bench.Until([&] { return bench.Report("x1").state == SourceState::kInterfaceDown; }));
  ASSERT_TRUE(Shell("ip link set x1 up"));
  ASSERT_TRUE(capture_bench::WaitUntilUp("x0") && capture_bench::WaitUntilUp("x1"));
  ASSERT_TRUE(bench.Until([&] { return bench.Report("x1").state == SourceState::kActive; }));
  const size_t sent = SendAll(100);
  ASSERT_TRUE(bench.UntilFrames(sent));
  EXPECT_EQ(bench.kept().size(), sent);
  ExpectEachPairInOneWorker(bench.kept(), 2);
}

TEST(CaptureFanoutLifeTest, FormsWhenTheInterfaceComesUp) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  ASSERT_TRUE(Shell("ip link set x1 down"));
  Bench bench(Workers(2, "x1"));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  ASSERT_TRUE(Shell("ip link set x1 up"));
  ASSERT_TRUE(capture_bench::WaitUntilUp("x0") && capture_bench::WaitUntilUp("x1"));
  ASSERT_TRUE(bench.Until([&] { return bench.Report("x1").state == SourceState::kActive; }));
  const size_t sent = SendAll(100);
  ASSERT_TRUE(bench.UntilFrames(sent));
  EXPECT_EQ(bench.kept().size(), sent);
  ExpectEachPairInOneWorker(bench.kept(), 2);
}

// A socket that joined a group cannot leave it: spares form a new one.
TEST(CaptureFanoutLifeTest, SparesFormANewGroupAfterDeletion) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(MakePair("x0", "x1"));
  Bench bench(Workers(2, "x1"));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  ASSERT_TRUE(Shell("ip link del x1"));
  ASSERT_TRUE(bench.Until([&] { return bench.Report("x1").state == SourceState::kInterfaceGone; }));
  ASSERT_TRUE(MakePair("x0", "x1"));
  ASSERT_TRUE(bench.Until([&] { return bench.Report("x1").state == SourceState::kActive; }));
  const size_t sent = SendAll(100);
  ASSERT_TRUE(bench.UntilFrames(sent));
  EXPECT_EQ(bench.kept().size(), sent);
  EXPECT_EQ(bench.Report("x1").ledger.received, sent);
  ExpectEachPairInOneWorker(bench.kept(), 2);
}

TEST(CaptureFanoutLifeTest, LoopbackShowsEachPacketOnce) {
  RN_ENTER_NAMESPACE();
  ASSERT_TRUE(Shell("ip link set lo up"));
  Bench bench(Workers(2, "lo"));
  ASSERT_TRUE(bench.status().ok()) << Message(bench.status());
  const UniqueFd listener(socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in here{};
  here.sin_family = AF_INET;
  here.sin_port = htons(9999);
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&here), sizeof here), 0);
  for (uint32_t i = 1; i <= 50; ++i) ASSERT_TRUE(SendDatagrams(0x7f000000 + i, 9999, 2));
  ASSERT_TRUE(bench.Until([&] {
    const PacketLedger ledger = bench.Report("lo").ledger;
    return ledger.received >= 100 && ledger.waiting == 0;
  }));
  EXPECT_EQ(bench.kept().size(), 100u);
  EXPECT_EQ(bench.Report("lo").ledger.received, 100u);
}

}  // namespace
}  // namespace rustnet
