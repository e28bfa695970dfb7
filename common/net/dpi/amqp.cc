// SPDX-License-Identifier: Apache-2.0
// AMQP 0-9-1 (section 4.2.2) and 1.0 (section 2.2): both ends may begin with "AMQP" and a version;
// in 1.0 also with which layer follows: 0 AMQP, 2 TLS, 3 SASL.  A server of 0-9 answers with
// frames.
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kAmqpVersion{"amqp_version"};

constexpr std::string_view kMagic = "AMQP";
constexpr size_t kHeader = 8;
constexpr uint8_t kTls = 2, kSasl = 3;
constexpr uint32_t kLongestFrame = 1 << 20;

struct Version {
  uint8_t layer = 0;
  std::array<uint8_t, 3> number{};
};

// kMatch: a header of a known version.
Verdict ReadHeader(Bytes opening, Version* version) {
  const std::string_view text = AsText(opening);
  const std::string_view magic = text.substr(0, kMagic.size());
  if (!kMagic.starts_with(magic)) return Verdict::kNotMine;
  ByteReader reader(opening);
  reader.Skip(kMagic.size());
  version->layer = reader.U8();
  for (uint8_t& part : version->number) part = reader.U8();
  if (!reader.ok()) return Verdict::kNeedMore;
  const auto& n = version->number;
  const bool old = (version->layer <= 1 && n[0] <= 1 && n[1] <= 10 && n[2] <= 10);
  const bool one = (version->layer == kTls || version->layer == kSasl) && n[0] == 1;
  return old || one ? Verdict::kMatch : Verdict::kNotMine;
}

// 0-9-1 section 1.3: connection, channel, access, exchange, queue, basic, confirm, transaction.
bool IsClass(uint16_t number) {
  return (number >= 10 && number <= 60 && number % 10 == 0) || number == 85 || number == 90;
}

class AmqpSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    const size_t way = static_cast<size_t>(direction);
    while (size_[way] < kHeader && !bytes.empty()) {
      held_[way][size_[way]++] = bytes.front();
      bytes = bytes.subspan(1);
    }
    if (size_[way] < kHeader || read_[way]) return Progress::kMore;
    read_[way] = true;
    Version version;
    if (ReadHeader(held_[way], &version) == Verdict::kMatch) AddVersion(version, facts);
    secured_ = secured_ || version.layer == kTls;
    if (!read_[0] || !read_[1]) return Progress::kMore;
    unread_ = bytes;
    ended_by_ = direction;
    return secured_ ? Progress::kNext : Progress::kDone;
  }
  Bytes Unread(Direction direction) const override {
    return direction == ended_by_ ? unread_ : Bytes();
  }
  bool Agreed() const override { return read_[0] && read_[1]; }
  size_t memory() const override { return sizeof *this; }

 private:
  static void AddVersion(const Version& version, Facts* facts) {
    using Number = std::array<uint8_t, 3>;
    const Number& n = version.number;
    if (n == Number{1, 0, 0}) return facts->Add(kAmqpVersion, "1.0");
    if (n == Number{0, 9, 1} || n == Number{1, 9, 1}) return facts->Add(kAmqpVersion, "0-9-1");
    if (n == Number{1, 8, 0}) return facts->Add(kAmqpVersion, "0-8");
    if (n == Number{1, 0, 9} || n == Number{0, 9, 0}) return facts->Add(kAmqpVersion, "0-9");
    if (n == Number{1, 0, 10}) facts->Add(kAmqpVersion, "0-10");
  }

  std::array<std::array<uint8_t, kHeader>, 2> held_{};
  std::array<size_t, 2> size_{};
  std::array<bool, 2> read_{};
  Bytes unread_;
  Direction ended_by_ = Direction::kForward;
  bool secured_ = false;
};

// 0-9-1 section 2.3.5: type, channel, size, and behind the body ce.
Verdict ProbeFrame(Bytes opening) {
  constexpr uint8_t kMethod = 1, kContent = 2, kBody = 3, kHeartbeat = 8, kEnd = 0xce;
  constexpr uint16_t kBasic = 60;
  constexpr size_t kHead = 7;
  uint8_t type = 0;
  uint32_t size = 0;
  Shape shape(opening);
  shape.U8([&](uint8_t n) { return (type = n) <= kBody ? n != 0 : n == kHeartbeat; });
  shape.U16([&](uint16_t channel) { return type != kHeartbeat || channel == 0; });
  shape.U32([&](uint32_t n) {
    size = n;
    if (type == kHeartbeat) return n == 0;
    return n >= (type == kMethod ? 4U : type == kContent ? 14U : 1U) && n <= kLongestFrame;
  });
  if (type == kMethod) shape.U16(&IsClass).U16(Between(10, 120));
  if (type == kContent) shape.U16(Equal(kBasic)).U16(Equal(0));
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  if (opening.size() <= kHead + size) return Verdict::kNeedMore;
  return opening[kHead + size] == kEnd ? Verdict::kMatch : Verdict::kNotMine;
}

// 1.0 section 2.3.1: size, where the body begins, type, channel; then a performative (section 2.7,
// 5.3.3) or nothing.
Verdict ProbeFrame1(Bytes opening) {
  uint32_t size = 0;
  Shape shape(opening);
  shape.U32([&](uint32_t n) { return (size = n) >= kHeader && n <= kLongestFrame; });
  shape.U8(Equal(2)).U8(Between(0, 1)).Skip(2);
  if (size == kHeader) return shape.verdict();
  const auto performs = [](uint8_t n) { return n >> 4 == 1 ? n <= 0x18 : n >= 0x40 && n <= 0x44; };
  return shape.Is(std::string_view("\0\x53", 2)).U8(performs).verdict();
}

}  // namespace

Verdict ProbeAmqp(Bytes opening) {
  Version version;
  return ReadHeader(opening, &version);
}

// On its port also a frame, as captures begin anywhere.
Verdict ProbeAmqpPort(Bytes opening) {
  if (opening.front() == kMagic.front()) return ProbeAmqp(opening);
  return opening.front() == 0 ? ProbeFrame1(opening) : ProbeFrame(opening);
}

FieldList AmqpFields() { return FieldsOf<kAmqpVersion>(); }

std::unique_ptr<Session> StartAmqp() { return std::make_unique<AmqpSession>(); }

}  // namespace rustnet::net
