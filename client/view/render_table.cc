// SPDX-License-Identifier: Apache-2.0
// The connection table: heads, rows, selection, scroll bar; and what stands there if it is empty.
#include <algorithm>

#include "client/text/format.h"
#include "client/text/width.h"
#include "client/view/painter.h"

namespace rustnet::client {
namespace {

using model::Connection;

// One of eight hues, by the name.
Token HueOf(std::string_view name) {
  uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619U;
  return static_cast<Token>(static_cast<uint32_t>(Token::kHue0) + (hash >> 8) % 8);
}

struct Drawn {
  std::string text;
  Token token;
};

Drawn StateCell(const Painter& paint, const Connection& row, const ColumnPlace& place,
                bool compact) {
  std::string text = StateText(row, compact);
  Token token = Token::kText;
  if (row.historic) {
    token = Token::kClosed;
  } else if (const Staleness staleness = StalenessOf(row, paint.model.wall);
             staleness != Staleness::kFresh) {
    const bool very = staleness == Staleness::kVeryStale;
    token = very ? Token::kStale2 : Token::kStale1;
    if (paint.theme.mono) text = Shorten(text, place.width - 1) + (very ? "!" : "·");
  }
  return {Shorten(text, place.width), token};
}

Drawn CellOf(const Painter& paint, const Connection& row, const ColumnPlace& place, bool compact) {
  const Model& model = paint.model;
  const bool names = !model.addresses;
  switch (place.column) {
    case Column::kProcess: {
      const std::string name = ProcessName(row);
      const Token token = name.starts_with('?') ? Token::kMuted : HueOf(name);
      return {Shorten(ProcessText(row), place.width), token};
    }
    case Column::kRemote: {
      const AddressText remote = RemoteText(row, names, model.services);
      return {ShortenKeepingTail(remote.text, remote.tail, place.width), Token::kInfo};
    }
    case Column::kLocal: {
      const AddressText local = LocalText(row, model.services);
      return {ShortenKeepingTail(local.text, local.tail, place.width), Token::kMuted};
    }
    case Column::kCountry:
      return {Shorten(row.remote.country, place.width), Token::kMuted};
    case Column::kApplication: {
      const bool guess = row.application.evidence == model::Evidence::kPort;
      return {Shorten(ApplicationText(row, names), place.width),
              guess ? Token::kMuted : Token::kText};
    }
    case Column::kState:
      return StateCell(paint, row, place, compact);
    case Column::kRtt:
      return {RttText(row.rtt_us), RttToken(row.rtt_us)};
    case Column::kDown:
      return {row.historic ? "-" : RateText(row.counters.receive_rate), Token::kRx};
    case Column::kUp:
      return {row.historic ? "-" : RateText(row.counters.send_rate), Token::kTx};
    case Column::kAge:
      return {AgeText(model.wall - row.first_seen), Token::kMuted};
  }
  return {};
}

void PaintHeads(const Painter& paint, const ColumnLayout& layout) {
  const Model& model = paint.model;
  const int row = paint.areas.header;
  for (const ColumnPlace& place : layout.places) {
    const ColumnInfo& info = InfoOf(place.column);
    const bool sorted = place.column == model.rows.column();
    std::string title(info.title);
    if (sorted) {
      const bool room = TextWidth(title) + 2 <= place.width;
      title += room && !layout.compact ? " " : "";
      title += model.rows.descending() ? "↓" : "↑";
    }
    const Style style{sorted ? Token::kAccent : Token::kLabel, Token::kNone, false, sorted};
    if (info.right) {
      paint.cells().PutRight(place.begin + place.width, row, Shorten(title, place.width), style);
    } else {
      paint.cells().Put(place.begin, row, title, style, place.begin + place.width);
    }
    paint.frame->hits.push_back(Hit{Hit::Kind::kHeader, place.begin, row, place.width + 1, 0,
                                    place.column, Action::kNone, ""});
  }
}

void PaintRow(const Painter& paint, const ColumnLayout& layout, const Line& line, int y) {
  const Model& model = paint.model;
  const Connection& row = *model.table.At(line.slot);
  for (const ColumnPlace& place : layout.places) {
    Drawn cell = CellOf(paint, row, place, layout.compact);
    if (line.group != Line::kNoGroup && place.column == Column::kProcess) {
      cell.text = Shorten(MemberText(model, line, row), place.width);
    }
    const Style style{cell.token};
    const int end = place.begin + place.width;
    if (InfoOf(place.column).right) {
      paint.cells().PutRight(end, y, cell.text, style);
    } else {
      paint.cells().Put(place.begin, y, cell.text, style, end);
    }
  }
}

void PaintLine(const Painter& paint, const ColumnLayout& layout, size_t rank, bool selected,
               int y) {
  const Model& model = paint.model;
  const Line line = model.rows.LineAt(rank);
  const int width = paint.areas.table_width;
  bool ended = false;
  if (line.header) {
    PaintGroup(paint, layout, line, y);
    ended = model.rows.groups().At(line.group).connections == 0;
  } else {
    PaintRow(paint, layout, line, y);
    ended = model.table.Gone(line.slot) || model.table.At(line.slot)->historic;
  }
  if (selected) {
    paint.cells().Put(0, y, "▌", {Token::kAccent});
    paint.cells().Restyle(0, y, width - 1, Token::kSelectionFg, Token::kSelectionBg);
  }
  if (ended) paint.cells().Dim(0, y, width - 1);
  paint.frame->hits.push_back(
      Hit{Hit::Kind::kRow, 0, y, width, rank, Column::kProcess, Action::kNone, ""});
}

void PaintScrollBar(const Painter& paint) {
  const Model& model = paint.model;
  const int page = paint.areas.table_rows;
  const auto count = static_cast<int64_t>(model.rows.size());
  if (count <= page) return;
  const int thumb = std::max(1, static_cast<int>(int64_t{page} * page / count));
  const int64_t last_top = count - page;
  const int at = static_cast<int>(static_cast<int64_t>(model.top) * (page - thumb) / last_top);
  for (int i = 0; i < thumb; ++i) {
    paint.cells().Put(paint.areas.table_width - 1, paint.areas.table_top + at + i, "▐",
                      {Token::kBorder});
  }
}

void Centered(const Painter& paint, int row, std::string_view text, Style style) {
  const int width = paint.areas.table_width;
  const std::string shown = Shorten(text, width - 2);
  paint.cells().Put((width - TextWidth(shown)) / 2, row, shown, style);
}

void PaintEmpty(const Painter& paint) {
  const Model& model = paint.model;
  const int middle = paint.areas.table_top + std::max(0, paint.areas.table_rows / 2 - 2);
  if (!model.filter.applied.empty() && model.table.live() > 0) {
    Centered(paint, middle, "No connection matches  " + model.filter.applied, {Token::kText});
    Centered(paint, middle + 2,
             paint.KeyOf(Action::kEscape) + " clears the filter · " +
                 std::to_string(model.table.live()) + " connections are hidden",
             {Token::kMuted});
  } else if (!model.link.ever_live || !model.table.whole()) {
    if (model.link.phase != LinkState::Phase::kLost) {
      Centered(paint, middle, "waiting for rustnetd at " + model.socket, {Token::kMuted});
    }
  } else {
    Centered(paint, middle, "No connections yet", {Token::kText});
    const std::string capture = CaptureName(model);
    const bool scoped = model.link.info.scope() == v1::SCOPE_OWN;
    Centered(paint, middle + 2,
             scoped            ? "you see connections of your own processes; group rustnet sees all"
             : capture.empty() ? "a row appears with the first packet"
                               : "a row appears with the first packet on " + capture,
             {Token::kMuted});
  }
}

}  // namespace

Token RttToken(std::optional<uint32_t> microseconds) {
  if (!microseconds) return Token::kFaint;
  if (*microseconds < 50'000) return Token::kOk;
  return *microseconds < 150'000 ? Token::kWarn : Token::kErr;
}

void PaintTable(const Painter& paint) {
  const Model& model = paint.model;
  const ColumnLayout layout = LayOutColumns(paint.areas.table_width, model.rows.any_country());
  if (!paint.areas.list_only) PaintHeads(paint, layout);
  if (model.rows.size() == 0) {
    PaintEmpty(paint);
    return;
  }
  const size_t page = static_cast<size_t>(std::max(0, paint.areas.table_rows));
  const size_t last = std::min(model.rows.size(), model.top + page);
  const std::optional<size_t> cursor = CursorRank(model);
  for (size_t rank = model.top; rank < last; ++rank) {
    PaintLine(paint, layout, rank, rank == cursor,
              paint.areas.table_top + static_cast<int>(rank - model.top));
  }
  if (model.tab == Tab::kOverview) PaintScrollBar(paint);
}

}  // namespace rustnet::client
