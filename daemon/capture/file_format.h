// SPDX-License-Identifier: Apache-2.0
// A capture file's format: takes one record after the other from what has been read of the file.
// Pure: no descriptor, no clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "common/base/bytes.h"
#include "common/net/packet/packet.h"

namespace rustnet {

// Larger frames are no frames: the most that libpcap and Wireshark write for an interface of IP.
inline constexpr uint32_t kLargestFrame = 262'144;  // bytes captured

struct FileRecord {
  enum class Kind : uint8_t {
    kFrame,     // `frame` was filled; it borrows from the bytes given
    kNothing,   // a record without a frame
    kNeedMore,  // `needed` bytes have to be available
    kBad,  // nothing behind it can be believed; `why` continues "… is damaged after N packets: "
  };
  Kind kind = Kind::kNothing;
  uint64_t consumed = 0;  // kFrame, kNothing; may be more than there were, never 0
  size_t needed = 0;      // kNeedMore; at most FileBuffer::kLargest, more than there were
  std::string_view why;   // kBad; static text

  static FileRecord NeedMore(size_t bytes) { return {Kind::kNeedMore, 0, bytes, {}}; }
  static FileRecord Bad(std::string_view why) { return {Kind::kBad, 0, 0, why}; }
};

class FileFormat {
 public:
  virtual ~FileFormat() = default;
  // The record at the start of `bytes`.  At first that is the file's header.
  virtual FileRecord Next(Bytes bytes, net::Frame* frame) = 0;
};

inline constexpr size_t kMagicBytes = 4;

// Each null if the first kMagicBytes are not its own.
std::unique_ptr<FileFormat> MakePcapFormat(Bytes magic);
std::unique_ptr<FileFormat> MakePcapngFormat(Bytes magic);

}  // namespace rustnet
