// SPDX-License-Identifier: Apache-2.0
// Packets made by hand, as the decoder would hand them to the table.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/net/flow/flow_table.h"
#include "common/net/packet/packet.h"

namespace rustnet::net {

inline constexpr Time kStart = 1'700'000'000 * kSecond;

// The same numbers on every machine and every run.
class Random {
 public:
  explicit Random(uint32_t seed) : generator_(seed) {}
  uint32_t operator()() { return static_cast<uint32_t>(generator_()); }

 private:
  std::mt19937 generator_;
};

// A conversation between two endpoints; Make gives its packets one by one.
struct Talk {
  Protocol protocol = Protocol::kTcp;
  uint32_t client = 0x0A000001;
  uint16_t client_port = 40000;
  uint32_t server = 0x0A000002;
  uint16_t server_port = 80;

  Packet Make(Time time, bool from_client, std::string_view payload = {}) const {
    Packet packet;
    packet.time = time;
    packet.key.protocol = protocol;
    packet.key.ip_protocol = protocol == Protocol::kTcp ? 6 : 17;
    packet.key.family = 4;
    const bool swapped = client > server || (client == server && client_port > server_port);
    const size_t low = swapped ? 1 : 0;
    packet.key.address[low] = IpAddress::V4(client).raw();
    packet.key.address[low ^ 1] = IpAddress::V4(server).raw();
    packet.key.port[low] = client_port;
    packet.key.port[low ^ 1] = server_port;
    packet.from = static_cast<uint8_t>(from_client ? low : low ^ 1);
    const uint32_t header = protocol == Protocol::kTcp ? 20 : 8;
    packet.payload = AsBytes(payload);
    packet.payload_bytes = static_cast<uint32_t>(payload.size());
    packet.ip_bytes = 20 + header + packet.payload_bytes;
    packet.frame_bytes = packet.ip_bytes + 14;
    packet.source_mac = {2, 0, 0, 0, 0, static_cast<uint8_t>(from_client ? 1 : 2)};
    return packet;
  }

  Packet Tcp(Time time, bool from_client, uint8_t flags, uint32_t seq, uint32_t ack,
             std::string_view payload = {}, uint16_t window = 1000) const {
    Packet packet = Make(time, from_client, payload);
    packet.tcp = {.seq = seq, .ack = ack, .window = window, .flags = flags};
    return packet;
  }
};

inline constexpr uint8_t kFin = tcp_flag::kFin, kSyn = tcp_flag::kSyn, kRst = tcp_flag::kRst,
                         kPsh = tcp_flag::kPsh, kAck = tcp_flag::kAck;

inline FlowOptions Options() {
  FlowOptions options;
  options.hash_seed = 42;
  return options;
}

inline void Add(FlowTable* table, const std::vector<Packet>& packets) { table->Add(packets); }

inline std::vector<FlowView> Views(const FlowTable& table, Time now) {
  std::vector<FlowView> views;
  table.ForEach(
      now,
      [](const FlowView& view, void* to) {
        static_cast<std::vector<FlowView>*>(to)->push_back(view);
      },
      &views);
  return views;
}

inline std::vector<FlowView> Changes(FlowTable* table, Time now) {
  std::vector<FlowView> views;
  table->TakeChanges(now, &views);
  return views;
}

}  // namespace rustnet::net
