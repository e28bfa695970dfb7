// SPDX-License-Identifier: Apache-2.0
// The processes that have had a socket, each image (exec) by itself.
//
// The kernel side tells of an image once, so one that may still run is kept, socket or not; one
// that has ended is kept while a socket of its is, and then for `keep_ended`.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>

#include "common/base/hash.h"
#include "common/base/time.h"
#include "daemon/attribution/attribution.h"
#include "daemon/attribution/bpf/records.h"

namespace rustnet {

struct ProcessKey {
  uint64_t start = 0;  // ns since boot
  uint32_t pid = 0;
  uint32_t exec_id = 0;
  friend bool operator==(const ProcessKey&, const ProcessKey&) = default;
  bool SameProcess(const ProcessKey& other) const {
    return pid == other.pid && start == other.start;
  }
};

struct ProcessKeyHash {
  size_t operator()(const ProcessKey& key) const {
    return MixHash(key.start, static_cast<uint64_t>(key.pid) << 32 | key.exec_id);
  }
};

class ProcessTable {
 public:
  // `capacity` is more than the kernel side remembers having told of, so nothing that it will not
  // tell again is forgotten for want of room while it runs.
  explicit ProcessTable(size_t capacity = 40'000, Duration keep_ended = 120 * kSecond)
      : capacity_(capacity), keep_ended_(keep_ended) {}

  void Learn(const bpf::ProcessRecord& record);
  // The process runs another image from now on.
  void LearnExec(const ProcessKey& key, Time time);
  void LearnExit(const ProcessKey& key, Time time);

  // The image that the process of `key` runs now, as far as is known.
  ProcessKey LatestImage(const ProcessKey& key) const;

  // A socket of the process came (+1) or went (-1).
  void CountSocket(const ProcessKey& key, int change, Time time);
  uint32_t sockets(const ProcessKey& key) const;

  // Null: no record of it has come.
  std::shared_ptr<const ProcessInfo> Find(const ProcessKey& key) const;

  // Forgets what has ended and is not needed.
  void Expire(Time now);

  size_t size() const { return entries_.size(); }
  uint64_t forgotten() const { return forgotten_; }  // for want of room, while perhaps alive

 private:
  struct Entry {
    std::shared_ptr<const ProcessInfo> info;
    uint32_t sockets = 0;
    Time used = 0;  // monotonic
    bool ended = false;
  };
  struct Identity {  // a process, whatever it runs
    uint32_t exec_id = 0;
    uint32_t images = 0;
  };
  using Entries = std::unordered_map<ProcessKey, Entry, ProcessKeyHash>;

  Entry& Touch(const ProcessKey& key, Time time);
  Entries::iterator Forget(Entries::iterator entry);
  void MakeRoom();

  size_t capacity_;
  Duration keep_ended_;
  Entries entries_;
  std::unordered_map<ProcessKey, Identity, ProcessKeyHash> latest_;  // exec_id 0 in the key
  uint64_t forgotten_ = 0;
};

// The executable's base name if comm is what the kernel keeps of it (15 bytes), else comm.
std::string NameOf(std::string_view comm, std::string_view executable);

// A record as text, parents by name alone.  What is cut or garbled in it is left out.
ProcessInfo ToProcessInfo(const bpf::ProcessRecord& record);

}  // namespace rustnet
