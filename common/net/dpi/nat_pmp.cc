// SPDX-License-Identifier: Apache-2.0
// NAT-PMP (RFC 6886 section 3): version 0, opcode, with 128 in an answer, and a size for each; PCP
// (RFC 6887 section 7), which came after it: version 2 and at least 24 bytes.
#include <iterator>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kNatpmpOpcode{"natpmp_opcode"};

constexpr uint8_t kAnswer = 0x80, kPcp = 2;
constexpr std::string_view kOpcodes[] = {"address", "map_udp", "map_tcp"};
constexpr std::string_view kPcpOpcodes[] = {"announce", "map", "peer", "authenticate"};

constexpr size_t kRefusal = 8;  // has neither address nor ports
constexpr size_t kPcpLeast = 24, kPcpMost = 1100;

Verdict IsSize(size_t size, size_t wanted) {
  return size == wanted ? Verdict::kMatch : size < wanted ? Verdict::kNeedMore : Verdict::kNotMine;
}

Verdict ProbeNatPmpOld(Bytes datagram) {
  uint8_t opcode = 0;
  Shape shape(datagram);
  shape.Skip(1).U8([&](uint8_t byte) {
    opcode = byte;
    return (opcode & ~kAnswer) < std::size(kOpcodes);
  });
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  if (opcode == 0) return IsSize(datagram.size(), 2);
  const bool answer = (opcode & kAnswer) != 0;
  shape.U16(Between(0, answer ? 5 : 0));  // result, reserved
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  if (!answer) return IsSize(datagram.size(), 12);
  if (datagram.size() == kRefusal) return Verdict::kMatch;
  return IsSize(datagram.size(), opcode == kAnswer ? 12 : 16);
}

Verdict ProbePcp(Bytes datagram) {
  uint8_t opcode = 0;
  Shape shape(datagram);
  shape.Skip(1).U8([&](uint8_t byte) {
    opcode = byte;
    return (opcode & ~kAnswer) < std::size(kPcpOpcodes);
  });
  shape.U8(Equal(0)).U8(Between(0, (opcode & kAnswer) != 0 ? 18 : 0)).Skip(kPcpLeast - 4);
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  if (datagram.size() > kPcpMost) return Verdict::kNotMine;
  return datagram.size() % 4 == 0 ? Verdict::kMatch : Verdict::kNeedMore;
}

bool ReadNatPmp(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeNatPmp(datagram) != Verdict::kMatch) return false;
  const size_t opcode = datagram[1] & ~kAnswer;
  facts->Add(kNatpmpOpcode, datagram.front() == kPcp ? kPcpOpcodes[opcode] : kOpcodes[opcode]);
  return true;
}

}  // namespace

Verdict ProbeNatPmp(Bytes datagram) {
  if (datagram.front() == 0) return ProbeNatPmpOld(datagram);
  return datagram.front() == kPcp ? ProbePcp(datagram) : Verdict::kNotMine;
}

FieldList NatPmpFields() { return FieldsOf<kNatpmpOpcode>(); }

std::unique_ptr<Session> StartNatPmp() { return StartDatagrams<&ReadNatPmp>(); }

}  // namespace rustnet::net
