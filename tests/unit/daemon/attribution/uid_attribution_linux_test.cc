// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/uid_attribution_linux.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include "tests/unit/daemon/attribution/make_records.h"

namespace rustnet {
namespace {

using net::Protocol;
using Answer = UidTable::Answer;

constexpr uint32_t kSequence = 5;

std::string Message(uint16_t type, const std::string& body, uint32_t sequence = kSequence) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(sizeof header + body.size());
  header.nlmsg_type = type;
  header.nlmsg_seq = sequence;
  return BytesOf(header) + body;
}

std::string Socket(const Endpoint& local, const Endpoint& remote, uint32_t uid,
                   uint32_t sequence = kSequence, uint32_t inode = 77) {
  inet_diag_msg info{};
  info.idiag_family = local.address.is_v6() ? AF_INET6 : AF_INET;
  std::memcpy(info.id.idiag_src, local.address.raw().data(), 16);
  std::memcpy(info.id.idiag_dst, remote.address.raw().data(), 16);
  info.id.idiag_sport = htons(local.port);
  info.id.idiag_dport = htons(remote.port);
  info.idiag_uid = uid;
  info.idiag_inode = inode;
  return Message(SOCK_DIAG_BY_FAMILY, BytesOf(info), sequence);
}

TupleKey Key(const Endpoint& local, const Endpoint& remote) {
  return {.local = local.address,
          .remote = remote.address,
          .local_port = local.port,
          .remote_port = remote.port,
          .protocol = Protocol::kTcp};
}

TEST(UidTableTest, ADumpGivesUsersByTupleAndByPort) {
  UidTable table;
  const std::string dump = Socket("10.0.0.1:4000", "1.2.3.4:80", 1000) +
                           Socket("[::]:22", "[::]:0", 0) +
                           Socket("[::ffff:10.0.0.1]:4001", "[::ffff:1.2.3.4]:81", 1001);
  EXPECT_EQ(table.Learn(AsBytes(dump), Protocol::kTcp, kSequence, 1), Answer::kMore);
  EXPECT_EQ(table.Learn(AsBytes(Message(NLMSG_DONE, "")), Protocol::kTcp, kSequence, 1),
            Answer::kDone);
  const uint32_t* uid = table.Find(Key("10.0.0.1:4000", "1.2.3.4:80"));
  ASSERT_NE(uid, nullptr);
  EXPECT_EQ(*uid, 1000U);
  uid = table.Find(Key("10.0.0.1:4001", "1.2.3.4:81"));
  ASSERT_NE(uid, nullptr);
  EXPECT_EQ(*uid, 1001U);
  uid = table.Find(Key("10.0.0.1:22", "5.6.7.8:999"));
  ASSERT_NE(uid, nullptr);
  EXPECT_EQ(*uid, 0U);
  EXPECT_EQ(table.Find(Key("10.0.0.1:23", "5.6.7.8:999")), nullptr);
}

TEST(UidTableTest, OthersAnswersAndSocketsWithoutProcessArePassedOver) {
  UidTable table;
  const std::string dump = Socket("10.0.0.1:1", "1.2.3.4:80", 1, kSequence + 1) +
                           Socket("10.0.0.1:2", "1.2.3.4:80", 1, kSequence, 0) +
                           Message(NLMSG_DONE, "", kSequence + 1);
  EXPECT_EQ(table.Learn(AsBytes(dump), Protocol::kTcp, kSequence, 1), Answer::kMore);
  EXPECT_EQ(table.size(), 0U);
  EXPECT_EQ(table.Learn(AsBytes(Message(NLMSG_ERROR, "")), Protocol::kTcp, kSequence, 1),
            Answer::kError);
}

TEST(UidTableTest, OldAnswersAreForgotten) {
  UidTable table;
  table.Learn(AsBytes(Socket("10.0.0.1:1", "1.2.3.4:80", 1)), Protocol::kTcp, kSequence, 0);
  table.Expire(89 * kSecond);
  EXPECT_EQ(table.size(), 1U);
  table.Expire(90 * kSecond);
  EXPECT_EQ(table.size(), 0U);
}

TEST(UidTableTest, EveryPrefixIsHarmless) {
  const std::string dump = Socket("10.0.0.1:4000", "1.2.3.4:80", 1000) + Message(NLMSG_DONE, "");
  for (size_t n = 0; n < dump.size(); ++n) {
    UidTable table;
    const std::string heap = dump.substr(0, n);
    EXPECT_EQ(table.Learn(AsBytes(heap), Protocol::kTcp, kSequence, 1), Answer::kMore) << n;
  }
  std::string lie = dump;
  lie[0] = lie[1] = lie[2] = lie[3] = '\xff';  // a length of 4 GiB
  UidTable table;
  EXPECT_EQ(table.Learn(AsBytes(lie), Protocol::kTcp, kSequence, 1), Answer::kMore);
  lie[0] = lie[1] = lie[2] = lie[3] = 0;
  EXPECT_EQ(table.Learn(AsBytes(lie), Protocol::kTcp, kSequence, 1), Answer::kMore);
  EXPECT_EQ(table.size(), 0U);
}

TEST(AttributionTest, WithoutBpfTheReasonIsTold) {
  Handles handles;
  handles.bpf.rung = "UID";
  handles.bpf.refusal = "No BPF today.";
  handles.bpf.refusal_reason = BpfRefusal::kNoBtf;
  const auto attribution = MakeAttribution(handles);
  attribution->Poll(1);
  const std::vector<BackendState> backends = attribution->backends();
  ASSERT_EQ(backends.size(), 2U);
  EXPECT_EQ(backends[0].name, "attribution/L1");
  EXPECT_EQ(backends[0].state, BackendState::State::kFailed);
  EXPECT_EQ(backends[0].reason, BackendState::Reason::kNoBtf);
  EXPECT_EQ(backends[0].text, "No BPF today.");
  EXPECT_EQ(backends[1].name, "attribution/UID");
  EXPECT_EQ(backends[1].state, BackendState::State::kFailed) << "no sock_diag socket";
  EXPECT_EQ(attribution->Find(SocketTuple(), 5 * kSecond).reason, NoOwner::kBackendLimit);
}

}  // namespace
}  // namespace rustnet
