// SPDX-License-Identifier: Apache-2.0
// What is said between the daemon and its scan broker, over a SOCK_SEQPACKET pair.  The broker
// understands nothing of it: it passes on what /proc says, and the sealed daemon reads that.
//
// Daemon to broker: one byte, kScan.  Broker to daemon: a ScanMessage for each process, or more
// than one if its sockets do not fit, then one with pid 0.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rustnet {

// The whole request table.
inline constexpr uint8_t kScan = 'S';
// The first message of a broker that has given up what it does not need; anything else is why not.
inline constexpr uint8_t kReady = 'R';

enum class ScanText : uint8_t {
  kStat,        // /proc/PID/stat
  kStatus,      // /proc/PID/status, its beginning
  kCgroup,      // /proc/PID/cgroup
  kArguments,   // /proc/PID/cmdline, its beginning
  kExecutable,  // what /proc/PID/exe leads to; empty for a kernel thread
  kDirectory,   // what /proc/PID/cwd leads to
  kRoot,        // what /proc/PID/root leads to
  kLabel,       // /proc/PID/attr/current
  kCount,
};

inline constexpr size_t kScanTexts = static_cast<size_t>(ScanText::kCount);
inline constexpr size_t kMostTextBytes = 2048;  // of one text; the rest is cut off
inline constexpr size_t kMostInodes = 8192;     // of one message

// Followed by `inodes` times a uint32_t, the inodes of the process's sockets, and by the texts.
struct ScanMessage {
  uint32_t pid = 0;
  uint32_t inodes = 0;
  uint16_t text_bytes[kScanTexts] = {};
};

inline constexpr size_t kScanBuffer =
    sizeof(ScanMessage) + kMostInodes * sizeof(uint32_t) + kScanTexts * kMostTextBytes;

}  // namespace rustnet
