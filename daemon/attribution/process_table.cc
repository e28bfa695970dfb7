// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/process_table.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "common/base/text.h"

namespace rustnet {
namespace {

constexpr size_t kMaxText = 4096;
constexpr uint32_t kNoLogin = UINT32_MAX;  // (uid_t)-1, as in /proc/PID/loginuid

// The text before the first NUL, at most `capacity` bytes.
std::string_view Bounded(const char* text, size_t capacity) {
  const std::string_view whole(text, capacity);
  return whole.substr(0, whole.find('\0'));
}

// Texts that are each ended by NUL; what follows the last NUL is a cut one and kept.
std::vector<std::string_view> Split(const char* text, size_t bytes, size_t capacity) {
  std::string_view rest(text, std::min(bytes, capacity));
  std::vector<std::string_view> parts;
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\0'), rest.size());
    parts.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return parts;
}

// "/usr/bin/curl" from "curl", "bin", "usr".
std::string Path(const std::vector<std::string_view>& leaf_first) {
  std::string path;
  for (auto part = leaf_first.rbegin(); part != leaf_first.rend(); ++part) {
    path += '/';
    path += *part;
  }
  return Printable(path, kMaxText);
}

ProcessKey Identify(const ProcessKey& key) {
  return {.start = key.start, .pid = key.pid, .exec_id = 0};
}

}  // namespace

std::string NameOf(std::string_view comm, std::string_view executable) {
  const std::string_view base = executable.substr(executable.rfind('/') + 1);
  const bool same = !comm.empty() && base.substr(0, bpf::kCommBytes - 1) == comm;
  return std::string(same ? base : comm);
}

ProcessInfo ToProcessInfo(const bpf::ProcessRecord& record) {
  ProcessInfo info;
  info.pid = record.tgid;
  info.start_time_ns = record.start;
  info.exec_id = record.exec_id;
  info.comm = Printable(Bounded(record.comm, sizeof record.comm));
  info.executable = Path(Split(record.exe, record.exe_bytes, sizeof record.exe));
  info.name = NameOf(info.comm, info.executable);
  // A path that was cut lacks its beginning: the name is whole, the path is not one.
  if (record.flags & bpf::kProcessExeTruncated) info.executable.insert(0, "…");
  info.directory = Path(Split(record.directory, record.directory_bytes, sizeof record.directory));
  if (record.flags & bpf::kProcessDirectoryTruncated) {
    info.directory.insert(0, "…");
  } else if (info.directory.empty() && !info.executable.empty()) {
    info.directory = "/";
  }
  std::vector<std::string_view> arguments =
      Split(record.arguments, record.argument_bytes, sizeof record.arguments);
  while (!arguments.empty() && arguments.back().empty()) arguments.pop_back();
  for (const std::string_view argument : arguments) info.cmdline.push_back(Printable(argument));
  info.uid = record.uid;
  info.gid = record.gid;
  if (record.login_uid != kNoLogin) info.login_uid = record.login_uid;
  if (record.namespace_pid != 0) info.namespace_pid = record.namespace_pid;
  info.capabilities = record.capabilities;
  info.cgroup = Path(Split(record.cgroup, record.cgroup_bytes, sizeof record.cgroup));
  if (info.cgroup.empty()) info.cgroup = "/";
  info.place = PlaceOf(info.cgroup);
  for (const bpf::ParentRecord& parent : record.parents) {
    if (parent.tgid == 0) break;
    info.parents.push_back({.pid = parent.tgid,
                            .start_time_ns = parent.start,
                            .name = Printable(Bounded(parent.comm, sizeof parent.comm)),
                            .executable = {}});
    if (parent.tgid == 1) break;
  }
  return info;
}

ProcessTable::Entry& ProcessTable::Touch(const ProcessKey& key, Time time) {
  auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() >= capacity_) MakeRoom();
    found = entries_.try_emplace(key).first;
    Identity& identity = latest_[Identify(key)];
    identity.exec_id = std::max(identity.exec_id, key.exec_id);
    ++identity.images;
  }
  found->second.used = std::max(found->second.used, time);
  return found->second;
}

void ProcessTable::Learn(const bpf::ProcessRecord& record) {
  ProcessInfo info = ToProcessInfo(record);
  for (ParentInfo& parent : info.parents) {
    const ProcessKey key = LatestImage({.start = parent.start_time_ns, .pid = parent.pid});
    if (const auto known = Find(key)) {
      parent.name = known->name;
      parent.executable = known->executable;
    }
  }
  const ProcessKey key = {.start = record.start, .pid = record.tgid, .exec_id = record.exec_id};
  Touch(key, static_cast<Time>(record.header.time)).info =
      std::make_shared<const ProcessInfo>(std::move(info));
}

void ProcessTable::LearnExec(const ProcessKey& key, Time time) {
  Touch(key, time);
  const auto before =
      entries_.find(ProcessKey{.start = key.start, .pid = key.pid, .exec_id = key.exec_id - 1});
  if (before != entries_.end()) before->second.ended = true;
}

void ProcessTable::LearnExit(const ProcessKey& key, Time time) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  found->second.ended = true;
  found->second.used = std::max(found->second.used, time);
}

ProcessKey ProcessTable::LatestImage(const ProcessKey& key) const {
  const auto found = latest_.find(Identify(key));
  if (found == latest_.end()) return key;
  return {
      .start = key.start, .pid = key.pid, .exec_id = std::max(found->second.exec_id, key.exec_id)};
}

void ProcessTable::CountSocket(const ProcessKey& key, int change, Time time) {
  if (change > 0) {
    ++Touch(key, time).sockets;
    return;
  }
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.sockets == 0) return;
  --found->second.sockets;
  found->second.used = std::max(found->second.used, time);
}

uint32_t ProcessTable::sockets(const ProcessKey& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? 0 : found->second.sockets;
}

std::shared_ptr<const ProcessInfo> ProcessTable::Find(const ProcessKey& key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : found->second.info;
}

ProcessTable::Entries::iterator ProcessTable::Forget(Entries::iterator entry) {
  const auto identity = latest_.find(Identify(entry->first));
  if (identity != latest_.end() && --identity->second.images == 0) latest_.erase(identity);
  return entries_.erase(entry);
}

void ProcessTable::Expire(Time now) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const Entry& e = entry->second;
    const bool due = e.ended && e.sockets == 0 && e.used + keep_ended_ <= now;
    entry = due ? Forget(entry) : std::next(entry);
  }
}

// Makes room for a tenth: without sockets first, and the longest unused of those.
void ProcessTable::MakeRoom() {
  std::vector<std::pair<Time, ProcessKey>> unused;
  for (const auto& [key, entry] : entries_) {
    if (entry.sockets == 0) unused.emplace_back(entry.used, key);
  }
  const size_t enough = std::min(unused.size(), std::max<size_t>(capacity_ / 10, 1));
  const auto middle = unused.begin() + static_cast<std::ptrdiff_t>(enough);
  std::partial_sort(unused.begin(), middle, unused.end(),
                    [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto oldest = unused.begin(); oldest != middle; ++oldest) {
    const auto entry = entries_.find(oldest->second);
    if (!entry->second.ended) ++forgotten_;
    Forget(entry);
  }
}

}  // namespace rustnet
