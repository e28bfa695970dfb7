// SPDX-License-Identifier: Apache-2.0
#include "client/view/model.h"

#include <algorithm>
#include <utility>

#include "client/view/painter.h"

namespace rustnet::client {
namespace {

constexpr Size kSmallestFrame{60, 12};
constexpr int kRuleFromRows = 30;
constexpr int kCurvesFromRows = 20;
constexpr int kStripRows = 3;
constexpr int kSidebarFromColumns = 120;
constexpr int kSidebarWidth = 36;  // with the line at its left

void Sample(Model* model) {
  const bool live = model->link.phase == LinkState::Phase::kLive && !model->not_answering();
  if (!live || model->paused || !model->table.totals()) return;
  if (model->sampled_at != 0 && model->now - model->sampled_at < kSecond) return;
  model->sampled_at = model->now;
  const auto push = [](std::vector<uint64_t>* samples, uint64_t value) {
    if (samples->size() == kTrafficSamples) samples->erase(samples->begin());
    samples->push_back(value);
  };
  push(&model->down_samples, model->table.totals()->receive_rate);
  push(&model->up_samples, model->table.totals()->send_rate);
}

// Under the tabs: the neighbours, what the connection is, its cards, its curves.
void LayOutDetails(int bottom, Areas* areas) {
  areas->header = areas->rule ? 2 : 1;
  areas->table_top = areas->header + 1;
  areas->table_rows = kStripRows;
  areas->title = areas->table_top + kStripRows;
  areas->body = areas->title + 1;
  if (areas->footer + 1 >= kCurvesFromRows) {
    bottom -= areas->rule ? 6 : 4;
    areas->traffic = bottom;
  }
  areas->body_rows = std::max(0, bottom - areas->body);
}

// A row that the filter hides, or that has ended behind the cursor, selects nothing; one that its
// group hides leaves the cursor to the header.  In Details what is looked at stays.
void KeepCursor(Model* model) {
  const Groups& groups = model->rows.groups();
  if (model->selected_group && !groups.RankOfHeader(*model->selected_group)) {
    model->selected_group.reset();
  }
  if (!model->selected || SelectedSlot(*model)) return;
  const std::optional<Slot> slot = model->table.Find(*model->selected);
  if (slot && model->tab == Tab::kDetails) return;
  if (slot && model->rows.grouped() && model->rows.Lists(*slot)) {
    const std::optional<uint32_t> group = groups.GroupOf(*slot);
    if (group) model->selected_group = groups.At(*group).key;
  }
  model->selected.reset();
}

// The strip of Details has the row that is looked at in its middle.
void CenterStrip(Model* model) {
  const std::optional<size_t> rank = CursorRank(*model);
  if (!rank) return;
  model->top = *rank > 0 ? *rank - 1 : 0;
}

}  // namespace

Areas AreasOf(const Model& model) {
  Areas areas;
  const int rows = model.size.rows;
  areas.footer = rows - 1;
  areas.table_width = model.size.columns;
  if (model.size.columns < kSmallestFrame.columns || rows < kSmallestFrame.rows) {
    areas.list_only = true;
    areas.table_rows = std::max(0, rows - 1);
    return areas;
  }
  areas.rule = rows >= kRuleFromRows;
  areas.title = areas.rule ? 2 : 1;
  areas.header = areas.title + 1;
  areas.table_top = areas.header + 1;
  int bottom = areas.footer;
  if (model.filter.open) {
    bottom -= 3;
    areas.filter = bottom;
  } else if (model.link.phase == LinkState::Phase::kLost && model.link.ever_live) {
    bottom -= 1;
    areas.last_daemon = bottom;
  }
  if (model.tab == Tab::kDetails) {
    LayOutDetails(bottom, &areas);
    return areas;
  }
  areas.table_rows = bottom - areas.table_top;
  if (model.sidebar && !model.filter.open && model.size.columns >= kSidebarFromColumns) {
    areas.sidebar = model.size.columns - kSidebarWidth;
    areas.table_width = areas.sidebar;
  }
  return areas;
}

std::optional<Slot> SelectedSlot(const Model& model) {
  if (model.selected) {
    const std::optional<Slot> slot = model.table.Find(*model.selected);
    if (slot && model.rows.RankOf(*slot)) return slot;
  }
  return std::nullopt;
}

std::optional<size_t> CursorRank(const Model& model) {
  if (model.selected_group) return model.rows.groups().RankOfHeader(*model.selected_group);
  if (model.selected) {
    const std::optional<Slot> slot = SelectedSlot(model);
    return slot ? model.rows.RankOf(*slot) : std::nullopt;
  }
  if (model.rows.size() == 0 || model.top != 0) return std::nullopt;
  return 0;
}

const model::Connection* SelectedRow(const Model& model) {
  const std::optional<Slot> slot = SelectedSlot(model);
  if (slot) return model.table.At(*slot);
  if (model.selected || model.selected_group || model.rows.size() == 0 || model.top != 0) {
    return nullptr;
  }
  const Line first = model.rows.LineAt(0);
  return first.header ? nullptr : model.table.At(first.slot);
}

const model::Connection* LookedAt(const Model& model) {
  if (!model.selected) return nullptr;
  const std::optional<Slot> slot = model.table.Find(*model.selected);
  return slot ? model.table.At(*slot) : nullptr;
}

std::optional<uint64_t> WantedDetail(const Model& model) {
  return model.tab == Tab::kDetails ? model.selected : std::nullopt;
}

void Absorb(Model* model, Batch batch) {
  std::vector<Slot> touched;
  touched.reserve(batch.changes.size());
  model->table.Apply(std::move(batch), &touched);
  model->rows.Touch(touched, model->wall);
  model->order_stale = model->dirty = true;
}

void Settle(Model* model) {
  Sample(model);
  const bool held = model->held() || model->paused;
  if (!held && model->held_until != 0) {
    model->held_until = 0;
    model->order_stale = true;
  }
  if (model->order_stale) {
    std::optional<Slot> selected;
    if (model->selected) selected = model->table.Find(*model->selected);
    model->rows.Refresh(held, selected);
    model->order_stale = false;
    KeepCursor(model);
  }
  const size_t page = static_cast<size_t>(std::max(1, AreasOf(*model).table_rows));
  const size_t count = model->rows.size();
  const size_t last_top = count > page ? count - page : 0;
  if (model->tab == Tab::kDetails) {
    CenterStrip(model);
  } else if (model->follow && model->selected) {
    const std::optional<Slot> slot = SelectedSlot(*model);
    if (slot) {
      const size_t rank = model->rows.RankOf(*slot).value_or(0);
      model->top = rank > page / 2 ? rank - page / 2 : 0;
    }
  }
  model->top = std::min(model->top, last_top);
  if (model->tab == Tab::kDetails) {
    model->details_scroll = std::min(model->details_scroll, DetailsScrollMost(*model));
  }
  model->rows.EnsureSorted(model->top, page);
  if (model->armed != Action::kNone && model->now >= model->armed_until) {
    model->armed = Action::kNone;
    model->toast.clear();
  }
  if (!model->toast.empty() && model->now >= model->toast_until) model->toast.clear();
}

Time NextDeadline(const Model& model) {
  // Ages, staleness and the banner's seconds count in whole seconds.
  Time next = model.now + kSecond;
  if (model.held()) next = std::min(next, model.held_until);
  if (model.armed != Action::kNone) next = std::min(next, model.armed_until);
  if (!model.toast.empty()) next = std::min(next, model.toast_until);
  return next;
}

void SetToast(Model* model, std::string text) {
  model->toast = std::move(text);
  model->toast_until = model->now + kToastFor;
  model->dirty = true;
}

}  // namespace rustnet::client
