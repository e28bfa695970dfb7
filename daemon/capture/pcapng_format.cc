// SPDX-License-Identifier: Apache-2.0
// pcapng (draft-ietf-opsawg-pcapng): blocks of type(4) length(4) body length(4), in sections that
// have each their byte order and interfaces, which may differ in link type, snaplen and clock.
//
// libpcap 1.10 refuses interfaces that differ, so we read it ourselves
// (docs/decisions/0003-pcapng-reader.md).
#include <algorithm>
#include <string>
#include <vector>

#include "common/base/byte_reader.h"
#include "daemon/capture/file_buffer.h"
#include "daemon/capture/file_format.h"

namespace rustnet {
namespace {

constexpr uint32_t kSectionHeader = 0x0a0d0d0a;  // the same in either byte order
constexpr uint32_t kInterface = 1;
constexpr uint32_t kObsoletePacket = 2;
constexpr uint32_t kSimplePacket = 3;
constexpr uint32_t kEnhancedPacket = 6;
constexpr uint32_t kByteOrder = 0x1a2b3c4d;

constexpr size_t kBlockHeader = 8;
constexpr size_t kShortestBlock = 12;
constexpr size_t kLargestBlock = size_t{16} * 1024 * 1024;  // of those that are read, as in libpcap
static_assert(kLargestBlock <= FileBuffer::kLargest);

constexpr uint16_t kEndOfOptions = 0;
constexpr uint16_t kName = 2;        // if_name
constexpr uint16_t kFlags = 2;       // epb_flags
constexpr uint16_t kResolution = 9;  // if_tsresol
constexpr uint16_t kOffset = 14;     // if_tsoffset
constexpr uint32_t kDirection = 3;   // in epb_flags
constexpr uint32_t kOutbound = 2;

// An outsider chooses how many there are.
constexpr size_t kMostInterfaces = 65'536;
constexpr size_t kMostHandles = 256;
constexpr size_t kLongestName = 64;

constexpr size_t Padded(size_t size) { return (size + 3) & ~size_t{3}; }

// Ticks of 10^-n or, with the highest bit set, 2^-n seconds.
struct Clock {
  uint8_t resolution = 6;
  int64_t offset = 0;  // seconds

  Time At(uint64_t ticks) const {
    const unsigned exponent = resolution & 0x7f;
    uint64_t seconds = 0, nanoseconds = 0;
    if ((resolution & 0x80) != 0) {
      SplitBinary(ticks, exponent, &seconds, &nanoseconds);
    } else {
      SplitDecimal(ticks, exponent, &seconds, &nanoseconds);
    }
    // Wraps rather than overflows: a clock that far off says nothing anyway.
    const uint64_t total = (seconds + static_cast<uint64_t>(offset)) * kSecond + nanoseconds;
    return static_cast<Time>(total);
  }

 private:
  static void SplitBinary(uint64_t ticks, unsigned exponent, uint64_t* seconds, uint64_t* ns) {
    __extension__ using Wide = unsigned __int128;
    const uint64_t whole = exponent < 64 ? ticks >> exponent : 0;
    const uint64_t rest = exponent < 64 ? ticks - (whole << exponent) : ticks;
    *seconds = whole;
    *ns =
        static_cast<uint64_t>(static_cast<Wide>(rest) * static_cast<uint64_t>(kSecond) >> exponent);
  }
  static void SplitDecimal(uint64_t ticks, unsigned exponent, uint64_t* seconds, uint64_t* ns) {
    constexpr unsigned kNanoExponent = 9, kLargestPower = 19;
    uint64_t unit = 1;
    for (unsigned i = 0; i < std::min(exponent, kLargestPower); ++i) unit *= 10;
    *seconds = exponent > kLargestPower ? 0 : ticks / unit;
    uint64_t rest = exponent > kLargestPower ? ticks : ticks % unit;
    for (unsigned i = exponent; i < kNanoExponent; ++i) rest *= 10;
    for (unsigned i = kNanoExponent; i < exponent && rest != 0; ++i) rest /= 10;
    *ns = rest;
  }
};

struct Interface {
  net::LinkType link = net::LinkType::kEthernet;
  uint8_t handle = 0;
  uint32_t snaplen = 0;  // 0: no limit
  Clock clock;
};

class PcapngFormat : public FileFormat {
 public:
  FileRecord Next(Bytes bytes, net::Frame* frame) override {
    if (bytes.size() < kShortestBlock) return FileRecord::NeedMore(kShortestBlock);
    ByteReader reader(bytes);
    const uint32_t type = U32(reader);
    if (type == kSectionHeader) return BeginSection(bytes);
    const uint32_t length = U32(reader);
    if (length < kShortestBlock || length % 4 != 0) {
      return FileRecord::Bad("the next block has an impossible length");
    }
    if (type != kInterface && type != kObsoletePacket && type != kSimplePacket &&
        type != kEnhancedPacket) {
      return {FileRecord::Kind::kNothing, length, 0, {}};
    }
    FileRecord record = CheckBlock(bytes, length);
    if (record.kind != FileRecord::Kind::kNothing) return record;
    ByteReader body(bytes.first(length - 4).subspan(kBlockHeader));
    const std::string_view why =
        type == kInterface ? AddInterface(body) : ReadPacket(type, body, frame);
    if (!why.empty()) return FileRecord::Bad(why);
    if (type != kInterface) record.kind = FileRecord::Kind::kFrame;
    return record;
  }

 private:
  uint16_t U16(ByteReader& reader) const { return little_endian_ ? reader.Le16() : reader.U16(); }
  uint32_t U32(ByteReader& reader) const { return little_endian_ ? reader.Le32() : reader.U32(); }
  uint64_t U64(ByteReader& reader) const { return little_endian_ ? reader.Le64() : reader.U64(); }

