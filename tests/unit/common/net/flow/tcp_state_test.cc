// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/tcp_state.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

using S = TcpState;

// RFC 9293 figure 5 and section 3.10.7, written a second time as packets: what was sent by whom,
// and the states of the initiator and of the other endpoint after it.
struct StepCase {
  bool client;
  uint8_t flags;
  bool payload;
  bool acks_fin;
  S one;
  S other;
};
struct Walk {
  const char* name;
  std::vector<StepCase> steps;
};

const Walk kWalks[] = {
    {"PassiveClose",
     {{true, kSyn, false, false, S::kSynSent, S::kNone},
      {false, kSyn | kAck, false, false, S::kEstablished, S::kSynReceived},
      {true, kAck, false, false, S::kEstablished, S::kEstablished},
      {true, kAck | kFin, false, false, S::kFinWait1, S::kCloseWait},
      {false, kAck, false, true, S::kFinWait2, S::kCloseWait},
      {false, kAck, true, true, S::kFinWait2, S::kCloseWait},
      {false, kAck | kFin, false, true, S::kTimeWait, S::kLastAck},
      {true, kAck, false, true, S::kTimeWait, S::kClosed},
      {true, kAck, false, true, S::kTimeWait, S::kClosed}}},
    {"FinAnsweredByFinAck",
     {{true, kSyn, false, false, S::kSynSent, S::kNone},
      {false, kSyn | kAck, false, false, S::kEstablished, S::kSynReceived},
      {true, kAck, false, false, S::kEstablished, S::kEstablished},
      {false, kAck | kFin, false, false, S::kCloseWait, S::kFinWait1},
      {true, kAck | kFin, false, true, S::kLastAck, S::kTimeWait},
      {false, kAck, false, true, S::kClosed, S::kTimeWait}}},
    {"SimultaneousClose",
     {{true, kAck, true, false, S::kEstablished, S::kEstablished},
      {true, kAck | kFin, false, false, S::kFinWait1, S::kCloseWait},
      {false, kAck, false, true, S::kFinWait2, S::kCloseWait}}},
    {"ClosingByCrossedFins",
     {{true, kAck, true, false, S::kEstablished, S::kEstablished},
      {true, kAck | kFin, false, false, S::kFinWait1, S::kCloseWait},
      // Sent before the other's FIN arrived: it does not acknowledge it.
      {false, kAck | kFin, false, false, S::kClosing, S::kLastAck},
      {true, kAck, false, true, S::kClosing, S::kClosed},
      {false, kAck, false, true, S::kTimeWait, S::kClosed}}},
    {"SimultaneousOpen",
     {{true, kSyn, false, false, S::kSynSent, S::kNone},
      {false, kSyn, false, false, S::kSynReceived, S::kSynSent},
      {true, kSyn | kAck, false, false, S::kSynReceived, S::kEstablished},
      {false, kSyn | kAck, false, false, S::kEstablished, S::kEstablished}}},
    {"SynRepeated",
     {{true, kSyn, false, false, S::kSynSent, S::kNone},
      {true, kSyn, false, false, S::kSynSent, S::kNone},
      {false, kSyn | kAck, false, false, S::kEstablished, S::kSynReceived},
      {false, kSyn | kAck, false, false, S::kEstablished, S::kSynReceived},
      {true, kAck, false, false, S::kEstablished, S::kEstablished}}},
    {"SynAckFirst",
     {{false, kSyn | kAck, false, false, S::kEstablished, S::kSynReceived},
      {true, kAck, false, false, S::kEstablished, S::kEstablished}}},
    {"SynAckMissed",
     {{true, kSyn, false, false, S::kSynSent, S::kNone},
      {true, kAck, false, false, S::kEstablished, S::kEstablished}}},
    {"SynAckMissedDataFromServer",
     {{true, kSyn, false, false, S::kSynSent, S::kNone},
      {false, kAck, true, false, S::kEstablished, S::kEstablished}}},
    {"ChallengeAckDoesNotOpen",
     {{true, kSyn, false, false, S::kSynSent, S::kNone},
      {false, kAck, false, false, S::kSynSent, S::kEstablished}}},
    {"FastOpenData",
     {{true, kSyn, true, false, S::kSynSent, S::kNone},
      {false, kSyn | kAck, false, false, S::kEstablished, S::kSynReceived},
      {false, kAck, true, false, S::kEstablished, S::kSynReceived},
      {true, kAck, false, false, S::kEstablished, S::kEstablished}}},
    {"FinInSynReceived",
     {{true, kSyn, false, false, S::kSynSent, S::kNone},
      {false, kSyn | kAck, false, false, S::kEstablished, S::kSynReceived},
      {false, kAck | kFin, false, false, S::kCloseWait, S::kFinWait1}}},
    {"AckAndFinInOne",
     {{true, kSyn, false, false, S::kSynSent, S::kNone},
      {false, kSyn | kAck, false, false, S::kEstablished, S::kSynReceived},
      {true, kAck | kFin, false, false, S::kFinWait1, S::kCloseWait}}},
    {"Refused",
     {{true, kSyn, false, false, S::kSynSent, S::kNone},
      {false, kRst | kAck, false, false, S::kReset, S::kReset}}},
    {"MidStreamAck", {{true, kAck, false, false, S::kEstablished, S::kEstablished}}},
    {"MidStreamFin", {{false, kAck | kFin, false, false, S::kCloseWait, S::kFinWait1}}},
    {"MidStreamReset", {{false, kRst, false, false, S::kReset, S::kReset}}},
    {"ResetOfOpen",
     {{true, kAck, true, false, S::kEstablished, S::kEstablished},
      {false, kRst, false, false, S::kReset, S::kReset},
      {true, kAck, false, false, S::kReset, S::kReset}}},
    {"ResetOfHalfClosed",
     {{true, kAck | kFin, false, false, S::kFinWait1, S::kCloseWait},
      {false, kRst, false, false, S::kReset, S::kReset}}},
    {"ResetAfterBothFins",
     {{true, kAck | kFin, false, false, S::kFinWait1, S::kCloseWait},
      {false, kAck | kFin, false, true, S::kTimeWait, S::kLastAck},
      {true, kRst, false, false, S::kClosed, S::kClosed}}},
    {"NoFlagsAtAll", {{true, 0, false, false, S::kEstablished, S::kNone}}},
};

