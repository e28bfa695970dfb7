// SPDX-License-Identifier: Apache-2.0
// A daemon's table and its walks, in the simplest form that follows the rules of the stream; what
// the client makes of the messages is compared with it.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "rustnet/v1/monitor.pb.h"

namespace rustnet::client {

class WireTable {
 public:
  struct Row {
    uint64_t facts = 0;    // revision of the last change of anything but numbers
    uint64_t changed = 0;  // of the last change of all
    std::string name;
    uint64_t bytes = 0;
  };

  uint64_t revision() const { return revision_; }
  const std::map<uint64_t, Row>& rows() const { return rows_; }

  void Put(uint64_t id, std::string name, uint64_t bytes) {
    ++revision_;
    gone_.erase(id);
    rows_[id] = Row{revision_, revision_, std::move(name), bytes};
  }
  void Count(uint64_t id, uint64_t bytes) {
    Row& row = rows_.at(id);
    row.bytes = bytes;
    row.changed = ++revision_;
  }
  void Remove(uint64_t id) {
    rows_.erase(id);
    gone_[id] = ++revision_;
  }
  void ChangeAtRandom(std::mt19937& rng) {
    const uint64_t id = 1 + rng() % 200;
    const bool here = rows_.contains(id);
    switch (rng() % 4) {
      case 0:
        Put(id, "row" + std::to_string(rng() % 1000), rng());
        break;
      case 1:
        if (here) Remove(id);
        break;
      default:
        if (here) Count(id, rng());
    }
  }

  // The next piece of a walk from `base`, of at most `most` entries.  Columns only for rows whose
  // facts are older than `whole`, the whole state where the walk began.
  v1::Delta Piece(uint64_t base, uint64_t whole, size_t most) const {
    std::map<uint64_t, uint64_t> entries;  // revision → id
    for (const auto& [id, row] : rows_) {
      if (row.changed > base) entries[row.changed] = id;
    }
    for (const auto& [id, revision] : gone_) {
      if (revision > base) entries[revision] = id;
    }
    v1::Delta delta;
    delta.set_base(base);
    delta.set_revision(revision_);
    for (const auto& [revision, id] : entries) {
      if (most-- == 0) {
        delta.set_more(true);
        break;
      }
      delta.set_revision(revision);
      const auto row = rows_.find(id);
      if (row == rows_.end()) {
        delta.add_removed(id);
      } else if (row->second.facts > whole) {
        v1::Connection* out = delta.add_upserts();
        out->set_id(id);
        out->mutable_process()->set_name(row->second.name);
        out->mutable_counters()->set_bytes_sent(row->second.bytes);
      } else {
        AddColumn(id, row->second.bytes, delta.mutable_columns());
      }
    }
    if (!delta.more()) delta.set_revision(revision_);
    return delta;
  }

  static void AddColumn(uint64_t id, uint64_t bytes, v1::Columns* columns) {
    columns->add_ids(id);
    columns->add_bytes_sent(bytes);
    columns->add_bytes_received(0);
    columns->add_packets_sent(0);
    columns->add_packets_received(0);
    columns->add_send_rate(0);
    columns->add_receive_rate(0);
    columns->add_state(v1::Connection::STATE_TCP_ESTABLISHED);
    columns->add_last_seen_us(1);
    columns->add_rtt_us(0);
  }

 private:
  std::map<uint64_t, Row> rows_;
  std::map<uint64_t, uint64_t> gone_;
  uint64_t revision_ = 0;
};

inline v1::Hello HelloOf(uint64_t epoch, v1::Hello::Start start) {
  v1::Hello hello;
  hello.set_epoch(epoch);
  hello.set_view(7);
  hello.set_start(start);
  return hello;
}

}  // namespace rustnet::client
