// SPDX-License-Identifier: Apache-2.0
// STUN (RFC 8489 section 5): type, length, the magic cookie, a transaction id, attributes in steps
// of four bytes.  DTLS and RTP share its port (RFC 7983): a datagram of theirs ends the session.
// Over TCP messages stand one behind the other, and between them the data of TURN's channels (RFC
// 8656 section 12.4).  RFC 3489 had no cookie: such are known on its port alone.
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

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

void ReadMessage(ByteReader reader, Facts* facts) {
  const Header header = ReadHeader(&reader);
  facts->Add(kStunClass, kClasses[header.message_class()]);
  facts->AddNumber(kStunMethod, header.method());
  ReadAttributes(ByteReader(reader.TakeUpTo(header.length)), facts);
}

// RFC 8656 section 12.4.
bool IsChannelData(uint8_t first) { return first >> 6 == 1; }

size_t StunSize(Bytes start) {
  ByteReader reader(start);
  reader.Skip(2);
  const uint16_t length = reader.U16();
  if (IsChannelData(start.front())) {
    return reader.ok() ? 4 + (length + size_t{3}) / 4 * 4 : kFrameSizeUnknown;
  }
  const uint32_t cookie = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return start.front() >> 6 == 0 && cookie == kCookie ? kHeader + length : 0;
}

bool ReadFrame(Bytes frame, const Moment&, Facts* facts) {
  if (!IsChannelData(frame.front())) ReadMessage(ByteReader(frame), facts);
  return true;
}

// kClassic: a message may be one of RFC 3489.
template <bool kClassic>
class StunSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    const bool classic = kClassic && ProbeClassicStun(bytes) == Verdict::kMatch;
    if (!classic && ProbeStun(bytes) == Verdict::kNotMine) {
      if (IsChannelData(bytes.front())) return Progress::kMore;
      other_ = bytes;
      other_from_ = direction;
      return Progress::kNext;
    }
    if (bytes.size() < kHeader) return Progress::kMore;
    ReadMessage(ByteReader(bytes), facts);
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
  uint16_t length = 0;
  Shape shape(datagram);
  shape.Skip(2).U16([&](uint16_t n) { return (length = n) % 4 == 0; }).U32(Equal(kCookie)).Skip(12);
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  return length + kHeader <= datagram.size() ? Verdict::kMatch : Verdict::kNeedMore;
}

// RFC 3489 section 11: binding and the shared secret, and attributes that fill the datagram.
Verdict ProbeClassicStun(Bytes datagram) {
  constexpr uint16_t kLastAttribute = 11, kFirstOptional = 0x8000;
  uint16_t length = 0;
  Shape shape(datagram);
  shape.U16([](uint16_t n) {
    const uint32_t method = n & 0x0fU;
    return (method == 1 || method == 2) && (n >> 4 == 0 || n >> 4 == 0x10 || n >> 4 == 0x11);
  });
  shape.U16([&](uint16_t n) { return (length = n) % 4 == 0; });
  shape.U32([](uint32_t n) { return n != kCookie; }).Skip(12);
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  ByteReader attributes(shape.rest());
  if (attributes.size() != length) {
    return attributes.size() < length ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  while (!attributes.empty()) {
    const uint16_t type = attributes.U16();
    if (type == 0 || (type > kLastAttribute && type < kFirstOptional)) return Verdict::kNotMine;
    attributes.Skip(attributes.U16());
    if (!attributes.ok()) return Verdict::kNotMine;
  }
  return Verdict::kMatch;
}

FieldList StunFields() { return FieldsOf<kStunClass, kStunMethod, kStunSoftware>(); }

std::unique_ptr<Session> StartStun() { return std::make_unique<StunSession<false>>(); }
std::unique_ptr<Session> StartClassicStun() { return std::make_unique<StunSession<true>>(); }
std::unique_ptr<Session> StartStunTcp() { return StartFrames<&StunSize, &ReadFrame, 1024>(); }

}  // namespace rustnet::net
