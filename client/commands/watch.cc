// SPDX-License-Identifier: Apache-2.0
// `watch`: the whole state, then each change, for scripts.  Rows come whole (no columns); a stream
// that breaks is taken up from the last whole state, so that a reader's own table stays right.
#include "client/commands/watch.h"

#include <chrono>
#include <thread>

#include "client/commands/oneshot.h"
#include "client/stream/row.h"
#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/model/convert.h"

namespace rustnet::client {
namespace {

constexpr Duration kGiveUpAfter = 10 * kSecond;

std::vector<TextColumn> Columns() {
  std::vector<TextColumn> columns = ConnectionColumns();
  columns.insert(columns.begin(), TextColumn{" ", false, 1});
  return columns;
}

}  // namespace

WatchPrinter::WatchPrinter(Format format, Output* out)
    : format_(format), out_(out), table_(Columns(), out) {}

bool WatchPrinter::OnMessage(const v1::WatchConnectionsResponse& message) {
  switch (message.event_case()) {
    case v1::WatchConnectionsResponse::kHello:
      OnHello(message.hello());
      break;
    case v1::WatchConnectionsResponse::kDelta:
      if (!OnDelta(message.delta())) return false;
      break;
    case v1::WatchConnectionsResponse::kLost:
      OnLost(message.lost());
      break;
    default:
      break;
  }
  if (format_ == Format::kTable) table_.EndPage();
  return true;
}

void WatchPrinter::OnHello(const v1::Hello& hello) {
  if (hello.start() == v1::Hello::START_RESUMED && resume_) {
    position_ = resume_->revision();
    // Printed of a state that never was whole: what has gone since is not told again.
    for (const uint64_t id : fresh_) ids_.erase(id);
    before_.insert(fresh_.begin(), fresh_.end());
    fresh_.clear();
    return;
  }
  epoch_ = hello.epoch();
  view_ = hello.view();
  position_ = 0;
  resume_.reset();
  before_.insert(ids_.begin(), ids_.end());
  ids_.clear();
  fresh_.clear();
}

bool WatchPrinter::OnDelta(const v1::Delta& delta) {
  if (delta.base() != position_) return false;
  position_ = delta.revision();
  for (const uint64_t id : delta.removed()) {
    const bool was_before = before_.erase(id) > 0;
    fresh_.erase(id);
    if (ids_.erase(id) > 0 || was_before) Removed(id);
  }
  for (const v1::Connection& row : delta.upserts()) {
    const bool inserted = ids_.insert(row.id()).second;
    if (inserted) fresh_.insert(row.id());
    const bool is_new = inserted && !before_.contains(row.id());
    if (format_ == Format::kJsonl) {
      out_->Json(row);
    } else {
      std::vector<std::string> cells = ConnectionRow(*RowFromProto(row));
      cells.insert(cells.begin(), is_new ? "+" : "~");
      table_.Add(std::move(cells));
    }
  }
  if (!delta.more()) {
    for (const uint64_t id : before_) {
      if (!ids_.contains(id)) Removed(id);
    }
    before_.clear();
    fresh_.clear();
    resume_.emplace();
    resume_->set_epoch(epoch_);
    resume_->set_view(view_);
    resume_->set_revision(position_);
  }
  return true;
}

void WatchPrinter::Removed(uint64_t id) {
  if (format_ == Format::kJsonl) {
    out_->Line("{\"removed\":\"" + std::to_string(id) + "\"}");
  } else {
    table_.Add({"-", std::to_string(id)});
  }
}

void WatchPrinter::OnLost(const v1::Lost& lost) {
  if (format_ == Format::kJsonl) {
    const std::string json = model::ToJson(lost);
    out_->Line("{\"lost\":" + Printable(json, json.size() * 3) + "}");
    return;
  }
  const std::string count = lost.has_count() ? std::to_string(lost.count()) : "an unknown number";
  table_.Add({"!", "lost " + count + " (" + v1::Lost::Source_Name(lost.source()) + ")"});
}

int RunWatch(const Options& options, Session* session, Output* out) {
  v1::WatchConnectionsRequest request;
  request.set_filter(options.filter);
  request.set_include_historic(options.historic);
  request.set_order_by(options.sort.value_or(""));
  request.set_limit(options.limit);
  request.set_interval_ms(options.refresh_ms.value_or(0));
  const auto deadline =
      std::chrono::system_clock::now() + std::chrono::nanoseconds(options.duration.value_or(0));
  WatchPrinter watch(options.format, out);
  Time lost_since = 0;
  while (true) {
    if (watch.resume()) {
      *request.mutable_resume() = *watch.resume();
    } else {
      request.clear_resume();
    }
    grpc::ClientContext context;
    if (options.duration) context.set_deadline(deadline);
    const auto reader = session->monitor->WatchConnections(&context, request);
    v1::WatchConnectionsResponse message;
    bool usable = true;
    while (usable && reader->Read(&message)) {
      lost_since = 0;
      usable = watch.OnMessage(message);
      if (!out->Flush()) return 0;  // nobody reads on
    }
    if (!usable) context.TryCancel();
    const grpc::Status status = reader->Finish();
    if (options.duration && std::chrono::system_clock::now() >= deadline) return 0;
    if (!usable) {
      watch.Forget();
      continue;
    }
    const bool passing = status.ok() || status.error_code() == grpc::StatusCode::UNAVAILABLE ||
                         status.error_code() == grpc::StatusCode::CANCELLED;
    const Time now = MonotonicNow();
    if (lost_since == 0) lost_since = now;
    if (!passing || now - lost_since > kGiveUpAfter) {
      return Fail(Diagnose(status, session->socket));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

}  // namespace rustnet::client
