// SPDX-License-Identifier: Apache-2.0
// The law of the stream, through everything but the wire: whatever a client has missed, after a
// Delta without `more` it has exactly the rows that its request would list, for every kind of view.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>

#include "daemon/table/connection_table.h"
#include "rustnet/v1/monitor.pb.h"
#include "tests/e2e/synthetic_flows.h"

namespace rustnet {
namespace {

// A row cut into what columns carry and all the rest, so that columns cost no parsing here.
struct Row {
  std::string facts;  // serialized
  model::Numbers numbers;
  bool operator==(const Row&) const = default;
};
using Rows = std::map<uint64_t, Row>;

Row Cut(v1::Connection proto) {
  Row row;
  row.numbers = model::NumbersOf(model::FromProto(proto));
  proto.clear_counters();
  proto.clear_last_seen();
  proto.clear_rtt_us();
  proto.clear_state();
  row.facts = proto.SerializeAsString();
  return row;
}

struct Kind {
  ConnectionTable::Scope scope;
  ViewSpec spec;
};

ViewSpec Spec(std::string filter, bool historic, bool columns, uint32_t limit = 0,
              std::string order = "", std::vector<std::string> mask = {}) {
  ViewSpec spec;
  spec.filter = std::move(filter);
  spec.historic = historic;
  spec.columns = columns;
  spec.limit = limit;
  spec.order_by = std::move(order);
  spec.read_mask = std::move(mask);
  return spec;
}

const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds = {
      {{}, Spec("", false, true)},
      {{}, Spec("", false, false)},
      {{}, Spec("", true, true)},
      {{}, Spec("proto:udp", false, true)},
      {{}, Spec("bytes>150000", false, true)},
      {{}, Spec("", false, true, 5, "down:desc")},
      {{}, Spec("proto:tcp", false, false, 8, "down:desc")},
      {{}, Spec("", false, true, 0, "", {"counters", "process.cmdline"})},
      {1000, Spec("", false, true)},
      {1001, Spec("", true, false)},
      {1002, Spec("proto:udp", false, true)},
  };
  return kinds;
}

// A client as transport asks it to be: stages, then switches.
class Client {
 public:
  Client(ConnectionTable* table, const Kind* kind) : table_(table), kind_(kind) {}

  void Connect(bool resume) {
    auto subscription = table_->Subscribe(kind_->scope, 1, kind_->spec);
    ASSERT_TRUE(subscription.ok()) << Message(subscription.status());
    subscription_ = std::move(subscription).value();
    std::optional<ResumePoint> point;
    if (resume && whole_) point = {epoch_, view_, *whole_};
    const Greeting greeting = subscription_->Begin(point);
    if (!resume) {
      EXPECT_EQ(greeting.start, StartReason::kSnapshot);
    }
    ++starts[greeting.start];
    if (greeting.start == StartReason::kResumed) {
      staging_ = rows_;
      position_ = *whole_;
    } else {
      Restart(greeting);
    }
    epoch_ = greeting.epoch;
    view_ = greeting.view;
  }
  void Disconnect() { subscription_.reset(); }
  bool connected() const { return subscription_ != nullptr; }

  // One piece.  True: whole now, with nothing left to read.
  bool Read() {
    const Step step = subscription_->Next();
    if (step.kind == Step::Kind::kNothing) return true;
    if (step.kind == Step::Kind::kRestart) {
      ++starts[step.greeting.start];
      Restart(step.greeting);
      epoch_ = step.greeting.epoch;
      view_ = step.greeting.view;
      return false;
    }
    v1::WatchConnectionsResponse response;
    EXPECT_TRUE(response.ParseFromString(std::string(step.delta->message())));
    EXPECT_LE(step.delta->message().size(), 9216u + 1500u);
    Stage(response.delta());
    if (response.delta().more()) {
      ++chunks;
      return false;
    }
    if (step.snapshot_done) {
      EXPECT_EQ(step.delta->rows, staging_.size());
    }
    rows_ = staging_;
    whole_ = position_;
    missed += step.missed;
    last_missed = step.missed;
    summary = response.delta().summary();
    return true;
  }

