// SPDX-License-Identifier: Apache-2.0
#include "client/view/groups.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/hash/hash.h"
#include "client/text/format.h"
#include "common/base/text.h"

namespace rustnet::client {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"none", "process", "container", "unit", "user"};
constexpr size_t kMostApplications = 8;  // a header shows fewer

// Not yet or no more in use: its round-trip time is a thing of the past.
bool Ending(const model::Connection& row) {
  if (row.historic) return true;
  return row.protocol == model::Protocol::kTcp && row.state != model::State::kTcpEstablished;
}

}  // namespace

std::string_view Name(GroupBy by) { return kNames[static_cast<size_t>(by)]; }

std::optional<GroupBy> GroupByName(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<GroupBy>(i);
  }
  return std::nullopt;
}

std::string GroupKey(GroupBy by, const model::Connection& row) {
  const model::Process& process = row.process;
  switch (by) {
    case GroupBy::kProcess:
      return ProcessName(row);
    case GroupBy::kContainer:
      if (!process.container_id.empty()) return process.container_id;
      return process.pod_uid.empty() ? "(host)" : "pod " + process.pod_uid;
    case GroupBy::kUnit:
      return process.unit.empty() ? "(no unit)" : process.unit;
    case GroupBy::kUser:
      return process.uid ? std::to_string(*process.uid) : "(no user)";
    case GroupBy::kNone:
      break;
  }
  return "";
}

void Groups::SetBy(GroupBy by) {
  by_ = by;
  all_open_ = false;
  others_.clear();
  groups_.clear();
  lines_.clear();
  Forget();
}

void Groups::SetOpen(const std::string& key, bool open) {
  if (open == all_open_) {
    others_.erase(key);
  } else {
    others_.insert(key);
  }
}

void Groups::SetAllOpen(bool open) {
  all_open_ = open;
  others_.clear();
}

uint32_t Groups::KeyIndex(const model::Connection& row) {
  const auto [found, is_new] =
      index_.try_emplace(GroupKey(by_, row), static_cast<uint32_t>(keys_.size()));
  if (is_new) keys_.push_back(found->first);
  return found->second;
}

void Groups::Forget() {
  index_.clear();
  keys_.clear();
}

void Groups::Sum(const Table& table, Members* members) {
  Group& group = members->group;
  std::vector<uint64_t> remotes;
  remotes.reserve(members->slots.size());
  std::optional<uint32_t> ending_rtt;
  std::vector<std::string_view> protocols;
  for (const Slot slot : members->slots) {
    if (table.Gone(slot)) continue;
    const model::Connection& row = *table.At(slot);
    ++group.connections;
    group.tcp += row.protocol == model::Protocol::kTcp ? 1 : 0;
    remotes.push_back(absl::HashOf(row.remote.address));
    // What a tunnel carries is in the carrier's bytes too, unless it has a process to itself.
    const bool counted = row.tunnel.empty() || row.process.pid;
    if (!row.historic && counted) {
      group.down += row.counters.receive_rate;
      group.up += row.counters.send_rate;
    }
    std::optional<uint32_t>& rtt = Ending(row) ? ending_rtt : group.rtt_us;
    if (row.rtt_us) rtt = std::max(rtt.value_or(0), *row.rtt_us);
    group.first_seen =
        group.first_seen == 0 ? row.first_seen : std::min(group.first_seen, row.first_seen);
    if (group.runtime.empty()) group.runtime = row.process.container_runtime;
    const std::string_view protocol = row.application.protocol;
    if (protocols.size() < kMostApplications &&
        std::find(protocols.begin(), protocols.end(), protocol) == protocols.end()) {
      protocols.push_back(protocol);
      std::string label = ApplicationLabel(row);
      if (std::find(group.applications.begin(), group.applications.end(), label) ==
          group.applications.end()) {
        group.applications.push_back(std::move(label));
      }
    }
  }
  if (!group.rtt_us) group.rtt_us = ending_rtt;
  std::sort(remotes.begin(), remotes.end());
  group.remotes =
      static_cast<uint32_t>(std::unique(remotes.begin(), remotes.end()) - remotes.begin());
}

