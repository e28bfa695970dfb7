// SPDX-License-Identifier: Apache-2.0
#include "client/input/keymap.h"

#include <algorithm>

#include "client/text/utf8.h"
#include "common/base/text.h"

namespace rustnet::client {
namespace {

struct NamedKey {
  std::string_view name;  // in the configuration
  std::string_view label;
  std::string_view ascii;
  Key key;
};

constexpr NamedKey kNamed[] = {
    {"up", "↑", "^", Key::kUp},
    {"down", "↓", "v", Key::kDown},
    {"left", "←", "<", Key::kLeft},
    {"right", "→", ">", Key::kRight},
    {"home", "Home", "Home", Key::kHome},
    {"end", "End", "End", Key::kEnd},
    {"pgup", "PgUp", "PgUp", Key::kPageUp},
    {"pgdn", "PgDn", "PgDn", Key::kPageDown},
    {"insert", "Ins", "Ins", Key::kInsert},
    {"delete", "Del", "Del", Key::kDelete},
    {"backspace", "Bksp", "Bksp", Key::kBackspace},
    {"tab", "tab", "tab", Key::kTab},
    {"enter", "⏎", "Enter", Key::kEnter},
    {"esc", "esc", "esc", Key::kEscape},
    {"f1", "F1", "F1", Key::kF1},
    {"f2", "F2", "F2", Key::kF2},
    {"f3", "F3", "F3", Key::kF3},
    {"f4", "F4", "F4", Key::kF4},
    {"f5", "F5", "F5", Key::kF5},
    {"f6", "F6", "F6", Key::kF6},
    {"f7", "F7", "F7", Key::kF7},
    {"f8", "F8", "F8", Key::kF8},
    {"f9", "F9", "F9", Key::kF9},
    {"f10", "F10", "F10", Key::kF10},
    {"f11", "F11", "F11", Key::kF11},
    {"f12", "F12", "F12", Key::kF12},
};

constexpr KeyPress Char(char32_t c) { return {Key::kChar, c, false, false, false}; }
constexpr KeyPress Ctrl(char32_t c) { return {Key::kChar, c, false, false, true}; }
constexpr KeyPress Named(Key key) { return {key, 0, false, false, false}; }

}  // namespace

const std::vector<ActionInfo>& Actions() {
  static const std::vector<ActionInfo> actions = {
      {Action::kUp, "up", "Move", "up; at the top to the end"},
      {Action::kDown, "down", "Move", "down; at the end to the top"},
      {Action::kPageUp, "page_up", "Move", "one page up"},
      {Action::kPageDown, "page_down", "Move", "one page down"},
      {Action::kTop, "top", "Move", "to the first row"},
      {Action::kBottom, "bottom", "Move", "to the last row"},
      {Action::kOpen, "open", "Open", "details of the connection; fold or unfold a group"},
      {Action::kOverview, "overview", "Open", "the list"},
      {Action::kDetails, "details", "Open", "details of the connection"},
      {Action::kNextTab, "next_tab", "Open", "next tab"},
      {Action::kPreviousTab, "previous_tab", "Open", "tab before"},
      {Action::kScrollDown, "scroll_down", "Open", "scroll the details down"},
      {Action::kScrollUp, "scroll_up", "Open", "scroll the details up"},
      {Action::kGroup, "group", "Groups", "group, as last time, or no more"},
      {Action::kGroupMenu, "group_menu", "Groups",
       "group by: p process, c container, u unit, U user, o off"},
      {Action::kFold, "fold", "Groups", "fold or unfold the group"},
      {Action::kFoldAll, "fold_all", "Groups", "fold or unfold all groups"},
      {Action::kUnfoldOne, "unfold_one", "Groups", "unfold the group"},
      {Action::kFoldOne, "fold_one", "Groups", "fold the group; from a row, go to its header"},
      {Action::kSortNext, "sort", "Sort", "next sort column"},
      {Action::kSortReverse, "sort_reverse", "Sort", "reverse order"},
      {Action::kPause, "pause", "Order hold",
       "pause; data keeps arriving, a counter shows how much"},
      {Action::kFollow, "follow", "Order hold", "follow: cursor stays on this connection"},
      {Action::kFilter, "filter", "Filter", "filter while you type"},
      {Action::kFilterTo, "filter_to", "Filter", "this process only; grouped: this group only"},
      {Action::kFilterOut, "filter_out", "Filter",
       "all but this process; grouped: all but this group"},
      {Action::kEscape, "escape", "Filter", "close, else clear the filter"},
      {Action::kHistoric, "historic", "Show", "closed connections too"},
      {Action::kPorts, "ports", "Show", "port numbers or service names"},
      {Action::kNames, "names", "Show", "host names or addresses"},
      {Action::kSidebar, "sidebar", "Show", "system sidebar"},
      {Action::kCopy, "copy", "Do", "copy the remote address"},
      {Action::kClear, "clear", "Do", "twice: count this client's totals from now"},
      {Action::kReset, "reset", "Do", "sort, filter and view as at the start"},
      {Action::kRetry, "retry", "Do", "try to reach rustnetd now"},
      {Action::kRedraw, "redraw", "Do", "draw the screen anew"},
      {Action::kSuspend, "suspend", "Do", "suspend; fg resumes"},
      {Action::kHelp, "help", "Do", "this help"},
      {Action::kQuit, "quit", "Do", "twice: quit"},
      {Action::kQuitNow, "quit_now", "Do", "quit at once"},
  };
  return actions;
}

Keymap::Keymap() {
  bindings_ = {
      {Named(Key::kUp), Action::kUp},
      {Char('k'), Action::kUp},
      {Named(Key::kDown), Action::kDown},
      {Char('j'), Action::kDown},
      {Named(Key::kPageUp), Action::kPageUp},
      {Ctrl('b'), Action::kPageUp},
      {Named(Key::kPageDown), Action::kPageDown},
      {Ctrl('f'), Action::kPageDown},
      {Char('g'), Action::kTop},
      {Named(Key::kHome), Action::kTop},
      {Char('G'), Action::kBottom},
      {Named(Key::kEnd), Action::kBottom},
      {Named(Key::kEnter), Action::kOpen},
      {Char('1'), Action::kOverview},
      {Char('2'), Action::kDetails},
      {Named(Key::kTab), Action::kNextTab},
      {Char(']'), Action::kNextTab},
      {{Key::kTab, 0, true, false, false}, Action::kPreviousTab},
      {Char('['), Action::kPreviousTab},
      {Ctrl('d'), Action::kScrollDown},
      {Ctrl('u'), Action::kScrollUp},
      {Char('a'), Action::kGroup},
      {Char('A'), Action::kGroupMenu},
      {Char(' '), Action::kFold},
      {Char('*'), Action::kFoldAll},
      {Named(Key::kRight), Action::kUnfoldOne},
      {Char('l'), Action::kUnfoldOne},
      {Named(Key::kLeft), Action::kFoldOne},
      {Char('s'), Action::kSortNext},
      {Char('S'), Action::kSortReverse},
      {Char('/'), Action::kFilter},
      {Char('='), Action::kFilterTo},
      {Char('-'), Action::kFilterOut},
      {Char('z'), Action::kPause},
      {Char('f'), Action::kFollow},
      {Char('t'), Action::kHistoric},
      {Char('p'), Action::kPorts},
      {Char('d'), Action::kNames},
      {Char('i'), Action::kSidebar},
      {Char('c'), Action::kCopy},
      {Char('x'), Action::kClear},
      {Char('r'), Action::kReset},
      {Named(Key::kEscape), Action::kEscape},
      {Named(Key::kF5), Action::kRetry},
      {Char('h'), Action::kHelp},
      {Char('?'), Action::kHelp},
      {Named(Key::kF1), Action::kHelp},
      {Ctrl('l'), Action::kRedraw},
      {Ctrl('z'), Action::kSuspend},
      {Char('q'), Action::kQuit},
      {Ctrl('c'), Action::kQuitNow},
      {Ctrl('\\'), Action::kQuitNow},
  };
}

Action Keymap::Find(const KeyPress& press) const {
  for (const Binding& binding : bindings_) {
    if (binding.press == press) return binding.action;
  }
  return Action::kNone;
}

std::vector<KeyPress> Keymap::Keys(Action action) const {
  std::vector<KeyPress> keys;
  for (const Binding& binding : bindings_) {
    if (binding.action == action) keys.push_back(binding.press);
  }
  return keys;
}

std::string Keymap::Label(Action action, bool ascii) const {
  const std::vector<KeyPress> keys = Keys(action);
  return keys.empty() ? std::string() : KeyLabel(keys.front(), ascii);
}

std::string Keymap::Labels(Action action, bool ascii) const {
  std::string labels;
  for (const KeyPress& press : Keys(action)) {
    if (!labels.empty()) labels += ' ';
    labels += KeyLabel(press, ascii);
  }
  return labels;
}

Status Keymap::Bind(std::string_view id, const std::vector<std::string>& keys) {
  const auto info = std::find_if(Actions().begin(), Actions().end(),
                                 [&](const ActionInfo& action) { return action.id == id; });
  if (info == Actions().end()) {
    return InvalidArgument("'" + std::string(id) + "' is no action");
  }
  std::vector<Binding> wanted;
  for (const std::string& key : keys) {
    RN_ASSIGN_OR_RETURN(const KeyPress press, ParseKey(key));
    for (const Binding& binding : bindings_) {
      if (binding.configured && binding.press == press && binding.action != info->action) {
        return InvalidArgument("'" + key + "' is given to two actions");
      }
    }
    wanted.push_back(Binding{press, info->action, true});
  }
  std::erase_if(bindings_, [&](const Binding& binding) {
    return binding.action == info->action ||
           std::any_of(wanted.begin(), wanted.end(),
                       [&](const Binding& other) { return other.press == binding.press; });
  });
  bindings_.insert(bindings_.end(), wanted.begin(), wanted.end());
  return Ok();
}

StatusOr<KeyPress> ParseKey(std::string_view text) {
  KeyPress press;
  std::string_view rest = text;
  while (true) {
    if (StartsWithIgnoreCase(rest, "ctrl-")) {
      press.ctrl = true;
      rest.remove_prefix(5);
    } else if (StartsWithIgnoreCase(rest, "alt-")) {
      press.alt = true;
      rest.remove_prefix(4);
    } else if (StartsWithIgnoreCase(rest, "shift-")) {
      press.shift = true;
      rest.remove_prefix(6);
    } else {
      break;
    }
  }
  for (const NamedKey& named : kNamed) {
    if (EqualsIgnoreCase(rest, named.name)) {
      press.key = named.key;
      return press;
    }
  }
  if (EqualsIgnoreCase(rest, "space")) rest = " ";
  if (rest.size() == 1 && rest[0] >= ' ' && rest[0] <= '~') {
    press.key = Key::kChar;
    press.ch = static_cast<char32_t>(press.ctrl ? ToLower(rest[0]) : rest[0]);
    return press;
  }
  return InvalidArgument("'" + std::string(text) +
                         "' is no key; write one character, F1 to F12, PgUp, or ctrl-x");
}

std::string KeyLabel(const KeyPress& press, bool ascii) {
  std::string label;
  if (press.ctrl) label += '^';
  if (press.alt) label += "M-";
  if (press.shift) label += ascii ? "Sh-" : "⇧";
  if (press.key == Key::kChar) {
    if (press.ch == ' ') {
      label += ascii ? "Spc" : "␣";
    } else {
      AppendUtf8(press.ch, &label);
    }
    return label;
  }
  for (const NamedKey& named : kNamed) {
    if (named.key == press.key) label += ascii ? named.ascii : named.label;
  }
  return label;
}

}  // namespace rustnet::client
