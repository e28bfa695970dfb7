// SPDX-License-Identifier: Apache-2.0
// Details: what the connection is in one line, its cards in one column or two, its last minute as
// curves.  The neighbours above are the table's.
#include <algorithm>

#include "client/text/facts.h"
#include "client/text/format.h"
#include "client/text/utf8.h"
#include "client/text/width.h"
#include "client/view/cards.h"
#include "client/view/graph.h"
#include "client/view/painter.h"

namespace rustnet::client {
namespace {

constexpr int kLabelWidth = 13;
constexpr int kTwoColumnsFrom = 120;
constexpr size_t kMostLines = 4;  // of one value

// A line of a column as it stands on the screen.
struct Row {
  std::string label;
  std::string value;
  Token token = Token::kText;
  bool title = false;
  std::string copy;  // the whole value
};

std::vector<Row> RowsOf(const std::vector<Card>& cards, bool right, bool both, int width) {
  std::vector<Row> rows;
  for (const Card& card : cards) {
    if (!both && card.right != right) continue;
    if (!rows.empty()) rows.emplace_back();
    rows.push_back({card.title, "", Token::kHeading, true, ""});
    for (const CardLine& line : card.lines) {
      const int room = std::max(1, width - kLabelWidth);
      if (line.table) {
        rows.push_back({line.label, Shorten(line.value, room), line.token, false, line.value});
        continue;
      }
      std::string label = line.label;
      for (std::string& piece : Wrap(line.value, room, kMostLines)) {
        rows.push_back({std::exchange(label, ""), std::move(piece), line.token, false, line.value});
      }
    }
  }
  return rows;
}

void PaintColumn(const Painter& paint, const std::vector<Row>& rows, int begin, int width,
                 bool dim) {
  const Areas& areas = paint.areas;
  const auto first = static_cast<size_t>(paint.model.details_scroll);
  for (int i = 0; i < areas.body_rows; ++i) {
    const size_t index = first + static_cast<size_t>(i);
    if (index >= rows.size()) return;
    const Row& row = rows[index];
    const int y = areas.body + i;
    if (row.title) {
      paint.cells().Put(begin, y, Shorten(row.label, width), {Token::kHeading, Token::kNone, true});
      continue;
    }
    paint.cells().Put(begin, y, Shorten(row.label, kLabelWidth - 1), {Token::kLabel});
    paint.cells().Put(begin + kLabelWidth, y, row.value, {row.token}, begin + width);
    if (dim) paint.cells().Dim(begin, y, width);
    if (row.copy.empty()) continue;
    Hit hit{Hit::Kind::kCopy, begin, y, width, 0, Column::kProcess, Action::kNone, row.copy};
    paint.frame->hits.push_back(std::move(hit));
  }
}

void PaintScrollBar(const Painter& paint, int rows) {
  const Areas& areas = paint.areas;
  const int page = areas.body_rows;
  if (rows <= page || page <= 0) return;
  const int thumb = std::max(1, page * page / rows);
  const int at = paint.model.details_scroll * (page - thumb) / (rows - page);
  for (int i = 0; i < thumb; ++i) {
    paint.cells().Put(paint.columns() - 1, areas.body + at + i, "▐", {Token::kBorder});
  }
}

// Where the columns stand: one, or two that share the width.
struct Columns {
  bool two = false;
  int width = 0;
  int second = 0;
};

Columns ColumnsOf(int columns) {
  Columns at;
  at.two = columns >= kTwoColumnsFrom;
  at.width = at.two ? columns / 2 - 1 : columns - 2;
  at.second = at.width + 2;
  return at;
}

std::string RateAndUnit(uint64_t rate) { return rate == 0 ? "0" : RateText(rate) + "/s"; }

uint64_t HighestOf(const std::vector<uint64_t>& samples) {
  return samples.empty() ? 0 : *std::max_element(samples.begin(), samples.end());
}

// "↓ now 160B/s  peak 1.2M/s  total 3.4M / 2 914 pkt"; what has no room is left out whole.
std::string CurveText(std::string_view arrow, uint64_t now, uint64_t peak, uint64_t bytes,
                      uint64_t packets, int width) {
  std::string text = std::string(arrow) + " now " + RateAndUnit(now);
  for (const std::string& more :
       {"  peak " + RateAndUnit(peak), "  total " + (bytes == 0 ? "0" : RateText(bytes)),
        " / " + Grouped(packets) + " pkt"}) {
    if (TextWidth(text) + TextWidth(more) > width) break;
    text += more;
  }
  return text;
}

// As many samples as fit two to a cell, so that the minute fills the width; what is younger than a
// minute begins further right.
std::vector<uint64_t> Stretched(const std::vector<uint64_t>& samples, int cells) {
  const size_t minute = std::max<size_t>(60, samples.size());
  const size_t before = minute - samples.size();
  const size_t wanted = 2 * static_cast<size_t>(std::max(cells, 0));
  std::vector<uint64_t> stretched;
  stretched.reserve(wanted);
  for (size_t i = 0; i < wanted; ++i) {
    const size_t second = i * minute / wanted;
    stretched.push_back(second < before ? 0 : samples[second - before]);
  }
  return stretched;
}

void PaintCurve(const Painter& paint, int begin, int width, const std::string& text,
                const std::vector<uint64_t>& samples, Token token, Token wave) {
  const Areas& areas = paint.areas;
  int y = areas.traffic + 1;
  paint.cells().Put(begin, y++, text, {token}, begin + width);
  const uint64_t highest = HighestOf(samples);
  if (highest == 0) return;
  const int bottom = areas.last_daemon >= 0 ? areas.last_daemon : areas.footer;
  for (const std::u32string& line :
       BrailleCurve(Stretched(samples, width), width, bottom - y, highest, false)) {
    std::string encoded;
    for (const char32_t c : line) AppendUtf8(c, &encoded);
    paint.cells().Put(begin, y++, encoded, {wave});
  }
}

void PaintTraffic(const Painter& paint, const model::Connection& row) {
  if (paint.areas.traffic < 0) return;
  const Detail& detail = paint.model.detail;
  const bool known = detail.row != nullptr && detail.id == row.id;
  const std::vector<uint64_t> none;
  paint.cells().Put(0, paint.areas.traffic, "▎", {Token::kAccent});
  paint.cells().Put(2, paint.areas.traffic, "Traffic 60 s", {Token::kHeading, Token::kNone, true});
  const model::Counters& counters = row.counters;
  const bool moves = !row.historic;
  const int width = paint.columns() / 2 - 2;
  const std::vector<uint64_t>& down = known ? detail.down : none;
  const std::vector<uint64_t>& up = known ? detail.up : none;
  PaintCurve(paint, 1, width,
             CurveText("↓", moves ? counters.receive_rate : 0, HighestOf(down),
                       counters.bytes_received, counters.packets_received, width),
             down, Token::kRx, Token::kRxWave);
  PaintCurve(paint, paint.columns() / 2, width,
             CurveText("↑", moves ? counters.send_rate : 0, HighestOf(up), counters.bytes_sent,
                       counters.packets_sent, width),
             up, Token::kTx, Token::kTxWave);
}

std::string_view Arrow(model::Direction direction) {
  switch (direction) {
    case model::Direction::kIncoming:
      return " ← ";
    case model::Direction::kTransit:
      return " – ";
    default:
      return " → ";
  }
}

}  // namespace

int DetailsScrollMost(const Model& model) {
  const std::optional<model::Connection> row = KnownOf(model);
  const Areas areas = AreasOf(model);
  if (!row || areas.body < 0) return 0;
  const Columns at = ColumnsOf(model.size.columns);
  const std::vector<Card> cards = CardsOf(model, *row);
  const size_t left = RowsOf(cards, false, !at.two, at.width).size();
  const size_t right = at.two ? RowsOf(cards, true, false, at.width).size() : 0;
  return std::max(0, static_cast<int>(std::max(left, right)) - areas.body_rows);
}

void PaintDetailsTitle(const Painter& paint) {
  const Model& model = paint.model;
  const int row = paint.areas.title;
  const std::optional<model::Connection> known = KnownOf(model);
  paint.cells().Put(0, row, "▎", {Token::kAccent});
  if (!known) {
    paint.cells().Put(2, row, "No connection is selected", {Token::kMuted});
    return;
  }
  const std::string state = StateText(*known, false);
  const uint64_t down = known->historic ? 0 : known->counters.receive_rate;
  const uint64_t up = known->historic ? 0 : known->counters.send_rate;
  const std::string age = "  age " + AgeText(model.wall - known->first_seen);
  const std::string rates = "↓" + RateAndUnit(down) + " ↑" + RateAndUnit(up);
  const int fixed = TextWidth("  [" + state + "]  " + rates + age);
  const AddressText remote = RemoteText(*known, !model.addresses, model.services);
  const std::string who = ProcessName(*known) + std::string(Arrow(known->direction)) + remote.text;
  const int edge = paint.columns() - 1;
  const int room = std::max(20, edge - 2 - fixed);
  int at = paint.cells().Put(2, row, ShortenKeepingTail(who, remote.tail, room),
                             {Token::kHeading, Token::kNone, true}, edge);
  at = paint.cells().Put(at, row, "  [" + state + "]",
                         {known->historic ? Token::kClosed : Token::kInfo}, edge);
  at = paint.cells().Put(at + 2, row, "↓" + RateAndUnit(down), {Token::kRx}, edge);
  at = paint.cells().Put(at + 1, row, "↑" + RateAndUnit(up), {Token::kTx}, edge);
  paint.cells().Put(at, row, age, {Token::kMuted}, edge);
}

void PaintDetails(const Painter& paint) {
  const Model& model = paint.model;
  const std::optional<model::Connection> row = KnownOf(model);
  if (!row) return;
  const std::vector<Card> cards = CardsOf(model, *row);
  const Columns at = ColumnsOf(paint.columns());
  const std::optional<Slot> slot = model.table.Find(row->id);
  const bool ended = row->historic || (slot && model.table.Gone(*slot));
  const std::vector<Row> left = RowsOf(cards, false, !at.two, at.width);
  size_t longest = left.size();
  PaintColumn(paint, left, 1, at.width, ended);
  if (at.two) {
    const std::vector<Row> right = RowsOf(cards, true, false, at.width);
    longest = std::max(longest, right.size());
    PaintColumn(paint, right, at.second, at.width - 1, ended);
  }
  PaintScrollBar(paint, static_cast<int>(longest));
  PaintTraffic(paint, *row);
}

}  // namespace rustnet::client