// Numbers by the sum, names by the name; else a group is as good as its first row.
void Groups::Sort(Column column, bool descending) {
  const auto by_number = [&](auto number) {
    std::stable_sort(groups_.begin(), groups_.end(), [&](const Members& a, const Members& b) {
      const uint64_t x = number(a.group);
      const uint64_t y = number(b.group);
      return descending ? x > y : x < y;
    });
  };
  switch (column) {
    case Column::kProcess:
      std::stable_sort(groups_.begin(), groups_.end(), [&](const Members& a, const Members& b) {
        const int order = ToLower(a.group.key).compare(ToLower(b.group.key));
        return descending ? order > 0 : order < 0;
      });
      break;
    case Column::kDown:
      by_number([](const Group& group) { return group.down; });
      break;
    case Column::kUp:
      by_number([](const Group& group) { return group.up; });
      break;
    case Column::kRtt:
      by_number([](const Group& g) { return g.rtt_us ? uint64_t{*g.rtt_us} + 1 : 0; });
      break;
    case Column::kAge:
      by_number([](const Group& g) { return UINT64_MAX - static_cast<uint64_t>(g.first_seen); });
      break;
    default:
      break;
  }
}

void Groups::Build(const Table& table, const std::vector<Slot>& order,
                   const std::vector<uint32_t>& key_of, Column column, bool descending, bool held) {
  constexpr uint32_t kNotYet = UINT32_MAX;
  std::vector<uint32_t> place(keys_.size(), kNotYet);
  const std::vector<Members> before = std::exchange(groups_, {});
  const auto add = [&](const std::string& key, uint32_t index) {
    place[index] = static_cast<uint32_t>(groups_.size());
    groups_.emplace_back().group.key = key;
  };
  if (held) {
    for (const Members& members : before) {
      const auto found = index_.find(members.group.key);
      if (found != index_.end()) add(members.group.key, found->second);
    }
  }
  for (const Slot slot : order) {
    const uint32_t index = key_of[slot];
    if (place[index] == kNotYet) add(keys_[index], index);
    groups_[place[index]].slots.push_back(slot);
  }
  std::erase_if(groups_, [](const Members& members) { return members.slots.empty(); });
  for (Members& members : groups_) Sum(table, &members);
  if (!held) Sort(column, descending);
  Unroll();
}

void Groups::Unroll() {
  lines_.clear();
  for (size_t i = 0; i < groups_.size(); ++i) {
    Members& members = groups_[i];
    members.group.open = IsOpen(members.group.key);
    const auto group = static_cast<uint32_t>(i);
    lines_.push_back(Line{group, true, false, 0});
    if (!members.group.open) continue;
    for (const Slot slot : members.slots) {
      lines_.push_back(Line{group, false, slot == members.slots.back(), slot});
    }
  }
}

std::optional<size_t> Groups::RankOf(Slot slot) const {
  for (size_t rank = 0; rank < lines_.size(); ++rank) {
    if (!lines_[rank].header && lines_[rank].slot == slot) return rank;
  }
  return std::nullopt;
}

std::optional<size_t> Groups::RankOfHeader(std::string_view key) const {
  for (size_t rank = 0; rank < lines_.size(); ++rank) {
    if (lines_[rank].header && At(lines_[rank].group).key == key) return rank;
  }
  return std::nullopt;
}

std::optional<uint32_t> Groups::GroupOf(Slot slot) const {
  for (size_t i = 0; i < groups_.size(); ++i) {
    const std::vector<Slot>& slots = groups_[i].slots;
    if (std::find(slots.begin(), slots.end(), slot) != slots.end()) {
      return static_cast<uint32_t>(i);
    }
  }
  return std::nullopt;
}

}  // namespace rustnet::client
