// SPDX-License-Identifier: Apache-2.0
// DHCP for IPv4 (RFC 2131 section 2): op, htype, hlen, …, hardware address at 28, a cookie at 236
// and options behind it (RFC 2132); option 52 says that they go on in `file` and `sname`.
#include "common/net/dpi/dhcp.h"

#include <array>

#include "common/base/byte_reader.h"
#include "common/base/ip_address.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kDhcpType{"dhcp_type"};
constexpr Field kDhcpMac{"dhcp_mac"};

constexpr uint32_t kCookie = 0x63825363;
constexpr uint8_t kPad = 0, kHostName = 12, kOverload = 52, kMessageType = 53, kEnd = 255;
constexpr uint8_t kEthernet = 1;

// RFC 2132 section 9.6, RFC 3203.
constexpr std::array<std::string_view, 10> kTypes = {
    "", "discover", "offer", "request", "decline", "ack", "nak", "release", "inform", "forcerenew"};

// Returns the value of option 52, 0 if there is none.
uint8_t ReadOptions(ByteReader options, Facts* facts) {
  uint8_t overload = 0;
  while (options.ok() && !options.empty()) {
    const uint8_t code = options.U8();
    if (code == kEnd) break;
    if (code == kPad) continue;
    const Bytes value = options.Take(options.U8());
    if (!options.ok() || value.empty()) continue;
    if (code == kMessageType && value[0] != 0) {
      if (value[0] < kTypes.size()) {
        facts->Add(kDhcpType, kTypes[value[0]]);
      } else {
        facts->AddNumber(kDhcpType, value[0]);
      }
    } else if (code == kHostName) {
      const std::string_view name = AsText(value);
      facts->Add(kDhcpHostname, name.substr(0, name.find('\0')));
    } else if (code == kOverload) {
      overload = value[0];
    }
  }
  return overload;
}

bool ReadDhcp(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeDhcp(datagram) != Verdict::kMatch) return false;
  ByteReader reader(datagram);
  reader.Skip(1);
  const uint8_t hardware = reader.U8();
  const uint8_t length = reader.U8();
  reader.Skip(25);
  const Bytes address = reader.Take(16);
  if (hardware == kEthernet && length == 6) {
    MacAddress mac;
    for (size_t i = 0; i < mac.size(); ++i) mac[i] = address[i];
    facts->Add(kDhcpMac, ToString(mac));
  }
  const Bytes server_name = reader.Take(64);
  const Bytes file = reader.Take(128);
  if (reader.U32() != kCookie) return true;  // BOOTP (RFC 951), or cut
  const uint8_t overload = ReadOptions(reader, facts);
  if ((overload & 1) != 0) ReadOptions(ByteReader(file), facts);
  if ((overload & 2) != 0) ReadOptions(ByteReader(server_name), facts);
  return true;
}

}  // namespace

Verdict ProbeDhcp(Bytes datagram) {
  constexpr size_t kUpToAddress = 44;  // what even a short snaplen leaves
  ByteReader reader(datagram);
  const uint8_t op = reader.U8();
  if (op != 1 && op != 2) return Verdict::kNotMine;
  if (reader.empty()) return Verdict::kNeedMore;
  const uint8_t hardware = reader.U8();
  if (hardware == 0) return Verdict::kNotMine;
  if (reader.empty()) return Verdict::kNeedMore;
  const uint8_t length = reader.U8();
  if (length > 16 || (hardware == kEthernet && length != 6)) return Verdict::kNotMine;
  return datagram.size() < kUpToAddress ? Verdict::kNeedMore : Verdict::kMatch;
}

FieldList DhcpFields() { return FieldsOf<kDhcpType, kDhcpHostname, kDhcpMac>(); }

std::unique_ptr<Session> StartDhcp() { return StartDatagrams<&ReadDhcp>(); }

}  // namespace rustnet::net
