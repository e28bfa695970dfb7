// SPDX-License-Identifier: Apache-2.0
#include "client/commands/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <set>
#include <string>

namespace rustnet::client {
namespace {

// A reader that keeps a table by the lines that are printed.
class WatchTest : public ::testing::Test {
 protected:
  void Hello(v1::Hello::Start start) {
    v1::WatchConnectionsResponse message;
    message.mutable_hello()->set_start(start);
    message.mutable_hello()->set_epoch(7);
    EXPECT_TRUE(printer_.OnMessage(message));
  }
  bool Delta(uint64_t base, uint64_t revision, bool more, const std::set<uint64_t>& upserts,
             const std::set<uint64_t>& removed = {}) {
    v1::WatchConnectionsResponse message;
    v1::Delta* delta = message.mutable_delta();
    delta->set_base(base);
    delta->set_revision(revision);
    delta->set_more(more);
    for (const uint64_t id : upserts) delta->add_upserts()->set_id(id);
    for (const uint64_t id : removed) delta->add_removed(id);
    return printer_.OnMessage(message);
  }
  // The ids of the reader's table.
  std::set<uint64_t> Table() {
    out_.Flush();
    std::rewind(file_.get());
    std::set<uint64_t> ids;
    char line[256];
    while (std::fgets(line, sizeof line, file_.get()) != nullptr) {
      unsigned long long id = 0;
      if (std::sscanf(line, "{\"id\":\"%llu\"", &id) == 1) ids.insert(id);
      if (std::sscanf(line, "{\"removed\":\"%llu\"", &id) == 1) ids.erase(id);
    }
    return ids;
  }

  struct Close {
    void operator()(FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<FILE, Close> file_{std::tmpfile()};
  Output out_{file_.get()};
  WatchPrinter printer_{Format::kJsonl, &out_};
};

using Ids = std::set<uint64_t>;

TEST_F(WatchTest, RowsComeAndGo) {
  Hello(v1::Hello::START_SNAPSHOT);
  EXPECT_TRUE(Delta(0, 3, false, {1, 2, 3}));
  EXPECT_TRUE(Delta(3, 5, false, {4}, {2}));
  EXPECT_EQ(Table(), (Ids{1, 3, 4}));
  EXPECT_EQ(printer_.resume()->revision(), 5u);
}

TEST_F(WatchTest, AnotherBaseEndsTheStream) {
  Hello(v1::Hello::START_SNAPSHOT);
  EXPECT_TRUE(Delta(0, 3, false, {1}));
  EXPECT_FALSE(Delta(2, 4, false, {2}));
}

// A stream breaks within a piece that brought row 9; row 9 ends before the resume, and rustnetd
// does not tell of it, as the state that is resumed never had it.
TEST_F(WatchTest, WhatCameWithoutAWholeStateIsTakenBack) {
  Hello(v1::Hello::START_SNAPSHOT);
  EXPECT_TRUE(Delta(0, 3, false, {1, 2}));
  EXPECT_TRUE(Delta(3, 6, true, {8, 9}));
  Hello(v1::Hello::START_RESUMED);
  EXPECT_TRUE(Delta(3, 9, false, {8}));
  EXPECT_EQ(Table(), (Ids{1, 2, 8}));
}

// The same where the new stream begins with a snapshot, of which one row goes on the way.
TEST_F(WatchTest, ASnapshotReplacesEverything) {
  Hello(v1::Hello::START_SNAPSHOT);
  EXPECT_TRUE(Delta(0, 3, false, {1, 2, 3}));
  EXPECT_TRUE(Delta(3, 4, true, {4}));
  Hello(v1::Hello::START_BASE_GONE);
  EXPECT_TRUE(Delta(0, 2, true, {1, 5}));
  EXPECT_TRUE(Delta(2, 9, false, {6}, {3, 5}));
  EXPECT_EQ(Table(), (Ids{1, 6}));
}

}  // namespace
}  // namespace rustnet::client
