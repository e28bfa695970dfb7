// SPDX-License-Identifier: Apache-2.0
// One WatchConnections call.  At most one write is in flight; the next message is made when that is
// done, from wherever the client's walk then is.  Nothing is queued but what is said once (Hello,
// Lost, SnapshotDone).
//
// Lives until OnDone: gRPC holds the raw pointer, the stream holds itself until then.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "absl/synchronization/mutex.h"
#include "common/base/time.h"
#include "daemon/rpc/caller.h"
#include "daemon/table/subscription.h"
#include "grpcpp/support/byte_buffer.h"
#include "grpcpp/support/server_callback.h"
#include "rustnet/v1/monitor.pb.h"

namespace rustnet {

class StreamPump;

class WatchStream : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  struct Terms {
    v1::Limits limits;
    uint32_t interval_ms = 0;  // as granted
    bool each_tick = true;     // as fast as the table changes
  };

  // Begins the call; the result belongs to gRPC.
  static grpc::ServerWriteReactor<grpc::ByteBuffer>* Open(
      grpc::CallbackServerContext* context, StreamPump* pump, ConnectionTable* table,
      const Caller& caller, const v1::WatchConnectionsRequest& request, const Terms& terms);

  // Called by the pump.  Starts a write if none is in flight and there is something to say.
  void Kick(Time now);
  void AddLost(const v1::Lost& lost);
  // Since when a write is in flight, and its size; 0 if none.
  Time write_since() const;
  size_t write_bytes() const;
  // Ends the call: its client does not read.
  void Cut();

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  WatchStream(grpc::CallbackServerContext* context, StreamPump* pump, const Caller& caller,
              std::unique_ptr<Subscription> subscription, const Terms& terms);

  void Greet(const Greeting& greeting);
  void Say(const v1::WatchConnectionsResponse& message);
  void SayMissed(Time now, bool flush);
  bool Produce(Time now);
  void TakeStep(Time now);
  void Write();
  bool WantsWrite(Time now);

  grpc::CallbackServerContext* const context_;
  StreamPump* const pump_;
  const Caller caller_;
  const Terms terms_;
  std::shared_ptr<WatchStream> self_;

  mutable absl::Mutex mutex_;
  std::unique_ptr<Subscription> subscription_;
  std::deque<grpc::ByteBuffer> said_;  // small messages that go out next
  grpc::ByteBuffer message_;           // in flight
  bool writing_ = false;
  bool cancelled_ = false;
  bool finished_ = false;
  bool walking_ = true;  // not whole: goes on without waiting
  Time due_ = 0;         // next state
  Time last_write_ = 0;
  Time write_since_ = 0;
  uint64_t missed_ = 0;  // rows not yet reported
  Time missed_first_ = 0;
  Time missed_said_ = 0;
};

}  // namespace rustnet
