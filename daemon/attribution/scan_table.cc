// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/scan_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "common/base/byte_reader.h"
#include "common/base/netlink.h"
#include "common/base/text.h"
#include "daemon/attribution/process_table.h"
#include "daemon/broker/scan_message.h"

namespace rustnet {
namespace {

constexpr size_t kMostParents = 4;
constexpr uint64_t kNsPerClockTick = 10'000'000;  // USER_HZ is 100 on every Linux of ours
constexpr std::string_view kDeleted = " (deleted)";

using Texts = std::array<std::string_view, kScanTexts>;

std::string_view Get(const Texts& texts, ScanText which) {
  return texts[static_cast<size_t>(which)];
}

// The next word behind blanks; `rest` loses it.
std::string_view Word(std::string_view* rest) {
  const size_t begin = std::min(rest->find_first_not_of(" \t"), rest->size());
  rest->remove_prefix(begin);
  const size_t end = std::min(rest->find_first_of(" \t\n"), rest->size());
  const std::string_view word = rest->substr(0, end);
  rest->remove_prefix(end);
  return word;
}

template <typename Number>
std::optional<Number> Parse(std::string_view text, int base = 10) {
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Word `index`, from 0, of the line "KEY: …" of /proc/PID/status.
std::string_view StatusWord(std::string_view status, std::string_view key, size_t index) {
  for (size_t at = 0; at < status.size();) {
    const size_t end = std::min(status.find('\n', at), status.size());
    std::string_view line = status.substr(at, end - at);
    at = end + 1;
    if (line.substr(0, key.size()) != key || line.substr(key.size(), 1) != ":") continue;
    line.remove_prefix(key.size() + 1);
    for (size_t i = 0; i < index; ++i) Word(&line);
    return Word(&line);
  }
  return {};
}

// Of the unified hierarchy: the line "0::/path" (cgroups(7)); "/" where there is none.
std::string CgroupOf(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.substr(0, 3) == "0::") return Printable(line.substr(3));
  }
  return "/";
}

// As the process itself has the path: the part behind its root directory, if it is in a chroot.
std::string_view BehindRoot(std::string_view path, std::string_view root) {
  const bool inside = root.size() > 1 && path.size() > root.size() &&
                      path.substr(0, root.size()) == root && path[root.size()] == '/';
  if (path == root) return "/";
  return inside ? path.substr(root.size()) : path;
}

// pid (comm) state ppid … starttime (the 22nd; proc_pid_stat(5)); comm may hold anything.
bool ReadStat(std::string_view stat, ProcessInfo* info, uint32_t* parent) {
  const size_t begin = stat.find('(');
  const size_t end = stat.rfind(')');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return false;
  info->comm = Printable(stat.substr(begin + 1, end - begin - 1));
  std::string_view rest = stat.substr(end + 1);
  for (int field = 3; field <= 22; ++field) {
    const std::string_view word = Word(&rest);
    if (field == 4) *parent = Parse<uint32_t>(word).value_or(0);
    if (field != 22) continue;
    const auto ticks = Parse<uint64_t>(word);
    if (!ticks) return false;
    info->start_time_ns = *ticks * kNsPerClockTick;
  }
  return true;
}

std::optional<ProcessInfo> ReadProcess(uint32_t pid, const Texts& texts, uint32_t* parent) {
  ProcessInfo info;
  info.pid = pid;
  if (!ReadStat(Get(texts, ScanText::kStat), &info, parent)) return std::nullopt;
  const std::string_view status = Get(texts, ScanText::kStatus);
  constexpr size_t kEffective = 1;  // real, effective, saved, of the file system
  const auto uid = Parse<uint32_t>(StatusWord(status, "Uid", kEffective));
  if (!uid) return std::nullopt;
  info.uid = *uid;
  info.gid = Parse<uint32_t>(StatusWord(status, "Gid", kEffective)).value_or(0);
  info.capabilities = Parse<uint64_t>(StatusWord(status, "CapEff", 0), 16).value_or(0);
  std::string_view executable = Get(texts, ScanText::kExecutable);
  if (executable.size() > kDeleted.size() &&
      executable.substr(executable.size() - kDeleted.size()) == kDeleted) {
    executable.remove_suffix(kDeleted.size());
  }
  const std::string_view root = Get(texts, ScanText::kRoot);
  info.executable = Printable(BehindRoot(executable, root));
  info.name = NameOf(info.comm, info.executable);
  std::string_view arguments = Get(texts, ScanText::kArguments);
  while (!arguments.empty()) {
    const size_t end = std::min(arguments.find('\0'), arguments.size());
    info.cmdline.push_back(Printable(arguments.substr(0, end)));
    arguments.remove_prefix(std::min(end + 1, arguments.size()));
  }
  info.directory = Printable(BehindRoot(Get(texts, ScanText::kDirectory), root));
  std::string_view label = Get(texts, ScanText::kLabel);
  label = label.substr(0, label.find_first_of(std::string_view("\n\0", 2)));
  info.lsm_label = Printable(label);
  info.cgroup = CgroupOf(Get(texts, ScanText::kCgroup));
  info.place = PlaceOf(info.cgroup);
  return info;
}

}  // namespace

