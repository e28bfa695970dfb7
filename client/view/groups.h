// SPDX-License-Identifier: Apache-2.0
// Rows under headers: which group a row belongs to, what its header sums up, and the lines that
// come of it.
//
// A group is known by its key (a process name, a container id), by which cursor and folds hold it;
// indices are good until the next Build.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "client/stream/table.h"
#include "client/view/columns.h"

namespace rustnet::client {

enum class GroupBy : uint8_t { kNone, kProcess, kContainer, kUnit, kUser };

// "process"
std::string_view Name(GroupBy by);
std::optional<GroupBy> GroupByName(std::string_view name);

// What a row is grouped under: "firefox", "(host)", "nginx.service", "1000".
std::string GroupKey(GroupBy by, const model::Connection& row);

struct Group {
  std::string key;
  uint32_t connections = 0;  // those that have ended are not counted
  uint32_t tcp = 0;          // of them
  uint32_t remotes = 0;      // distinct addresses
  uint64_t down = 0;         // bytes per second
  uint64_t up = 0;
  std::optional<uint32_t> rtt_us;  // the highest of those that are open, else of all
  Time first_seen = 0;             // of the oldest
  std::vector<std::string> applications;
  std::string runtime;  // of a container
  bool open = false;    // its rows are shown
};

// One line of the table.
struct Line {
  static constexpr uint32_t kNoGroup = UINT32_MAX;
  uint32_t group = kNoGroup;
  bool header = false;
  bool last = false;  // of its group
  Slot slot = 0;      // unless it is a header
};

class Groups {
 public:
  // Forgets what is folded.
  void SetBy(GroupBy by);
  GroupBy by() const { return by_; }

  bool IsOpen(const std::string& key) const { return others_.contains(key) != all_open_; }
  void SetOpen(const std::string& key, bool open);
  // Opens all groups, also those to come, or folds them.
  void SetAllOpen(bool open);
  bool all_open() const { return all_open_ && others_.empty(); }

  // An index that stands for the key of the row, until Forget.
  uint32_t KeyIndex(const model::Connection& row);
  size_t keys() const { return keys_.size(); }
  void Forget();

  // Groups what `order` lists, in that order inside of each group; `key_of` is by slot.  With
  // `held`, groups stay in their order and new ones come last.
  void Build(const Table& table, const std::vector<Slot>& order,
             const std::vector<uint32_t>& key_of, Column column, bool descending, bool held);
  // After a fold has changed.
  void Unroll();

  const std::vector<Line>& lines() const { return lines_; }
  size_t size() const { return groups_.size(); }
  const Group& At(uint32_t index) const { return groups_[index].group; }
  std::optional<size_t> RankOf(Slot slot) const;
  std::optional<size_t> RankOfHeader(std::string_view key) const;
  // The group of a row, shown or folded.
  std::optional<uint32_t> GroupOf(Slot slot) const;

 private:
  struct Members {
    Group group;
    std::vector<Slot> slots;
  };
  void Sum(const Table& table, Members* members);
  void Sort(Column column, bool descending);

  GroupBy by_ = GroupBy::kNone;
  bool all_open_ = false;
  absl::flat_hash_set<std::string> others_;  // groups that are not as all_open_ says
  absl::flat_hash_map<std::string, uint32_t> index_;
  std::vector<std::string> keys_;
  std::vector<Members> groups_;
  std::vector<Line> lines_;
};

}  // namespace rustnet::client
