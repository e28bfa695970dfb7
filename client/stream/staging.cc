// SPDX-License-Identifier: Apache-2.0
#include "client/stream/staging.h"

#include <utility>

#include "client/stream/row.h"

namespace rustnet::client {
namespace {

bool SameLengths(const v1::Columns& columns) {
  const int n = columns.ids_size();
  return columns.bytes_sent_size() == n && columns.bytes_received_size() == n &&
         columns.packets_sent_size() == n && columns.packets_received_size() == n &&
         columns.send_rate_size() == n && columns.receive_rate_size() == n &&
         columns.state_size() == n && columns.last_seen_us_size() == n &&
         columns.rtt_us_size() == n;
}

model::Numbers NumbersAt(const v1::Columns& columns, int i) {
  model::Numbers numbers;
  numbers.bytes_sent = columns.bytes_sent(i);
  numbers.bytes_received = columns.bytes_received(i);
  numbers.packets_sent = columns.packets_sent(i);
  numbers.packets_received = columns.packets_received(i);
  numbers.send_rate = columns.send_rate(i);
  numbers.receive_rate = columns.receive_rate(i);
  numbers.last_seen = static_cast<Time>(columns.last_seen_us(i)) * kMicrosecond;
  numbers.rtt_us = columns.rtt_us(i);
  const int state = columns.state(i);
  if (v1::Connection::State_IsValid(state)) numbers.state = static_cast<model::State>(state);
  return numbers;
}

}  // namespace

Staging::Result Staging::Refuse(std::string why) {
  Forget();
  error_ = std::move(why);
  return Result::kStartOver;
}

void Staging::Forget() {
  begun_ = whole_ = from_zero_ = false;
  position_ = 0;
  resume_.reset();
  staged_ = Batch();
}

Staging::Result Staging::OnHello(const v1::Hello& hello) {
  if (hello.start() == v1::Hello::START_RESUMED) {
    if (!resume_ || resume_->epoch() != hello.epoch() || resume_->view() != hello.view()) {
      return Refuse("rustnetd resumed a stream that was not ours");
    }
    begun_ = whole_ = true;
    from_zero_ = false;
    position_ = resume_->revision();
    return Result::kMore;
  }
  begun_ = from_zero_ = true;
  whole_ = false;
  epoch_ = hello.epoch();
  view_ = hello.view();
  position_ = 0;
  resume_.reset();
  ids_.clear();
  staged_ = Batch();
  staged_.reset = true;
  return Result::kMore;
}

Staging::Result Staging::OnDelta(const v1::Delta& delta) {
  if (!begun_) return Refuse("rustnetd sent rows before its greeting");
  if (delta.base() != position_) {
    return Refuse("a change of rustnetd builds on revision " + std::to_string(delta.base()) +
                  ", this client is at " + std::to_string(position_));
  }
  const v1::Columns& columns = delta.columns();
  if (!SameLengths(columns)) return Refuse("rustnetd sent columns of different lengths");
  for (const uint64_t id : delta.removed()) {
    if (ids_.erase(id) > 0) staged_.Remove(id);
  }
  for (const v1::Connection& row : delta.upserts()) {
    const bool known = !ids_.insert(row.id()).second;
    staged_.Put(row.id(), RowFromProto(row), known);
  }
  for (int i = 0; i < columns.ids_size(); ++i) {
    const uint64_t id = columns.ids(i);
    if (!ids_.contains(id)) return Refuse("rustnetd sent numbers of a row that this client lacks");
    staged_.SetNumbers(id, NumbersAt(columns, i));
  }
  position_ = delta.revision();
  if (delta.has_summary()) {
    const v1::Summary& summary = delta.summary();
    staged_.totals = Totals{summary.connections(), summary.matching(), summary.send_rate(),
                            summary.receive_rate()};
  }
  whole_ = !delta.more();
  if (!whole_) return Result::kMore;
  resume_.emplace();
  resume_->set_epoch(epoch_);
  resume_->set_view(view_);
  resume_->set_revision(position_);
  return Result::kWhole;
}

Staging::Result Staging::OnSnapshotDone(const v1::SnapshotDone& done) {
  if (!from_zero_ || !whole_) return Refuse("rustnetd ended a snapshot that was not under way");
  from_zero_ = false;
  if (done.rows() != ids_.size()) {
    return Refuse("rustnetd counted " + std::to_string(done.rows()) +
                  " rows of its snapshot, this client has " + std::to_string(ids_.size()));
  }
  return Result::kMore;
}

Batch Staging::Take() {
  staged_.revision = position_;
  staged_.whole = whole_;
  return std::exchange(staged_, Batch());
}

std::optional<v1::Resume> Staging::resume() const { return resume_; }

}  // namespace rustnet::client
