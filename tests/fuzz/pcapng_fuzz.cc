// SPDX-License-Identifier: Apache-2.0
// A capture file of any format, from its first byte.  Whatever it holds, reading ends, no frame is
// longer than it says or than a frame can be, and all of them together are not more than the file.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <vector>

#include "common/base/unique_fd.h"
#include "daemon/capture/capture_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const rustnet::UniqueFd fd(memfd_create("capture", MFD_CLOEXEC));
  if (!fd || write(fd.get(), data, size) != static_cast<ssize_t>(size)) return 0;
  lseek(fd.get(), 0, SEEK_SET);
  rustnet::CaptureFile file(fd.get(), "fuzz");
  std::vector<uint8_t> bytes;
  size_t captured = 0, handed = 0, told = 0;
  while (file.state() == rustnet::SourceState::kActive) {
    told += file.Read(7, [&](std::span<const rustnet::net::Frame> frames) {
      handed += frames.size();
      for (const rustnet::net::Frame& frame : frames) {
        if (frame.bytes.size() > frame.length || frame.bytes.size() > 262'144) std::abort();
        captured += frame.bytes.size();
        bytes.assign(frame.bytes.begin(), frame.bytes.end());  // the sanitizer sees an overrun
      }
    });
  }
  if (captured > size || handed != told || file.ledger().received != handed) std::abort();
  if (file.status().ok() != (file.state() == rustnet::SourceState::kEnded)) std::abort();
  return 0;
}
