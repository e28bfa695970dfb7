// SPDX-License-Identifier: Apache-2.0
// DHCPv6 (RFC 8415 section 8): a type and a transaction, or (section 9) relayed a hop count and two
// addresses; then options of code, length and value to the end.  A relay's has the client's message
// in option 9.
#include <iterator>
#include <string>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dhcp.h"
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

constexpr uint16_t kRelayMessage = 9, kClientFqdn = 39;
constexpr int kMostRelays = 8;  // RFC 8415 section 7.6: HOP_COUNT_LIMIT

// RFC 4704 section 4: flags, and a name as in DNS; the root's label ends one that is whole.
void AddFqdn(ByteReader option, Facts* facts) {
  option.Skip(1);
  std::string name;
  while (option.ok() && !option.empty()) {
    const Bytes label = option.Take(option.U8());
    if (!name.empty()) name += '.';
    name.append(AsText(label));
  }
  if (option.ok()) facts->Add(kDhcpHostname, name);
}

ByteReader OptionsOf(Bytes message) {
  ByteReader reader(message);
  const uint8_t type = reader.U8();
  reader.Skip(type == kRelayForward || type == kRelayReply ? 33 : 3);
  return reader;
}

void ReadMessage(Bytes message, int relays, Facts* facts) {
  if (ProbeDhcp6(message) != Verdict::kMatch) return;
  facts->Add(kDhcp6Type, kTypes[message.front() - 1]);
  ByteReader options = OptionsOf(message);
  while (!options.empty()) {
    const uint16_t code = options.U16();
    const ByteReader option = options.Sub(options.U16());
    if (code == kClientFqdn) AddFqdn(option, facts);
    if (code != kRelayMessage || option.empty()) continue;
    relays < kMostRelays ? ReadMessage(option.rest(), relays + 1, facts) : facts->CountCut();
  }
}

bool ReadDhcp6(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeDhcp6(datagram) != Verdict::kMatch) return false;
  ReadMessage(datagram, 0, facts);
  return true;
}

}  // namespace

Verdict ProbeDhcp6(Bytes datagram) {
  const uint8_t type = datagram.front();
  if (type == 0 || type > std::size(kTypes)) return Verdict::kNotMine;
  ByteReader reader = OptionsOf(datagram);
  if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
  while (!reader.empty()) {
    const uint16_t code = reader.U16();
    if (reader.ok() && (code == 0 || code > kLastOption)) return Verdict::kNotMine;
    reader.Skip(reader.U16());
    if (!reader.ok()) return Verdict::kNeedMore;
  }
  return Verdict::kMatch;
}

FieldList Dhcp6Fields() { return FieldsOf<kDhcp6Type, kDhcpHostname>(); }

std::unique_ptr<Session> StartDhcp6() { return StartDatagrams<&ReadDhcp6>(); }

}  // namespace rustnet::net
