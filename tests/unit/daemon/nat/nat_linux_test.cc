// SPDX-License-Identifier: Apache-2.0
// What is made of the held sockets; a pair of datagram sockets stands for each.
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "daemon/nat/nat.h"
#include "tests/unit/daemon/nat/recorded.h"

namespace rustnet {
namespace {

using recorded::FromHex;
using recorded::Octets;

class NatTest : public testing::Test {
 protected:
  NatTest() {
    handles_.conntrack_events = Pair(&events_);
    handles_.conntrack_dump = Pair(&dump_);
  }

  static UniqueFd Pair(UniqueFd* kernel) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
    kernel->reset(ends[1]);
    return UniqueFd(ends[0]);
  }
  static void Say(const UniqueFd& kernel, const Octets& datagram) {
    ASSERT_EQ(send(kernel.get(), datagram.data(), datagram.size(), 0),
              static_cast<ssize_t>(datagram.size()));
  }
  static Octets Done(uint16_t type, int32_t error) {
    nlmsghdr header{};
    header.nlmsg_len = sizeof header + sizeof error;
    header.nlmsg_type = type;
    Octets datagram(header.nlmsg_len);
    std::memcpy(datagram.data(), &header, sizeof header);
    std::memcpy(datagram.data() + sizeof header, &error, sizeof error);
    return datagram;
  }

  Handles handles_;
  UniqueFd events_;
  UniqueFd dump_;
};

TEST_F(NatTest, TheDumpAndThenTheEvents) {
  const std::unique_ptr<Nat> nat = MakeNat(handles_);
  Say(events_, FromHex(recorded::kUdpGone));
  Say(dump_, FromHex(recorded::kDump));
  Say(dump_, Done(NLMSG_DONE, 0));
  nat->Poll(kSecond);
  EXPECT_EQ(nat->counters().translations, 5u);
  EXPECT_EQ(nat->counters().events, 6u);
  EXPECT_EQ(nat->backend().state, BackendState::State::kActive);
  nat->Poll(100 * kSecond);  // one of the dump had ended since
  EXPECT_EQ(nat->counters().translations, 4u);
  EXPECT_EQ(nat->counters().malformed, 0u);
  EXPECT_EQ(nat->lost_at(), 0);
}

TEST_F(NatTest, WhatCannotBeReadIsCounted) {
  const std::unique_ptr<Nat> nat = MakeNat(handles_);
  Octets cut = FromHex(recorded::kTcp);
  cut.erase(cut.end() - 5, cut.end());
  Say(events_, cut);
  Say(events_, FromHex(recorded::kTcp));
  nat->Poll(kSecond);
  EXPECT_EQ(nat->counters().malformed, 1u);
  EXPECT_EQ(nat->counters().translations, 1u);
}

TEST_F(NatTest, AKernelWithoutItIsASentence) {
  const std::unique_ptr<Nat> nat = MakeNat(handles_);
  Say(dump_, Done(NLMSG_ERROR, -EINVAL));
  nat->Poll(kSecond);
  const BackendState state = nat->backend();
  EXPECT_EQ(state.name, "nat/conntrack");
  EXPECT_EQ(state.state, BackendState::State::kOff);
  EXPECT_NE(state.text.find("nf_conntrack_netlink"), std::string::npos) << state.text;
  EXPECT_EQ(state.text.back(), '.');
  Say(events_, FromHex(recorded::kTcp));
  nat->Poll(kSecond);
  EXPECT_EQ(nat->counters().translations, 0u);
}

TEST(NatWithoutSocketsTest, SaysWhatTheSealSaid) {
  Handles handles;
  handles.conntrack_refusal = "cannot open a netlink socket to follow address translation: no";
  const std::unique_ptr<Nat> nat = MakeNat(handles);
  nat->Poll(kSecond);
  EXPECT_EQ(nat->backend().state, BackendState::State::kOff);
  EXPECT_EQ(nat->backend().text.find(handles.conntrack_refusal), 0u);
  EXPECT_EQ(nat->Find(net::FlowKey()), nullptr);
}

}  // namespace
}  // namespace rustnet
