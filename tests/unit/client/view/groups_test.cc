// SPDX-License-Identifier: Apache-2.0
// Rows under headers: what a header sums up, in which order groups come, what folds and cursor hold
// on to.
#include "client/view/groups.h"

#include <gtest/gtest.h>

#include <random>

#include "client/view/cursor.h"
#include "client/view/render.h"
#include "tests/unit/client/view/sample.h"

namespace rustnet::client {
namespace {

struct Row {
  const char* process;
  uint64_t down;
  uint32_t rtt_us = 0;
  model::State state = model::State::kTcpEstablished;
};

std::unique_ptr<model::Connection> Make(const Row& row, uint64_t id) {
  auto made = RowOf(kSamples[0], id);
  made->process.name = row.process;
  made->counters.receive_rate = row.down;
  made->counters.send_rate = 1;
  made->state = row.state;
  made->rtt_us.reset();
  if (row.rtt_us != 0) made->rtt_us = row.rtt_us;
  made->remote.address = "198.51.100." + std::to_string(id);
  return made;
}

std::unique_ptr<Model> With(const std::vector<Row>& rows, GroupBy by) {
  auto model = MakeModel(Size{80, 24});
  Batch batch;
  batch.reset = true;
  uint64_t id = 1;
  for (const Row& row : rows) {
    batch.Put(id, Make(row, id), false);
    ++id;
  }
  Absorb(model.get(), std::move(batch));
  model->rows.SetGrouping(by);
  Settle(model.get());
  return model;
}

// "firefox(2)" for a header, "2" for a row.
std::string Lines(const Model& model) {
  std::string text;
  for (size_t rank = 0; rank < model.rows.size(); ++rank) {
    const Line line = model.rows.LineAt(rank);
    if (!text.empty()) text += ' ';
    if (line.header) {
      const Group& group = model.rows.groups().At(line.group);
      text += group.key + "(" + std::to_string(group.connections) + ")";
    } else {
      text += std::to_string(model.table.At(line.slot)->id);
    }
  }
  return text;
}

void Change(Model* model, uint64_t id, const Row& row, bool known = true) {
  Batch batch;
  batch.Put(id, Make(row, id), known);
  Absorb(model, std::move(batch));
  Settle(model);
}

TEST(GroupsTest, AHeaderSumsItsRows) {
  const auto model = With({{"a", 10, 5'000}, {"b", 7}, {"a", 30, 9'000}}, GroupBy::kProcess);
  EXPECT_EQ(Lines(*model), "a(2) b(1)");
  const Group& group = model->rows.groups().At(0);
  EXPECT_EQ(group.down, 40U);
  EXPECT_EQ(group.up, 2U);
  EXPECT_EQ(group.tcp, 2U);
  EXPECT_EQ(group.remotes, 2U);
  EXPECT_EQ(group.rtt_us, 9'000U);
  EXPECT_EQ(group.applications, std::vector<std::string>{"TLS"});
}

TEST(GroupsTest, TheTimeOfAConnectionThatEndsCountsOnlyIfThereIsNoOther) {
  const auto model = With({{"a", 1, 5'000},
                           {"a", 1, 99'000, model::State::kTcpFinWait2},
                           {"b", 1, 7'000, model::State::kTcpTimeWait}},
                          GroupBy::kProcess);
  EXPECT_EQ(model->rows.groups().At(0).rtt_us, 5'000U);
  EXPECT_EQ(model->rows.groups().At(1).rtt_us, 7'000U);
}

TEST(GroupsTest, SortOrdersGroupsBySumsAndRowsInside) {
  const auto model = With({{"small", 50}, {"big", 30}, {"big", 40}}, GroupBy::kProcess);
  Send(model.get(), Press("*"));
  EXPECT_EQ(Lines(*model), "big(2) 3 2 small(1) 1");
  model->now += 4 * kSecond;
  Send(model.get(), Press("S"));
  EXPECT_EQ(Lines(*model), "small(1) 1 big(2) 2 3");
  model->rows.SetOrder(Column::kProcess, true);
  model->order_stale = true;
  Settle(model.get());
  EXPECT_EQ(Lines(*model), "small(1) 1 big(2) 2 3");
  Send(model.get(), Press("S"));
  EXPECT_EQ(Lines(*model), "big(2) 2 3 small(1) 1");
}

TEST(GroupsTest, FoldsAreKeptByKey) {
  const auto model = With({{"a", 10}, {"b", 20}, {"a", 30}}, GroupBy::kProcess);
  EXPECT_EQ(Lines(*model), "a(2) b(1)");
  Send(model.get(), Press("down"));
  EXPECT_EQ(model->selected_group, "b");
  Send(model.get(), Press("right"));
  EXPECT_EQ(Lines(*model), "a(2) b(1) 2");
  model->now += 4 * kSecond;
  Change(model.get(), 2, {"b", 99});
  EXPECT_EQ(Lines(*model), "b(1) 2 a(2)");
  EXPECT_EQ(model->selected_group, "b");
  Send(model.get(), Press("down"));
  EXPECT_EQ(model->selected, 2U);
  Send(model.get(), Press("left"));
  EXPECT_EQ(Lines(*model), "b(1) a(2)");
  EXPECT_EQ(model->selected_group, "b") << "from a row to its header";
  Send(model.get(), Press("*"));
  Change(model.get(), 4, {"new", 1}, false);
  EXPECT_EQ(Lines(*model), "b(1) 2 a(2) 3 1 new(1) 4") << "new ones are open as well";
  Send(model.get(), Press("space"));
  EXPECT_EQ(Lines(*model), "b(1) a(2) 3 1 new(1) 4");
}

TEST(GroupsTest, TheOrderIsHeldInsideAndOutside) {
  const auto model = With({{"a", 10}, {"b", 20}, {"a", 30}}, GroupBy::kProcess);
  Send(model.get(), Press("*"));
  ASSERT_EQ(Lines(*model), "a(2) 3 1 b(1) 2");
  Change(model.get(), 1, {"a", 500});
  Change(model.get(), 2, {"b", 900});
  Change(model.get(), 4, {"a", 700}, false);
  Change(model.get(), 5, {"c", 800}, false);
  Remove(model.get(), 3);
  EXPECT_EQ(Lines(*model), "a(2) 3 1 4 b(1) 2 c(1) 5") << "what ended stays and is not counted";
  EXPECT_EQ(model->rows.groups().At(0).down, 1'200U) << "values go on";
  model->now += 4 * kSecond;
  Settle(model.get());
  EXPECT_EQ(Lines(*model), "a(2) 4 1 b(1) 2 c(1) 5");
}

TEST(GroupsTest, ARowThatFindsItsOwnerChangesItsGroup) {
  const auto model = With({{"a", 10}, {"b", 20}}, GroupBy::kProcess);
  Send(model.get(), Press("*"));
  Send(model.get(), Press("down"));
  ASSERT_EQ(model->selected, 2U);
  Change(model.get(), 2, {"a", 20});
  EXPECT_EQ(Lines(*model), "a(2) 2 1");
  EXPECT_EQ(model->selected, 2U);
  Send(model.get(), Press("left"));
  EXPECT_EQ(model->selected_group, "a");
  EXPECT_FALSE(model->selected);
}

TEST(GroupsTest, WhatIsInNoGroupHasOne) {
  model::Connection row;
  EXPECT_EQ(GroupKey(GroupBy::kContainer, row), "(host)");
  EXPECT_EQ(GroupKey(GroupBy::kUnit, row), "(no unit)");
  EXPECT_EQ(GroupKey(GroupBy::kUser, row), "(no user)");
  EXPECT_EQ(GroupKey(GroupBy::kProcess, row), "?");
  row.process.pod_uid = "6f1d";
  EXPECT_EQ(GroupKey(GroupBy::kContainer, row), "pod 6f1d");
  row.process.container_id = "0a1b";
  row.process.unit = "nginx.service";
  row.process.uid = 33;
  EXPECT_EQ(GroupKey(GroupBy::kContainer, row), "0a1b");
  EXPECT_EQ(GroupKey(GroupBy::kUnit, row), "nginx.service");
  EXPECT_EQ(GroupKey(GroupBy::kUser, row), "33");
  for (const GroupBy by :
       {GroupBy::kNone, GroupBy::kProcess, GroupBy::kContainer, GroupBy::kUnit, GroupBy::kUser}) {
    EXPECT_EQ(GroupByName(Name(by)), by);
  }
  EXPECT_FALSE(GroupByName("colour"));
}

TEST(GroupsTest, TheFilterIsBeforeTheGroups) {
  const auto model = With({{"a", 10}, {"b", 20}, {"a", 30}}, GroupBy::kProcess);
  ApplyFilter(model.get(), "down:>=20B");
  Settle(model.get());
  EXPECT_EQ(Lines(*model), "a(1) b(1)");
  EXPECT_EQ(model->rows.matching(), 2U);
}

TEST(GroupsTest, TheFilterNarrowsToTheGroupAndToAllOthers) {
  for (const GroupBy by :
       {GroupBy::kProcess, GroupBy::kContainer, GroupBy::kUnit, GroupBy::kUser}) {
    const auto model = MakeModel(Size{80, 40});
    Fill(model.get());
    model->rows.SetGrouping(by);
    model->order_stale = true;
    Settle(model.get());
    const size_t groups = model->rows.groups().size();
    for (size_t i = 0; i < groups; ++i) {
      SelectRank(model.get(), i);
      const std::string key = *model->selected_group;
      const uint32_t connections = model->rows.groups().At(static_cast<uint32_t>(i)).connections;
      if (key.starts_with('?') || key == "(no user)") {
        EXPECT_FALSE(Available(*model, Action::kFilterTo)) << key;
        continue;
      }
      Send(model.get(), Press("="));
      EXPECT_EQ(model->rows.matching(), connections) << model->filter.applied;
      Send(model.get(), Press("esc"));
      ASSERT_EQ(model->rows.groups().size(), groups);
      SelectRank(model.get(), i);
      Send(model.get(), Press("-"));
      EXPECT_EQ(model->rows.matching(), std::size(kSamples) - connections) << model->filter.applied;
      Send(model.get(), Press("esc"));
    }
  }
}

TEST(GroupsTest, AFilterIsNarrowedFurther) {
  const auto model = With({{"a", 10}, {"b \"x\"", 20}, {"c", 30}}, GroupBy::kNone);
  ApplyFilter(model.get(), "down:<15B or down:>15B");
  Settle(model.get());
  Send(model.get(), Press("-"));
  EXPECT_EQ(model->filter.applied, "(down:<15B or down:>15B) not process=\"c\"");
  Send(model.get(), Press("="));
  EXPECT_EQ(model->rows.matching(), 1U) << model->filter.applied;
  EXPECT_EQ(SelectedRow(*model)->process.name, "b \"x\"");
}

TEST(GroupsTest, GroupsComeAndGoAndSumsAgreeWithTheTable) {
  std::mt19937 rng(29);
  const auto model = With({}, GroupBy::kProcess);
  std::vector<bool> here(60, false);
  static constexpr const char* kNames[] = {"a", "b", "c", "d", "e"};
  static constexpr const char* kKeys[] = {"up",   "down", "left",  "right", "space", "*",
                                          "pgdn", "a",    "g",     "G",     "s",     "S",
                                          "f",    "z",    "enter", "esc",   "1",     "2"};
  for (int step = 0; step < 8'000; ++step) {
    const uint64_t id = 1 + rng() % 59;
    if (here[id] && rng() % 3 == 0) {
      Remove(model.get(), id);
      here[id] = false;
    } else {
      Change(model.get(), id, {kNames[rng() % 5], rng() % 100}, here[id]);
      here[id] = true;
    }
    if (rng() % 3 == 0) Send(model.get(), Press(kKeys[rng() % std::size(kKeys)]));
    if (rng() % 9 == 0) model->now += 4 * kSecond;
    Settle(model.get());
    ASSERT_FALSE(model->selected && model->selected_group);
    if (model->tab == Tab::kOverview && (model->selected || model->selected_group)) {
      ASSERT_TRUE(CursorRank(*model)) << step;
    }
    Render(*model, *FindTheme("muted"));
    if (!model->rows.grouped()) continue;
    size_t connections = 0;
    for (size_t i = 0; i < model->rows.groups().size(); ++i) {
      connections += model->rows.groups().At(static_cast<uint32_t>(i)).connections;
    }
    ASSERT_EQ(connections, model->table.live()) << step;
  }
}

}  // namespace
}  // namespace rustnet::client
