// SPDX-License-Identifier: Apache-2.0
#include "client/view/columns.h"

#include <algorithm>
#include <array>

namespace rustnet::client {
namespace {

// In the order of Column.
constexpr std::array<ColumnInfo, kColumns> kInfos = {{
    // column            title      key        desc   right  floor compact most weight drop
    {Column::kProcess, "Process", "process", false, false, 18, 17, 34, 2, 0},
    {Column::kRemote, "Remote", "remote", false, false, 22, 20, 64, 4, 0},
    {Column::kLocal, "Local", "local", false, false, 19, 0, 48, 1, 7},
    {Column::kCountry, "Loc", "country", false, false, 3, 0, 3, 0, 9},
    {Column::kApplication, "App", "app", false, false, 15, 12, 64, 3, 1},
    {Column::kState, "State", "state", false, false, 11, 7, 14, 0, 2},
    {Column::kRtt, "RTT", "rtt", true, true, 6, 5, 6, 0, 3},
    {Column::kDown, "Down", "down", true, true, 6, 5, 6, 0, 0},
    {Column::kUp, "Up", "up", true, true, 6, 5, 6, 0, 0},
    {Column::kAge, "Age", "age", true, true, 6, 0, 6, 0, 10},
}};

constexpr int kFrame = 3;  // selection mark, gap, scroll bar
constexpr int kCompactBelow = 100;
constexpr int kLeastFlexible = 6;  // cells of Process and Remote on the smallest screens

struct Item {
  const ColumnInfo* info;
  int width;
};

int Needed(const std::vector<Item>& items) {
  int needed = kFrame + static_cast<int>(items.size()) - 1;
  for (const Item& item : items) needed += item.width;
  return needed;
}

// Gives `spare` cells away by weight; what rounding leaves goes to the heaviest.
void Share(std::vector<Item>* items, int spare) {
  while (spare > 0) {
    int weights = 0;
    for (const Item& item : *items) {
      if (item.width < item.info->most) weights += item.info->weight;
    }
    if (weights == 0) return;
    const int round = spare;
    for (Item& item : *items) {
      if (item.width >= item.info->most || item.info->weight == 0) continue;
      const int part = std::min(
          {std::max(1, round * item.info->weight / weights), spare, item.info->most - item.width});
      item.width += part;
      spare -= part;
    }
  }
}

}  // namespace

const ColumnInfo& InfoOf(Column column) { return kInfos[static_cast<size_t>(column)]; }

std::optional<Column> ColumnBySortKey(std::string_view key) {
  for (const ColumnInfo& info : kInfos) {
    if (info.sort_key == key) return info.column;
  }
  return std::nullopt;
}

ColumnLayout LayOutColumns(int width, bool countries) {
  ColumnLayout layout;
  layout.compact = width < kCompactBelow;
  std::vector<Item> items;
  for (const ColumnInfo& info : kInfos) {
    if (info.column == Column::kCountry && !countries) continue;
    const int cells = layout.compact ? info.compact : info.floor;
    if (cells > 0) items.push_back(Item{&info, cells});
  }
  while (Needed(items) > width) {
    const auto first =
        std::max_element(items.begin(), items.end(),
                         [](const Item& a, const Item& b) { return a.info->drop < b.info->drop; });
    if (first->info->drop == 0) break;
    items.erase(first);
  }
  // Nothing more to drop: Remote and Process give way, down to a few cells.
  for (int lacking = Needed(items) - width; lacking > 0; --lacking) {
    const auto widest = std::max_element(
        items.begin(), items.end(), [](const Item& a, const Item& b) { return a.width < b.width; });
    if (widest->width <= kLeastFlexible) break;
    --widest->width;
  }
  Share(&items, width - Needed(items));
  int begin = 1;
  for (const Item& item : items) {
    layout.places.push_back(ColumnPlace{item.info->column, begin, item.width});
    begin += item.width + 1;
  }
  return layout;
}

}  // namespace rustnet::client
