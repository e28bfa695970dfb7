// SPDX-License-Identifier: Apache-2.0
// What a flow tells for comparison with the same packets on another interface.
#include <gtest/gtest.h>

#include <string_view>

#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

FlowView Only(FlowTable* table) {
  const std::vector<FlowView> views = Views(*table, kStart + kSecond);
  EXPECT_EQ(views.size(), 1U);
  return views.empty() ? FlowView() : views.front();
}

TEST(SeenSpanTest, FromTheSynToTheLastByte) {
  FlowTable table(Options());
  const Talk talk;
  Add(&table,
      {talk.Tcp(kStart, true, kSyn, 1000, 0), talk.Tcp(kStart, false, kSyn | kAck, 50, 1001),
       talk.Tcp(kStart, true, kAck, 1001, 51, "hello")});
  const FlowView view = Only(&table);
  EXPECT_EQ(view.span[0], (SeenSpan{1000, 1006, true}));
  EXPECT_EQ(view.span[1], (SeenSpan{50, 51, true}));
}

TEST(SeenSpanTest, WithoutItsSynFromTheFirstByteThatWasSeen) {
  FlowTable table(Options());
  const Talk talk;
  Add(&table, {talk.Tcp(kStart, true, kAck, 1000, 7, "hello"),
               talk.Tcp(kStart, true, kAck, 1005, 7, "world")});
  EXPECT_EQ(Only(&table).span[0], (SeenSpan{1000, 1010, false}));
  EXPECT_EQ(Only(&table).span[1], SeenSpan{});
  Add(&table, {talk.Tcp(kStart, false, kAck, 7, 1010)});
  EXPECT_EQ(Only(&table).span[1], (SeenSpan{7, 7, false}));
}

TEST(SeenSpanTest, ASynThatWasNotAcceptedIsNoBeginning) {
  FlowTable table(Options());
  const Talk talk;
  Add(&table,
      {talk.Tcp(kStart, true, kSyn, 1000, 0), talk.Tcp(kStart, false, kSyn | kAck, 50, 1001),
       talk.Tcp(kStart, true, kAck, 1001, 51), talk.Tcp(kStart, true, kSyn, 900'000, 0)});
  EXPECT_FALSE(Only(&table).span[0].whole);
}

uint32_t MarkOf(const Talk& talk, std::string_view first, bool from_client = true) {
  FlowTable table(Options());
  Add(&table, {talk.Make(kStart, from_client, first), talk.Make(kStart, from_client, "second")});
  const FlowView view = Only(&table);
  EXPECT_EQ(view.span[1], SeenSpan{});
  EXPECT_EQ(view.span[0].end, 0U);
  return view.span[0].begin;
}

TEST(SeenSpanTest, ADatagramIsKnownByTheFirstOneWhateverItsAddress) {
  const Talk talk{.protocol = Protocol::kUdp};
  const Talk translated{.protocol = Protocol::kUdp, .client = 0x0A0000FE, .client_port = 1024};
  const uint32_t mark = MarkOf(talk, "a question");
  EXPECT_NE(mark, 0U);
  EXPECT_EQ(mark, MarkOf(translated, "a question"));
  EXPECT_NE(mark, MarkOf(talk, "A question"));
  EXPECT_NE(mark, MarkOf(talk, "a question."));
  EXPECT_NE(MarkOf(talk, ""), 0U);
  // Beyond the first bytes only the length tells.
  EXPECT_EQ(MarkOf(talk, "0123456789abcdef0"), MarkOf(talk, "0123456789abcdef1"));
}

}  // namespace
}  // namespace rustnet::net
