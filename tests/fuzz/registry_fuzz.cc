// SPDX-License-Identifier: Apache-2.0
// Any conversation through every dissector.  The input is a script: a byte of transport (even:
// TCP), two of the server's port, then pieces of a byte of direction (and whether it is a hole),
// two of length, data.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <span>
#include <vector>

#include "common/base/byte_reader.h"
#include "common/net/dpi/inspection.h"

namespace {

using rustnet::ByteReader;
using rustnet::Bytes;
using namespace rustnet::net;  // NOLINT(google-build-using-namespace)

class NoKnowledge : public Knowledge {
 public:
  void OnAnswer(const rustnet::IpAddress&, std::string_view name, const rustnet::IpAddress&,
                uint32_t) override {
    if (name.size() > 255) std::abort();
  }
};

// A port that no row of the transport has stands for one that some row has, and 0 for none.
uint16_t PortOf(Protocol transport, uint16_t wanted) {
  std::vector<uint16_t> known;
  for (const Dissector& row : Registry()) {
    if (row.transport != transport) continue;
    std::copy_if(row.ports.begin(), row.ports.end(), std::back_inserter(known),
                 [](uint16_t port) { return port != 0; });
  }
  const bool is_known = std::find(known.begin(), known.end(), wanted) != known.end();
  return wanted == 0 || is_known ? wanted : known[wanted % known.size()];
}

bool IsListed(const Field& field, std::span<const Dissector* const> protocols) {
  for (const Dissector* protocol : protocols) {
    const FieldList fields = protocol->fields == nullptr ? FieldList() : protocol->fields();
    if (std::find(fields.begin(), fields.end(), &field) != fields.end()) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ByteReader script(Bytes(data, size));
  const Protocol transport = script.U8() % 2 == 0 ? Protocol::kTcp : Protocol::kUdp;
  const uint16_t port = PortOf(transport, script.U16());
  constexpr uint16_t kClientPort = 40000;
  const InspectionLimits limits{
      .facts = {.values_per_field = 200, .bytes_per_value = 8192, .bytes_per_flow = 65536}};
  InspectionCounters counters;
  NoKnowledge knowledge;
  Inspection inspection(transport, kClientPort, port, &limits, &counters);
  Moment moment;
  moment.knowledge = &knowledge;
  while (!script.empty() && inspection.wants_more()) {
    const uint8_t how = script.U8();
    const Direction direction = (how & 1) == 0 ? Direction::kForward : Direction::kBackward;
    const uint16_t length = script.U16();
    moment.source_port = direction == Direction::kForward ? kClientPort : port;
    moment.destination_port = direction == Direction::kForward ? port : kClientPort;
    if ((how & 0xf0) == 0xf0) {
      inspection.OnGap(direction, length);
      continue;
    }
    // Its own allocation: a read past the end, or a view kept too long, is seen.
    const Bytes piece = script.TakeUpTo(length);
    const std::vector<uint8_t> heap(piece.begin(), piece.end());
    inspection.OnData(direction, heap, moment);
  }
  if (inspection.memory() > (1U << 20)) std::abort();
  // With as many names as there is room for, what was found inside may have no name.
  constexpr size_t kMostNames = 6;
  const bool full = inspection.protocols().size() == kMostNames;
  for (const Fact& fact : inspection.facts().All()) {
    if (fact.value.empty()) std::abort();
    if (!full && !IsListed(*fact.field, inspection.protocols())) std::abort();
  }
  return 0;
}
