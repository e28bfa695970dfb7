// SPDX-License-Identifier: Apache-2.0
// The client's half of WatchConnections (proto/rustnet/v1/monitor.proto, docs/stream.md): messages
// in, whole states out.
//
// Law (staging_test.cc, at random): whatever pieces a walk comes in, and wherever it breaks and
// resumes, the batches taken so far, applied in order, give the daemon's table at position().
// A message that does not fit the position is refused, and nothing of it is kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "client/stream/batch.h"
#include "rustnet/v1/monitor.pb.h"

namespace rustnet::client {

class Staging {
 public:
  enum class Result : uint8_t {
    kMore,       // not whole: do not show
    kWhole,      // Take() gives what leads to a whole state
    kStartOver,  // the stream is of no use: reconnect without resume; error() says why
  };

  Result OnHello(const v1::Hello& hello);
  Result OnDelta(const v1::Delta& delta);
  Result OnSnapshotDone(const v1::SnapshotDone& done);

  // Everything staged since the last Take; whole says whether that is a state.
  Batch Take();

  // The last whole state, to go on from; none after kStartOver.
  std::optional<v1::Resume> resume() const;
  // After kStartOver, and if the request changes.
  void Forget();

  uint64_t revision() const { return position_; }
  size_t rows() const { return ids_.size(); }
  bool whole() const { return whole_; }
  const std::string& error() const { return error_; }

 private:
  Result Refuse(std::string why);

  bool begun_ = false;      // a Hello has come since Forget()
  bool whole_ = false;      // the position is a whole state
  bool from_zero_ = false;  // the walk began with the empty table and SnapshotDone is still to come
  uint64_t epoch_ = 0;
  uint64_t view_ = 0;
  uint64_t position_ = 0;  // revision of the last Delta
  std::optional<v1::Resume> resume_;
  absl::flat_hash_set<uint64_t> ids_;
  Batch staged_;
  std::string error_;
};

}  // namespace rustnet::client
