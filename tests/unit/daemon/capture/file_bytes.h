// SPDX-License-Identifier: Apache-2.0
// Capture files made by hand, in memory.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <vector>

#include "common/base/unique_fd.h"
#include "daemon/capture/capture_file.h"

namespace rustnet::file_bytes {

using Octets = std::vector<uint8_t>;

// Appends numbers in one byte order.
class Writer {
 public:
  explicit Writer(bool little_endian) : little_endian_(little_endian) {}
  Writer& U16(uint64_t value) { return Put(value, 2); }
  Writer& U32(uint64_t value) { return Put(value, 4); }
  Writer& U64(uint64_t value) { return Put(value, 8); }
  Writer& Raw(const Octets& octets) {
    bytes.insert(bytes.end(), octets.begin(), octets.end());
    return *this;
  }
  Writer& Text(const std::string& text) { return Raw(Octets(text.begin(), text.end())); }
  Writer& Pad() {
    while (bytes.size() % 4 != 0) bytes.push_back(0);
    return *this;
  }

  Octets bytes;

 private:
  Writer& Put(uint64_t value, int size) {
    for (int i = 0; i < size; ++i) {
      const int shift = 8 * (little_endian_ ? i : size - 1 - i);
      bytes.push_back(static_cast<uint8_t>(value >> shift));
    }
    return *this;
  }
  bool little_endian_;
};

// A file of these bytes, at its start.
inline UniqueFd FileOf(const Octets& bytes) {
  UniqueFd fd(memfd_create("capture", MFD_CLOEXEC));
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = write(fd.get(), bytes.data() + written, bytes.size() - written);
    if (n <= 0) return UniqueFd();
    written += static_cast<size_t>(n);
  }
  lseek(fd.get(), 0, SEEK_SET);
  return fd;
}

struct Read {
  struct Frame {
    Octets bytes;
    net::Frame frame;  // but for its bytes
  };
  std::vector<Frame> frames;
  Status status = Ok();
  SourceState state = SourceState::kActive;
};

inline Read ReadAll(int fd, size_t limit = 1000) {
  Read all;
  CaptureFile file(fd, "x.pcap");
  while (file.state() == SourceState::kActive) {
    file.Read(limit, [&](std::span<const net::Frame> frames) {
      for (const net::Frame& frame : frames) {
        all.frames.push_back({Octets(frame.bytes.begin(), frame.bytes.end()), frame});
        all.frames.back().frame.bytes = {};
      }
    });
  }
  all.status = file.status();
  all.state = file.state();
  return all;
}

inline Read ReadAll(const Octets& bytes) {
  const UniqueFd fd = FileOf(bytes);
  return ReadAll(fd.get());
}

}  // namespace rustnet::file_bytes