bool ScanTable::Add(Bytes message) {
  if (message.size() < sizeof(ScanMessage)) {
    ++malformed_;
    return false;
  }
  const auto header = HostValue<ScanMessage>(message);
  if (header.pid == 0) {
    Finish();
    return true;
  }
  ByteReader reader(message.subspan(sizeof header));
  const Bytes inodes = reader.Take(size_t{header.inodes} * sizeof(uint32_t));
  Texts texts;
  for (size_t i = 0; i < kScanTexts; ++i) texts[i] = AsText(reader.Take(header.text_bytes[i]));
  if (!reader.ok()) {
    ++malformed_;
    return false;
  }
  for (size_t at = 0; at < inodes.size(); at += sizeof(uint32_t)) {
    sockets_.emplace_back(HostValue<uint32_t>(inodes.subspan(at)), header.pid);
  }
  if (seen_.contains(header.pid)) return false;
  Seen seen;
  const auto info = ReadProcess(header.pid, texts, &seen.parent);
  if (!info) return false;  // it ended while it was looked at
  seen.info = std::make_shared<ProcessInfo>(*info);
  seen_.emplace(header.pid, std::move(seen));
  return false;
}

void ScanTable::FindParents(const Seen& seen) {
  uint32_t parent = seen.parent;
  while (seen.info->parents.size() < kMostParents && parent != 0) {
    const auto found = seen_.find(parent);
    if (found == seen_.end()) return;
    const ProcessInfo& info = *found->second.info;
    seen.info->parents.push_back({.pid = info.pid,
                                  .start_time_ns = info.start_time_ns,
                                  .name = info.name,
                                  .executable = info.executable});
    parent = found->second.parent;
  }
}

void ScanTable::Finish() {
  for (const auto& [pid, seen] : seen_) FindParents(seen);
  // Rows share what has not changed since the last walk.
  for (auto& [pid, seen] : seen_) {
    const auto before = processes_.find(pid);
    if (before == processes_.end()) continue;
    const ProcessInfo& was = *before->second.info;
    const ProcessInfo& is = *seen.info;
    if (was.start_time_ns == is.start_time_ns && was.comm == is.comm &&
        was.executable == is.executable && was.cmdline == is.cmdline && was.uid == is.uid &&
        was.cgroup == is.cgroup && was.parents.size() == is.parents.size()) {
      seen.info = before->second.info;
    } else if (was.start_time_ns == is.start_time_ns) {
      // Another image of the same process, if it was seen to change.
      seen.info->exec_id = was.exec_id + (was.executable == is.executable ? 0 : 1);
    }
  }
  holders_.clear();
  for (const auto& [inode, pid] : sockets_) {
    const auto found = seen_.find(pid);
    if (found == seen_.end()) continue;
    const std::shared_ptr<const ProcessInfo> info = found->second.info;
    Holders& holders = holders_[inode];
    const auto before = [](const ProcessInfo& a, const ProcessInfo& b) {
      return std::pair(a.start_time_ns, a.pid) < std::pair(b.start_time_ns, b.pid);
    };
    if (!holders.oldest || before(*info, *holders.oldest)) holders.oldest = info;
    if (!holders.youngest || before(*holders.youngest, *info)) holders.youngest = info;
  }
  processes_ = std::exchange(seen_, {});
  sockets_.clear();
}

std::shared_ptr<const ProcessInfo> ScanTable::Find(uint32_t inode, bool bound) const {
  const auto found = holders_.find(inode);
  if (found == holders_.end()) return nullptr;
  return bound ? found->second.oldest : found->second.youngest;
}

}  // namespace rustnet
