// SPDX-License-Identifier: Apache-2.0
// Classic pcap (draft-ietf-opsawg-pcap), with the variants that libpcap reads: either byte order,
// microseconds or nanoseconds, Kuznetzov's longer record headers, and the swapped lengths of
// versions before 2.4.
//
//   file    magic(4) major(2) minor(2) zone(4) accuracy(4) snaplen(4) link type(4)
//   record  seconds(4) fraction(4) captured(4) length(4) [interface(4) protocol(2) type(1) -(1)]
#include <algorithm>
#include <utility>

#include "common/base/byte_reader.h"
#include "daemon/capture/file_format.h"

namespace rustnet {
namespace {

constexpr uint32_t kMicroseconds = 0xa1b2c3d4;
constexpr uint32_t kNanoseconds = 0xa1b23c4d;
constexpr uint32_t kKuznetzov = 0xa1b2cd34;

constexpr size_t kFileHeader = 24;
constexpr size_t kRecordHeader = 16;
constexpr size_t kLongRecordHeader = 24;
constexpr uint8_t kOutgoing = 4;  // PACKET_OUTGOING

class PcapFormat : public FileFormat {
 public:
  PcapFormat(uint32_t magic, bool little_endian)
      : little_endian_(little_endian),
        fraction_(magic == kNanoseconds ? 1 : kMicrosecond),
        record_header_(magic == kKuznetzov ? kLongRecordHeader : kRecordHeader) {}

  FileRecord Next(Bytes bytes, net::Frame* frame) override {
    return has_header_ ? Record(bytes, frame) : Header(bytes);
  }

 private:
  uint16_t U16(ByteReader& reader) const { return little_endian_ ? reader.Le16() : reader.U16(); }
  uint32_t U32(ByteReader& reader) const { return little_endian_ ? reader.Le32() : reader.U32(); }

  FileRecord Header(Bytes bytes) {
    if (bytes.size() < kFileHeader) return FileRecord::NeedMore(kFileHeader);
    ByteReader reader(bytes);
    reader.Skip(kMagicBytes);
    major_ = U16(reader);
    minor_ = U16(reader);
    reader.Skip(12);
    // The upper half says whether frames end in a checksum; it is not part of the type.
    link_ = static_cast<net::LinkType>(U32(reader) & 0xffff);
    // 543.0 is what tcpdump of DG/UX wrote.
    const bool known = (major_ == 2 && minor_ <= 4) || (major_ == 543 && minor_ == 0);
    if (!known) return FileRecord::Bad("its version of the pcap format is not known (2.4 is)");
    has_header_ = true;
    return {FileRecord::Kind::kNothing, kFileHeader, 0, {}};
  }

  bool LengthsAreSwapped(uint32_t captured, uint32_t length) const {
    if (major_ == 543 || minor_ < 3) return true;
    return minor_ == 3 && captured > length;
  }

  FileRecord Record(Bytes bytes, net::Frame* frame) const {
    if (bytes.size() < record_header_) return FileRecord::NeedMore(record_header_);
    ByteReader reader(bytes);
    const uint32_t seconds = U32(reader);
    const uint32_t fraction = U32(reader);
    uint32_t captured = U32(reader);
    uint32_t length = U32(reader);
    if (LengthsAreSwapped(captured, length)) std::swap(captured, length);
    if (captured > kLargestFrame) {
      return FileRecord::Bad("the next one claims more than 262 144 bytes");
    }
    const size_t record = record_header_ + captured;
    if (bytes.size() < record) return FileRecord::NeedMore(record);
    frame->outgoing = false;
    if (record_header_ == kLongRecordHeader) {
      reader.Skip(6);
      frame->outgoing = reader.U8() == kOutgoing;
      reader.Skip(1);
    }
    frame->time = static_cast<Time>(seconds) * kSecond + static_cast<Time>(fraction) * fraction_;
    frame->bytes = reader.Take(captured);
    frame->length = std::max(length, captured);
    frame->link = link_;
    frame->handle = 0;
    return {FileRecord::Kind::kFrame, record, 0, {}};
  }

  const bool little_endian_;
  const Duration fraction_;
  const size_t record_header_;
  bool has_header_ = false;
  uint16_t major_ = 0;
  uint16_t minor_ = 0;
  net::LinkType link_ = net::LinkType::kEthernet;
};

}  // namespace

std::unique_ptr<FileFormat> MakePcapFormat(Bytes magic) {
  for (const bool little_endian : {false, true}) {
    ByteReader reader(magic);
    const uint32_t value = little_endian ? reader.Le32() : reader.U32();
    if (value == kMicroseconds || value == kNanoseconds || value == kKuznetzov) {
      return std::make_unique<PcapFormat>(value, little_endian);
    }
  }
  return nullptr;
}

}  // namespace rustnet
