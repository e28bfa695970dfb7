// SPDX-License-Identifier: Apache-2.0
// SMB 1 ([MS-CIFS] section 2.2.3), 2 and 3 ([MS-SMB2] section 2.2.1), each message in one of the
// NetBIOS session service (RFC 1002 section 4.3.1), which a call may open.  A named pipe carries
// DCE RPC.
#include <array>
#include <vector>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"
#include "common/net/dpi/smb_fields.h"

namespace rustnet::net {
namespace {

constexpr Field kSmbDialect{"smb_dialect"};

constexpr size_t kHeader = 4;  // of the session service
constexpr uint8_t kMessage = 0, kCall = 0x81, kKeepAlive = 0x85;
constexpr size_t kLongestCall = 256;
constexpr uint32_t kMostMessages = 256;

// "SMB" behind ff (1), fe (2 and 3), fd (sealed), fc (compressed).
Shape& Magic(Shape* shape) {
  return shape->U8([](uint8_t first) { return first >= 0xfc; }).Is("SMB");
}

size_t MessageSize(Bytes start) {
  ByteReader reader(start);
  const uint8_t type = reader.U8();
  const uint32_t length = reader.U24();
  if (!reader.ok()) return kFrameSizeUnknown;
  return type == kMessage || (type >= kCall && type <= kKeepAlive) ? kHeader + length : 0;
}

// Calls and their answers, up to the first message.
class NetbiosSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts*) override {
    std::vector<uint8_t>& held = held_[static_cast<size_t>(direction)];
    spoken_[static_cast<size_t>(direction)] = true;
    held.insert(held.end(), bytes.begin(), bytes.end());
    while (held.size() >= kHeader) {
      const size_t size = MessageSize(held);
      if (held.front() != kMessage) {
        if (size == 0 || size > kLongestCall) return Progress::kDone;
        if (held.size() < size) return Progress::kMore;
        held.erase(held.begin(), held.begin() + static_cast<long>(size));
        continue;
      }
      Shape shape(Bytes(held).subspan(kHeader));
      const Verdict verdict = Magic(&shape).verdict();
      if (verdict == Verdict::kMatch) return Progress::kNext;
      return verdict == Verdict::kNeedMore ? Progress::kMore : Progress::kDone;
    }
    return Progress::kMore;
  }
  std::string_view Next() const override { return "smb"; }
  Bytes Unread(Direction direction) const override { return held_[static_cast<size_t>(direction)]; }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override {
    return sizeof *this + held_[0].capacity() + held_[1].capacity();
  }

 private:
  std::array<std::vector<uint8_t>, 2> held_;
  std::array<bool, 2> spoken_{};
};

// [MS-SMB2] section 2.2.4.
std::string_view DialectName(uint16_t dialect) {
  switch (dialect) {
    case 0x0202:
      return "2.0.2";
    case 0x0210:
      return "2.1";
    case 0x0300:
      return "3.0";
    case 0x0302:
      return "3.0.2";
    case 0x0311:
      return "3.1.1";
    default:
      return "";
  }
}

