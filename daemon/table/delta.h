// SPDX-License-Identifier: Apache-2.0
// One WatchConnectionsResponse with a Delta, encoded as it goes out.  Rows are copied in as bytes;
// the finished message is immutable and shared by everybody who is at the same place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/convert.h"
#include "daemon/table/row_log.h"

namespace rustnet {

inline constexpr size_t kMostMessageBytes = 256 * 1024;
// A row by the limits of its fields, and what frames it.
inline constexpr size_t kMostRowBytes = 9 * 1024;

struct Summary {
  uint32_t connections = 0;
  uint32_t matching = 0;
  uint64_t send_rate = 0;  // bytes per second
  uint64_t receive_rate = 0;
  friend bool operator==(const Summary&, const Summary&) = default;
};

struct EncodedDelta {
  // What it is relative to.
  Revision base = 0;
  Revision whole = 0;  // the whole state from which columns are told
  Revision tail = 0;   // of the view when it was made
  // Where it leads.
  Revision revision = 0;
  bool more = false;
  uint32_t rows = 0;           // of the view, if not `more`
  uint64_t born_and_gone = 0;  // since `whole`, if not `more`
  Summary summary;             // if not `more`
  std::string bytes;           // the message starts at `start`
  size_t start = 0;

  std::string_view message() const { return std::string_view(bytes).substr(start); }
};

class DeltaWriter {
 public:
  // The message stays below `most_bytes`, which is more than a row and its frame can have.
  explicit DeltaWriter(size_t most_bytes);

  // A whole row; `facts` as by model::AppendFacts.
  void Upsert(std::string_view facts, const model::Numbers& numbers);
  // A whole row, serialized elsewhere.
  void UpsertSerialized(std::string_view row);
  void Columns(ConnectionId id, const model::Numbers& numbers);
  void Removed(ConnectionId id) { removed_.push_back(id); }

  bool empty() const { return bytes_.size() == kRoom && columns_.empty() && removed_.empty(); }
  // One more row might be too much.
  bool full() const;

  // Ends the message.
  void Finish(EncodedDelta* delta);

 private:
  // Left free in front for the tag and length of the response's `delta`.
  static constexpr size_t kRoom = 16;

  void AppendColumns();

  const size_t most_bytes_;
  std::string bytes_;
  struct Column {
    ConnectionId id;
    model::Numbers numbers;
  };
  std::vector<Column> columns_;
  std::vector<ConnectionId> removed_;
};

}  // namespace rustnet
