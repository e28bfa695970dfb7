// SPDX-License-Identifier: Apache-2.0
// NetFlow 5 (Cisco, "NetFlow Export Datagram Format"), 9 (RFC 3954 section 5) and IPFIX (RFC 7011
// section 3): version, then a count or a length that the datagram must bear out.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kNetflowVersion{"netflow_version", false, true};

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

}  // namespace

Verdict ProbeNetflow(Bytes datagram) {
  ByteReader reader(datagram);
  const uint16_t version = reader.U16();
  const uint16_t count = reader.U16();
  if (datagram.front() != 0) return Verdict::kNotMine;
  if (!reader.ok()) return Verdict::kNeedMore;
  switch (version) {
    case 5:
      if (count == 0 || count > 30) return Verdict::kNotMine;
      return datagram.size() == 24 + size_t{count} * 48 ? Verdict::kMatch : Verdict::kNeedMore;
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

}  // namespace rustnet::net
