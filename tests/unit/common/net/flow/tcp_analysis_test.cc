// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/tcp_analysis.h"

#include <gtest/gtest.h>

#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

constexpr auto kOut = Direction::kForward;
constexpr auto kIn = Direction::kBackward;

// One connection; sequence numbers are relative to `base` so that each test runs across a wrap too.
class TcpAnalysisTest : public testing::TestWithParam<uint32_t> {
 protected:
  void Send(Duration at, Direction from, uint8_t flags, uint32_t seq, uint32_t ack,
            uint32_t length = 0, uint16_t window = 500) {
    Analyse(Header(flags, seq, ack, window), length, kStart + at, from, &tcp_);
  }
  TcpHeader Header(uint8_t flags, uint32_t seq, uint32_t ack, uint16_t window = 500) const {
    return {.seq = GetParam() + seq,
            .ack = (flags & kAck) != 0 ? GetParam() + ack : 0,
            .window = window,
            .flags = flags,
            .window_scale = scale_};
  }
  // SYN at 0, SYN-ACK at 20 ms, ACK at 21 ms.
  void Handshake() {
    Send(0, kOut, kSyn, 0, 0);
    Send(20 * kMillisecond, kIn, kSyn | kAck, 0, 1);
    Send(21 * kMillisecond, kOut, kAck, 1, 1);
  }
  TcpMetrics metrics() const { return Metrics(tcp_); }

  int8_t scale_ = -1;
  TcpAnalysis tcp_;
};

INSTANTIATE_TEST_SUITE_P(Bases, TcpAnalysisTest,
                         testing::Values(0U, 5000U, 0xFFFFFFFFU, 0xFFFFFE00U, 0x7FFFFF00U));

