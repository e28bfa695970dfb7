// SPDX-License-Identifier: Apache-2.0
// What covers the table: filter bar, help, and the screen for those who may not read the socket.
#include <algorithm>
#include <cstdio>

#include "client/text/width.h"
#include "client/view/painter.h"
#include "client/view/reduce.h"
#include "common/base/text.h"

namespace rustnet::client {
namespace {

std::string Milliseconds(Duration took) {
  char buffer[32];
  const int length =
      std::snprintf(buffer, sizeof(buffer), " · %.1f ms", static_cast<double>(took) / kMillisecond);
  return std::string(buffer, static_cast<size_t>(length));
}

bool Contains(std::string_view text, std::string_view lower_query) {
  return ToLower(text).find(lower_query) != std::string::npos;
}

}  // namespace

void PaintFilterBar(const Painter& paint) {
  const Model& model = paint.model;
  const FilterBar& bar = model.filter;
  const int top = paint.areas.filter;
  const int columns = paint.columns();
  paint.cells().Fill(0, top, columns, U'─', {Token::kBorder});
  std::string count =
      std::to_string(model.rows.matching()) + " of " + std::to_string(model.table.live());
  if (bar.took > 0) count += Milliseconds(bar.took);
  if (bar.error) count = "not applied";
  paint.cells().PutRight(columns - 1, top + 1, count, {bar.error ? Token::kErr : Token::kMuted});

  // The part around the cursor, if the text is longer than the line.
  const int begin = 3;
  const int room = columns - begin - TextWidth(count) - 4;
  paint.cells().Put(1, top + 1, "/", {Token::kKey, Token::kNone, true});
  size_t from = 0;
  while (TextWidth(std::string_view(bar.text).substr(from, bar.cursor - from)) > room) {
    std::string_view rest = std::string_view(bar.text).substr(from);
    const size_t before = rest.size();
    NextChar(&rest);
    from += before - rest.size();
  }
  const std::string_view shown = std::string_view(bar.text).substr(from);
  paint.cells().Put(begin, top + 1, shown, {Token::kText}, begin + room + 1);
  paint.frame->cursor_row = top + 1;
  paint.frame->cursor_column =
      begin + TextWidth(std::string_view(bar.text).substr(from, bar.cursor - from));

  if (bar.error) {
    const size_t offset = std::clamp(bar.error->offset, from, bar.text.size());
    const int caret = begin + TextWidth(std::string_view(bar.text).substr(from, offset - from));
    const std::string sentence = bar.error->sentence;
    // The sentence stands behind its caret, or before it where there is more room.
    const bool behind = caret + 2 + TextWidth(sentence) < columns || caret < columns / 2;
    const int at = std::min(caret, columns - 1);
    paint.cells().Put(at, top + 2, "^", {Token::kErr, Token::kNone, true});
    if (behind) {
      paint.cells().Put(at + 2, top + 2, Shorten(sentence, columns - at - 3), {Token::kErr});
    } else {
      paint.cells().PutRight(at - 1, top + 2, Shorten(sentence, at - 2), {Token::kErr});
    }
    return;
  }
  const std::vector<std::string> candidates = Completions(bar);
  if (candidates.empty()) return;
  int at = paint.cells().Put(6, top + 2, "▸", {Token::kAccent}) + 1;
  for (const std::string& candidate : candidates) {
    if (at + TextWidth(candidate) + 2 > columns - 1) {
      paint.cells().Put(at, top + 2, "…", {Token::kFaint});
      break;
    }
    at = paint.cells().Put(at, top + 2, candidate, {Token::kMuted}) + 1;
  }
}

std::vector<HelpLine> HelpLines(const Model& model, std::string_view query, bool ascii,
                                size_t* found, size_t* all) {
  const std::string lower = ToLower(query);
  std::vector<HelpLine> lines;
  std::string_view section;
  *found = *all = 0;
  for (const ActionInfo& info : Actions()) {
    const std::string keys = model.keymap.Labels(info.action, ascii);
    if (keys.empty()) continue;
    if (!Available(model, info.action) && info.action != Action::kRetry) continue;
    ++*all;
    if (!lower.empty() && !Contains(info.help, lower) && !Contains(info.section, lower) &&
        !Contains(keys, lower) && !Contains(info.id, lower)) {
      continue;
    }
    ++*found;
    if (section != info.section) {
      if (!lines.empty()) lines.push_back({});
      lines.push_back({"", std::string(info.section)});
      section = info.section;
    }
    lines.push_back({keys, std::string(info.help)});
  }
  const std::vector<HelpLine> mouse = {
      {"click", "select; on a column head sort, again reverses; on a hint do it"},
      {"wheel", "scroll three rows, with Shift one"}};
  bool heading = false;
  for (const HelpLine& line : mouse) {
    ++*all;
    if (!lower.empty() && !Contains(line.text, lower) && !Contains("mouse", lower)) continue;
    ++*found;
    if (!heading) {
      if (!lines.empty()) lines.push_back({});
      lines.push_back({"", "Mouse"});
      heading = true;
    }
    lines.push_back(line);
  }
  return lines;
}

void PaintHelp(const Painter& paint) {
  const Model& model = paint.model;
  constexpr int kKeys = 16;
  size_t found = 0;
  size_t all = 0;
  const std::vector<HelpLine> lines =
      HelpLines(model, model.help.query, paint.theme.ascii, &found, &all);
  const int width = std::min(paint.columns() - 8, 100);
  const int top = paint.areas.list_only ? 0 : paint.areas.header;
  const int height = std::min(static_cast<int>(lines.size()) + 4, paint.areas.footer - 1 - top);
  if (width < 20 || height < 5) return;
  const int left = (paint.columns() - width) / 2;
  paint.Box(left, top, width, height,
            model.permission.shown       ? "Help"
            : model.tab == Tab::kDetails ? "Help · Details"
                                         : "Help · Overview");
  if (!model.help.query.empty()) {
    paint.cells().PutRight(left + width - 2, top,
                           " " + std::to_string(found) + " of " + std::to_string(all) + " ",
                           {Token::kMuted});
  }
  const int inside = left + 2;
  const int edge = left + width - 2;
  int at =
      paint.cells().Put(inside, top + 1, "type to search keys and help: ", {Token::kMuted}, edge);
  at = paint.cells().Put(at, top + 1, model.help.query, {Token::kText}, edge);
  paint.frame->cursor_column = at;
  paint.frame->cursor_row = top + 1;
  const int room = height - 4;
  const int scroll =
      std::clamp(model.help.scroll, 0, std::max(0, static_cast<int>(lines.size()) - room));
  for (int i = 0; i < room && scroll + i < static_cast<int>(lines.size()); ++i) {
    const HelpLine& line = lines[static_cast<size_t>(scroll + i)];
    const int row = top + 3 + i;
    if (line.keys.empty()) {
      paint.cells().Put(inside, row, line.text, {Token::kHeading, Token::kNone, true}, edge);
      continue;
    }
    const int end =
        paint.cells().Put(inside + 1, row, line.keys, {Token::kKey, Token::kNone, true}, edge);
    paint.cells().Put(std::max(inside + 1 + kKeys, end + 1), row, line.text, {Token::kText}, edge);
  }
  if (scroll + room < static_cast<int>(lines.size())) {
    paint.cells().PutRight(edge, top + height - 1, paint.theme.ascii ? " v more " : " ↓ more ",
                           {Token::kMuted});
  }
}

void PaintPermission(const Painter& paint) {
  const Permission& permission = paint.model.permission;
  const int width = std::min(paint.columns() - 6, 76);
  constexpr int kHeight = 13;
  const int left = std::max(0, (paint.columns() - width) / 2);
  const int top = std::max(0, (paint.rows() - 1 - kHeight) / 2);
  paint.Box(left, top, width, kHeight, "No permission");
  const int inside = left + 2;
  const int edge = left + width - 2;
  int row = top + 1;
  const auto line = [&](std::string_view text, Style style) {
    paint.cells().Put(inside, row++, Shorten(text, edge - inside), style);
  };
  const Style plain{Token::kText};
  const Style command{Token::kKey, Token::kNone, true};
  line(permission.sentence.empty() ? "rustnetd is running, but your user may not read its socket."
                                   : permission.sentence,
       plain);
  ++row;
  line("  socket   " + permission.socket + "   " + permission.socket_owner, plain);
  line("  you      " + permission.identity, plain);
  ++row;
  line("Fix, once:", {Token::kHeading, Token::kNone, true});
  line("  sudo usermod -aG rustnet " + permission.user, command);
  line("  then log in again, or now:  newgrp rustnet", plain);
  ++row;
  line("Members of \"rustnet\" can see every connection on this machine.", {Token::kMuted});
  const Style key{Token::kKey, Token::kNone, true};
  const Style label{Token::kMuted};
  int at = paint.cells().Put(inside + 2, row, "r", key, edge);
  at = paint.cells().Put(at, row, " retry", label, edge);
  paint.Clickable(inside + 2, row, at - inside - 2, Action::kRetry);
  const std::string copy = paint.KeyOf(Action::kCopy);
  const int copy_at = at + 5;
  at = paint.cells().Put(copy_at, row, copy, key, edge);
  at = paint.cells().Put(at, row, " copy the command", label, edge);
  paint.Clickable(copy_at, row, at - copy_at, Action::kCopy);
}

}  // namespace rustnet::client