  const Rows& rows() const { return rows_; }
  const Kind& kind() const { return *kind_; }
  uint64_t last_missed = 0;
  v1::Summary summary;
  static inline std::map<StartReason, int> starts;
  static inline int chunks = 0, columns = 0;
  static inline uint64_t missed = 0;

 private:
  void Restart(const Greeting&) {
    staging_.clear();
    position_ = 0;
    whole_.reset();
  }

  void Stage(const v1::Delta& delta) {
    EXPECT_EQ(delta.base(), position_);
    for (const uint64_t id : delta.removed()) staging_.erase(id);
    for (const v1::Connection& row : delta.upserts()) staging_[row.id()] = Cut(row);
    const v1::Columns& c = delta.columns();
    for (int i = 0; i < c.ids_size(); ++i) {
      ++columns;
      const auto found = staging_.find(c.ids(i));
      ASSERT_NE(found, staging_.end()) << "columns of a row that was never sent";
      found->second.numbers = {.bytes_sent = c.bytes_sent(i),
                               .bytes_received = c.bytes_received(i),
                               .packets_sent = c.packets_sent(i),
                               .packets_received = c.packets_received(i),
                               .send_rate = c.send_rate(i),
                               .receive_rate = c.receive_rate(i),
                               .last_seen = static_cast<Time>(c.last_seen_us(i)) * kMicrosecond,
                               .rtt_us = c.rtt_us(i),
                               .state = static_cast<model::State>(c.state(i))};
    }
    position_ = delta.revision();
  }

  ConnectionTable* table_;
  const Kind* kind_;
  std::unique_ptr<Subscription> subscription_;
  Rows staging_;
  Rows rows_;
  uint64_t epoch_ = 0;
  uint64_t view_ = 0;
  Revision position_ = 0;
  std::optional<Revision> whole_;
};

TableOptions SmallTable() {
  TableOptions options;
  options.historic = 12;
  options.historic_for = 40 * kSecond;
  options.horizon = 60 * kSecond;
  options.most_tombstones = 30;
  options.message_bytes = kMostRowBytes + 1500;
  return options;
}

class World {
 public:
  World() : table_(SmallTable()), flows_(3, 25, now_), owners_(3), rng_(5) {
    table_.SetInterface(0, "eth0", 0);
    table_.SetLocalNetwork(synthetic::ThisHost());
    changes_ = flows_.live();
  }

  // Time goes on by more than a second each tick, so that windows are looked at each time.
  void Tick() {
    now_ += kSecond + kMillisecond;
    for (int i = static_cast<int>(rng_() % 6); i > 0; --i) Change();
    table_.Tick({now_, now_, changes_, &owners_, {}});
    changes_.clear();
    expected_.clear();
    ++ticks_;
  }
  void Reset() {
    table_.Reset();
    changes_ = flows_.live();
    Tick();
  }

  // What the request lists now, by the way that has no log in it.
  const Rows& Expected(const Kind& kind) {
    const auto [found, is_new] = expected_.try_emplace(&kind);
    if (!is_new) return found->second;
    auto selection = Selection::From(kind.spec);
    EXPECT_TRUE(selection.ok());
    std::vector<ConnectionId> ids = table_.Select(kind.scope, *selection).ids;
    if (selection->windowed && ids.size() > selection->limit) ids.resize(selection->limit);
    google::protobuf::RepeatedPtrField<v1::Connection> rows;
    table_.Fetch(kind.scope, ids, selection->mask, SIZE_MAX, &rows);
    for (const v1::Connection& row : rows) found->second[row.id()] = Cut(row);
    return found->second;
  }

  ConnectionTable& table() { return table_; }
  std::mt19937& rng() { return rng_; }
  int ticks() const { return ticks_; }