TEST_P(TcpAnalysisTest, ACleanConversationHasNoAnomaly) {
  Handshake();
  uint32_t out = 1;
  for (int i = 0; i < 20; ++i, out += 100) {
    Send((30 + i) * kMillisecond, kOut, kAck, out, 1, 100);
    Send((30 + i) * kMillisecond + 500, kIn, kAck, 1, out + 100);
  }
  Send(60 * kMillisecond, kOut, kAck | kFin, out, 1);
  Send(61 * kMillisecond, kIn, kAck | kFin, 1, out + 1);
  Send(62 * kMillisecond, kOut, kAck, out + 1, 2);
  const TcpMetrics m = metrics();
  EXPECT_EQ(m.retransmissions, 0U);
  EXPECT_EQ(m.out_of_order, 0U);
  EXPECT_EQ(m.duplicate_acks, 0U);
  EXPECT_EQ(m.gaps, 0U);
  EXPECT_EQ(m.handshake_rtt_us, 21'000U);
}

TEST_P(TcpAnalysisTest, ARepeatedSegmentAfterAWhileIsARetransmission) {
  Handshake();
  Send(30 * kMillisecond, kOut, kAck, 1, 1, 100);
  Send(330 * kMillisecond, kOut, kAck, 1, 1, 100);
  EXPECT_EQ(metrics().retransmissions, 1U);
  EXPECT_EQ(metrics().out_of_order, 0U);
}

TEST_P(TcpAnalysisTest, InBothDirections) {
  Handshake();
  Send(30 * kMillisecond, kIn, kAck, 1, 1, 100);
  Send(330 * kMillisecond, kIn, kAck, 1, 1, 100);
  EXPECT_EQ(metrics().retransmissions, 1U);
}

TEST_P(TcpAnalysisTest, AnOlderSegmentWithinARoundTripIsOutOfOrder) {
  Handshake();
  Send(30 * kMillisecond, kOut, kAck, 101, 1, 100);
  Send(40 * kMillisecond, kOut, kAck, 1, 1, 100);
  EXPECT_EQ(metrics().gaps, 1U);
  EXPECT_EQ(metrics().out_of_order, 1U);
  EXPECT_EQ(metrics().retransmissions, 0U);
}

TEST_P(TcpAnalysisTest, WithoutAHandshakeThreeMillisecondsAreTheRoundTrip) {
  Send(0, kOut, kAck, 1, 1, 100);
  Send(kMillisecond, kOut, kAck, 201, 1, 100);
  Send(3 * kMillisecond, kOut, kAck, 101, 1, 50);
  EXPECT_EQ(metrics().out_of_order, 1U);
  Send(5 * kMillisecond, kOut, kAck, 151, 1, 50);
  EXPECT_EQ(metrics().out_of_order, 1U);
  EXPECT_EQ(metrics().retransmissions, 1U);
}

TEST_P(TcpAnalysisTest, DuplicateAcksAndTheFastRetransmissionTheyAskFor) {
  Handshake();
  for (uint32_t i = 0; i < 5; ++i) Send(30 * kMillisecond, kOut, kAck, 1 + 100 * i, 1, 100);
  for (int i = 0; i < 4; ++i) Send((40 + i) * kMillisecond, kIn, kAck, 1, 101);
  EXPECT_EQ(metrics().duplicate_acks, 3U);
  Send(45 * kMillisecond, kOut, kAck, 101, 1, 100);
  EXPECT_EQ(metrics().fast_retransmissions, 1U);
  EXPECT_EQ(metrics().retransmissions, 1U);
}

TEST_P(TcpAnalysisTest, AWindowUpdateIsNoDuplicateAck) {
  Handshake();
  Send(30 * kMillisecond, kOut, kAck, 1, 1, 100);
  Send(31 * kMillisecond, kIn, kAck, 1, 101);
  Send(32 * kMillisecond, kIn, kAck, 1, 101, 0, 600);
  EXPECT_EQ(metrics().duplicate_acks, 0U);
}

TEST_P(TcpAnalysisTest, KeepAlivesAreNoAnomaly) {
  Handshake();
  Send(30 * kMillisecond, kOut, kAck, 1, 1, 100);
  Send(31 * kMillisecond, kIn, kAck, 1, 101);
  for (int i = 1; i < 5; ++i) {
    Send(i * kSecond, kOut, kAck, 100, 1, i % 2);
    Send(i * kSecond + kMillisecond, kIn, kAck, 1, 101);
  }
  const TcpMetrics m = metrics();
  EXPECT_EQ(m.retransmissions, 0U);
  EXPECT_EQ(m.out_of_order, 0U);
  EXPECT_EQ(m.duplicate_acks, 0U);
}

TEST_P(TcpAnalysisTest, WindowProbesAreNoAnomaly) {
  Handshake();
  Send(30 * kMillisecond, kOut, kAck, 1, 1, 100);
  Send(31 * kMillisecond, kIn, kAck, 1, 101, 0, 0);
  Send(230 * kMillisecond, kOut, kAck, 101, 1, 1);
  Send(231 * kMillisecond, kIn, kAck, 1, 101, 0, 0);
  Send(430 * kMillisecond, kOut, kAck, 101, 1, 1);
  Send(431 * kMillisecond, kIn, kAck, 1, 101, 0, 500);
  Send(432 * kMillisecond, kOut, kAck, 101, 1, 100);
  const TcpMetrics m = metrics();
  EXPECT_EQ(m.retransmissions, 0U);
  EXPECT_EQ(m.out_of_order, 0U);
  EXPECT_EQ(m.duplicate_acks, 0U);
  EXPECT_EQ(m.gaps, 0U);
}

TEST_P(TcpAnalysisTest, WhatTheReceiverHadIsSpuriousAndCounted) {
  Handshake();
  Send(30 * kMillisecond, kOut, kAck, 1, 1, 100);
  Send(31 * kMillisecond, kIn, kAck, 1, 101);
  Send(32 * kMillisecond, kOut, kAck, 1, 1, 100);
  EXPECT_EQ(metrics().retransmissions, 1U);
}

TEST_P(TcpAnalysisTest, SynAndFinAreRetransmittedToo) {
  Send(0, kOut, kSyn, 0, 0);
  Send(kSecond, kOut, kSyn, 0, 0);
  Send(kSecond + kMillisecond, kIn, kSyn | kAck, 0, 1);
  Send(kSecond + 2 * kMillisecond, kOut, kAck, 1, 1);
  Send(2 * kSecond, kOut, kAck | kFin, 1, 1);
  Send(3 * kSecond, kOut, kAck | kFin, 1, 1);
  EXPECT_EQ(metrics().retransmissions, 2U);
  EXPECT_EQ(metrics().handshake_rtt_us, 2000U) << "from the SYN that was answered";
}

TEST_P(TcpAnalysisTest, APortUsedAgainIsComparedWithNothing) {
  Handshake();
  Send(30 * kMillisecond, kOut, kAck, 1, 1, 100);
  Send(kSecond, kOut, kSyn, 0x40000000, 0);
  Send(kSecond, kIn, kSyn | kAck, 0x50000000, 0x40000001);
  Send(kSecond, kOut, kAck, 0x40000001, 0x50000001, 100);
  EXPECT_EQ(metrics().retransmissions, 0U);
  EXPECT_EQ(metrics().gaps, 0U);
}

TEST_P(TcpAnalysisTest, FragmentsAreNoGap) {
  Handshake();
  Send(30 * kMillisecond, kOut, kAck, 1, 1, 100);
  AddTcpFragment(900, kOut, &tcp_);
  Send(31 * kMillisecond, kOut, kAck, 1001, 1, 100);
  EXPECT_EQ(metrics().gaps, 0U);
  EXPECT_EQ(metrics().retransmissions, 0U);
}

TEST_P(TcpAnalysisTest, ASynThatNobodyAcceptsDisturbsNothing) {
  Handshake();
  Send(30 * kMillisecond, kOut, kAck, 1, 1, 100);
  const TcpHeader forged = Header(kSyn, 0x40000000, 0);
  EXPECT_TRUE(IsAnotherSyn(tcp_, forged, kOut));
  EXPECT_FALSE(IsAnotherSyn(tcp_, Header(kSyn, 0, 0), kOut));
  NoteAnotherSyn(forged, kOut, &tcp_);
  Send(100 * kMillisecond, kOut, kAck, 101, 1, 100);
  EXPECT_EQ(metrics().gaps, 0U);
  EXPECT_EQ(metrics().retransmissions, 0U);
  // Data behind it show that it was accepted, though the answer was not captured.
  Send(kSecond, kOut, kAck, 0x40000001, 0x50000000, 100);
  Send(kSecond, kOut, kAck, 0x40000065, 0x50000000, 100);
  EXPECT_EQ(metrics().gaps, 0U);
  EXPECT_EQ(metrics().retransmissions, 0U);
}

TEST_P(TcpAnalysisTest, TheRoundTripIsThatOfTheFarEnd) {
  Handshake();  // 20 ms to the server, 1 ms to the client: the observer stands at the client
  Send(100 * kMillisecond, kOut, kAck, 1, 1, 100);
  Send(128 * kMillisecond, kIn, kAck, 1, 101, 100);
  Send(168 * kMillisecond, kOut, kAck, 101, 101);  // a delayed ACK of the client
  EXPECT_EQ(metrics().smoothed_rtt_us, 21'000U);   // 7/8 of 20 ms and 1/8 of 28 ms
}

TEST_P(TcpAnalysisTest, ALocalEndpointIsBetterEvidenceThanTheHandshake) {
  Handshake();
  tcp_.side[1].local = true;
  EXPECT_EQ(metrics().smoothed_rtt_us, 1000U);
}

TEST_P(TcpAnalysisTest, RetransmittedSegmentsAreNotTimed) {
  Handshake();
  Send(100 * kMillisecond, kOut, kAck, 1, 1, 100);
  Send(400 * kMillisecond, kOut, kAck, 1, 1, 100);
  Send(401 * kMillisecond, kIn, kAck, 1, 101);
  EXPECT_EQ(metrics().smoothed_rtt_us, 20'000U);
}

TEST_P(TcpAnalysisTest, AnAnswerAfterTenSecondsIsNotTimed) {
  Handshake();
  Send(100 * kMillisecond, kOut, kAck, 1, 1, 100);
  Send(11 * kSecond, kIn, kAck, 1, 101);
  EXPECT_EQ(metrics().smoothed_rtt_us, 20'000U);
  Send(12 * kSecond, kOut, kAck, 101, 1, 100);
  Send(12 * kSecond + 28 * kMillisecond, kIn, kAck, 1, 201);
  EXPECT_EQ(metrics().smoothed_rtt_us, 21'000U) << "a new probe was begun";
}

TEST_P(TcpAnalysisTest, TheWindowIsScaledOnceBothOffered) {
  scale_ = 7;
  Send(0, kOut, kSyn, 0, 0);
  Send(1, kIn, kSyn | kAck, 0, 1);
  EXPECT_EQ(metrics().window_bytes, 500U) << "never scaled in a SYN";
  Send(2, kOut, kAck, 1, 1);
  Send(3, kIn, kAck, 1, 1);
  EXPECT_EQ(metrics().window_bytes, 500U << 7);
}

TEST_P(TcpAnalysisTest, WhichResetsAreAcceptable) {
  Send(0, kOut, kSyn, 0, 0);
  EXPECT_TRUE(ResetInWindow(tcp_, Header(kRst | kAck, 0, 1), kIn)) << "refused";
  EXPECT_FALSE(ResetInWindow(tcp_, Header(kRst | kAck, 0, 77), kIn)) << "answers no SYN of ours";
  Send(1, kIn, kSyn | kAck, 0, 1);
  Send(2, kOut, kAck, 1, 1);
  Send(3, kOut, kAck, 1, 1, 100);
  EXPECT_TRUE(ResetInWindow(tcp_, Header(kRst, 101, 0), kOut));
  EXPECT_TRUE(ResetInWindow(tcp_, Header(kRst, 1, 0), kOut)) << "all that was acknowledged";
  EXPECT_TRUE(ResetInWindow(tcp_, Header(kRst, 1 + 499, 0), kOut));
  EXPECT_FALSE(ResetInWindow(tcp_, Header(kRst, 1 + 500, 0), kOut));
  EXPECT_FALSE(ResetInWindow(tcp_, Header(kRst, 0, 0), kOut));
}

TEST_P(TcpAnalysisTest, WhichAcksCoverAFin) {
  Handshake();
  Send(30 * kMillisecond, kOut, kAck | kFin, 1, 1, 10);
  EXPECT_FALSE(AcksFin(tcp_, Header(kAck, 1, 11), kIn)) << "the data, not the FIN";
  EXPECT_TRUE(AcksFin(tcp_, Header(kAck, 1, 12), kIn));
  EXPECT_FALSE(AcksFin(tcp_, Header(kAck, 12, 1), kOut)) << "the other side sent none";
}

}  // namespace
}  // namespace rustnet::net