class SmbSession : public FramedSession {
 public:
  SmbSession() : FramedSession(&MessageSize, kMostHeld) {}

  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Bytes frame;
    while (framer(direction).Next(&bytes, &frame)) {
      if (frame.front() != kMessage || frame.size() <= kHeader) continue;
      pipe_ = ReadMessage(frame.subspan(kHeader), facts);
      pipe_from_ = direction;
      Spoke(direction);
      if (!pipe_.empty()) return Progress::kNext;
      if (++messages_ == kMostMessages) return Progress::kDone;
    }
    return framer(direction).broken() ? Progress::kDone : Progress::kMore;
  }
  std::string_view Next() const override { return "dcerpc"; }
  Bytes Unread(Direction direction) const override {
    return direction == pipe_from_ ? pipe_ : Bytes();
  }
  size_t memory() const override { return sizeof *this + held(); }

 private:
  static constexpr size_t kMostHeld = 1024;

  // Returns the DCE RPC in it, if there is any.
  static Bytes ReadMessage(Bytes message, Facts* facts) {
    Shape shape(message);
    if (Magic(&shape).verdict() != Verdict::kMatch) return {};
    if (message.front() == 0xff) {
      facts->AddNumber(kSmbVersion, 1);
      return PipeOfSmb1(message);
    }
    facts->AddNumber(kSmbVersion, 2);
    return message.front() == 0xfe ? PipeOfSmb2(message, facts) : Bytes();
  }

  static Bytes RpcAt(Bytes message, size_t at) {
    if (at < kHeader || at >= message.size()) return {};
    const Bytes data = message.subspan(at);
    return ProbeDcerpc(data) == Verdict::kMatch ? data : Bytes();
  }

  // [MS-CIFS] sections 2.2.4.33, 2.2.4.42, 2.2.4.43: where the data is.
  static Bytes PipeOfSmb1(Bytes message) {
    constexpr uint8_t kTransaction = 0x25, kReadAndX = 0x2e, kWriteAndX = 0x2f;
    ByteReader reader(message);
    reader.Skip(4);
    const uint8_t command = reader.U8();
    reader.Skip(4);
    const bool answer = (reader.U8() & 0x80) != 0;
    reader.Skip(22);
    reader.U8();  // words
    if (command == kWriteAndX && !answer) {
      reader.Skip(22);
    } else if (command == kReadAndX && answer) {
      reader.Skip(12);
    } else if (command == kTransaction) {
      reader.Skip(answer ? 14 : 24);
    } else {
      return {};
    }
    const uint16_t offset = reader.Le16();
    return reader.ok() ? RpcAt(message, offset) : Bytes();
  }

  // [MS-SMB2] sections 2.2.4, 2.2.20, 2.2.21, 2.2.31, 2.2.32.
  static Bytes PipeOfSmb2(Bytes message, Facts* facts) {
    constexpr uint16_t kNegotiate = 0, kRead = 8, kWrite = 9, kIoctl = 11;
    ByteReader reader(message);
    reader.Skip(12);
    const uint16_t command = reader.Le16();
    reader.Skip(2);
    const bool answer = (reader.Le32() & 1) != 0;
    reader.Skip(44);
    reader.Skip(2);  // size of the structure
    switch (command) {
      case kNegotiate: {
        reader.Skip(2);
        const uint16_t dialect = reader.Le16();
        if (answer && reader.ok()) facts->Add(kSmbDialect, DialectName(dialect));
        return {};
      }
      case kRead:
        return answer ? RpcAt(message, reader.U8()) : Bytes();
      case kWrite:
        return answer ? Bytes() : RpcAt(message, reader.Le16());
      case kIoctl: {
        reader.Skip(answer ? 30 : 22);
        const uint32_t offset = reader.Le32();
        return reader.ok() ? RpcAt(message, offset) : Bytes();
      }
      default:
        return {};
    }
  }

  Bytes pipe_;
  Direction pipe_from_ = Direction::kForward;
  uint32_t messages_ = 0;
};

}  // namespace

Verdict ProbeNetbiosSsn(Bytes opening) {
  if (opening.front() == kCall) {  // two names, encoded to 32 letters each
    return Shape(opening).Skip(1).Is(std::string_view("\0\0\x44\x20", 4)).verdict();
  }
  Shape shape(opening);
  shape.U8(Equal(kMessage)).U24(Between(32, 0xffffff));
  return Magic(&shape).verdict();
}

// On its ports also what a call is answered with, and that a session is kept alive (RFC 1002
// section 4.3).
Verdict ProbeNetbiosSsnPort(Bytes opening) {
  constexpr uint8_t kAccepted = 0x82, kRefused = 0x83, kFirstReason = 0x80, kLastReason = 0x8f;
  const uint8_t type = opening.front();
  Shape shape(opening);
  shape.Skip(1);
  if (type == kRefused) {
    return shape.U24(Equal(1)).U8(Between(kFirstReason, kLastReason)).verdict();
  }
  if (type == kAccepted || type == kKeepAlive) {
    shape.U24(Equal(0));
    if (shape.verdict() != Verdict::kMatch || opening.size() == kHeader) return shape.verdict();
    const uint8_t next = opening[kHeader];
    return next == kMessage || next == kKeepAlive ? Verdict::kMatch : Verdict::kNotMine;
  }
  return ProbeNetbiosSsn(opening);
}

FieldList SmbFields() { return FieldsOf<kSmbVersion, kSmbDialect>(); }

std::unique_ptr<Session> StartNetbiosSsn() { return std::make_unique<NetbiosSession>(); }
std::unique_ptr<Session> StartSmb() { return std::make_unique<SmbSession>(); }

}  // namespace rustnet::net