 private:
  void Change() {
    const size_t i = flows_.Number(flows_.size());
    switch (rng_() % 8) {
      case 0:
        flows_.Open(now_);
        changes_.push_back(flows_.live().back());
        break;
      case 1:
        if (flows_.size() > 10) changes_.push_back(flows_.Close(i, now_));
        break;
      case 2: {  // comes and goes within a tick
        flows_.Open(now_);
        changes_.push_back(flows_.live().back());
        changes_.push_back(flows_.Close(flows_.size() - 1, now_));
        break;
      }
      default:
        changes_.push_back(flows_.Move(i, now_));
    }
  }

  Time now_ = Time{1'700'000'000} * kSecond;
  ConnectionTable table_;
  synthetic::Flows flows_;
  synthetic::Owners owners_;
  std::mt19937 rng_;
  std::vector<net::FlowView> changes_;
  std::map<const Kind*, Rows> expected_;
  int ticks_ = 0;
};

TEST(StreamLawTest, EveryWholeStateIsTheList) {
  World world;
  world.Tick();
  std::vector<Client> clients;
  for (const Kind& kind : Kinds()) {
    for (int i = 0; i < 6; ++i) clients.emplace_back(&world.table(), &kind);
  }
  int syncs = 0;
  while (syncs < 100'000) {
    world.Tick();
    if (world.rng()() % 500 == 0) world.Reset();
    for (size_t i = 0; i < clients.size(); ++i) {
      Client& client = clients[i];
      // Some read each tick, some seldom, some only a piece; all come and go.
      const unsigned slow = i % 2 == 0 ? 1 : 12;
      if (world.rng()() % slow != 0) continue;
      if (!client.connected()) client.Connect(world.rng()() % 3 != 0);
      if (world.rng()() % 5 == 0) {
        client.Read();
        continue;
      }
      int pieces = 0;
      while (!client.Read()) ASSERT_LT(++pieces, 1000);
      ASSERT_TRUE(client.rows() == world.Expected(client.kind()))
          << "kind " << &client.kind() - Kinds().data() << " at tick " << world.ticks();
      if (client.kind().spec.limit == 0) {
        ASSERT_EQ(client.summary.matching(), client.rows().size());
      }
      ++syncs;
      if (world.rng()() % 10 == 0) client.Disconnect();
    }
  }
  EXPECT_GT(Client::chunks, 1000);
  EXPECT_GT(Client::columns, 10'000);
  EXPECT_GT(Client::missed, 1000u);
  for (const StartReason reason : {StartReason::kResumed, StartReason::kSnapshot,
                                   StartReason::kEpochChanged, StartReason::kBaseGone}) {
    EXPECT_GT(Client::starts[reason], 5) << static_cast<int>(reason);
  }
}

// Lost{SUBSCRIBER}: rows of the plain view that were there at some time between two whole states
// and are in neither.
TEST(StreamLawTest, RowsNeverCarriedAreCounted) {
  World world;
  world.Tick();
  const Kind& kind = Kinds().front();
  Client client(&world.table(), &kind);
  client.Connect(false);
  while (!client.Read()) {
  }
  // A second one that sees every tick, to know what there was.
  Client witness(&world.table(), &kind);
  witness.Connect(false);
  uint64_t total = 0;
  for (int round = 0; round < 300; ++round) {
    const Rows before = client.rows();
    std::set<uint64_t> between;
    uint64_t within_ticks = 0;
    for (int i = static_cast<int>(world.rng()() % 6); i >= 0; --i) {
      world.Tick();
      while (!witness.Read()) {
      }
      for (const auto& [id, row] : witness.rows()) between.insert(id);
      within_ticks += witness.last_missed;
      witness.last_missed = 0;
    }
    client.last_missed = 0;
    while (!client.Read()) {
    }
    if (client.last_missed == 0 && client.rows() == before) continue;
    uint64_t expected = within_ticks;
    for (const uint64_t id : between) {
      if (!before.contains(id) && !client.rows().contains(id)) ++expected;
    }
    ASSERT_EQ(client.last_missed, expected) << "round " << round;
    total += expected;
  }
  EXPECT_GT(total, 50u);
}

}  // namespace
}  // namespace rustnet
