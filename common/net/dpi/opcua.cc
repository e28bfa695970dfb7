// SPDX-License-Identifier: Apache-2.0
// OPC UA's own transport (OPC 10000-6 section 7.1.2): three letters, a letter for the kind of
// chunk, the size; a Hello has the address that is wanted.
#include <algorithm>
#include <iterator>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"
#include "common/net/dpi/target.h"

namespace rustnet::net {
namespace {

constexpr Field kOpcuaEndpoint{"opcua_endpoint"};

constexpr std::string_view kTypes[] = {"HELF", "ACKF", "ERRF", "RHEF", "OPNF",
                                       "CLOF", "MSGF", "MSGC", "MSGA"};
constexpr uint32_t kLongest = 1 << 24;

size_t OpcuaSize(Bytes start) {
  ByteReader reader(start);
  const std::string_view type = AsText(reader.Take(4));
  const uint32_t size = reader.Le32();
  if (!reader.ok()) return kFrameSizeUnknown;
  const bool known = std::find(std::begin(kTypes), std::end(kTypes), type) != std::end(kTypes);
  return known && size >= 8 && size <= kLongest ? size : 0;
}

bool ReadOpcua(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  const std::string_view type = AsText(reader.Take(4));
  reader.Skip(4);
  if (type != "HELF") return true;
  reader.Skip(20);  // version, buffers, most
  const Bytes endpoint = reader.Take(reader.Le32());
  if (reader.ok()) AddTarget(kOpcuaEndpoint, AsText(endpoint), facts);
  return true;
}

}  // namespace

Verdict ProbeOpcua(Bytes opening) {
  const std::string_view text = AsText(opening).substr(0, 4);
  const bool begins = std::any_of(std::begin(kTypes), std::end(kTypes),
                                  [&](std::string_view type) { return type.starts_with(text); });
  if (!begins) return Verdict::kNotMine;
  return Shape(opening).Skip(4).Le32(Between(8, kLongest)).verdict();
}

FieldList OpcuaFields() { return FieldsOf<kOpcuaEndpoint>(); }

std::unique_ptr<Session> StartOpcua() { return StartFrames<&OpcuaSize, &ReadOpcua>(); }

}  // namespace rustnet::net
