// SPDX-License-Identifier: Apache-2.0
// The names of tunnels over UDP: what they carry are flows of their own (packet/tunnel.h), so one
// datagram is all that is read here.
#include <optional>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"
#include "common/net/packet/tunnel.h"

namespace rustnet::net {
namespace {

constexpr Field kVxlanVni{"vxlan_vni", false, true};
constexpr Field kGeneveVni{"geneve_vni", false, true};
constexpr Field kGtpVersion{"gtp_version", false, true};

using ReadTunnel = TunnelHeader (*)(ByteReader*);

Verdict Probe(ReadTunnel read, Bytes datagram) {
  ByteReader in(datagram);
  const TunnelHeader header = read(&in);
  if (!in.ok()) return Verdict::kNeedMore;
  return header.carrier != Carrier::kNone ? Verdict::kMatch : Verdict::kNotMine;
}

// `kRead` may be null: the name is all.
template <auto kRead>
class TunnelSession : public Session {
 public:
  Progress OnData(Direction, Bytes bytes, const Moment&, Facts* facts) override {
    if constexpr (kRead != nullptr) kRead(bytes, facts);
    return Progress::kDone;
  }
  size_t memory() const override { return sizeof *this; }
};

template <ReadTunnel kHeader, const Field* kField>
void ReadId(Bytes datagram, Facts* facts) {
  ByteReader in(datagram);
  facts->AddNumber(*kField, kHeader(&in).id);
}

void ReadGtp(Bytes datagram, Facts* facts) { facts->AddNumber(kGtpVersion, datagram.front() >> 5); }

}  // namespace

Verdict ProbeVxlan(Bytes datagram) { return Probe(&ReadVxlan, datagram); }
Verdict ProbeVxlanGpe(Bytes datagram) { return Probe(&ReadVxlanGpe, datagram); }
Verdict ProbeGeneve(Bytes datagram) { return Probe(&ReadGeneve, datagram); }
Verdict ProbeL2tp(Bytes datagram) { return Probe(&ReadL2tp, datagram); }
Verdict ProbeTeredo(Bytes datagram) { return Probe(&ReadTeredo, datagram); }
Verdict ProbeAyiya(Bytes datagram) { return Probe(&ReadAyiya, datagram); }

// User plane and control plane of version 1 have one header (TS 29.281 5.1, TS 29.060 6), version 2
// another (TS 29.274 5.1), and all say how long they are.
Verdict ProbeGtp(Bytes datagram) {
  ByteReader in(datagram);
  const uint8_t flags = in.U8();
  in.Skip(1);
  const uint16_t length = in.U16();
  const bool first = flags >> 4 == 3;
  const bool prime = (flags & 0xf0) == 0 || (flags & 0xf0) == 0x20;  // TS 32.295 6.1.1
  const bool second = flags >> 5 == 2 && (flags & 3) == 0;
  if (!first && !second && !prime) return Verdict::kNotMine;
  if (!in.ok()) return Verdict::kNeedMore;
  if (first) in.Skip(4);
  if (prime) in.Skip((flags & 1) != 0 ? 2 : 16);
  if (!in.ok() || in.size() < length) return Verdict::kNeedMore;
  const bool piggybacked = second && (flags & 0x10) != 0;
  return in.size() == length || piggybacked || first ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList VxlanFields() { return FieldsOf<kVxlanVni>(); }
FieldList GeneveFields() { return FieldsOf<kGeneveVni>(); }
FieldList GtpFields() { return FieldsOf<kGtpVersion>(); }

std::unique_ptr<Session> StartVxlan() {
  return Start<TunnelSession<&ReadId<&ReadVxlan, &kVxlanVni>>>();
}
std::unique_ptr<Session> StartGeneve() {
  return Start<TunnelSession<&ReadId<&ReadGeneve, &kGeneveVni>>>();
}
std::unique_ptr<Session> StartGtp() { return Start<TunnelSession<&ReadGtp>>(); }
std::unique_ptr<Session> StartTunnel() { return Start<TunnelSession<nullptr>>(); }

}  // namespace rustnet::net
