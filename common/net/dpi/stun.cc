// SPDX-License-Identifier: Apache-2.0
// STUN (RFC 8489 section 5): type, length, the magic cookie, a transaction id, attributes in steps
// of four bytes.  DTLS and RTP share its port (RFC 7983): a datagram of theirs ends the session.
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kStunClass{"stun_class"};
constexpr Field kStunMethod{"stun_method", false, true};
constexpr Field kStunSoftware{"stun_software"};

constexpr uint32_t kCookie = 0x2112a442;
constexpr uint16_t kSoftware = 0x8022;
constexpr size_t kHeader = 20;

// By the two class bits, 0x100 and 0x010 of the type.
constexpr std::array<std::string_view, 4> kClasses = {"request", "indication", "success", "error"};

struct Header {
  uint16_t type = 0;
  uint16_t length = 0;
  uint32_t cookie = 0;

  size_t message_class() const { return (type >> 7 & 2U) | (type >> 4 & 1U); }
  uint32_t method() const {
    return (type & 0x000fU) | (type & 0x00e0U) >> 1 | (type & 0x3e00U) >> 2;
  }
};

Header ReadHeader(ByteReader* reader) {
  Header header;
  header.type = reader->U16();
  header.length = reader->U16();
  header.cookie = reader->U32();
  reader->Skip(12);
  return header;
}

void ReadAttributes(ByteReader attributes, Facts* facts) {
  while (!attributes.empty()) {
    const uint16_t type = attributes.U16();
    const uint16_t length = attributes.U16();
    const Bytes value = attributes.Take(length);
    attributes.TakeUpTo(-length & 3);
    if (!attributes.ok() || type != kSoftware) continue;
    const std::string_view text = AsText(value);
    facts->Add(kStunSoftware, text.substr(0, text.find('\0')));
  }
}

class StunSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    if (ProbeStun(bytes) == Verdict::kNotMine) {
      const bool channel_data = bytes.front() >> 6 == 1;  // TURN (RFC 8656 section 12.4)
      if (channel_data) return Progress::kMore;
      other_ = bytes;
      other_from_ = direction;
      return Progress::kNext;
    }
    ByteReader reader(bytes);
    const Header header = ReadHeader(&reader);
    if (!reader.ok()) return Progress::kMore;
    facts->Add(kStunClass, kClasses[header.message_class()]);
    facts->AddNumber(kStunMethod, header.method());
    ReadAttributes(ByteReader(reader.TakeUpTo(header.length)), facts);
    spoken_[static_cast<size_t>(direction)] = true;
    return Progress::kMore;
  }
  Bytes Unread(Direction direction) const override {
    return direction == other_from_ ? other_ : Bytes();
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override { return sizeof *this; }

 private:
  Bytes other_;
  Direction other_from_ = Direction::kForward;
  std::array<bool, 2> spoken_{};
};

}  // namespace

Verdict ProbeStun(Bytes datagram) {
  if (datagram.front() >> 6 != 0) return Verdict::kNotMine;
  ByteReader reader(datagram);
  const Header header = ReadHeader(&reader);
  if (!reader.ok()) return Verdict::kNeedMore;
  if (header.cookie != kCookie || header.length % 4 != 0) return Verdict::kNotMine;
  return header.length + kHeader <= datagram.size() ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList StunFields() { return FieldsOf<kStunClass, kStunMethod, kStunSoftware>(); }

std::unique_ptr<Session> StartStun() { return std::make_unique<StunSession>(); }

}  // namespace rustnet::net
