// SPDX-License-Identifier: Apache-2.0
// WireGuard ("WireGuard: Next Generation Kernel Network Tunnel", section 5.4): a type, three zeros,
// and of each type a size of its own.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kWireguardMessage{"wireguard_message"};

constexpr std::string_view kMessages[] = {"initiation", "response", "cookie", "data"};
constexpr size_t kSizes[] = {148, 92, 64};
constexpr size_t kShortestData = 32;

// A counter of eight bytes whose upper ones are long zero: 2^40 packets are years.
bool IsData(Bytes datagram) {
  ByteReader reader(datagram);
  reader.Skip(13);
  return reader.U24() == 0 && reader.ok() && datagram.size() >= kShortestData &&
         datagram.size() % 16 == 0;
}

bool ReadWireguard(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeWireguard(datagram) != Verdict::kMatch) return false;
  facts->Add(kWireguardMessage, kMessages[datagram.front() - 1]);
  return true;
}

}  // namespace

Verdict ProbeWireguard(Bytes datagram) {
  Shape shape(datagram);
  shape.U8(Between(1, 4)).Is(std::string_view("\0\0\0", 3));
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  const uint8_t type = datagram.front();
  const bool match = type == 4 ? IsData(datagram) : datagram.size() == kSizes[type - 1];
  return match ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList WireguardFields() { return FieldsOf<kWireguardMessage>(); }

std::unique_ptr<Session> StartWireguard() { return StartDatagrams<&ReadWireguard>(); }

}  // namespace rustnet::net
