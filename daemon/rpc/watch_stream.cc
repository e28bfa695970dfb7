// SPDX-License-Identifier: Apache-2.0
#include "daemon/rpc/watch_stream.h"

#include <utility>

#include "common/base/clock.h"
#include "common/model/convert.h"
#include "daemon/rpc/stream_pump.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/server_context.h"

namespace rustnet {
namespace {

using Response = v1::WatchConnectionsResponse;

// The bytes stay with the piece, which all streams at the same place share.
grpc::ByteBuffer Wrap(const std::shared_ptr<const EncodedDelta>& delta) {
  auto* keep = new std::shared_ptr<const EncodedDelta>(delta);
  const std::string_view message = delta->message();
  const grpc::Slice slice(
      const_cast<char*>(message.data()), message.size(),  // NOLINT: gRPC only reads it
      [](void* kept) { delete static_cast<std::shared_ptr<const EncodedDelta>*>(kept); }, keep);
  return grpc::ByteBuffer(&slice, 1);
}

class Refusal : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit Refusal(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

ViewSpec SpecOf(const v1::WatchConnectionsRequest& request) {
  return {.filter = request.filter(),
          .historic = request.include_historic(),
          .order_by = request.order_by(),
          .limit = request.limit(),
          .read_mask = {request.read_mask().begin(), request.read_mask().end()},
          .columns = request.columns()};
}

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchStream::Open(
    grpc::CallbackServerContext* context, StreamPump* pump, ConnectionTable* table,
    const Caller& caller, const v1::WatchConnectionsRequest& request, const Terms& terms) {
  auto subscription = table->Subscribe(caller.scope(), caller.uid, SpecOf(request));
  if (!subscription.ok()) return new Refusal(ToGrpc(subscription.status()));
  std::shared_ptr<WatchStream> stream(
      new WatchStream(context, pump, caller, std::move(subscription).value(), terms));
  stream->self_ = stream;
  std::optional<ResumePoint> resume;
  if (request.has_resume()) {
    resume = {request.resume().epoch(), request.resume().view(), request.resume().revision()};
  }
  {
    const absl::MutexLock lock(&stream->mutex_);
    const Greeting greeting = stream->subscription_->Begin(resume);
    stream->walking_ = greeting.start != StartReason::kResumed;
    stream->Greet(greeting);
  }
  pump->Add(stream);
  stream->Kick(MonotonicNow());
  return stream.get();
}

WatchStream::WatchStream(grpc::CallbackServerContext* context, StreamPump* pump,
                         const Caller& caller, std::unique_ptr<Subscription> subscription,
                         const Terms& terms)
    : context_(context),
      pump_(pump),
      caller_(caller),
      terms_(terms),
      subscription_(std::move(subscription)),
      last_write_(MonotonicNow()) {}

void WatchStream::Say(const Response& message) {
  grpc::ByteBuffer buffer;
  bool own_buffer = false;
  static_cast<void>(grpc::SerializationTraits<Response>::Serialize(message, &buffer, &own_buffer));
  said_.push_back(std::move(buffer));
}

void WatchStream::Greet(const Greeting& greeting) {
  Response response;
  v1::Hello* hello = response.mutable_hello();
  hello->set_epoch(greeting.epoch);
  hello->set_view(greeting.view);
  hello->set_revision(greeting.revision);
  hello->set_start(static_cast<v1::Hello::Start>(greeting.start));
  hello->set_scope(caller_.sees_all() ? v1::SCOPE_ALL : v1::SCOPE_OWN);
  *hello->mutable_limits() = terms_.limits;
  hello->set_interval_ms(terms_.interval_ms);
  Say(response);
  if (greeting.start != StartReason::kBaseGone) return;
  // How many rows came and went below the horizon nobody knows any more.
  Response lost;
  lost.mutable_lost()->set_source(v1::Lost::SOURCE_SUBSCRIBER);
  *lost.mutable_lost()->mutable_last() = model::ToTimestamp(WallNow());
  Say(lost);
}

// At most once a second: merged until then.
void WatchStream::SayMissed(Time now, bool flush) {
  if (missed_ == 0 || (!flush && now - missed_said_ < kSecond)) return;
  Response response;
  v1::Lost* lost = response.mutable_lost();
  lost->set_source(v1::Lost::SOURCE_SUBSCRIBER);
  lost->set_count(missed_);
  *lost->mutable_first() = model::ToTimestamp(missed_first_);
  *lost->mutable_last() = model::ToTimestamp(WallNow());
  Say(response);
  missed_ = 0;
  missed_said_ = now;
}

void WatchStream::AddLost(const v1::Lost& lost) {
  const absl::MutexLock lock(&mutex_);
  constexpr size_t kMostSaid = 64;  // a client that reads nothing gets no more of them
  if (finished_ || said_.size() >= kMostSaid) return;
  Response response;
  *response.mutable_lost() = lost;
  if (!caller_.sees_all()) response.mutable_lost()->clear_count();
  Say(response);
}

void WatchStream::TakeStep(Time now) {
  const Step step = subscription_->Next();
  if (step.kind == Step::Kind::kRestart) {
    walking_ = true;
    Greet(step.greeting);
    return;
  }
  if (step.kind == Step::Kind::kNothing) {
    walking_ = false;
    return;
  }
  if (step.missed > 0) {
    if (missed_ == 0) missed_first_ = WallNow();
    missed_ += step.missed;
  }
  SayMissed(now, false);
  said_.push_back(Wrap(step.delta));
  walking_ = step.delta->more;
  if (!step.snapshot_done) return;
  Response done;
  done.mutable_snapshot_done()->set_revision(step.delta->revision);
  done.mutable_snapshot_done()->set_rows(step.delta->rows);
  Say(done);
}

// Makes message_ the next one to go out.  False: there is nothing to say now.
bool WatchStream::Produce(Time now) {
  if (said_.empty() && (walking_ || now >= due_)) {
    // Streams of one interval are due together, so that they can share what is sent.
    const Duration interval = Duration{terms_.interval_ms} * kMillisecond;
    TakeStep(now);
    if (!walking_) due_ = terms_.each_tick ? now : (now / interval + 1) * interval;
  }
  if (said_.empty() && now - last_write_ >= pump_->limits().heartbeat) {
    SayMissed(now, true);
    Response response;
    response.mutable_heartbeat()->set_revision(subscription_->revision());
    *response.mutable_heartbeat()->mutable_time() = model::ToTimestamp(WallNow());
    Say(response);
  }
  if (said_.empty()) return false;
  message_ = std::move(said_.front());
  said_.pop_front();
  return true;
}

bool WatchStream::WantsWrite(Time now) {
  const absl::MutexLock lock(&mutex_);
  if (writing_ || finished_ || cancelled_ || !Produce(now)) return false;
  writing_ = true;
  write_since_ = last_write_ = now;
  return true;
}

// Never with the lock held: gRPC may call OnWriteDone from inside.
void WatchStream::Kick(Time now) {
  if (WantsWrite(now)) StartWrite(&message_);
}

void WatchStream::OnWriteDone(bool ok) {
  bool finish = false;
  {
    const absl::MutexLock lock(&mutex_);
    writing_ = false;
    write_since_ = 0;
    message_.Clear();
    finish = (!ok || cancelled_) && !finished_;
    finished_ |= finish;
  }
  if (finish) {
    Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client has ended the watch"));
    return;
  }
  Kick(MonotonicNow());
}

void WatchStream::OnCancel() {
  {
    const absl::MutexLock lock(&mutex_);
    cancelled_ = true;
    // OnWriteDone(false) follows if a write is in flight.
    if (writing_ || finished_) return;
    finished_ = true;
  }
  Finish(grpc::Status(grpc::StatusCode::CANCELLED, "the client has ended the watch"));
}

void WatchStream::OnDone() {
  pump_->Remove(this);
  {
    const absl::MutexLock lock(&mutex_);
    finished_ = true;
    subscription_.reset();
  }
  const std::shared_ptr<WatchStream> last = std::move(self_);
}

Time WatchStream::write_since() const {
  const absl::MutexLock lock(&mutex_);
  return writing_ ? write_since_ : 0;
}

size_t WatchStream::write_bytes() const {
  const absl::MutexLock lock(&mutex_);
  return writing_ ? message_.Length() : 0;
}

void WatchStream::Cut() {
  const absl::MutexLock lock(&mutex_);
  if (!finished_) context_->TryCancel();
}

}  // namespace rustnet
