// SPDX-License-Identifier: Apache-2.0
// model::Connection <-> rustnet.v1.Connection: the one place that knows both.
//
// A row has the fields numbered below 32, with the best name of an endpoint alone; detail has all.
// The table writes rows itself, in two pieces: facts, which seldom change and are kept, and
// numbers, which move with traffic.  Put one behind the other they are the serialized row (field
// order is free on the wire).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/model/connection.h"
#include "google/protobuf/message.h"
#include "rustnet/v1/types.pb.h"

namespace rustnet::model {

enum class Extent { kRow, kDetail };

// `out` is overwritten.
void ToProto(const Connection& connection, Extent extent, v1::Connection* out);
void ToProto(const Process& process, Extent extent, v1::Process* out);
void ToProto(const Counters& counters, v1::Counters* out);

// Unknown enum numbers (a newer daemon) become kUnspecified; an address that is no IP leaves `ip`
// none.
Connection FromProto(const v1::Connection& proto);
Process FromProto(const v1::Process& proto);

google::protobuf::Timestamp ToTimestamp(Time time);
Time FromTimestamp(const google::protobuf::Timestamp& timestamp);

// What Delta.columns carries of a row.
struct Numbers {
  uint64_t bytes_sent = 0;
  uint64_t bytes_received = 0;
  uint64_t packets_sent = 0;
  uint64_t packets_received = 0;
  uint64_t send_rate = 0;  // bytes per second
  uint64_t receive_rate = 0;
  Time last_seen = 0;
  uint32_t rtt_us = 0;  // 0: none
  State state = State::kUnspecified;

  friend bool operator==(const Numbers&, const Numbers&) = default;
};
Numbers NumbersOf(const Connection& connection);
void SetNumbers(const Numbers& numbers, Connection* connection);

// Appends one piece of the serialized row.  Every row field is in exactly one of them.
void AppendFacts(const Connection& connection, std::string* out);
void AppendNumbers(const Numbers& numbers, std::string* out);

// proto3 JSON with the proto's own field names ("bytes_sent"), on one line.
std::string ToJson(const google::protobuf::Message& message);

}  // namespace rustnet::model