TEST(TcpStateTest, WalksOfTheRfc) {
  for (const Walk& walk : kWalks) {
    S client = S::kNone;
    S server = S::kNone;
    for (size_t i = 0; i < walk.steps.size(); ++i) {
      const StepCase& step = walk.steps[i];
      const TcpPacket packet{.flags = step.flags,
                             .payload = step.payload,
                             .acks_fin = step.acks_fin,
                             .rst_in_window = true};
      if (step.client) {
        Step(packet, &client, &server);
      } else {
        Step(packet, &server, &client);
      }
      EXPECT_EQ(client, step.one) << walk.name << " step " << i;
      EXPECT_EQ(server, step.other) << walk.name << " step " << i;
    }
  }
}

TEST(TcpStateTest, EveryRowIsTakenAndNoOtherEventMoves) {
  std::set<std::pair<S, TcpEvent>> rows;
  for (const TcpRow& row : TcpRows()) {
    EXPECT_TRUE(rows.emplace(row.from, row.event).second) << "two rows for one event";
    EXPECT_NE(row.from, row.to);
    EXPECT_EQ(Next(row.from, row.event), row.to);
  }
  for (int state = 0; state <= static_cast<int>(S::kReset); ++state) {
    for (int event = 0; event <= static_cast<int>(TcpEvent::kReset); ++event) {
      const auto pair = std::pair(static_cast<S>(state), static_cast<TcpEvent>(event));
      if (rows.contains(pair)) continue;
      EXPECT_EQ(Next(pair.first, pair.second), pair.first);
    }
  }
}

TEST(TcpStateTest, ClosedAndResetAreNeverLeft) {
  for (int event = 0; event <= static_cast<int>(TcpEvent::kReset); ++event) {
    EXPECT_EQ(Next(S::kClosed, static_cast<TcpEvent>(event)), S::kClosed);
    EXPECT_EQ(Next(S::kReset, static_cast<TcpEvent>(event)), S::kReset);
  }
}

TEST(TcpStateTest, AResetOutsideTheWindowIsVoid) {
  S one = S::kEstablished;
  S other = S::kEstablished;
  Step({.flags = kRst, .rst_in_window = false}, &one, &other);
  EXPECT_EQ(one, S::kEstablished);
  EXPECT_EQ(other, S::kEstablished);
}

struct EndCase {
  const char* name;
  std::vector<std::pair<bool, uint8_t>> packets;  // from the client?, flags
  const char* state;
};

const EndCase kEnds[] = {
    {"Syn", {{true, kSyn}}, "syn_sent"},
    {"SynTwice", {{true, kSyn}, {true, kSyn}}, "syn_sent"},
    {"SynAnswered", {{true, kSyn}, {false, kSyn | kAck}}, "syn_recv"},
    {"SynAckAlone", {{false, kSyn | kAck}}, "syn_recv"},
    {"Handshake", {{true, kSyn}, {false, kSyn | kAck}, {true, kAck}}, "established"},
    {"ServerDataBeforeAck", {{true, kSyn}, {false, kSyn | kAck}, {false, kAck}}, "syn_recv"},
    {"SynAckMissed", {{true, kSyn}, {false, kAck}}, "established"},
    {"MidStream", {{true, kAck}}, "established"},
    {"HalfClosed", {{true, kAck}, {true, kFin | kAck}, {false, kAck}}, "half_closed"},
    {"FinTwiceBySame", {{true, kFin | kAck}, {true, kFin | kAck}}, "half_closed"},
    {"Closed", {{true, kFin | kAck}, {false, kFin | kAck}, {true, kAck}}, "closed"},
    {"Refused", {{true, kSyn}, {false, kRst | kAck}}, "reset"},
    {"ResetAfterClose", {{true, kFin | kAck}, {false, kFin | kAck}, {true, kRst}}, "reset"},
    {"UsedAgain",
     {{true, kSyn}, {true, kFin | kAck}, {false, kFin | kAck}, {true, kSyn}},
     "syn_sent"},
    {"UsedAgainAfterReset",
     {{true, kAck}, {false, kRst}, {true, kSyn}, {false, kSyn | kAck}},
     "syn_recv"},
};

TEST(TcpStateTest, EndStates) {
  for (const EndCase& c : kEnds) {
    TcpFlagsSeen seen;
    for (const auto& [client, flags] : c.packets) {
      seen.Add(flags, client ? Direction::kForward : Direction::kBackward);
    }
    EXPECT_EQ(EndState(seen.Expand()), c.state) << c.name;
  }
}

}  // namespace
}  // namespace rustnet::net
