// SPDX-License-Identifier: Apache-2.0
#include "client/view/reduce.h"

#include <algorithm>
#include <utility>

#include "client/text/format.h"
#include "client/text/utf8.h"
#include "client/view/cursor.h"
#include "client/view/painter.h"
#include "client/view/reduce_filter.h"
#include "common/base/text.h"

namespace rustnet::client {
namespace {

// The columns that `s` goes through: those that the table can have.
std::vector<Column> SortColumns(const Model& model) {
  std::vector<Column> columns;
  for (size_t i = 0; i < kColumns; ++i) {
    const auto column = static_cast<Column>(i);
    if (column == Column::kCountry && !model.rows.any_country()) continue;
    columns.push_back(column);
  }
  return columns;
}

void SortBy(Model* model, Column column) {
  const bool again = column == model->rows.column();
  model->rows.SetOrder(column, again ? !model->rows.descending() : InfoOf(column).descending_first);
  Release(model);
}

void SortNext(Model* model) {
  const std::vector<Column> columns = SortColumns(*model);
  const auto now = std::find(columns.begin(), columns.end(), model->rows.column());
  const bool last = now == columns.end() || now + 1 == columns.end();
  const Column next = last ? columns.front() : *(now + 1);
  model->rows.SetOrder(next, InfoOf(next).descending_first);
  Release(model);
}

void Reset(Model* model, Effects* effects) {
  model->rows.SetOrder(model->preferences.sort, model->preferences.descending);
  model->filter = FilterBar();
  ApplyFilter(model, model->preferences.filter);
  model->services = model->addresses = model->follow = model->paused = false;
  model->top = 0;
  model->selected.reset();
  model->selected_group.reset();
  if (model->rows.groups().by() != model->preferences.group) {
    GroupRows(model, model->preferences.group);
  }
  if (model->historic != model->preferences.historic) {
    model->historic = model->preferences.historic;
    effects->historic = model->historic;
  }
  Release(model);
}

uint64_t StreamLost(const LinkState& link) {
  uint64_t sum = 0;
  for (const uint64_t count : link.lost) sum += count;
  return sum;
}

void ClearBaseline(Model* model) {
  model->loss_baseline = model->side.stats.losses();
  model->stream_lost_baseline = StreamLost(model->link);
  SetToast(model, "counting from now, in this client only");
}

// True at the second press in time; the first arms.
bool Confirmed(Model* model, Action action, std::string question) {
  if (model->armed == action && model->now < model->armed_until) {
    model->armed = Action::kNone;
    model->toast.clear();
    return true;
  }
  SetToast(model, std::move(question));
  model->armed = action;
  model->armed_until = model->now + kArmedFor;
  return false;
}

void Copy(Model* model, Effects* effects) {
  if (model->permission.shown) {
    effects->copy = "sudo usermod -aG rustnet " + model->permission.user;
    return;
  }
  const model::Connection* row =
      model->tab == Tab::kDetails ? LookedAt(*model) : SelectedRow(*model);
  if (row == nullptr) return;
  effects->copy = CopyText(*row);
}

// Rows of the body, half of it at a time.
void ScrollDetails(Model* model, int rows) {
  model->details_scroll = std::clamp(model->details_scroll + rows, 0, DetailsScrollMost(*model));
}

int HalfBody(const Model& model) { return std::max(1, AreasOf(model).body_rows / 2); }

void Open(Model* model) {
  if (SelectedRow(*model) == nullptr) return ToggleFold(model);
  OpenDetails(model);
}

void SwitchTab(Model* model, Tab tab) {
  if (tab == Tab::kDetails) {
    OpenDetails(model);
  } else {
    CloseDetails(model);
  }
}

Tab OtherTab(const Model& model) {
  return model.tab == Tab::kDetails ? Tab::kOverview : Tab::kDetails;
}

void Escape(Model* model) {
  if (model->tab == Tab::kDetails) {
    CloseDetails(model);
  } else if (model->follow) {
    model->follow = false;
  } else if (!model->filter.applied.empty()) {
    ApplyFilter(model, "");
    model->filter.text.clear();
  }
}

// Where one is and what is open; false: the action is something else.
bool Navigate(Model* model, Action action) {
  switch (action) {
    case Action::kUp:
    case Action::kDown:
    case Action::kPageUp:
    case Action::kPageDown:
    case Action::kTop:
    case Action::kBottom:
      Move(model, action);
      break;
    case Action::kOpen:
      Open(model);
      break;
    case Action::kOverview:
      SwitchTab(model, Tab::kOverview);
      break;
    case Action::kDetails:
      SwitchTab(model, Tab::kDetails);
      break;
    case Action::kNextTab:
    case Action::kPreviousTab:
      SwitchTab(model, OtherTab(*model));
      break;
    case Action::kScrollDown:
      ScrollDetails(model, HalfBody(*model));
      break;
    case Action::kScrollUp:
      ScrollDetails(model, -HalfBody(*model));
      break;
    case Action::kGroup:
      GroupRows(model, model->rows.grouped() ? GroupBy::kNone : model->last_grouping);
      break;
    case Action::kGroupMenu:
      model->group_menu = true;
      break;
    case Action::kFold:
      ToggleFold(model);
      break;
    case Action::kFoldAll:
      ToggleAllFolds(model);
      break;
    case Action::kUnfoldOne:
      Fold(model, true);
      break;
    case Action::kFoldOne:
      Fold(model, false);
      break;
    default:
      return false;
  }
  return true;
}

// What is shown and in which order; false: the action is something else.
bool ChangeView(Model* model, Action action, Effects* effects) {
  switch (action) {
    case Action::kSortNext:
      SortNext(model);
      break;
    case Action::kSortReverse:
      SortBy(model, model->rows.column());
      break;
    case Action::kFilter:
      OpenFilterBar(model);
      break;
    case Action::kFilterTo:
    case Action::kFilterOut:
      FilterAtCursor(model, action == Action::kFilterOut);
      break;
    case Action::kPause:
      model->paused = !model->paused;
      model->order_stale = true;
      break;
    case Action::kFollow:
      if (!model->selected && SelectedRow(*model) != nullptr) {
        model->selected = SelectedRow(*model)->id;
      }
      model->follow = !model->follow;
      break;
    case Action::kHistoric:
      model->historic = !model->historic;
      effects->historic = model->historic;
      break;
    case Action::kPorts:
      model->services = !model->services;
      break;
    case Action::kNames:
      model->addresses = !model->addresses;
      break;
    case Action::kSidebar:
      model->sidebar = !model->sidebar;
      break;
    default:
      return false;
  }
  return true;
}

void Do(Model* model, Action action, Effects* effects) {
  if (action != model->armed && model->armed != Action::kNone) {
    model->armed = Action::kNone;
    model->toast.clear();
  }
  if (action == Action::kNone || !Available(*model, action)) return;
  if (Navigate(model, action) || ChangeView(model, action, effects)) return;
  switch (action) {
    case Action::kCopy:
      Copy(model, effects);
      break;
    case Action::kClear:
      if (Confirmed(model, action, "press again: count totals from now, in this client only")) {
        ClearBaseline(model);
      }
      break;
    case Action::kReset:
      Reset(model, effects);
      break;
    case Action::kEscape:
      Escape(model);
      break;
    case Action::kRetry:
      effects->retry = true;
      break;
    case Action::kHelp:
      model->help = Help{true, "", 0};
      break;
    case Action::kRedraw:
      effects->redraw = true;
      break;
    case Action::kSuspend:
      effects->suspend = true;
      break;
    case Action::kQuit:
      if (!model->preferences.confirm_quit || model->permission.shown ||
          Confirmed(model, action,
                    "press " + model->keymap.Label(Action::kQuit, false) + " again to quit")) {
        effects->quit = true;
      }
      break;
    case Action::kQuitNow:
      effects->quit = true;
      break;
    default:
      break;
  }
}

void ReduceHelp(Model* model, const KeyPress& press, Effects* effects) {
  Help& help = model->help;
  const Action action = model->keymap.Find(press);
  if (action == Action::kQuitNow || action == Action::kSuspend) return Do(model, action, effects);
  const bool closes = action == Action::kEscape || press.key == Key::kEnter ||
                      (action == Action::kHelp && help.query.empty()) || press.key == Key::kF1;
  if (closes) {
    help.open = false;
  } else if (press.key == Key::kBackspace) {
    while (!help.query.empty() && (help.query.back() & 0xc0) == 0x80) help.query.pop_back();
    if (!help.query.empty()) help.query.pop_back();
    help.scroll = 0;
  } else if (press.key == Key::kUp || press.key == Key::kPageUp) {
    help.scroll = std::max(0, help.scroll - (press.key == Key::kUp ? 1 : 10));
  } else if (press.key == Key::kDown || press.key == Key::kPageDown) {
    help.scroll += press.key == Key::kDown ? 1 : 10;  // the renderer stops at the end
  } else if (press.key == Key::kChar && !press.ctrl && !press.alt && help.query.size() < 40) {
    AppendUtf8(press.ch, &help.query);
    help.scroll = 0;
  }
}

// A second click in time on the same line opens it.
void ClickRow(Model* model, size_t rank) {
  const Time before = model->clicked_at;
  const uint64_t id = model->clicked_id;
  const std::string group = model->clicked_group;
  SelectRank(model, rank);
  model->clicked_at = model->now;
  model->clicked_id = model->selected.value_or(0);
  model->clicked_group = model->selected_group.value_or("");
  const bool again = before != 0 && model->now - before <= kDoubleClick &&
                     id == model->clicked_id && group == model->clicked_group;
  if (!again) return;
  model->clicked_at = 0;
  Open(model);
}

void ReduceMouse(Model* model, const Mouse& mouse, Effects* effects) {
  if (mouse.kind == Mouse::Kind::kWheelUp || mouse.kind == Mouse::Kind::kWheelDown) {
    const int by = mouse.shift ? 1 : 3;
    const int rows = mouse.kind == Mouse::Kind::kWheelUp ? -by : by;
    if (model->help.open) {
      model->help.scroll = std::max(0, model->help.scroll + rows);
    } else if (model->permission.shown) {
      return;
    } else if (model->tab == Tab::kDetails) {
      ScrollDetails(model, rows);
    } else {
      Scroll(model, rows);
    }
    return;
  }
  if (mouse.kind != Mouse::Kind::kPress || mouse.button != 0) return;
  if (model->help.open) {
    model->help.open = false;
    return;
  }
  const auto hit = std::find_if(model->hits.begin(), model->hits.end(), [&](const Hit& one) {
    return one.row == mouse.row && mouse.column >= one.column &&
           mouse.column < one.column + one.width;
  });
  if (hit == model->hits.end()) return Do(model, Action::kNone, effects);
  switch (hit->kind) {
    case Hit::Kind::kRow:
      ClickRow(model, hit->rank);
      break;
    case Hit::Kind::kCopy:
      effects->copy = hit->text;
      break;
    case Hit::Kind::kHeader: {
      const bool again = hit->header == model->rows.column();
      const Column column = hit->header;
      model->rows.SetOrder(column,
                           again ? !model->rows.descending() : InfoOf(column).descending_first);
      Release(model);
      break;
    }
    case Hit::Kind::kAction: {
      const Action action = hit->action;
      Do(model, action, effects);
      break;
    }
  }
}

// True if the key was used; any other key closes the menu and does what it does.
bool ReduceGroupMenu(Model* model, const KeyPress& press) {
  model->group_menu = false;
  if (press.key == Key::kEscape) return true;
  if (press.key != Key::kChar || press.ctrl || press.alt) return false;
  for (const GroupChoice& choice : GroupChoices()) {
    if (press.ch != static_cast<char32_t>(choice.key)) continue;
    GroupRows(model, choice.by);
    return true;
  }
  return false;
}

}  // namespace

bool Available(const Model& model, Action action) {
  const bool lost = model.link.phase == LinkState::Phase::kLost;
  if (model.permission.shown) {
    return action == Action::kRetry || action == Action::kCopy || action == Action::kQuit ||
           action == Action::kQuitNow || action == Action::kSuspend || action == Action::kHelp ||
           action == Action::kRedraw;
  }
  const bool details = model.tab == Tab::kDetails;
  switch (action) {
    case Action::kUp:
    case Action::kDown:
    case Action::kPageUp:
    case Action::kPageDown:
    case Action::kTop:
    case Action::kBottom:
      return model.rows.size() > 0;
    case Action::kCopy:
      return details ? LookedAt(model) != nullptr : SelectedRow(model) != nullptr;
    case Action::kFollow:
      return !details && SelectedRow(model) != nullptr;
    case Action::kOpen:
      return !details && !lost && !model.not_answering() && CursorRank(model).has_value();
    case Action::kDetails:
    case Action::kNextTab:
    case Action::kPreviousTab:
      return details || SelectedRow(model) != nullptr;
    case Action::kScrollDown:
      return details && model.details_scroll < DetailsScrollMost(model);
    case Action::kScrollUp:
      return details && model.details_scroll > 0;
    case Action::kFold:
    case Action::kFoldAll:
    case Action::kUnfoldOne:
    case Action::kFoldOne:
      return !details && model.rows.grouped() && model.rows.size() > 0;
    case Action::kFilterTo:
    case Action::kFilterOut:
      return !details && !TermAtCursor(model).empty();
    case Action::kFilter:
    case Action::kGroup:
    case Action::kGroupMenu:
    case Action::kSortNext:
    case Action::kSortReverse:
      return !details;
    case Action::kSidebar:
      return !details && model.size.columns >= 120 && model.size.rows >= 12;
    case Action::kRetry:
      return lost || model.not_answering();
    case Action::kHistoric:
      return !lost;
    case Action::kPorts:
      return false;  // service names come with common/net/names
    default:
      return true;
  }
}

const std::vector<GroupChoice>& GroupChoices() {
  static const std::vector<GroupChoice> choices = {{'p', "process", GroupBy::kProcess},
                                                   {'c', "container", GroupBy::kContainer},
                                                   {'u', "unit", GroupBy::kUnit},
                                                   {'U', "user", GroupBy::kUser},
                                                   {'o', "off", GroupBy::kNone}};
  return choices;
}

void Reduce(Model* model, const InputEvent& event, Effects* effects) {
  model->dirty = true;
  if (const auto* mouse = std::get_if<Mouse>(&event)) {
    ReduceMouse(model, *mouse, effects);
    return;
  }
  if (const auto* paste = std::get_if<Paste>(&event)) {
    // A paste is text for the filter and never a command.
    if (model->filter.open && !model->help.open) PasteIntoFilter(model, paste->text);
    return;
  }
  KeyPress press = std::get<KeyPress>(event);
  if (model->permission.shown && press == KeyPress{Key::kChar, 'r', false, false, false}) {
    return Do(model, Action::kRetry, effects);
  }
  if (model->help.open) return ReduceHelp(model, press, effects);
  if (model->filter.open && !ReduceFilterBar(model, press)) return;
  if (model->group_menu && ReduceGroupMenu(model, press)) return;
  Action action = model->keymap.Find(press);
  // A row can be opened from a frozen list as well; but first things first.
  if (action == Action::kOpen && Available(*model, Action::kRetry)) action = Action::kRetry;
  // Details pages through its cards.
  if (model->tab == Tab::kDetails && action == Action::kPageDown) action = Action::kScrollDown;
  if (model->tab == Tab::kDetails && action == Action::kPageUp) action = Action::kScrollUp;
  Do(model, action, effects);
}

}  // namespace rustnet::client
