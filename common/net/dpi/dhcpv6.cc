// SPDX-License-Identifier: Apache-2.0
// DHCPv6 (RFC 8415 section 8): a type and a transaction, or (section 9) relayed a hop count and two
// addresses; then options of code, length and value to the end.
#include <iterator>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kDhcp6Type{"dhcpv6_type"};

constexpr std::string_view kTypes[] = {"solicit",
                                       "advertise",
                                       "request",
                                       "confirm",
                                       "renew",
                                       "rebind",
                                       "reply",
                                       "release",
                                       "decline",
                                       "reconfigure",
                                       "information-request",
                                       "relay-forw",
                                       "relay-repl"};
constexpr uint8_t kRelayForward = 12, kRelayReply = 13;
constexpr uint16_t kLastOption = 160;  // IANA "DHCPv6 Option Codes", with room

bool ReadDhcp6(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeDhcp6(datagram) != Verdict::kMatch) return false;
  facts->Add(kDhcp6Type, kTypes[datagram.front() - 1]);
  return true;
}

}  // namespace

Verdict ProbeDhcp6(Bytes datagram) {
  ByteReader reader(datagram);
  const uint8_t type = reader.U8();
  if (type == 0 || type > std::size(kTypes)) return Verdict::kNotMine;
  reader.Skip(type == kRelayForward || type == kRelayReply ? 33 : 3);
  if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
  while (!reader.empty()) {
    const uint16_t code = reader.U16();
    if (reader.ok() && (code == 0 || code > kLastOption)) return Verdict::kNotMine;
    reader.Skip(reader.U16());
    if (!reader.ok()) return Verdict::kNeedMore;
  }
  return Verdict::kMatch;
}

FieldList Dhcp6Fields() { return FieldsOf<kDhcp6Type>(); }

std::unique_ptr<Session> StartDhcp6() { return StartDatagrams<&ReadDhcp6>(); }

}  // namespace rustnet::net
