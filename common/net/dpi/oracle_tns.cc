// SPDX-License-Identifier: Apache-2.0
// Oracle TNS (Oracle Net Services): packets of length, checksum, type, flags, checksum.  CONNECT
// holds versions and a description, "(DESCRIPTION=(CONNECT_DATA=(SERVICE_NAME=x)...", of which the
// service, the program and the user of the operating system are kept.
#include <algorithm>

#include "common/base/byte_reader.h"
#include "common/base/text.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/opening.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kTnsService{"tns_service"};
constexpr Field kTnsProgram{"tns_program"};
constexpr Field kTnsUser{"tns_user"};

constexpr size_t kHeader = 8;
constexpr uint8_t kConnect = 1, kLastType = 19;
constexpr uint16_t kOldest = 300, kNewest = 330;  // versions
constexpr size_t kLongestConnect = 4096;
constexpr size_t kLongestPacket = 65535;
constexpr size_t kMostHeld = 2048;

size_t TnsSize(Bytes start) {
  ByteReader reader(start);
  const uint16_t length = reader.U16();
  reader.Skip(2);
  const uint8_t type = reader.U8();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length < kHeader || type == 0 || type > kLastType ? 0 : length;
}

// The value of "(NAME=value)", wherever it first stands.
std::string_view ValueOf(std::string_view text, std::string_view name) {
  for (size_t at = text.find('('); at != std::string_view::npos; at = text.find('(', at + 1)) {
    std::string_view rest = text.substr(at + 1);
    if (!StartsWithIgnoreCase(rest, name)) continue;
    rest.remove_prefix(name.size());
    if (!rest.starts_with('=')) continue;
    return rest.substr(1, rest.find_first_of("()") - 1);
  }
  return {};
}

void ReadFrame(Bytes frame, Facts* facts) {
  if (frame.size() <= kHeader || frame[4] != kConnect) return;
  const std::string_view text = AsText(frame);
  const std::string_view service = ValueOf(text, "SERVICE_NAME");
  facts->Add(kTnsService, service.empty() ? ValueOf(text, "SID") : service);
  facts->Add(kTnsProgram, ValueOf(text, "PROGRAM"));
  facts->Add(kTnsUser, ValueOf(text, "USER"));
}

// Accept, refuse, redirect, data, abort, resend, marker, attention, control.
bool IsOther(uint8_t type) {
  constexpr std::string_view kOthers("\2\4\5\6\x09\x0b\x0c\x0d\x0e");
  return kOthers.find(static_cast<char>(type)) != std::string_view::npos;
}

// From version 315 on the length has four bytes, in the place of the checksum too.
Verdict ProbeHeader(Bytes opening, size_t* size) {
  Shape shape(opening);
  shape.U32([&](uint32_t n) {
    const bool narrow = (n & 0xffff) == 0;
    *size = narrow ? n >> 16 : n;
    return *size >= kHeader && *size <= kLongestPacket;
  });
  return shape.U8(&IsOther).Skip(1).U16(Equal(0)).verdict();
}

}  // namespace

Verdict ProbeTns(Bytes opening) {
  if (opening.front() > kLongestConnect >> 8) return Verdict::kNotMine;
  if (opening.size() > 4 && opening[4] != kConnect) return Verdict::kNotMine;
  const size_t size = TnsSize(opening);
  if (size == 0) return Verdict::kNotMine;
  if (size == kFrameSizeUnknown) return Verdict::kNeedMore;
  if (size > kLongestConnect || size < 34) return Verdict::kNotMine;
  ByteReader reader(opening);
  reader.Skip(kHeader);
  const uint16_t version = reader.U16();
  const uint16_t compatible = reader.U16();
  if (!reader.ok()) return Verdict::kNeedMore;
  const bool known = version >= kOldest && version <= kNewest && compatible <= version;
  if (!known || compatible < 100) return Verdict::kNotMine;
  reader.Skip(12);  // options, sizes, line turnaround, one in the host's order
  const uint16_t length = reader.U16();
  const uint16_t offset = reader.U16();
  if (!reader.ok()) return Verdict::kNeedMore;
  // A long description follows in a packet of its own.
  return offset >= 34 && offset <= 128 && (offset + length <= size || length > 230)
             ? Verdict::kMatch
             : Verdict::kNotMine;
}

// On its port also the other packets, as captures begin anywhere: whole, without checksums, and
// alone or followed by one.
Verdict ProbeTnsPort(Bytes opening) {
  const Verdict connect = ProbeTns(opening);
  if (connect != Verdict::kNotMine) return connect;
  size_t size = 0;
  const Verdict header = ProbeHeader(opening, &size);
  if (header != Verdict::kMatch) return header;
  if (opening.size() < size) return Verdict::kNeedMore;
  return opening.size() == size ? Verdict::kMatch : ProbeHeader(opening.subspan(size), &size);
}

FieldList TnsFields() { return FieldsOf<kTnsService, kTnsProgram, kTnsUser>(); }

std::unique_ptr<Session> StartTns() {
  return std::make_unique<OpeningSession<&TnsSize, &ReadFrame, kMostHeld, 1>>();
}

}  // namespace rustnet::net
