// SPDX-License-Identifier: Apache-2.0
// The frame around the table: tabs, title or banner.
#include "client/view/render.h"

#include <algorithm>
#include <cinttypes>

#include "client/text/format.h"
#include "client/text/width.h"
#include "client/view/painter.h"

namespace rustnet::client {
namespace {

struct Piece {
  std::string text;
  Style style;
};

int WidthOf(const std::vector<Piece>& pieces) {
  int width = 0;
  for (const Piece& piece : pieces) width += TextWidth(piece.text);
  return width;
}

std::string Count(uint64_t n) { return std::to_string(n); }

// "● eth0", "○ lost", "‖ +812", "… connecting".
Piece CaptureState(const Model& model) {
  if (model.link.phase == LinkState::Phase::kLost) return {"○ lost", {Token::kErr}};
  if (model.paused) return {"‖ +" + Count(model.waiting), {Token::kPaused}};
  if (model.not_answering()) return {"○ not answering", {Token::kErr}};
  if (model.link.phase == LinkState::Phase::kConnecting) return {"connecting", {Token::kMuted}};
  const std::string name = CaptureName(model);
  return {name.empty() ? "●" : "● " + name, {Token::kOk}};
}

std::string SortChip(const Model& model) {
  return " · sort " + std::string(InfoOf(model.rows.column()).title) +
         (model.rows.descending() ? " ↓" : " ↑");
}

std::vector<Piece> TitleLeft(const Model& model) {
  const FilterBar& bar = model.filter;
  const bool filtered = !bar.applied.empty();
  const std::string applied =
      Shorten(bar.applied.substr(0, bar.applied.find_last_not_of(' ') + 1), 24);
  std::vector<Piece> pieces;
  pieces.push_back({"▎", {Token::kAccent}});
  pieces.push_back({model.historic ? " Connections, closed ones too" : " Connections",
                    {Token::kHeading, Token::kNone, true}});
  const Style muted{Token::kMuted};
  std::string count = " · " + Count(model.rows.matching());
  if (filtered) count += " of " + Count(model.table.live());
  if (model.rows.grouped()) {
    const size_t groups = model.rows.groups().size();
    count += " in " + Count(groups) + (groups == 1 ? " group" : " groups");
  }
  pieces.push_back({count, muted});
  if (filtered && bar.error) {
    pieces.push_back({" · filter " + applied + " (last valid)", {Token::kWarn}});
  } else if (filtered && bar.open) {
    pieces.push_back({" · filtered", {Token::kInfo}});
  } else if (filtered) {
    pieces.push_back({" · filter " + applied, {Token::kInfo}});
  }
  if (model.rows.grouped()) {
    pieces.push_back({" · by " + std::string(Name(model.rows.groups().by())), {Token::kInfo}});
  }
  pieces.push_back({SortChip(model), muted});
  if (model.paused) {
    pieces.push_back({" · paused", {Token::kPaused}});
  } else if (model.held()) {
    const Duration left = model.held_until - model.now;
    pieces.push_back(
        {" · held " + Count(static_cast<uint64_t>((left + kSecond - 1) / kSecond)) + "s",
         {Token::kHeld}});
  }
  if (model.follow) pieces.push_back({" · follow", {Token::kHeld}});
  if (!model.table.whole() && model.link.ever_live) {
    pieces.push_back({" · catching up", {Token::kWarn}});
  }
  return pieces;
}

// The most important first.
std::vector<std::vector<Piece>> TitleRight(const Model& model) {
  std::vector<std::vector<Piece>> groups;
  const FilterBar& bar = model.filter;
  if (!bar.applied.empty() && model.rows.matching() == 0 && model.table.live() > 0) {
    groups.push_back({{"filter hides " + Count(model.table.live()), {Token::kWarn}}});
  }
  if (model.table.totals()) {
    groups.push_back({{"↓" + RateText(model.table.totals()->receive_rate), {Token::kRx}},
                      {" ↑" + RateText(model.table.totals()->send_rate), {Token::kTx}}});
  }
  if (const std::optional<uint64_t> rate = PacketRate(model)) {
    groups.push_back({{"  " + Count(*rate) + " pkt/s", {Token::kMuted}}});
  }
  const Losses losses = LossesOf(model);
  if (losses.known) {
    const uint64_t sum = losses.kernel + losses.attribution + losses.stream;
    groups.push_back({{"  lost " + Count(sum), {sum > 0 ? Token::kErr : Token::kMuted}}});
  }
  return groups;
}

std::string Banner(const Painter& paint) {
  const Model& model = paint.model;
  const std::string retry = " · " + paint.KeyOf(Action::kOpen) + " now";
  if (model.link.phase == LinkState::Phase::kLost) {
    const std::string age = AgeText(model.now - model.link.lost_since);
    if (!model.link.ever_live) {
      return " ⚠ " + model.link.failure.sentence + " · trying again" + retry;
    }
    if (paint.columns() < 120) {
      return " ⚠ rustnetd lost " + age + " ago · data frozen · trying again" + retry;
    }
    return " ⚠ Connection to rustnetd lost " + age + " ago (" +
           std::string(model.link.failure.Brief()) + "). Data below is frozen. Trying again" +
           retry;
  }
  return " ⚠ rustnetd not answering for " + AgeText(model.now - model.link.last_message) +
         " · data frozen · it is stopped or overloaded";
}

}  // namespace

void Painter::Clickable(int column, int row, int width, Action action) const {
  frame->hits.push_back(
      Hit{Hit::Kind::kAction, column, row, width, 0, Column::kProcess, action, ""});
}

void Painter::Box(int column, int row, int width, int height, std::string_view title) const {
  const Style line{Token::kBorder};
  for (int y = row; y < row + height; ++y) {
    cells().Fill(column, y, width, ' ', Style{});
    cells().Put(column, y, "│", line);
    cells().Put(column + width - 1, y, "│", line);
  }
  for (const int y : {row, row + height - 1}) cells().Fill(column, y, width, U'─', line);
  cells().Put(column, row, "╭", line);
  cells().Put(column + width - 1, row, "╮", line);
  cells().Put(column, row + height - 1, "╰", line);
  cells().Put(column + width - 1, row + height - 1, "╯", line);
  cells().Put(column + 2, row, " " + std::string(title) + " ",
              Style{Token::kHeading, Token::kNone, true}, column + width - 2);
}

void PaintTabs(const Painter& paint) {
  struct Entry {
    Tab tab;
    std::string_view text;
    Action action;
  };
  static constexpr Entry kEntries[] = {{Tab::kOverview, "1 Overview", Action::kOverview},
                                       {Tab::kDetails, "2 Details", Action::kDetails}};
  const bool rule = paint.areas.rule;
  int column = 1;
  if (rule) {
    paint.cells().Put(1, 0, "rustnet", {Token::kHeading, Token::kNone, true});
    paint.cells().Fill(0, 1, paint.columns(), U'─', {Token::kBorder});
    column = 11;
  }
  for (const Entry& entry : kEntries) {
    const bool active = entry.tab == paint.model.tab;
    const Style style = active ? Style{Token::kAccent, Token::kNone, true, true}
                               : Style{Token::kMuted, Token::kNone, false, false};
    const int begin = column;
    column = paint.cells().Put(column, 0, entry.text, style);
    paint.Clickable(begin, 0, column - begin, entry.action);
    if (active && rule) {
      paint.cells().Fill(begin, 1, column - begin, U'━', {Token::kAccent});
    } else if (active) {
      paint.cells().Put(begin - 1, 0, "[", style);
      paint.cells().Put(column, 0, "]", style);
    }
    column += rule ? 3 : 1;
  }
  Piece state = CaptureState(paint.model);
  const std::string& version = paint.model.link.info.version();
  if (paint.columns() >= 120 && !version.empty()) state.text += " · rustnetd " + version;
  paint.cells().PutRight(paint.columns(), 0, Shorten(state.text, paint.columns() - column - 2),
                         state.style);
}

void PaintTitle(const Painter& paint) {
  const Model& model = paint.model;
  const int row = paint.areas.title;
  if (model.link.phase == LinkState::Phase::kLost || model.not_answering()) {
    const Style style{Token::kSelectionFg, Token::kErr, true};
    paint.cells().Fill(0, row, paint.columns(), ' ', style);
    paint.cells().Put(0, row, Shorten(Banner(paint), paint.columns()), style);
    paint.Clickable(0, row, paint.columns(), Action::kRetry);
    return;
  }
  if (model.tab == Tab::kDetails) return PaintDetailsTitle(paint);
  // With a sidebar the right-hand figures stand there.
  const int edge = paint.areas.table_width - 1;
  std::vector<Piece> left = TitleLeft(model);
  int column = 0;
  for (const Piece& piece : left) {
    column = paint.cells().Put(column, row, piece.text, piece.style, edge);
  }
  if (paint.areas.sidebar >= 0) return;
  std::vector<Piece> right;
  for (std::vector<Piece>& group : TitleRight(model)) {
    if (column + 2 + WidthOf(right) + WidthOf(group) > edge) break;
    right.insert(right.end(), group.begin(), group.end());
  }
  int at = edge - WidthOf(right);
  for (const Piece& piece : right) at = paint.cells().Put(at, row, piece.text, piece.style);
}

Frame Render(const Model& model, const Theme& theme) {
  Frame frame{CellBuffer(model.size), {}, -1, -1};
  const Painter paint{model, theme, AreasOf(model), &frame};
  if (model.size.columns < 20 || model.size.rows < 4) {
    const std::string text = "rustnet: " + std::to_string(model.size.columns) + "x" +
                             std::to_string(model.size.rows) + " too small";
    frame.cells.Put(0, 0, text, Style{Token::kWarn});
  } else if (model.permission.shown) {
    PaintPermission(paint);
    PaintFooter(paint);
  } else if (paint.areas.list_only) {
    PaintTable(paint);
    const std::string quit = paint.KeyOf(Action::kQuit) + " quit";
    frame.cells.PutRight(paint.columns() - 1, paint.areas.footer, quit, Style{Token::kMuted});
    frame.cells.Put(
        0, paint.areas.footer,
        Shorten(model.toast.empty() ? CaptureState(model).text : model.toast, paint.columns() - 10),
        Style{Token::kMuted});
  } else {
    PaintTabs(paint);
    PaintTitle(paint);
    PaintTable(paint);
    if (model.tab == Tab::kDetails) PaintDetails(paint);
    if (paint.areas.sidebar >= 0) PaintSidebar(paint);
    if (paint.areas.filter >= 0) PaintFilterBar(paint);
    if (paint.areas.last_daemon >= 0) {
      const auto& info = model.link.info;
      const std::string text = "last daemon: rustnetd " + info.version() + ", API revision " +
                               std::to_string(info.api_revision()) + " · " + model.socket;
      frame.cells.Put(1, paint.areas.last_daemon, Shorten(text, paint.columns() - 2),
                      Style{Token::kMuted});
    }
    PaintFooter(paint);
  }
  if (model.help.open) PaintHelp(paint);
  if (theme.ascii) frame.cells.ToAscii();
  return frame;
}

}  // namespace rustnet::client
