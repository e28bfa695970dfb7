// SPDX-License-Identifier: Apache-2.0
// NTP (RFC 5905 section 7.3; modes 6 and 7: RFC 1305 appendix B, RFC 9327): leap indicator, version
// and mode in the first byte; 48 bytes and more, control messages 12, private ones 8.
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kNtpVersion{"ntp_version", false, true};
constexpr Field kNtpMode{"ntp_mode"};

constexpr std::array<std::string_view, 8> kModes = {
    "reserved", "symactive", "sympassive", "client", "server", "broadcast", "control", "private"};

struct FirstByte {
  explicit FirstByte(uint8_t byte) : version(byte >> 3 & 7), mode(byte & 7) {}
  uint32_t version;
  uint32_t mode;

  size_t shortest() const { return mode == 6 ? 12 : mode == 7 ? 8 : 48; }
  bool valid() const { return version >= 1 && version <= 4; }
};

bool ReadNtp(Bytes datagram, const Moment&, Facts* facts) {
  const FirstByte first(datagram.front());
  if (!first.valid() || datagram.size() < first.shortest()) return false;
  facts->AddNumber(kNtpVersion, first.version);
  facts->Add(kNtpMode, kModes[first.mode]);
  return true;
}

}  // namespace

Verdict ProbeNtp(Bytes datagram) {
  const FirstByte first(datagram.front());
  if (!first.valid()) return Verdict::kNotMine;
  return datagram.size() < first.shortest() ? Verdict::kNeedMore : Verdict::kMatch;
}

FieldList NtpFields() { return FieldsOf<kNtpVersion, kNtpMode>(); }

std::unique_ptr<Session> StartNtp() { return StartDatagrams<&ReadNtp>(); }

}  // namespace rustnet::net
