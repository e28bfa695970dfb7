// SPDX-License-Identifier: Apache-2.0
#include "daemon/broker/scan_linux.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "common/base/unique_fd.h"
#include "daemon/broker/scan_message.h"

namespace rustnet {
namespace {

constexpr int kOpenFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW;

// As the kernel writes it (getdents64(2)).
struct Entry {
  ino64_t inode;
  off64_t offset;
  uint16_t bytes;
  uint8_t type;
  char name[1];
};

// Calls `visit(name)` for each entry until it returns false.
template <typename Visit>
void ForEachEntry(int directory, Visit visit) {
  alignas(Entry) std::array<char, 4096> buffer;
  for (;;) {
    const long bytes = syscall(SYS_getdents64, directory, buffer.data(), buffer.size());
    if (bytes <= 0) return;
    for (long at = 0; at < bytes;) {
      const char* const entry = buffer.data() + at;
      uint16_t length = 0;
      std::memcpy(&length, entry + offsetof(Entry, bytes), sizeof length);
      if (!visit(entry + offsetof(Entry, name))) return;
      at += length;
    }
  }
}

// 0 if `text` is not a number.
uint32_t Number(std::string_view text) {
  uint32_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return 0;
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  return value;
}

// The inode of "socket:[123]"; 0: no socket.
uint32_t SocketInode(int directory, const char* name) {
  constexpr std::string_view kSocket = "socket:[";
  std::array<char, 32> target;
  const ssize_t bytes = readlinkat(directory, name, target.data(), target.size());
  if (bytes <= 0) return 0;
  const std::string_view text(target.data(), static_cast<size_t>(bytes));
  if (text.substr(0, kSocket.size()) != kSocket || text.back() != ']') return 0;
  return Number(text.substr(kSocket.size(), text.size() - kSocket.size() - 1));
}

class Writer {
 public:
  explicit Writer(int socket) : socket_(socket) {}

  void Begin(uint32_t pid) {
    header_ = {};
    header_.pid = pid;
    texts_bytes_ = 0;
  }
  // At most kMostTextBytes of the file.
  void AddFile(ScanText which, int process, const char* name) {
    const UniqueFd file(openat(process, name, kOpenFlags));
    size_t total = 0;
    char* const text = texts_.data() + texts_bytes_;
    while (file && total < kMostTextBytes) {
      const ssize_t bytes = read(file.get(), text + total, kMostTextBytes - total);
      if (bytes <= 0) break;
      total += static_cast<size_t>(bytes);
    }
    Took(which, total);
  }
  void AddLink(ScanText which, int process, const char* name) {
    const ssize_t bytes = readlinkat(process, name, texts_.data() + texts_bytes_, kMostTextBytes);
    Took(which, bytes > 0 ? static_cast<size_t>(bytes) : 0);
  }
  // False if nobody listens.
  bool AddInode(uint32_t inode) {
    inodes_[header_.inodes++] = inode;
    return header_.inodes < kMostInodes || Send();
  }
  // What was added; the texts are kept for another message of the same process.
  bool Send() {
    iovec parts[] = {{&header_, sizeof header_},
                     {inodes_.data(), header_.inodes * sizeof inodes_[0]},
                     {texts_.data(), texts_bytes_}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = std::size(parts);
    const bool sent = sendmsg(socket_, &message, MSG_NOSIGNAL) > 0;
    header_.inodes = 0;
    return sent;
  }

 private:
  void Took(ScanText which, size_t bytes) {
    header_.text_bytes[static_cast<size_t>(which)] = static_cast<uint16_t>(bytes);
    texts_bytes_ += bytes;
  }

  int socket_;
  ScanMessage header_;
  size_t texts_bytes_ = 0;
  std::array<uint32_t, kMostInodes> inodes_{};
  std::array<char, kScanTexts * kMostTextBytes> texts_{};
};

bool AnswerProcess(int proc, const char* name, uint32_t pid, Writer* writer) {
  const UniqueFd process(openat(proc, name, kOpenFlags | O_DIRECTORY));
  if (!process) return true;  // it has ended
  writer->Begin(pid);
  writer->AddFile(ScanText::kStat, process.get(), "stat");
  writer->AddFile(ScanText::kStatus, process.get(), "status");
  writer->AddFile(ScanText::kCgroup, process.get(), "cgroup");
  writer->AddFile(ScanText::kArguments, process.get(), "cmdline");
  writer->AddLink(ScanText::kExecutable, process.get(), "exe");
  writer->AddLink(ScanText::kDirectory, process.get(), "cwd");
  writer->AddLink(ScanText::kRoot, process.get(), "root");
  writer->AddFile(ScanText::kLabel, process.get(), "attr/current");
  bool listens = true;
  const UniqueFd files(openat(process.get(), "fd", kOpenFlags | O_DIRECTORY));
  if (files) {
    ForEachEntry(files.get(), [&](const char* file) {
      const uint32_t inode = SocketInode(files.get(), file);
      if (inode != 0) listens = writer->AddInode(inode);
      return listens;
    });
  }
  return listens && writer->Send();
}

}  // namespace

bool AnswerScan(int socket) {
  static Writer writer(socket);
  bool listens = true;
  const UniqueFd proc(open("/", kOpenFlags | O_DIRECTORY));
  if (proc) {
    ForEachEntry(proc.get(), [&](const char* name) {
      const uint32_t pid = Number(name);
      if (pid != 0) listens = AnswerProcess(proc.get(), name, pid, &writer);
      return listens;
    });
  }
  writer.Begin(0);
  return listens && writer.Send();
}

}  // namespace rustnet
