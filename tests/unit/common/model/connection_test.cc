// SPDX-License-Identifier: Apache-2.0
#include "common/model/connection.h"

#include <gtest/gtest.h>

#include "common/model/service.h"

namespace rustnet::model {
namespace {

TEST(ConnectionTest, NamesAreTheWordsOfTheInterface) {
  EXPECT_EQ(Name(Protocol::kTcp), "tcp");
  EXPECT_EQ(Name(Protocol::kLink), "link");
  EXPECT_EQ(Name(Direction::kTransit), "transit");
  EXPECT_EQ(Name(State::kTcpEstablished), "ESTABLISHED");
  EXPECT_EQ(Name(State::kTcpUnknown), "UNKNOWN");
  EXPECT_EQ(Name(State::kUdpStale), "STALE");
  EXPECT_EQ(Name(State::kQuicConnected), "CONNECTED");
  EXPECT_EQ(Name(Quality::kNetnsUnique), "netns unique");
  EXPECT_EQ(Name(NoOwner::kReplay), "replay");
  EXPECT_EQ(Name(NameSource::kDhcp), "dhcp");
}

TEST(ConnectionTest, UnknownNumbersHaveNoName) {
  EXPECT_EQ(Name(static_cast<Protocol>(200)), "");
  EXPECT_EQ(Name(static_cast<State>(13)), "");
  EXPECT_EQ(Name(static_cast<State>(23)), "");
  EXPECT_EQ(Name(static_cast<State>(255)), "");
  EXPECT_EQ(Name(static_cast<NoOwner>(99)), "");
}

TEST(ConnectionTest, StateTextStandsBeforeTheState) {
  Connection c;
  EXPECT_EQ(StateText(c), "");
  c.state = State::kUdpIdle;
  EXPECT_EQ(StateText(c), "IDLE");
  c.state_text = "OFFER";
  EXPECT_EQ(StateText(c), "OFFER");
}

TEST(ServiceTest, ByTheRemotePortFirst) {
  Connection c;
  c.protocol = Protocol::kTcp;
  c.local.port = 22;
  c.remote.port = 50'001;
  EXPECT_EQ(ServiceName(c), "ssh");
  c.remote.port = 443;
  EXPECT_EQ(ServiceName(c), "https");
  c.local.port = c.remote.port = 65'535;
  EXPECT_EQ(ServiceName(c), "");
  c.protocol = Protocol::kIcmp;  // the port is an echo id
  c.remote.port = 443;
  EXPECT_EQ(ServiceName(c), "");
}

}  // namespace
}  // namespace rustnet::model
