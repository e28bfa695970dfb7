// SPDX-License-Identifier: Apache-2.0
// flows CAPTURE: a line for each flow of a classic pcap file in this machine's byte order.
#include <cstdio>
#include <fstream>

#include "common/net/flow/flow_table.h"
#include "common/net/packet/decoder.h"

using namespace rustnet::net;

void Print(const FlowView& flow, void*) {
  std::printf("%s", ProtocolName(flow.key.protocol, flow.key.ip_protocol).c_str());
  for (const Direction d : {Direction::kForward, Direction::kBackward}) {
    const DirectionCounters& n = flow.counters[static_cast<size_t>(d)];
    std::printf(" %s %d %lu %lu", flow.ip(d).ToString().c_str(), flow.port(d), n.packets, n.bytes);
  }
  const ApplicationFacts none;
  const ApplicationFacts& facts = flow.application ? *flow.application : none;
  for (const Dissector* protocol : facts.protocols) std::printf(" %s", protocol->name.data());
  std::puts("");
}

int main(int, char** argv) {
  std::ifstream file(argv[1], std::ios::binary);
  uint32_t header[6], record[4];  // its link type is the last; seconds, µs, captured, length
  file.read(reinterpret_cast<char*>(header), sizeof header);
  Decoder decoder;
  FlowTable flows({.expire = false});
  std::array<Packet, kMaxLayers> packets;
  Frame frame{.link = static_cast<LinkType>(header[5])};
  while (file.read(reinterpret_cast<char*>(record), sizeof record)) {
    std::vector<uint8_t> bytes(frame.length = record[2]);
    file.read(reinterpret_cast<char*>(bytes.data()), frame.length);
    frame.time = record[0] * rustnet::kSecond + record[1] * rustnet::kMicrosecond;
    frame.bytes = bytes;
    flows.Add(std::span(packets).first(decoder.Decode(frame, packets)));
  }
  flows.Finish();
  flows.ForEach(frame.time, &Print, nullptr);
}
