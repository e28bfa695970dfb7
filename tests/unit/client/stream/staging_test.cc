// SPDX-License-Identifier: Apache-2.0
#include "client/stream/staging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/stream/table.h"
#include "tests/unit/client/stream/wire.h"

namespace rustnet::client {
namespace {

using ::testing::HasSubstr;
using Result = Staging::Result;

std::map<uint64_t, std::pair<std::string, uint64_t>> RowsOf(const Table& table) {
  std::map<uint64_t, std::pair<std::string, uint64_t>> rows;
  for (Slot slot = 0; slot < table.slots(); ++slot) {
    const model::Connection* row = table.At(slot);
    if (row == nullptr || table.Gone(slot)) continue;
    rows[row->id] = {row->process.name, row->counters.bytes_sent};
  }
  return rows;
}

std::map<uint64_t, std::pair<std::string, uint64_t>> RowsOf(const WireTable& wire) {
  std::map<uint64_t, std::pair<std::string, uint64_t>> rows;
  for (const auto& [id, row] : wire.rows()) rows[id] = {row.name, row.bytes};
  return rows;
}

// Walks in pieces of any size that change under the walker, breaks and resumes anywhere, batches
// that merge unread, rows shown before they are whole: at every whole state the table is right.
TEST(StagingTest, AnyWalkGivesTheTableOfTheDaemon) {
  std::mt19937 rng(11);
  WireTable wire;
  Staging staging;
  Table table;
  Batch waiting;  // as a mailbox holds it
  bool has_waiting = false;
  uint64_t epoch = 1;
  const auto take = [&] {
    if (has_waiting) {
      waiting.Merge(staging.Take());
    } else {
      waiting = staging.Take();
      has_waiting = true;
    }
  };
  int compared = 0;
  ASSERT_EQ(staging.OnHello(HelloOf(epoch, v1::Hello::START_SNAPSHOT)), Result::kMore);
  uint64_t position = 0;
  uint64_t whole = 0;
  bool snapshot = true;
  for (int step = 0; step < 20'000; ++step) {
    for (uint64_t n = rng() % 6; n > 0; --n) wire.ChangeAtRandom(rng);
    if (rng() % 40 == 0) {  // the stream breaks
      if (rng() % 4 == 0) ++epoch;
      const auto resume = staging.resume();
      if (resume && resume->epoch() == epoch) {
        ASSERT_EQ(staging.OnHello(HelloOf(epoch, v1::Hello::START_RESUMED)), Result::kMore);
        position = whole = resume->revision();
        snapshot = false;
      } else {
        ASSERT_EQ(staging.OnHello(HelloOf(epoch, v1::Hello::START_EPOCH_CHANGED)), Result::kMore);
        position = whole = 0;
        snapshot = true;
      }
    }
    const v1::Delta delta = wire.Piece(position, whole, 1 + rng() % 30);
    const Result result = staging.OnDelta(delta);
    ASSERT_EQ(result, delta.more() ? Result::kMore : Result::kWhole) << staging.error();
    position = delta.revision();
    if (result == Result::kMore) {
      if (rng() % 8 == 0) take();  // "catching up"
      continue;
    }
    whole = position;
    take();
    if (snapshot) {
      v1::SnapshotDone done;
      done.set_rows(static_cast<uint32_t>(wire.rows().size()));
      ASSERT_NE(staging.OnSnapshotDone(done), Result::kStartOver) << staging.error();
      snapshot = false;
    }
    if (rng() % 3 != 0) continue;  // the user interface is paused
    std::vector<Slot> touched;
    table.Apply(std::move(waiting), &touched);
    has_waiting = false;
    if (rng() % 2 == 0) table.ForgetGone(std::nullopt);
    ASSERT_EQ(RowsOf(table), RowsOf(wire)) << "step " << step;
    ASSERT_EQ(table.live(), wire.rows().size());
    ASSERT_EQ(table.revision(), wire.revision());
    ++compared;
  }
  EXPECT_GT(compared, 1'000);
}

// A box that nobody empties holds at most the rows before it and the rows after it.
TEST(StagingTest, AnUnreadBatchStaysBounded) {
  WireTable wire;
  Staging staging;
  staging.OnHello(HelloOf(1, v1::Hello::START_SNAPSHOT));
  for (uint64_t id = 1; id <= 10; ++id) wire.Put(id, "old", 1);
  ASSERT_EQ(staging.OnDelta(wire.Piece(0, 0, 1'000)), Result::kWhole);
  Table table;
  std::vector<Slot> touched;
  table.Apply(staging.Take(), &touched);
  Batch waiting;
  for (uint64_t id = 100; id < 5'100; ++id) {
    const uint64_t base = staging.revision();
    wire.Put(id, "short-lived", 1);
    if (id > 105) wire.Remove(id - 5);
    ASSERT_EQ(staging.OnDelta(wire.Piece(base, base, 1'000)), Result::kWhole);
    waiting.Merge(staging.Take());
    ASSERT_LE(waiting.changes.size(), 20U);
  }
}

TEST(StagingTest, WhatDoesNotFitIsRefusedWithASentence) {
  WireTable wire;
  wire.Put(1, "a", 1);
  {
    Staging staging;
    EXPECT_EQ(staging.OnDelta(wire.Piece(0, 0, 9)), Result::kStartOver);
    EXPECT_THAT(staging.error(), HasSubstr("greeting"));
  }
  {
    Staging staging;
    staging.OnHello(HelloOf(1, v1::Hello::START_SNAPSHOT));
    v1::Delta delta = wire.Piece(0, 0, 9);
    delta.set_base(5);
    EXPECT_EQ(staging.OnDelta(delta), Result::kStartOver);
    EXPECT_THAT(staging.error(), HasSubstr("revision 5"));
    EXPECT_FALSE(staging.resume());
  }
  {
    Staging staging;
    staging.OnHello(HelloOf(1, v1::Hello::START_SNAPSHOT));
    v1::Delta delta;
    WireTable::AddColumn(99, 1, delta.mutable_columns());
    EXPECT_EQ(staging.OnDelta(delta), Result::kStartOver);
    EXPECT_THAT(staging.error(), HasSubstr("lacks"));
  }
  {
    Staging staging;
    staging.OnHello(HelloOf(1, v1::Hello::START_SNAPSHOT));
    v1::Delta delta;
    delta.mutable_columns()->add_ids(1);
    EXPECT_EQ(staging.OnDelta(delta), Result::kStartOver);
    EXPECT_THAT(staging.error(), HasSubstr("lengths"));
  }
  {
    Staging staging;
    staging.OnHello(HelloOf(1, v1::Hello::START_SNAPSHOT));
    ASSERT_EQ(staging.OnDelta(wire.Piece(0, 0, 9)), Result::kWhole);
    v1::SnapshotDone done;
    done.set_rows(2);
    EXPECT_EQ(staging.OnSnapshotDone(done), Result::kStartOver);
    EXPECT_THAT(staging.error(), HasSubstr("counted 2"));
  }
  {
    Staging staging;
    EXPECT_EQ(staging.OnHello(HelloOf(1, v1::Hello::START_RESUMED)), Result::kStartOver);
  }
}

TEST(StagingTest, ASnapshotReplacesEverythingAtOnce) {
  WireTable wire;
  wire.Put(1, "a", 1);
  Staging staging;
  Table table;
  std::vector<Slot> touched;
  staging.OnHello(HelloOf(1, v1::Hello::START_SNAPSHOT));
  staging.OnDelta(wire.Piece(0, 0, 9));
  table.Apply(staging.Take(), &touched);
  WireTable other;
  other.Put(2, "b", 2);
  staging.OnHello(HelloOf(2, v1::Hello::START_EPOCH_CHANGED));
  ASSERT_EQ(staging.OnDelta(other.Piece(0, 0, 9)), Result::kWhole);
  EXPECT_EQ(RowsOf(table), RowsOf(wire)) << "the old rows stay until the new ones are whole";
  table.Apply(staging.Take(), &touched);
  EXPECT_EQ(RowsOf(table), RowsOf(other));
}

TEST(StagingTest, TextOfTheDaemonIsMadePrintableAgain) {
  v1::Delta delta;
  v1::Connection* row = delta.add_upserts();
  row->set_id(1);
  row->mutable_process()->set_name("evil\033[2J\u202egnp.exe");
  row->mutable_application()->set_name(std::string(5'000, 'x'));
  row->set_state_text("\u200bOPEN\n");
  Staging staging;
  staging.OnHello(HelloOf(1, v1::Hello::START_SNAPSHOT));
  ASSERT_EQ(staging.OnDelta(delta), Result::kWhole);
  Table table;
  std::vector<Slot> touched;
  table.Apply(staging.Take(), &touched);
  const model::Connection& shown = *table.At(touched.at(0));
  EXPECT_EQ(shown.process.name, "evil\u241b[2Jgnp.exe");
  EXPECT_LE(shown.application.name.size(), 1'024U);
  EXPECT_EQ(shown.state_text, "OPEN\u240a");
}

}  // namespace
}  // namespace rustnet::client
