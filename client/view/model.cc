// SPDX-License-Identifier: Apache-2.0
#include "client/view/model.h"

#include <algorithm>
#include <utility>

namespace rustnet::client {
namespace {

constexpr Size kSmallestFrame{60, 12};
constexpr int kRuleFromRows = 30;
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

const model::Connection* SelectedRow(const Model& model) {
  const std::optional<Slot> slot = SelectedSlot(model);
  if (slot) return model.table.At(*slot);
  if (model.selected || model.rows.size() == 0 || model.top != 0) return nullptr;
  return model.table.At(model.rows.At(0));
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
    // A row that the filter hides, or that has ended behind the cursor, selects nothing.
    if (model->selected && !SelectedSlot(*model)) model->selected.reset();
  }
  const size_t page = static_cast<size_t>(std::max(1, AreasOf(*model).table_rows));
  const size_t count = model->rows.size();
  const size_t last_top = count > page ? count - page : 0;
  if (model->follow && model->selected) {
    const std::optional<Slot> slot = SelectedSlot(*model);
    if (slot) {
      const size_t rank = model->rows.RankOf(*slot).value_or(0);
      model->top = rank > page / 2 ? rank - page / 2 : 0;
    }
  }
  model->top = std::min(model->top, last_top);
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
