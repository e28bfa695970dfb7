// SPDX-License-Identifier: Apache-2.0
// WatchConnections over a real socket: the order of messages, resume, windows, losses.
#include <map>

#include "tests/unit/daemon/rpc/harness.h"

namespace rustnet {
namespace {

using Response = v1::WatchConnectionsResponse;

// Reads up to the first whole state, SnapshotDone included.  Returns the rows.
std::map<uint64_t, v1::Connection> Snapshot(Watch* watch, v1::Hello* hello,
                                            uint64_t* revision = nullptr) {
  std::map<uint64_t, v1::Connection> rows;
  Response response = watch->Next();
  EXPECT_EQ(response.event_case(), Response::kHello) << response.DebugString();
  *hello = response.hello();
  uint64_t position = 0;
  while (true) {
    response = watch->Next();
    if (response.event_case() == Response::kSnapshotDone) break;
    EXPECT_EQ(response.event_case(), Response::kDelta) << response.DebugString();
    if (response.event_case() != Response::kDelta) return rows;
    EXPECT_EQ(response.delta().base(), position);
    position = response.delta().revision();
    for (const v1::Connection& row : response.delta().upserts()) rows[row.id()] = row;
  }
  EXPECT_EQ(response.snapshot_done().revision(), position);
  EXPECT_EQ(response.snapshot_done().rows(), rows.size());
  if (revision != nullptr) *revision = position;
  return rows;
}

// The next Delta, whatever else comes before it.
v1::Delta NextDelta(Watch* watch) {
  while (true) {
    const Response response = watch->Next();
    if (response.event_case() == Response::kDelta) return response.delta();
    EXPECT_NE(response.event_case(), Response::EVENT_NOT_SET) << "the call has ended";
    if (response.event_case() == Response::EVENT_NOT_SET) return {};
  }
}

TEST(WatchTest, HelloRowsDoneThenDeltas) {
  Harness harness;
  Client client(harness);
  v1::WatchConnectionsRequest request;
  request.set_columns(true);
  Watch watch(&client, request);
  v1::Hello hello;
  const auto rows = Snapshot(&watch, &hello);
  EXPECT_EQ(rows.size(), 50u);
  EXPECT_EQ(hello.start(), v1::Hello::START_SNAPSHOT);
  EXPECT_EQ(hello.scope(), v1::SCOPE_ALL);
  EXPECT_EQ(hello.epoch(), harness.table().epoch());
  EXPECT_EQ(hello.limits().heartbeat_ms(), 4000u);
  harness.Move(10);
  const v1::Delta delta = NextDelta(&watch);
  EXPECT_FALSE(delta.more());
  EXPECT_EQ(delta.summary().connections(), 50u);
  EXPECT_GT(delta.columns().ids_size(), 0);
  for (const uint64_t id : delta.columns().ids()) EXPECT_TRUE(rows.contains(id));
}

TEST(WatchTest, AnEmptyTableIsWholeAtOnce) {
  Harness harness({}, 0);
  Client client(harness);
  Watch watch(&client, {});
  v1::Hello hello;
  EXPECT_TRUE(Snapshot(&watch, &hello).empty());
  harness.flows().Open(WallNow());
}

TEST(WatchTest, AResumeGoesOnWhereItWas) {
  Harness harness;
  Client client(harness);
  v1::WatchConnectionsRequest request;
  v1::Hello hello;
  uint64_t revision = 0;
  {
    Watch watch(&client, request);
    Snapshot(&watch, &hello, &revision);
  }
  harness.Move(3);
  v1::Resume* resume = request.mutable_resume();
  resume->set_epoch(hello.epoch());
  resume->set_view(hello.view());
  resume->set_revision(revision);
  {
    Watch watch(&client, request);
    EXPECT_EQ(watch.Next().hello().start(), v1::Hello::START_RESUMED);
    const v1::Delta delta = NextDelta(&watch);
    EXPECT_EQ(delta.base(), revision);
    EXPECT_GE(delta.upserts_size(), 1);
    EXPECT_LE(delta.upserts_size(), 3);
  }
  struct Row {
    uint64_t epoch, view, revision;
    v1::Hello::Start start;
  };
  for (const Row& row :
       {Row{hello.epoch() + 1, hello.view(), revision, v1::Hello::START_EPOCH_CHANGED},
        Row{hello.epoch(), hello.view() ^ (1ull << 40), revision, v1::Hello::START_VIEW_CHANGED},
        Row{hello.epoch(), hello.view(), revision + 1'000'000, v1::Hello::START_BASE_UNKNOWN},
        Row{hello.epoch(), hello.view() ^ 1, revision, v1::Hello::START_BASE_GONE}}) {
    resume->set_epoch(row.epoch);
    resume->set_view(row.view);
    resume->set_revision(row.revision);
    Watch watch(&client, request);
    const Response first = watch.Next();
    EXPECT_EQ(first.hello().start(), row.start);
    Response next = watch.Next();
    if (row.start == v1::Hello::START_BASE_GONE) {
      EXPECT_EQ(next.lost().source(), v1::Lost::SOURCE_SUBSCRIBER);
      EXPECT_FALSE(next.lost().has_count());
      next = watch.Next();
    }
    EXPECT_EQ(next.delta().base(), 0u);
    EXPECT_EQ(next.delta().upserts_size(), 50);
  }
}

TEST(WatchTest, AResetStartsANewEpochInTheStream) {
  Harness harness;
  Client client(harness);
  if (getuid() != 0) GTEST_SKIP() << "needs root: only admins reset";
  Watch watch(&client, {});
  v1::Hello hello;
  Snapshot(&watch, &hello);
  grpc::ClientContext context;
  v1::ResetStatisticsResponse reset;
  ASSERT_TRUE(client.control->ResetStatistics(&context, {}, &reset).ok());
  v1::Hello again;
  harness.Tick();
  Response response = watch.Next();
  while (response.event_case() != Response::kHello) response = watch.Next();
  EXPECT_EQ(response.hello().start(), v1::Hello::START_EPOCH_CHANGED);
  EXPECT_EQ(response.hello().epoch(), reset.epoch());
  EXPECT_EQ(NextDelta(&watch).base(), 0u);
}

TEST(WatchTest, AFilterSeesRowsComeAndGo) {
  Harness harness;
  Client client(harness);
  v1::WatchConnectionsRequest request;
  request.set_filter("proto:udp");
  Watch watch(&client, request);
  v1::Hello hello;
  const auto rows = Snapshot(&watch, &hello);
  EXPECT_GT(rows.size(), 0u);
  for (const auto& [id, row] : rows) EXPECT_EQ(row.protocol(), v1::PROTOCOL_UDP);
  const v1::Delta delta = [&] {
    harness.Move(50);
    return NextDelta(&watch);
  }();
  EXPECT_EQ(delta.summary().matching(), rows.size());
  EXPECT_EQ(delta.summary().connections(), 50u);
}

TEST(WatchTest, AWindowHasTheFirstRows) {
  Harness harness;
  Client client(harness);
  v1::WatchConnectionsRequest request;
  request.set_order_by("down:desc");
  request.set_limit(5);
  Watch watch(&client, request);
  v1::Hello hello;
  const auto rows = Snapshot(&watch, &hello);
  EXPECT_EQ(rows.size(), 5u);
  v1::ListConnectionsRequest list;
  list.set_order_by("down:desc");
  list.set_page_size(5);
  v1::ListConnectionsResponse page;
  ASSERT_TRUE(client.Call(&v1::MonitorService::Stub::ListConnections, list, &page).ok());
  for (const v1::Connection& row : page.connections()) EXPECT_TRUE(rows.contains(row.id()));
}

TEST(WatchTest, SilenceIsBrokenByHeartbeats) {
  ServerOptions options;
  options.heartbeat_ms = 100;
  Harness harness(options);
  Client client(harness);
  Watch watch(&client, {});
  v1::Hello hello;
  uint64_t revision = 0;
  Snapshot(&watch, &hello, &revision);
  for (int i = 0; i < 3; ++i) {
    const Response response = watch.Next();
    ASSERT_EQ(response.event_case(), Response::kHeartbeat) << response.DebugString();
    EXPECT_EQ(response.heartbeat().revision(), revision);
  }
}

TEST(WatchTest, LossesOfTheDaemonAreToldToThoseWhoMayKnow) {
  Harness harness;
  Client client(harness);
  Watch watch(&client, {});
  v1::Hello hello;
  Snapshot(&watch, &hello);
  // The first look is the baseline; then 17 are lost each time until it is seen.
  Response response;
  std::atomic<bool> done{false};
  std::thread loser([&] {
    while (!done) {
      harness.dropped += 17;
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  });
  do {
    response = watch.Next();
  } while (response.event_case() != Response::kLost &&
           response.event_case() != Response::EVENT_NOT_SET);
  done = true;
  loser.join();
  EXPECT_EQ(response.lost().source(), v1::Lost::SOURCE_KERNEL_RING);
  EXPECT_EQ(response.lost().count() % 17, 0u);
  EXPECT_GT(response.lost().count(), 0u);
}

TEST(WatchTest, AWrongFilterEndsTheCall) {
  Harness harness;
  Client client(harness);
  v1::WatchConnectionsRequest request;
  request.set_filter("port:x");
  Watch watch(&client, request);
  EXPECT_EQ(watch.Next().event_case(), Response::EVENT_NOT_SET);
  const grpc::Status status = watch.Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), testing::StartsWith("filter:"));
}

// 64 clients at once, rows moving: each ends with what the table has.
TEST(WatchTest, ManyWatchersAgree) {
  Harness harness({}, 500);
  std::vector<std::thread> threads;
  std::atomic<int> agreed{0};
  std::atomic<int> begun{0};
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      Client client(harness);
      v1::WatchConnectionsRequest request;
      request.set_columns(i % 2 == 0);
      Watch watch(&client, request);
      v1::Hello hello;
      auto rows = Snapshot(&watch, &hello);
      ++begun;
      // Follow until the marker: every row closed.
      while (true) {
        const v1::Delta delta = NextDelta(&watch);
        for (const uint64_t id : delta.removed()) rows.erase(id);
        for (const v1::Connection& row : delta.upserts()) rows[row.id()] = row;
        for (const uint64_t id : delta.columns().ids()) EXPECT_TRUE(rows.contains(id));
        if (!delta.more() && delta.summary().connections() == 250) break;
        if (delta.revision() == 0) return;
      }
      if (rows.size() == 250) ++agreed;
    });
  }
  while (begun < 16) harness.Move(50);
  harness.CloseSome(250);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(agreed, 16);
}

}  // namespace
}  // namespace rustnet
