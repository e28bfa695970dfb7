// SPDX-License-Identifier: Apache-2.0
// iSCSI (RFC 7143 section 11): a header of 48 bytes, and data padded to four.  A login's data are
// keys and values with a NUL behind each; of them only names are kept: others prove who it is.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kIscsiInitiator{"iscsi_initiator"};
constexpr Field kIscsiTarget{"iscsi_target"};

constexpr size_t kHeader = 48, kMostRead = 2048;
constexpr uint8_t kOpcode = 0x3f;
constexpr uint8_t kNop = 0x00, kCommand = 0x01, kLogin = 0x03, kText = 0x04, kNopAnswer = 0x20,
                  kLoginAnswer = 0x23, kTextAnswer = 0x24, kReady = 0x31;
constexpr size_t kLongestData = 1U << 20;
constexpr std::string_view kInitiatorName = "InitiatorName=";
constexpr std::string_view kTargetName = "TargetName=";

bool IsOpcode(uint8_t opcode) {
  opcode &= kOpcode;
  return opcode <= 0x06 || opcode == 0x10 || (opcode >= 0x20 && opcode <= 0x26) || opcode == 0x31 ||
         opcode == 0x32 || opcode == 0x3f;
}

// Opcodes and flags that a conversation, or a piece of one, begins with: the final bit is set, what
// is reserved is not.
bool IsOpening(uint8_t opcode, uint8_t flags) {
  switch (opcode) {
    case kNop:
    case kNopAnswer:
    case kReady:
    case kText:
    case kTextAnswer:
      return flags == 0x80;
    case kCommand:
      return (flags & 0x98) == 0x80;
    case kLogin:
    case kLoginAnswer:
      // The stage and the next one, of which the last is full.
      return (flags & 0x30) == 0 && (flags & 0x0c) != 0x0c && (flags & 0x80 || (flags & 3) == 0);
    default:
      return false;
  }
}

// Without the digests that a login may agree on: where they begin, frames end.
size_t IscsiSize(Bytes start) {
  ByteReader reader(start);
  const uint8_t opcode = reader.U8();
  reader.Skip(3);
  const size_t additional = reader.U8();
  const size_t data = reader.U24();
  if (!reader.ok()) return kFrameSizeUnknown;
  if ((opcode & 0x80) != 0 || !IsOpcode(opcode)) return 0;
  return kHeader + additional * 4 + (data + 3) / 4 * 4;
}

bool ReadIscsi(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  const uint8_t opcode = reader.U8() & kOpcode;
  reader.Skip(3);
  const size_t additional = reader.U8();
  const size_t data = reader.U24();
  reader.Skip(kHeader - 8 + additional * 4);
  if (!reader.ok()) return false;
  if (opcode != kLogin && opcode != kLoginAnswer && opcode != kTextAnswer) return false;
  std::string_view text = AsText(reader.TakeUpTo(data));
  // What has no end was cut, or goes on in the next.
  for (size_t end = text.find('\0'); end != std::string_view::npos; end = text.find('\0')) {
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (pair.starts_with(kInitiatorName)) {
      facts->Add(kIscsiInitiator, pair.substr(kInitiatorName.size()));
    } else if (pair.starts_with(kTargetName)) {
      facts->Add(kIscsiTarget, pair.substr(kTargetName.size()));
    }
  }
  return true;
}

}  // namespace

// A login whose data begin with the initiator's name, as most do.
Verdict ProbeIscsi(Bytes opening) {
  return Shape(opening)
      .U8([](uint8_t opcode) { return opcode == 0x43 || opcode == 0x03; })
      .U8([](uint8_t flags) { return (flags & 0x30) == 0; })
      .U16(Equal(0))
      .U8(Equal(0))
      .U24(Between(kInitiatorName.size() + 1, 1U << 16))
      .Skip(kHeader - 8)
      .Is(kInitiatorName)
      .verdict();
}

// On its port a login with any key first, and what a capture may begin with in the middle.
Verdict ProbeIscsiPort(Bytes opening) {
  uint8_t opcode = 0;
  return Shape(opening)
      .U8([&](uint8_t byte) {
        opcode = byte & kOpcode;
        return (byte & 0x80) == 0 && (opcode < 0x20 || byte == opcode);
      })
      .U8([&](uint8_t flags) { return IsOpening(opcode, flags); })
      .U16(Equal(0))
      .U8(Equal(0))
      .U24(Between(0, kLongestData))
      .Skip(kHeader - 8)
      .verdict();
}

FieldList IscsiFields() { return FieldsOf<kIscsiInitiator, kIscsiTarget>(); }

std::unique_ptr<Session> StartIscsi() { return StartFrames<&IscsiSize, &ReadIscsi, kMostRead>(); }

}  // namespace rustnet::net
