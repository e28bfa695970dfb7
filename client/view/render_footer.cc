// SPDX-License-Identifier: Apache-2.0
// The last line: keys that do something now, most useful first, and always the way out.
#include <algorithm>

#include "client/text/width.h"
#include "client/view/painter.h"
#include "client/view/reduce.h"

namespace rustnet::client {
namespace {

struct Hint {
  Action action;
  std::string keys;
  std::string text;
};

Hint HintOf(const Painter& paint, Action action, std::string text) {
  return {action, paint.KeyOf(action), std::move(text)};
}

std::vector<Hint> FilterHints(const Painter& paint) {
  const Model& model = paint.model;
  const bool ascii = paint.theme.ascii;
  std::vector<Hint> hints;
  if (!model.filter.error) hints.push_back({Action::kNone, ascii ? "Enter" : "⏎", "keep"});
  hints.push_back({Action::kNone, "esc", "clear"});
  if (!Completions(model.filter).empty()) hints.push_back({Action::kNone, "tab", "complete"});
  if (model.rows.size() > 0) {
    hints.push_back({Action::kNone, ascii ? "^v" : "↑↓", "move in list"});
  }
  return hints;
}

std::vector<Hint> DetailsHints(const Painter& paint) {
  const auto last = [&](Action action) {
    const std::vector<KeyPress> keys = paint.model.keymap.Keys(action);
    return keys.empty() ? "" : KeyLabel(keys.back(), paint.theme.ascii);
  };
  return {{Action::kDown, last(Action::kDown) + "/" + last(Action::kUp), "next/prev"},
          {Action::kScrollDown,
           paint.KeyOf(Action::kScrollDown) + "/" + paint.KeyOf(Action::kScrollUp), "scroll"},
          HintOf(paint, Action::kCopy, "copy remote"),
          HintOf(paint, Action::kEscape, "back"),
          HintOf(paint, Action::kPause, "pause")};
}

std::vector<Hint> OverviewHints(const Painter& paint) {
  const Hint filter = HintOf(paint, Action::kFilter, "filter");
  const Hint details = HintOf(paint, Action::kOpen, "details");
  const Hint sort = HintOf(paint, Action::kSortNext, "sort");
  const Hint follow = HintOf(paint, Action::kFollow, "follow");
  const Hint pause = HintOf(paint, Action::kPause, "pause");
  if (paint.model.rows.grouped()) {
    const std::string by(Name(paint.model.rows.groups().by()));
    return {HintOf(paint, Action::kFold, "fold"),
            HintOf(paint, Action::kFoldAll, "fold all"),
            HintOf(paint, Action::kGroup, "group: " + by),
            HintOf(paint, Action::kGroupMenu, "group menu"),
            details,
            filter,
            sort,
            follow,
            pause};
  }
  return {{Action::kUp, paint.KeyOf(Action::kUp) + paint.KeyOf(Action::kDown), "select"},
          details,
          filter,
          HintOf(paint, Action::kGroup, "group"),
          sort,
          follow,
          pause,
          HintOf(paint, Action::kHistoric, "history"),
          HintOf(paint, Action::kSidebar, "system"),
          HintOf(paint, Action::kCopy, "copy")};
}

std::vector<Hint> Hints(const Painter& paint) {
  const Model& model = paint.model;
  if (model.permission.shown) {
    return {{Action::kRetry, "r", "retry"}, HintOf(paint, Action::kCopy, "copy command")};
  }
  if (model.filter.open) return FilterHints(paint);
  if (model.group_menu) {
    std::vector<Hint> hints = {{Action::kNone, "group by", ""}};
    for (const GroupChoice& choice : GroupChoices()) {
      hints.push_back({Action::kNone, std::string(1, choice.key), std::string(choice.text)});
    }
    return hints;
  }
  return model.tab == Tab::kDetails ? DetailsHints(paint) : OverviewHints(paint);
}

}  // namespace

void PaintFooter(const Painter& paint) {
  const Model& model = paint.model;
  const int row = paint.areas.footer;
  const Style key{Token::kKey, Token::kNone, true};
  const Style label{Token::kMuted};
  const std::string help = paint.KeyOf(Action::kHelp);
  const std::string quit = paint.KeyOf(Action::kQuit);
  const int right = paint.columns() - 1 - TextWidth(help + " help  " + quit + " quit");
  int column = paint.cells().Put(right, row, help, key);
  column = paint.cells().Put(column, row, " help", label);
  paint.Clickable(right, row, column - right, Action::kHelp);
  column += 2;
  const int quit_at = column;
  column = paint.cells().Put(column, row, quit, key);
  column = paint.cells().Put(column, row, " quit", label);
  paint.Clickable(quit_at, row, column - quit_at, Action::kQuit);
  if (!model.toast.empty()) {
    paint.cells().Put(1, row, Shorten(model.toast, right - 3), {Token::kHeld, Token::kNone, true});
    return;
  }
  int at = 1;
  for (const Hint& one : Hints(paint)) {
    if (one.keys.empty() || (one.action != Action::kNone && !Available(model, one.action)))
      continue;
    const int width = TextWidth(one.keys) + 1 + TextWidth(one.text);
    if (at + width + 2 > right) break;
    const int begin = at;
    at = paint.cells().Put(at, row, one.keys, key);
    if (!one.text.empty()) at = paint.cells().Put(at + 1, row, one.text, label);
    if (one.action != Action::kNone) paint.Clickable(begin, row, at - begin, one.action);
    at += 2;
  }
}

}  // namespace rustnet::client
