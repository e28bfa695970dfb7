// SPDX-License-Identifier: Apache-2.0
// Skinny (Cisco's SCCP, Wireshark: packet-skinny): length of the message, version of the header,
// number of the message; little-endian.  What is dialled or said is not read.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kSkinnyMessage{"skinny_message", false, true};

constexpr size_t kBeforeMessage = 8;
constexpr uint32_t kLongest = 4096, kLongestKeepalive = 16;
constexpr uint32_t kKeepalive = 0;

// Header of the first phones; then what the software's version made of it.
bool IsVersion(uint32_t version) {
  return version == 0 || version == 0x0a || version == 0x0b || (version >= 0x0f && version <= 0x17);
}

// Of phones, of call managers, of gateways.
bool IsMessage(uint32_t message) {
  return message <= 0x4c || (message >= 0x81 && message <= 0x160) ||
         (message >= 0x8000 && message <= 0x8101);
}

size_t SkinnySize(Bytes start) {
  ByteReader reader(start);
  const uint32_t length = reader.Le32();
  const uint32_t version = reader.Le32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length >= 4 && length <= kLongest && IsVersion(version) ? kBeforeMessage + length : 0;
}

bool ReadSkinny(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(kBeforeMessage);
  const uint32_t message = reader.Le32();
  if (!reader.ok() || !IsMessage(message)) return false;
  facts->AddNumber(kSkinnyMessage, message);
  return true;
}

}  // namespace

Verdict ProbeSkinny(Bytes opening) {
  uint32_t length = 0;
  return Shape(opening)
      .Le32([&](uint32_t n) { return (length = n) >= 4 && n <= kLongest; })
      .Le32(&IsVersion)
      .Le32([&](uint32_t message) {
        return message == kKeepalive ? length <= kLongestKeepalive : IsMessage(message);
      })
      .verdict();
}

FieldList SkinnyFields() { return FieldsOf<kSkinnyMessage>(); }

std::unique_ptr<Session> StartSkinny() { return StartFrames<&SkinnySize, &ReadSkinny>(); }

}  // namespace rustnet::net
