// SPDX-License-Identifier: Apache-2.0
// OpenVPN's control channel ("OpenVPN protocol", openvpn.net/community-docs): opcode and key in a
// byte, a session id, with tls-auth or tls-crypt a checksum, a number and a time, then what is
// acknowledged and the number of the packet.  Over TCP a length stands before it.
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kOpenvpnOpcode{"openvpn_opcode", false, true};

constexpr uint8_t kClientReset = 7 << 3, kServerReset = 8 << 3;  // of key 0
constexpr size_t kSession = 9;                                   // opcode and session id
constexpr size_t kReplay = 8;                                    // number and time
constexpr uint32_t kEarliest = 1000000000;                       // 2001
constexpr size_t kLongest = 2048;

// A number that is the first or second, and a time.
bool IsReplay(Bytes bytes) {
  ByteReader reader(bytes);
  const uint32_t number = reader.U32();
  const uint32_t time = reader.U32();
  return reader.ok() && number >= 1 && number <= 16 && time >= kEarliest;
}

// Acknowledged (of a server: packet 0 of the client's session) and packet 0.
bool IsFirst(Bytes tail, uint8_t opcode) {
  ByteReader reader(tail);
  const uint8_t count = reader.U8();
  if (count > 1 || (opcode == kClientReset && count != 0)) return false;
  if (count == 1) {
    if (reader.U32() != 0) return false;
    reader.Skip(8);
  }
  return reader.U32() == 0 && reader.ok() && reader.empty();
}

Verdict ProbePacket(Bytes packet) {
  const uint8_t opcode = packet.front();
  if (opcode != kClientReset && opcode != kServerReset) return Verdict::kNotMine;
  if (packet.size() < kSession + 5) return Verdict::kNeedMore;
  if (IsFirst(packet.subspan(kSession), opcode)) return Verdict::kMatch;
  // tls-auth: MD5, SHA-1, SHA-256, SHA-512.
  for (const size_t hmac : {size_t{16}, size_t{20}, size_t{32}, size_t{64}}) {
    const size_t replay = kSession + hmac;
    if (packet.size() < replay + kReplay + 5) continue;
    if (IsReplay(packet.subspan(replay, kReplay)) &&
        IsFirst(packet.subspan(replay + kReplay), opcode)) {
      return Verdict::kMatch;
    }
  }
  // tls-crypt: SHA-256, and the rest sealed.
  const size_t sealed = packet.size() - kSession;
  const bool sized = sealed == kReplay + 32 + 5 || sealed == kReplay + 32 + 17;
  return sized && IsReplay(packet.subspan(kSession, kReplay)) ? Verdict::kMatch
                                                              : Verdict::kNeedMore;
}

bool ReadPacket(Bytes packet, const Moment&, Facts* facts) {
  const uint8_t opcode = packet.front() >> 3;
  if (opcode == 0 || opcode > 11) return false;
  facts->AddNumber(kOpenvpnOpcode, opcode);
  return true;
}

size_t FrameBytes(Bytes start) {
  ByteReader reader(start);
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length != 0 && length <= kLongest ? length + size_t{2} : 0;
}

bool ReadFrame(Bytes frame, const Moment& moment, Facts* facts) {
  return ReadPacket(frame.subspan(2), moment, facts);
}

}  // namespace

Verdict ProbeOpenvpn(Bytes datagram) { return ProbePacket(datagram); }

Verdict ProbeOpenvpnTcp(Bytes opening) {
  uint16_t length = 0;
  Shape shape(opening);
  shape.U16([&](uint16_t n) { return (length = n) >= kSession + 5 && n <= 128; });
  shape.U8([](uint8_t opcode) { return opcode == kClientReset || opcode == kServerReset; });
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  if (opening.size() < size_t{2} + length) return Verdict::kNeedMore;
  return ProbePacket(opening.subspan(2, length)) == Verdict::kMatch ? Verdict::kMatch
                                                                    : Verdict::kNotMine;
}

FieldList OpenvpnFields() { return FieldsOf<kOpenvpnOpcode>(); }

std::unique_ptr<Session> StartOpenvpn() { return StartDatagrams<&ReadPacket>(); }
std::unique_ptr<Session> StartOpenvpnTcp() { return StartFrames<&FrameBytes, &ReadFrame, 64>(); }

}  // namespace rustnet::net