  // kNothing if the whole block is there and ends as it begins.
  FileRecord CheckBlock(Bytes bytes, uint32_t length) const {
    if (length > kLargestBlock) return FileRecord::Bad("the next block claims more than 16 MiB");
    if (bytes.size() < length) return FileRecord::NeedMore(length);
    ByteReader trailer(bytes.subspan(length - 4));
    if (U32(trailer) != length) {
      return FileRecord::Bad("the two lengths of the next block differ");
    }
    return {FileRecord::Kind::kNothing, length, 0, {}};
  }

  FileRecord BeginSection(Bytes bytes) {
    constexpr size_t kShortest = 28;
    if (bytes.size() < kShortest) return FileRecord::NeedMore(kShortest);
    ByteReader order(bytes.subspan(kBlockHeader));
    ByteReader swapped = order;
    if (order.U32() == kByteOrder) {
      little_endian_ = false;
    } else if (swapped.Le32() == kByteOrder) {
      little_endian_ = true;
    } else {
      return FileRecord::Bad("the header of the next section has no byte order");
    }
    ByteReader reader(bytes.subspan(4));
    const uint32_t length = U32(reader);
    if (length < kShortest || length % 4 != 0) {
      return FileRecord::Bad("the header of the next section has an impossible length");
    }
    const FileRecord record = CheckBlock(bytes, length);
    if (record.kind != FileRecord::Kind::kNothing) return record;
    reader.Skip(4);
    const uint16_t major = U16(reader);
    const uint16_t minor = U16(reader);
    // 1.2 was written by a few programs; it is 1.0 in all but the number.
    if (major != 1 || (minor != 0 && minor != 2)) {
      return FileRecord::Bad("the version of the next section is not known (1.0 is)");
    }
    interfaces_.clear();
    return record;
  }

  // Hands each option's type and value to `visit`; what does not fit ends the list.
  template <typename Visit>
  void ForEachOption(ByteReader reader, Visit visit) const {
    while (reader.size() >= 4) {
      const uint16_t type = U16(reader);
      const uint16_t size = U16(reader);
      if (type == kEndOfOptions) return;
      const Bytes value = reader.Take(size);
      if (!reader.ok()) return;
      reader.TakeUpTo(Padded(size) - size);
      visit(type, ByteReader(value));
    }
  }

  std::string_view AddInterface(ByteReader body) {
    if (interfaces_.size() == kMostInterfaces) return "its section has more than 65 536 interfaces";
    Interface interface;
    interface.link = static_cast<net::LinkType>(U16(body));
    body.Skip(2);
    interface.snaplen = U32(body);
    if (!body.ok()) return "the next interface is described in too few bytes";
    std::string_view name;
    ForEachOption(body, [&](uint16_t type, ByteReader value) {
      if (type == kName) name = AsText(value.rest());
      if (type == kResolution && value.size() == 1) interface.clock.resolution = value.U8();
      if (type == kOffset && value.size() == 8) {
        interface.clock.offset = static_cast<int64_t>(U64(value));
      }
    });
    interface.handle = HandleOf(name);
    interfaces_.push_back(interface);
    return {};
  }

  // What two interfaces saw is two flows, as in a live capture; but a merged file describes the
  // same interface more than once.  Beyond 256 names the last handle is shared.
  uint8_t HandleOf(std::string_view name) {
    name = name.substr(0, std::min(name.find('\0'), kLongestName));
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found != names_.end()) return static_cast<uint8_t>(found - names_.begin());
    if (names_.size() < kMostHandles) names_.emplace_back(name);
    return static_cast<uint8_t>(names_.size() - 1);
  }

  std::string_view ReadPacket(uint32_t type, ByteReader body, net::Frame* frame) {
    uint32_t id = 0;
    if (type == kEnhancedPacket) id = U32(body);
    if (type == kObsoletePacket) {
      id = U16(body);
      body.Skip(2);  // drops
    }
    if (id >= interfaces_.size()) return "the next one is of an interface that was not described";
    const Interface& interface = interfaces_[id];
    uint64_t ticks = 0;
    uint32_t captured = 0;
    if (type != kSimplePacket) {
      ticks = static_cast<uint64_t>(U32(body)) << 32;
      ticks |= U32(body);
      captured = U32(body);
    }
    const uint32_t length = U32(body);
    if (type == kSimplePacket) {
      captured = static_cast<uint32_t>(std::min<size_t>(length, body.size()));
      if (interface.snaplen != 0) captured = std::min(captured, interface.snaplen);
    } else {
      last_ = interface.clock.At(ticks);
    }
    if (captured > kLargestFrame) return "the next one claims more than 262 144 bytes";
    frame->bytes = body.Take(captured);
    if (!body.ok()) return "the next one is longer than its block";
    body.TakeUpTo(Padded(captured) - captured);
    frame->outgoing = false;
    if (type == kEnhancedPacket) {
      ForEachOption(body, [&](uint16_t option, ByteReader value) {
        if (option == kFlags && value.size() == 4) {
          frame->outgoing = (U32(value) & kDirection) == kOutbound;
        }
      });
    }
    // A simple packet has no time: it stands where the one before it does.
    frame->time = last_;
    frame->length = std::max(length, captured);
    frame->link = interface.link;
    frame->handle = interface.handle;
    return {};
  }

  bool little_endian_ = false;
  std::vector<Interface> interfaces_;  // of this section
  std::vector<std::string> names_;     // of all sections; by handle
  Time last_ = 0;
};

}  // namespace

std::unique_ptr<FileFormat> MakePcapngFormat(Bytes magic) {
  ByteReader reader(magic);
  if (reader.U32() != kSectionHeader) return nullptr;
  return std::make_unique<PcapngFormat>();
}

}  // namespace rustnet
