// SPDX-License-Identifier: Apache-2.0
#include "client/view/cursor.h"

#include <algorithm>

namespace rustnet::client {
namespace {

size_t PageOf(const Model& model) {
  return static_cast<size_t>(std::max(1, AreasOf(model).table_rows));
}

size_t SelectedRank(const Model& model) { return CursorRank(model).value_or(model.top); }

void PutCursor(Model* model, const Line& line) {
  if (line.header) {
    model->selected.reset();
    model->selected_group = model->rows.groups().At(line.group).key;
  } else {
    model->selected = model->table.At(line.slot)->id;
    model->selected_group.reset();
  }
}

void ShowRank(Model* model, size_t rank) {
  const size_t page = PageOf(*model);
  if (rank < model->top) model->top = rank;
  if (rank >= model->top + page) model->top = rank - page + 1;
}

// Details shows rows only: the next one in that direction, going round the ends.
void Step(Model* model, bool down) {
  const size_t count = model->rows.size();
  size_t rank = SelectedRank(*model);
  for (size_t i = 0; i < count; ++i) {
    rank = down ? (rank + 1 < count ? rank + 1 : 0) : (rank > 0 ? rank - 1 : count - 1);
    if (model->tab == Tab::kOverview || !model->rows.LineAt(rank).header) break;
  }
  SelectRank(model, rank);
}

// The group of the line under the cursor.
const Group* CursorGroup(const Model& model) {
  const std::optional<size_t> rank = CursorRank(model);
  if (!rank || !model.rows.grouped()) return nullptr;
  return &model.rows.groups().At(model.rows.LineAt(*rank).group);
}

}  // namespace

void Hold(Model* model) {
  if (!model->held()) model->order_stale = true;
  model->held_until = model->now + model->preferences.hold;
}

void Release(Model* model) {
  model->held_until = 0;
  model->order_stale = true;
}

void SelectRank(Model* model, size_t rank) {
  Hold(model);
  Settle(model);
  if (model->rows.size() == 0) return;
  rank = std::min(rank, model->rows.size() - 1);
  ShowRank(model, rank);
  model->rows.EnsureSorted(model->top, PageOf(*model));
  if (model->tab == Tab::kDetails) model->details_scroll = 0;
  PutCursor(model, model->rows.LineAt(rank));
  // An ended row stays only until the cursor leaves it.
  model->dirty = true;
}

void Move(Model* model, Action action) {
  Hold(model);
  Settle(model);
  const size_t count = model->rows.size();
  if (count == 0) return;
  const size_t rank = SelectedRank(*model);
  const size_t page = PageOf(*model);
  switch (action) {
    case Action::kUp:
      return Step(model, false);
    case Action::kDown:
      return Step(model, true);
    case Action::kPageUp:
      return SelectRank(model, rank > page ? rank - page : 0);
    case Action::kPageDown:
      return SelectRank(model, rank + page);
    case Action::kTop:
      return SelectRank(model, 0);
    default:
      return SelectRank(model, count - 1);
  }
}

void Scroll(Model* model, int rows) {
  Hold(model);
  Settle(model);
  if (rows < 0) {
    const size_t by = static_cast<size_t>(-rows);
    model->top = model->top > by ? model->top - by : 0;
  } else {
    model->top += static_cast<size_t>(rows);
  }
  model->follow = false;
  Settle(model);
}

void Fold(Model* model, bool open) {
  Hold(model);
  Settle(model);
  const Group* group = CursorGroup(*model);
  if (group == nullptr) return;
  const std::string key = group->key;
  model->rows.SetOpen(key, open);
  if (const std::optional<size_t> rank = model->rows.groups().RankOfHeader(key)) {
    if (!open || model->selected_group) SelectRank(model, *rank);
  }
}

void ToggleFold(Model* model) {
  const Group* group = CursorGroup(*model);
  if (group != nullptr) Fold(model, !group->open);
}

void ToggleAllFolds(Model* model) {
  Hold(model);
  Settle(model);
  const Group* group = CursorGroup(*model);
  const std::optional<std::string> key =
      group == nullptr ? std::nullopt : std::optional(group->key);
  model->rows.SetAllOpen(!model->rows.groups().all_open());
  Settle(model);
  if (!key) return;
  const std::optional<size_t> rank = CursorRank(*model);
  SelectRank(model, rank ? *rank : model->rows.groups().RankOfHeader(*key).value_or(0));
}

void GroupRows(Model* model, GroupBy by) {
  if (by != GroupBy::kNone) model->last_grouping = by;
  model->rows.SetGrouping(by);
  model->selected_group.reset();
  model->follow = false;
  Release(model);
  Settle(model);
  const std::optional<size_t> rank = CursorRank(*model);
  if (rank) ShowRank(model, *rank);
}

void OpenDetails(Model* model) {
  if (model->tab == Tab::kDetails) return;
  const model::Connection* row = SelectedRow(*model);
  if (row == nullptr) return;
  model->selected = row->id;
  model->selected_group.reset();
  model->overview_top = model->top;
  model->details_scroll = 0;
  model->tab = Tab::kDetails;
  model->dirty = true;
}

void CloseDetails(Model* model) {
  if (model->tab == Tab::kOverview) return;
  model->tab = Tab::kOverview;
  model->top = model->overview_top;
  model->order_stale = true;
  Settle(model);
  const std::optional<size_t> rank = CursorRank(*model);
  if (rank) ShowRank(model, *rank);
  model->dirty = true;
}

}  // namespace rustnet::client
