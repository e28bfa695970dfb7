// SPDX-License-Identifier: Apache-2.0
// `rustnet-client watch`: a stream of connections, printed as it comes.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/container/flat_hash_set.h"
#include "client/commands/options.h"
#include "client/commands/output.h"
#include "client/commands/rows_text.h"
#include "rustnet/v1/monitor.pb.h"

namespace rustnet::client {

// Lines are not staged: what was printed of a state that never became whole is put right by the
// next whole one.
class WatchPrinter {
 public:
  WatchPrinter(Format format, Output* out);

  // False: the stream is of no use any more.
  bool OnMessage(const v1::WatchConnectionsResponse& message);

  // The last whole state, to go on from.
  const std::optional<v1::Resume>& resume() const { return resume_; }
  void Forget() { resume_.reset(); }

 private:
  void OnHello(const v1::Hello& hello);
  bool OnDelta(const v1::Delta& delta);
  void OnLost(const v1::Lost& lost);
  void Removed(uint64_t id);

  Format format_;
  Output* out_;
  TextTable table_;
  uint64_t epoch_ = 0;
  uint64_t view_ = 0;
  uint64_t position_ = 0;
  std::optional<v1::Resume> resume_;
  absl::flat_hash_set<uint64_t> ids_;
  absl::flat_hash_set<uint64_t> fresh_;   // of ids_: not in the last whole state
  absl::flat_hash_set<uint64_t> before_;  // printed once, and not yet in the state that is coming
};

}  // namespace rustnet::client
