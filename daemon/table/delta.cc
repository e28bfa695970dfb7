// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/delta.h"

#include <utility>

#include "common/model/wire_writer.h"

namespace rustnet {
namespace {

using model::WireWriter;

constexpr size_t kLongestColumn = 8 + 10 * 8 + 1 + 5;  // all varints at their longest

}  // namespace

DeltaWriter::DeltaWriter(size_t most_bytes) : most_bytes_(most_bytes) {
  bytes_.assign(kRoom, '\0');
}

void DeltaWriter::Upsert(std::string_view facts, const model::Numbers& numbers) {
  WireWriter(&bytes_).Sub(1, [&](WireWriter&) {
    bytes_.append(facts);
    model::AppendNumbers(numbers, &bytes_);
  });
}

void DeltaWriter::UpsertSerialized(std::string_view row) { WireWriter(&bytes_).Bytes(1, row); }

void DeltaWriter::Columns(ConnectionId id, const model::Numbers& numbers) {
  columns_.push_back({id, numbers});
}

bool DeltaWriter::full() const {
  return bytes_.size() + columns_.size() * kLongestColumn + removed_.size() * 8 >=
         most_bytes_ - kMostRowBytes;
}

void DeltaWriter::AppendColumns() {
  if (columns_.empty()) return;
  // Field numbers of rustnet.v1.Columns.
  WireWriter(&bytes_).Sub(2, [this](WireWriter& columns) {
    columns.Sub(1, [this](WireWriter& ids) {
      for (const Column& column : columns_) ids.AppendFixed64(column.id);
    });
    const auto array = [&](uint32_t field, auto value) {
      columns.Sub(field, [&](WireWriter& values) {
        for (const Column& column : columns_) {
          values.Varint(static_cast<uint64_t>(value(column.numbers)));
        }
      });
    };
    array(2, [](const model::Numbers& n) { return n.bytes_sent; });
    array(3, [](const model::Numbers& n) { return n.bytes_received; });
    array(4, [](const model::Numbers& n) { return n.packets_sent; });
    array(5, [](const model::Numbers& n) { return n.packets_received; });
    array(6, [](const model::Numbers& n) { return n.send_rate; });
    array(7, [](const model::Numbers& n) { return n.receive_rate; });
    array(8, [](const model::Numbers& n) { return n.state; });
    array(9, [](const model::Numbers& n) { return n.last_seen / kMicrosecond; });
    array(10, [](const model::Numbers& n) { return n.rtt_us; });
  });
}

void DeltaWriter::Finish(EncodedDelta* delta) {
  AppendColumns();
  WireWriter writer(&bytes_);
  if (!removed_.empty()) {
    writer.Sub(3, [this](WireWriter& ids) {
      for (const ConnectionId id : removed_) ids.AppendFixed64(id);
    });
  }
  writer.UInt(4, delta->base);
  writer.UInt(5, delta->revision);
  writer.UInt(6, delta->more ? 1 : 0);
  if (!delta->more) {
    writer.Sub(7, [delta](WireWriter& sub) {
      sub.UInt(1, delta->summary.connections);
      sub.UInt(2, delta->summary.matching);
      sub.UInt(3, delta->summary.send_rate);
      sub.UInt(4, delta->summary.receive_rate);
    });
  }
  std::string head;
  head.push_back(0x12);  // WatchConnectionsResponse.delta
  WireWriter(&head).Varint(bytes_.size() - kRoom);
  delta->start = kRoom - head.size();
  bytes_.replace(delta->start, head.size(), head);
  delta->bytes = std::move(bytes_);
}

}  // namespace rustnet
