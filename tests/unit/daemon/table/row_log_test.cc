// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/row_log.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace rustnet {
namespace {

// The numbers of a row are a counter here, its facts another.
struct Row {
  ConnectionId id = 0;
  uint64_t facts = 0;
  uint64_t numbers = 0;
  bool operator==(const Row&) const = default;
};

// What the log orders: rows by their place.
struct World {
  RowLog log;
  std::map<RowIndex, Row> rows;
  ConnectionId next_id = 1;

  void Open(RowIndex place) {
    rows[place] = {next_id++, 1, 1};
    log.Put(place, rows[place].id);
  }
  void Change(std::mt19937& rng, Time now) {
    const auto place = static_cast<RowIndex>(rng() % 40);
    const auto found = rows.find(place);
    if (found == rows.end()) return Open(place);
    switch (rng() % 6) {
      case 0:
        log.Remove(place, now);
        rows.erase(found);
        break;
      case 1:
        ++found->second.facts;
        log.Put(place, found->second.id);
        break;
      default:
        ++found->second.numbers;
        log.Count(place);
    }
  }
};

class Client {
 public:
  // Walks at most `limit` entries.  True: whole now.
  bool Walk(const World& world, size_t limit) {
    // Tombstones behind both are still to be met.
    if (std::max(position_, origin_) < world.log.horizon()) {
      rows_.clear();
      position_ = whole_ = 0;
      origin_ = world.log.tail();
      ++restarts;
    }
    const Revision base = position_;
    std::set<ConnectionId> removed;
    std::map<ConnectionId, Row> put;
    position_ = world.log.Walk(base, [&](const RowLog::Entry& entry) {
      if (limit-- == 0) return false;
      if (entry.gone) {
        if (entry.born <= base) removed.insert(entry.id);
        return true;
      }
      const Row& row = world.rows.at(entry.row);
      EXPECT_EQ(row.id, entry.id);
      if (entry.facts > whole_) {
        put[entry.id] = row;
        return true;
      }
      // Only the numbers: the row must be there, with these facts.
      ++columns;
      const auto mine = rows_.find(entry.id);
      EXPECT_NE(mine, rows_.end());
      if (mine != rows_.end()) {
        EXPECT_EQ(mine->second.facts, row.facts);
      }
      put[entry.id] = row;
      return true;
    });
    for (const ConnectionId id : removed) rows_.erase(id);
    for (const auto& [id, row] : put) rows_[id] = row;
    if (position_ != world.log.tail()) {
      ++chunks;
      return false;
    }
    whole_ = origin_ = position_;
    return true;
  }

  const std::map<ConnectionId, Row>& rows() const { return rows_; }
  static inline int columns = 0, chunks = 0, restarts = 0;

 private:
  std::map<ConnectionId, Row> rows_;
  Revision position_ = 0;
  Revision origin_ = 0;  // the present when this walk began
  Revision whole_ = 0;
};

TEST(RowLogTest, AnyWalkGivesThePresent) {
  std::mt19937 rng(1);
  World world;
  std::vector<Client> clients(6);
  int whole = 0;
  for (Time step = 0; step < 60'000; ++step) {
    world.Change(rng, step);
    if (step % 7 == 0) world.log.Forget(step - 300, 40);
    for (size_t i = 0; i < clients.size(); ++i) {
      if (rng() % (1 + 8 * i * i) != 0) continue;
      // Now and then a client that reads only a piece, with changes in between.
      const size_t limit = rng() % 3 == 0 ? 1 + rng() % 5 : 1'000'000;
      if (!clients[i].Walk(world, limit)) continue;
      ++whole;
      std::map<ConnectionId, Row> expected;
      for (const auto& [place, row] : world.rows) expected[row.id] = row;
      ASSERT_EQ(clients[i].rows(), expected) << "client " << i << " at step " << step;
    }
  }
  EXPECT_GT(whole, 40'000);
  EXPECT_GT(Client::columns, 1000);
  EXPECT_GT(Client::chunks, 1000);
  EXPECT_GT(Client::restarts, 10);
}

TEST(RowLogTest, RowsThatCameAndWentAreCounted) {
  RowLog log;
  log.Put(1, 101);
  const Revision before = log.tail();
  log.Put(2, 102);
  log.Put(3, 103);
  log.Remove(2, 0);
  log.Remove(1, 0);
  EXPECT_EQ(log.BornAndGone(before), 1u);      // 102; 101 was there before, 103 still is
  EXPECT_EQ(log.BornAndGone(before + 1), 0u);  // 102 was there
  EXPECT_EQ(log.BornAndGone(0), 2u);
  EXPECT_EQ(log.BornAndGone(log.tail()), 0u);
}

TEST(RowLogTest, ForgettingRaisesTheHorizonToTheNewestForgotten) {
  RowLog log;
  for (RowIndex row = 0; row < 5; ++row) log.Put(row, 100 + row);
  for (RowIndex row = 0; row < 4; ++row) log.Remove(row, 10 * row);
  EXPECT_EQ(log.tombstones(), 4u);
  log.Forget(15, 100);  // by age: the first two
  EXPECT_EQ(log.tombstones(), 2u);
  EXPECT_EQ(log.horizon(), 7u);
  log.Forget(0, 1);  // by number
  EXPECT_EQ(log.tombstones(), 1u);
  EXPECT_EQ(log.horizon(), 8u);
}

TEST(RowLogTest, ARowThatComesBackIsPutAfterItsTombstone) {
  RowLog log;
  log.Put(7, 107);
  const Revision base = log.tail();
  log.Remove(7, 0);
  log.Put(7, 107);
  std::vector<bool> gone;
  log.Walk(base, [&](const RowLog::Entry& entry) {
    EXPECT_EQ(entry.id, 107u);
    gone.push_back(entry.gone);
    return true;
  });
  EXPECT_EQ(gone, (std::vector<bool>{true, false}));
  EXPECT_EQ(log.size(), 1u);
}

TEST(RowLogTest, MemoryDoesNotGrowWithChanges) {
  RowLog log;
  for (RowIndex row = 0; row < 100; ++row) log.Put(row, row + 1);
  for (int i = 0; i < 1'000'000; ++i) log.Count(static_cast<RowIndex>(i % 100));
  size_t met = 0;
  log.Walk(0, [&](const RowLog::Entry&) { return ++met < 1000; });
  EXPECT_EQ(met, 100u);
  EXPECT_EQ(log.tail(), 1'000'100u);
}

}  // namespace
}  // namespace rustnet
