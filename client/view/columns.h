// SPDX-License-Identifier: Apache-2.0
// The columns of the connection table, and which of them fit: each has a floor, a weight and a drop
// rank (screens.md, rule 5).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace rustnet::client {

enum class Column : uint8_t {
  kProcess,
  kRemote,
  kLocal,
  kCountry,
  kApplication,
  kState,
  kRtt,
  kDown,
  kUp,
  kAge,
};
inline constexpr size_t kColumns = 10;

struct ColumnInfo {
  Column column;
  std::string_view title;
  std::string_view sort_key;  // in the table of common/model/sort
  bool descending_first;
  bool right;   // aligned
  int floor;    // cells
  int compact;  // cells in the compact set; 0: not in it
  int most;     // cells; more are of no use
  int weight;   // share of what is left over
  int drop;     // the highest goes first; 0: never
};

const ColumnInfo& InfoOf(Column column);
std::optional<Column> ColumnBySortKey(std::string_view key);

struct ColumnPlace {
  Column column;
  int begin;  // from the table's left edge
  int width;
};

struct ColumnLayout {
  bool compact = false;  // short states, narrow cells
  std::vector<ColumnPlace> places;
};

// For a table of `width` cells, of which the first is the selection mark and the last two are kept
// for the scroll bar.  `countries`: some row has one.
ColumnLayout LayOutColumns(int width, bool countries);

}  // namespace rustnet::client
