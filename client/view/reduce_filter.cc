// SPDX-License-Identifier: Apache-2.0
#include "client/view/reduce_filter.h"

#include <algorithm>
#include <string>
#include <vector>

#include "client/text/utf8.h"
#include "client/view/reduce.h"
#include "common/base/text.h"

namespace rustnet::client {
namespace {

constexpr size_t kMaxFilter = 4096;  // bytes

size_t PreviousChar(std::string_view text, size_t at) {
  if (at == 0) return 0;
  --at;
  while (at > 0 && (text[at] & 0xc0) == 0x80) --at;
  return at;
}

size_t NextCharEnd(std::string_view text, size_t at) {
  if (at >= text.size()) return text.size();
  ++at;
  while (at < text.size() && (text[at] & 0xc0) == 0x80) ++at;
  return at;
}

// Where the word before the cursor begins.
size_t WordBegin(const FilterBar& bar) {
  size_t at = bar.cursor;
  while (at > 0 && bar.text[at - 1] != ' ' && bar.text[at - 1] != '(') --at;
  if (at < bar.cursor && bar.text[at] == '-') ++at;
  return at;
}

void Insert(FilterBar* bar, std::string_view text) {
  if (bar->text.size() + text.size() > kMaxFilter) return;
  bar->text.insert(bar->cursor, text);
  bar->cursor += text.size();
}

void Erase(FilterBar* bar, size_t from, size_t to) {
  bar->text.erase(from, to - from);
  bar->cursor = from;
}

// A value as it can stand behind a key.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

void Complete(FilterBar* bar) {
  const std::vector<std::string> candidates = Completions(*bar);
  if (candidates.empty()) return;
  const size_t begin = WordBegin(*bar);
  Erase(bar, begin, bar->cursor);
  Insert(bar, candidates.front());
}

}  // namespace

void OpenFilterBar(Model* model) {
  FilterBar& bar = model->filter;
  bar.open = true;
  bar.text = bar.applied;
  bar.cursor = bar.text.size();
  bar.error.reset();
}

std::string TermAtCursor(const Model& model) {
  const std::optional<size_t> rank = CursorRank(model);
  if (!rank) return "";
  const Line line = model.rows.LineAt(*rank);
  const bool grouped = line.group != Line::kNoGroup;
  const GroupBy by = grouped ? model.rows.groups().by() : GroupBy::kProcess;
  const std::string key = line.header ? model.rows.groups().At(line.group).key
                                      : GroupKey(by, *model.table.At(line.slot));
  switch (by) {
    case GroupBy::kContainer:
      if (key == "(host)") return "not container:/./";
      return key.starts_with("pod ") ? "pod=" + Quoted(key.substr(4)) : "container=" + Quoted(key);
    case GroupBy::kUnit:
      return key == "(no unit)" ? "not unit:/./" : "unit=" + Quoted(key);
    case GroupBy::kUser:
      return key.starts_with('(') ? "" : "uid:" + key;
    default:
      return key.starts_with('?') ? "" : "process=" + Quoted(key);
  }
}

void FilterAtCursor(Model* model, bool out) {
  constexpr std::string_view kNot = "not ";
  std::string term = TermAtCursor(*model);
  if (term.empty()) return;
  if (out) term = term.starts_with(kNot) ? term.substr(kNot.size()) : std::string(kNot) + term;
  const std::string& before = model->filter.applied;
  const std::string text = before.empty() ? term : "(" + before + ") " + term;
  ApplyFilter(model, text);
  model->filter.text = model->filter.applied;
}

void ApplyFilter(Model* model, std::string_view text) {
  FilterBar& bar = model->filter;
  model::FilterError error;
  std::shared_ptr<const model::Filter> filter = model::Filter::Parse(text, &error, model->users);
  if (filter == nullptr) {
    bar.error = error;
    return;
  }
  bar.error.reset();
  bar.applied = text;
  const bool empty = text.find_first_not_of(' ') == std::string_view::npos;
  model->rows.SetFilter(empty ? nullptr : std::move(filter), model->wall);
  model->held_until = 0;
  model->order_stale = model->dirty = true;
}

std::vector<std::string> Completions(const FilterBar& bar) {
  std::vector<std::string> found;
  const size_t begin = WordBegin(bar);
  const std::string_view word = std::string_view(bar.text).substr(begin, bar.cursor - begin);
  if (word.find_first_of(":<>/\"~") != std::string_view::npos) return found;
  for (const model::FilterKey& key : model::FilterKeys()) {
    if (StartsWithIgnoreCase(key.name, word)) found.push_back(std::string(key.name) + ":");
  }
  return found;
}

void PasteIntoFilter(Model* model, std::string_view text) {
  std::string clean;
  for (const char c : text) clean += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  Insert(&model->filter, Printable(clean, kMaxFilter));
  ApplyFilter(model, model->filter.text);
}

bool ReduceFilterBar(Model* model, const KeyPress& press) {
  FilterBar& bar = model->filter;
  const std::string before = bar.text;
  switch (press.key) {
    case Key::kEnter:
      bar.open = bar.error.has_value();  // what cannot be applied is not kept
      return false;
    case Key::kEscape:
      bar.open = false;
      bar.text.clear();
      break;
    case Key::kBackspace:
      Erase(&bar, PreviousChar(bar.text, bar.cursor), bar.cursor);
      break;
    case Key::kDelete: {
      const size_t at = bar.cursor;
      Erase(&bar, at, NextCharEnd(bar.text, at));
      break;
    }
    case Key::kLeft:
      bar.cursor = PreviousChar(bar.text, bar.cursor);
      break;
    case Key::kRight:
      bar.cursor = NextCharEnd(bar.text, bar.cursor);
      break;
    case Key::kHome:
      bar.cursor = 0;
      break;
    case Key::kEnd:
      bar.cursor = bar.text.size();
      break;
    case Key::kTab:
      Complete(&bar);
      break;
    case Key::kChar:
      if (press.ctrl && press.ch == 'u') {
        Erase(&bar, 0, bar.cursor);
      } else if (press.ctrl && press.ch == 'w') {
        size_t from = bar.cursor;
        while (from > 0 && bar.text[from - 1] == ' ') --from;
        while (from > 0 && bar.text[from - 1] != ' ') --from;
        Erase(&bar, from, bar.cursor);
      } else if (press.ctrl || press.alt) {
        return true;
      } else {
        std::string encoded;
        AppendUtf8(press.ch, &encoded);
        Insert(&bar, Printable(encoded));
      }
      break;
    default:
      return true;
  }
  if (bar.text != before) ApplyFilter(model, bar.text);
  return false;
}

}  // namespace rustnet::client
