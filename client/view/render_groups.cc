// SPDX-License-Identifier: Apache-2.0
// The header of a group: its name and size over the columns that rows have for themselves, and sums
// in the columns of numbers.
#include <algorithm>

#include "client/text/facts.h"
#include "client/text/format.h"
#include "client/text/width.h"
#include "client/view/painter.h"

namespace rustnet::client {
namespace {

std::string Number(uint64_t number) { return std::to_string(number); }

std::string TitleOf(const Model& model, const Group& group) {
  constexpr size_t kShortId = 12;  // as docker ps and podman ps print it
  switch (model.rows.groups().by()) {
    case GroupBy::kContainer:
      if (group.key.starts_with('(') || group.key.starts_with("pod ")) return group.key;
      return group.key.substr(0, kShortId) + (group.runtime.empty() ? "" : " " + group.runtime);
    case GroupBy::kUser: {
      uint32_t uid = 0;
      for (const char c : group.key) {
        if (c < '0' || c > '9') return group.key;
        uid = 10 * uid + static_cast<uint32_t>(c - '0');
      }
      const std::string name = model.user_name == nullptr ? "" : model.user_name(uid);
      return name.empty() ? "uid " + group.key : name;
    }
    default:
      return group.key;
  }
}

}  // namespace

void PaintGroup(const Painter& paint, const ColumnLayout& layout, const Line& line, int y) {
  const Group& group = paint.model.rows.groups().At(line.group);
  std::string title = (group.open ? "▾ " : "▸ ") + TitleOf(paint.model, group) + " (" +
                      Number(group.connections) + ")";
  if (group.remotes > 1) title += " · " + Number(group.remotes) + " remotes";
  // The name may go on to where the sums begin.
  int room = paint.areas.table_width - 2;
  for (const ColumnPlace& place : layout.places) {
    const bool sums = InfoOf(place.column).right || place.column == Column::kApplication ||
                      place.column == Column::kState;
    if (sums) room = std::min(room, place.begin - 1);
  }
  paint.cells().Put(1, y, Shorten(title, room - 1), {Token::kGroup, Token::kNone, true});
  for (const ColumnPlace& place : layout.places) {
    const int end = place.begin + place.width;
    switch (place.column) {
      case Column::kApplication:
        paint.cells().Put(place.begin, y, Shorten(Joined(group.applications, ", "), place.width),
                          {Token::kText});
        break;
      case Column::kState: {
        const std::string counts = "T" + Number(group.tcp) + (layout.compact ? "" : " ") + "U" +
                                   Number(group.connections - group.tcp);
        paint.cells().Put(place.begin, y, Shorten(counts, place.width), {Token::kMuted});
        break;
      }
      case Column::kRtt:
        paint.cells().PutRight(end, y, RttText(group.rtt_us), {RttToken(group.rtt_us)});
        break;
      case Column::kDown:
        paint.cells().PutRight(end, y, RateText(group.down), {Token::kRx});
        break;
      case Column::kUp:
        paint.cells().PutRight(end, y, RateText(group.up), {Token::kTx});
        break;
      case Column::kAge:
        if (group.first_seen == 0) break;
        paint.cells().PutRight(end, y, AgeText(paint.model.wall - group.first_seen),
                               {Token::kMuted});
        break;
      default:
        break;
    }
  }
}

std::string MemberText(const Model& model, const Line& line, const model::Connection& row) {
  std::string text = line.last ? "  └─ " : "  ├─ ";
  if (model.rows.groups().by() != GroupBy::kProcess) return text + ProcessName(row);
  return text + (row.process.pid ? Number(*row.process.pid) : "-");
}

}  // namespace rustnet::client
