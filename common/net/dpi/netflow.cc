// SPDX-License-Identifier: Apache-2.0
// NetFlow 1, 5 and 7 (Cisco, "NetFlow Export Datagram Format"), 9 (RFC 3954 section 5) and IPFIX
// (RFC 7011 section 3): version, then a count or a length that the datagram must bear out.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kNetflowVersion{"netflow_version", false, true};

constexpr size_t kIpfixHeader = 16;

bool ReadNetflow(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeNetflow(datagram) != Verdict::kMatch) return false;
  facts->AddNumber(kNetflowVersion, datagram[1]);
  return true;
}

// Sets of an id and a length, up to the end.
Verdict ProbeSets(ByteReader reader, uint16_t first_template) {
  if (reader.empty()) return Verdict::kNeedMore;
  while (!reader.empty()) {
    const uint16_t id = reader.U16();
    if (reader.ok() && id != first_template && id != first_template + 1 && id < 256) {
      return Verdict::kNotMine;
    }
    const uint16_t length = reader.U16();
    if (reader.ok() && length < 4) return Verdict::kNotMine;
    reader.Skip(length - 4U);
    if (!reader.ok()) return Verdict::kNeedMore;
  }
  return Verdict::kMatch;
}

// Records of a fixed size, and as many as there shall be.
Verdict ProbeRecords(Bytes datagram, size_t header, size_t count, size_t record) {
  if (count == 0 || count > 30) return Verdict::kNotMine;
  return datagram.size() == header + count * record ? Verdict::kMatch : Verdict::kNeedMore;
}

size_t IpfixSize(Bytes start) {
  ByteReader reader(start);
  const uint16_t version = reader.U16();
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return version == 10 && length >= kIpfixHeader ? length : 0;
}

bool ReadIpfix(Bytes message, const Moment&, Facts* facts) {
  if (ProbeIpfix(message) != Verdict::kMatch) return false;
  facts->AddNumber(kNetflowVersion, message[1]);
  return true;
}

}  // namespace

// RFC 7011 section 3.1: over TCP or SCTP a message, of which the first set is judged.
Verdict ProbeIpfix(Bytes opening) {
  uint16_t length = 0;
  Shape shape(opening);
  shape.U16(Equal(10)).U16([&](uint16_t n) { return (length = n) > kIpfixHeader; }).Skip(12);
  shape.U16([](uint16_t set) { return set == 2 || set == 3 || set >= 256; });
  return shape.U16([&](uint16_t n) { return n >= 4 && n + kIpfixHeader <= length; }).verdict();
}

Verdict ProbeNetflow(Bytes datagram) {
  ByteReader reader(datagram);
  const uint16_t version = reader.U16();
  const uint16_t count = reader.U16();
  if (datagram.front() != 0) return Verdict::kNotMine;
  if (!reader.ok()) return Verdict::kNeedMore;
  switch (version) {
    case 1:
      return ProbeRecords(datagram, 16, count, 52);
    case 5:
      return ProbeRecords(datagram, 24, count, 48);
    case 7:
      return ProbeRecords(datagram, 24, count, 52);
    case 9:
      reader.Skip(16);
      if (!reader.ok()) return Verdict::kNeedMore;
      return count == 0 ? Verdict::kNotMine : ProbeSets(reader, 0);
    case 10:
      if (count < 16) return Verdict::kNotMine;
      reader.Skip(12);
      if (!reader.ok() || datagram.size() != count) return Verdict::kNeedMore;
      return ProbeSets(reader, 2);
    default:
      return Verdict::kNotMine;
  }
}

FieldList NetflowFields() { return FieldsOf<kNetflowVersion>(); }

std::unique_ptr<Session> StartNetflow() { return StartDatagrams<&ReadNetflow>(); }
std::unique_ptr<Session> StartIpfix() { return StartFrames<&IpfixSize, &ReadIpfix, 64>(); }

}  // namespace rustnet::net
