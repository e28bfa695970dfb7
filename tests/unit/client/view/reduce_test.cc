// SPDX-License-Identifier: Apache-2.0
// Keys and mouse against the model; time is a number here.
#include "client/view/reduce.h"

#include <gtest/gtest.h>

#include <random>

#include "client/view/painter.h"
#include "client/view/render.h"
#include "tests/unit/client/view/sample.h"

namespace rustnet::client {
namespace {

// Rows with these rates; ids 1, 2, ….
std::unique_ptr<Model> WithRates(std::initializer_list<uint64_t> rates) {
  auto model = MakeModel(Size{80, 24});
  Batch batch;
  batch.reset = true;
  uint64_t id = 1;
  for (const uint64_t rate : rates) {
    auto row = RowOf(kSamples[0], id);
    row->counters.receive_rate = rate;
    batch.Put(id++, std::move(row), false);
  }
  Absorb(model.get(), std::move(batch));
  Settle(model.get());
  return model;
}

void SetRate(Model* model, uint64_t id, uint64_t rate) {
  Batch batch;
  model::Numbers numbers;
  numbers.receive_rate = rate;
  batch.SetNumbers(id, numbers);
  Absorb(model, std::move(batch));
  Settle(model);
}

void Add(Model* model, uint64_t id, uint64_t rate) {
  Batch batch;
  auto row = RowOf(kSamples[1], id);
  row->counters.receive_rate = rate;
  batch.Put(id, std::move(row), false);
  Absorb(model, std::move(batch));
  Settle(model);
}

std::vector<uint64_t> Order(Model* model) {
  std::vector<uint64_t> ids;
  model->rows.EnsureSorted(0, model->rows.size());
  for (size_t rank = 0; rank < model->rows.size(); ++rank) {
    ids.push_back(model->table.At(model->rows.At(rank))->id);
  }
  return ids;
}

using Ids = std::vector<uint64_t>;

TEST(ReduceTest, TheFastestIsFirstAndTheOrderFollowsTheNumbers) {
  const auto model = WithRates({10, 30, 20});
  EXPECT_EQ(Order(model.get()), (Ids{2, 3, 1}));
  SetRate(model.get(), 1, 99);
  EXPECT_EQ(Order(model.get()), (Ids{1, 2, 3}));
}

TEST(ReduceTest, AfterAKeyTheOrderIsHeldForThreeSeconds) {
  const auto model = WithRates({10, 30, 20});
  Send(model.get(), Press("down"));
  EXPECT_EQ(model->selected, 3U);
  EXPECT_TRUE(model->held());
  SetRate(model.get(), 1, 99);
  Add(model.get(), 4, 1'000);
  Remove(model.get(), 2);
  EXPECT_EQ(Order(model.get()), (Ids{2, 3, 1, 4})) << "ended rows stay, new ones come last";
  model->now += 2'999 * kMillisecond;
  Settle(model.get());
  EXPECT_EQ(Order(model.get()), (Ids{2, 3, 1, 4}));
  model->now += kMillisecond;
  Settle(model.get());
  EXPECT_EQ(Order(model.get()), (Ids{4, 1, 3}));
  EXPECT_EQ(model->selected, 3U);
}

TEST(ReduceTest, AnEndedRowStaysUnderTheCursorUntilItLeaves) {
  const auto model = WithRates({10, 30, 20});
  Send(model.get(), Press("down"));
  model->now += 4 * kSecond;
  Remove(model.get(), 3);
  EXPECT_EQ(Order(model.get()), (Ids{2, 3, 1}));
  ASSERT_NE(SelectedRow(*model), nullptr);
  Send(model.get(), Press("down"));
  model->now += 4 * kSecond;
  Settle(model.get());
  EXPECT_EQ(Order(model.get()), (Ids{2, 1}));
  EXPECT_EQ(model->selected, 1U);
}

TEST(ReduceTest, TheCursorGoesRoundTheEnds) {
  const auto model = WithRates({10, 30, 20});
  Send(model.get(), Press("up"));
  EXPECT_EQ(model->selected, 1U);
  Send(model.get(), Press("j"));
  EXPECT_EQ(model->selected, 2U);
  Send(model.get(), Press("G"));
  EXPECT_EQ(model->selected, 1U);
  Send(model.get(), Press("g"));
  EXPECT_EQ(model->selected, 2U);
}

// Whatever comes and goes, the cursor stays on its connection or on nothing.
TEST(ReduceTest, ThePropertyOfSelection) {
  std::mt19937 rng(23);
  const auto model = MakeModel(Size{80, 24});
  Batch first;
  first.reset = true;
  Absorb(model.get(), std::move(first));
  std::vector<bool> here(300, false);
  std::optional<uint64_t> wanted;
  for (int step = 0; step < 10'000; ++step) {
    Batch batch;
    for (uint64_t n = rng() % 10; n > 0; --n) {
      const uint64_t id = 1 + rng() % 299;
      if (here[id] && rng() % 3 == 0) {
        Batch one;
        one.Put(id, nullptr, true);
        one.Remove(id);
        batch.Merge(std::move(one));
        here[id] = false;
      } else {
        auto row = RowOf(kSamples[rng() % std::size(kSamples)], id);
        row->counters.receive_rate = rng() % 1'000;
        batch.Put(id, std::move(row), here[id]);
        here[id] = true;
      }
    }
    Absorb(model.get(), std::move(batch));
    Settle(model.get());
    ASSERT_TRUE(!wanted || model->selected == wanted || !model->selected) << step;
    if (rng() % 5 == 0) {
      static constexpr const char* kKeys[] = {"up", "down", "pgup", "pgdn", "g",
                                              "G",  "s",    "S",    "f",    "z"};
      const char* key = kKeys[rng() % std::size(kKeys)];
      Send(model.get(), Press(key));
    }
    if (rng() % 7 == 0) model->now += static_cast<Time>(rng() % 5'000) * kMillisecond;
    Settle(model.get());
    wanted = model->selected;
    ASSERT_TRUE(!wanted || SelectedRow(*model) != nullptr);
    ASSERT_LE(model->top, model->rows.size());
    const Frame frame = Render(*model, *FindTheme("muted"));
    ASSERT_EQ(frame.cells.size(), model->size);
  }
}

TEST(ReduceTest, FollowKeepsTheRowInTheMiddle) {
  const auto model = MakeModel(Size{80, 24});
  Batch batch;
  batch.reset = true;
  for (uint64_t id = 1; id <= 200; ++id) {
    auto row = RowOf(kSamples[0], id);
    row->counters.receive_rate = 1'000 - id;
    batch.Put(id, std::move(row), false);
  }
  Absorb(model.get(), std::move(batch));
  Settle(model.get());
  Send(model.get(), Press("f"));
  ASSERT_EQ(model->selected, 1U);
  SetRate(model.get(), 1, 850);  // equal to 150, which comes behind
  const size_t page = static_cast<size_t>(AreasOf(*model).table_rows);
  const size_t rank = *model->rows.RankOf(*SelectedSlot(*model));
  EXPECT_EQ(rank, 148U);
  EXPECT_EQ(model->top, rank - page / 2);
  Send(model.get(), Press("esc"));
  EXPECT_FALSE(model->follow);
}

TEST(ReduceTest, SortGoesThroughTheColumnsAndReverses) {
  const auto model = WithRates({10, 30, 20});
  EXPECT_EQ(model->rows.column(), Column::kDown);
  Send(model.get(), Press("S"));
  EXPECT_EQ(Order(model.get()), (Ids{1, 3, 2}));
  std::vector<Column> seen;
  for (int i = 0; i < 9; ++i) {
    Send(model.get(), Press("s"));
    seen.push_back(model->rows.column());
  }
  EXPECT_EQ(seen, (std::vector<Column>{Column::kUp, Column::kAge, Column::kProcess, Column::kRemote,
                                       Column::kLocal, Column::kApplication, Column::kState,
                                       Column::kRtt, Column::kDown}));
  Send(model.get(), Press("r"));
  EXPECT_EQ(Order(model.get()), (Ids{2, 3, 1}));
}

TEST(ReduceTest, AClickOnAHeadSortsAndAgainReverses) {
  const auto model = WithRates({10, 30, 20});
  model->hits = Render(*model, *FindTheme("muted")).hits;
  const Mouse click{Mouse::Kind::kPress, 0, 75, 2};
  Send(model.get(), click);
  EXPECT_EQ(model->rows.column(), Column::kUp);
  EXPECT_TRUE(model->rows.descending());
  Send(model.get(), click);
  EXPECT_FALSE(model->rows.descending());
}

TEST(ReduceTest, QuitWantsASecondPressUnlessSomethingElseIsPressed) {
  const auto model = WithRates({1});
  EXPECT_FALSE(Send(model.get(), Press("q")).quit);
  EXPECT_FALSE(model->toast.empty());
  EXPECT_TRUE(Send(model.get(), Press("q")).quit);
  EXPECT_FALSE(Send(model.get(), Press("q")).quit);
  Send(model.get(), Press("down"));
  EXPECT_FALSE(Send(model.get(), Press("q")).quit);
  model->now += kArmedFor;
  EXPECT_FALSE(Send(model.get(), Press("q")).quit);
  EXPECT_TRUE(Send(model.get(), Press("ctrl-c")).quit);
  model->preferences.confirm_quit = false;
  model->now += kArmedFor;
  EXPECT_TRUE(Send(model.get(), Press("q")).quit);
}

TEST(ReduceTest, ClearCountsLossesFromNowInThisClientOnly) {
  const auto model = WithRates({1});
  model->side.stats.mutable_losses()->mutable_packets()->set_kernel_ring_dropped(40);
  model->link.lost[v1::Lost::SOURCE_SUBSCRIBER] = 5;
  Send(model.get(), Press("x"));
  EXPECT_EQ(model->stream_lost_baseline, 0U);
  Send(model.get(), Press("x"));
  EXPECT_EQ(model->stream_lost_baseline, 5U);
  EXPECT_EQ(model->loss_baseline.packets().kernel_ring_dropped(), 40U);
}

TEST(ReduceTest, TheFilterFollowsTheTypingAndKeepsTheLastValidOne) {
  const auto model = MakeModel(Size{80, 24});
  Fill(model.get());
  Settle(model.get());
  Send(model.get(), Press("/"));
  Type(model.get(), "firefox");
  EXPECT_EQ(model->rows.matching(), 3U);
  Type(model.get(), " (");
  ASSERT_TRUE(model->filter.error);
  EXPECT_EQ(model->filter.applied, "firefox ");
  EXPECT_EQ(model->rows.matching(), 3U);
  Send(model.get(), Press("enter"));
  EXPECT_TRUE(model->filter.open) << "what cannot be applied is not kept";
  Send(model.get(), Press("backspace"));
  Send(model.get(), Press("enter"));
  EXPECT_FALSE(model->filter.open);
  EXPECT_EQ(model->rows.size(), 3U);
  Send(model.get(), Press("esc"));
  EXPECT_EQ(model->rows.size(), std::size(kSamples));
}

TEST(ReduceTest, TheFilterLineEdits) {
  const auto model = WithRates({1});
  FilterBar& bar = model->filter;
  Send(model.get(), Press("/"));
  Type(model.get(), "port:44");
  Send(model.get(), KeyPress{Key::kChar, U'ü', false, false, false});
  Send(model.get(), Press("left"));
  Type(model.get(), "3");
  EXPECT_EQ(bar.text, "port:443ü");
  Send(model.get(), Press("delete"));
  EXPECT_EQ(bar.text, "port:443");
  Send(model.get(), Press("ctrl-w"));
  EXPECT_EQ(bar.text, "");
  Send(model.get(), Paste{"pid:1\nq\033"});
  EXPECT_EQ(bar.text, "pid:1 q\u241b");
  Send(model.get(), Press("home"));
  Send(model.get(), Press("ctrl-u"));
  EXPECT_EQ(bar.text, "pid:1 q\u241b");
  Send(model.get(), Press("esc"));
  EXPECT_FALSE(bar.open);
  EXPECT_EQ(bar.applied, "");
}

TEST(ReduceTest, TabCompletesAKey) {
  const auto model = WithRates({1});
  Send(model.get(), Press("/"));
  Type(model.get(), "not por");
  Send(model.get(), Press("tab"));
  EXPECT_EQ(model->filter.text, "not port:");
}

TEST(ReduceTest, APasteIsNeverACommand) {
  const auto model = WithRates({1, 2});
  const Effects effects = Send(model.get(), Paste{"qq\003"});
  EXPECT_FALSE(effects.quit);
  EXPECT_EQ(model->armed, Action::kNone);
}

TEST(ReduceTest, CopyGivesTheRemoteAddress) {
  const auto model = MakeModel(Size{80, 24});
  Fill(model.get());
  Settle(model.get());
  EXPECT_EQ(Send(model.get(), Press("c")).copy, "198.51.100.7:443");
  model->permission.shown = true;
  model->permission.user = "ana";
  EXPECT_EQ(Send(model.get(), Press("c")).copy, "sudo usermod -aG rustnet ana");
  EXPECT_TRUE(Send(model.get(), Press("r")).retry);
}

TEST(ReduceTest, PauseKeepsTheOrder) {
  const auto model = WithRates({10, 30, 20});
  Send(model.get(), Press("z"));
  model->now += 60 * kSecond;
  SetRate(model.get(), 1, 99);
  EXPECT_EQ(Order(model.get()), (Ids{2, 3, 1}));
  Send(model.get(), Press("z"));
  EXPECT_EQ(Order(model.get()), (Ids{1, 2, 3}));
}

TEST(ReduceTest, HistoricIsAskedOfTheDaemon) {
  const auto model = WithRates({1});
  EXPECT_EQ(Send(model.get(), Press("t")).historic, true);
  EXPECT_EQ(Send(model.get(), Press("r")).historic, false);
}

TEST(ReduceTest, TheHelpSearchesAndCloses) {
  const auto model = WithRates({1});
  Send(model.get(), Press("h"));
  Type(model.get(), "sort");
  size_t found = 0;
  size_t all = 0;
  HelpLines(*model, model->help.query, false, &found, &all);
  EXPECT_GT(all, 20U);
  EXPECT_GE(found, 3U);
  EXPECT_LT(found, 8U);
  EXPECT_FALSE(Send(model.get(), Press("q")).quit);
  EXPECT_EQ(model->help.query, "sortq");
  Send(model.get(), Press("esc"));
  EXPECT_FALSE(model->help.open);
  Send(model.get(), Press("h"));
  Send(model.get(), Press("h"));
  EXPECT_FALSE(model->help.open);
}

TEST(ReduceTest, EnterOpensDetailsAndEscGoesBackToTheSamePlace) {
  const auto model = MakeModel(Size{80, 24});
  Batch batch;
  batch.reset = true;
  for (uint64_t id = 1; id <= 100; ++id) {
    auto row = RowOf(kSamples[0], id);
    row->counters.receive_rate = 1'000 - id;
    batch.Put(id, std::move(row), false);
  }
  Absorb(model.get(), std::move(batch));
  Settle(model.get());
  EXPECT_EQ(WantedDetail(*model), std::nullopt);
  for (const char* key : {"pgdn", "pgdn", "up"}) Send(model.get(), Press(key));
  const uint64_t id = *model->selected;
  const size_t top = model->top;
  Send(model.get(), Press("enter"));
  EXPECT_EQ(model->tab, Tab::kDetails);
  EXPECT_EQ(WantedDetail(*model), id);
  Send(model.get(), Press("j"));
  EXPECT_EQ(model->selected, id + 1) << "j and k walk the neighbours";
  Send(model.get(), Press("k"));
  Send(model.get(), Press("esc"));
  EXPECT_EQ(model->tab, Tab::kOverview);
  EXPECT_EQ(model->selected, id);
  EXPECT_EQ(model->top, top);
  for (const char* key : {"2", "1", "tab", "shift-tab", "]", "["}) {
    const Tab before = model->tab;
    Send(model.get(), Press(key));
    EXPECT_NE(model->tab, before) << key;
  }
}

TEST(ReduceTest, WhatEndsWhileItIsLookedAtStays) {
  const auto model = WithRates({10, 30, 20});
  Send(model.get(), Press("down"));
  Send(model.get(), Press("enter"));
  ASSERT_EQ(WantedDetail(*model), 3U);
  Remove(model.get(), 3);
  for (int second = 0; second < 10; ++second) {
    model->now += kSecond;
    SetRate(model.get(), 1, 40);
  }
  ASSERT_NE(LookedAt(*model), nullptr);
  EXPECT_EQ(LookedAt(*model)->id, 3U);
  Send(model.get(), Press("esc"));
  Send(model.get(), Press("down"));
  model->now += 4 * kSecond;
  Settle(model.get());
  EXPECT_EQ(Order(model.get()), (Ids{1, 2}));
}

TEST(ReduceTest, DetailsScrollToTheirEndAndStartAnewForAnother) {
  const auto model = MakeModel(Size{80, 24});
  Fill(model.get());
  Settle(model.get());
  Send(model.get(), Press("2"));
  Answer(model.get(), 1);
  EXPECT_FALSE(Available(*model, Action::kScrollUp));
  for (int i = 0; i < 30; ++i) Send(model.get(), Press("ctrl-d"));
  EXPECT_EQ(model->details_scroll, DetailsScrollMost(*model));
  EXPECT_GT(model->details_scroll, 10);
  EXPECT_FALSE(Available(*model, Action::kScrollDown));
  Send(model.get(), Mouse{Mouse::Kind::kWheelUp, 0, 5, 10});
  EXPECT_EQ(model->details_scroll, DetailsScrollMost(*model) - 3);
  Send(model.get(), Press("j"));
  EXPECT_EQ(model->details_scroll, 0);
}

TEST(ReduceTest, WhatTheListHasToDoIsNotDoneInDetails) {
  const auto model = WithRates({10, 30});
  Send(model.get(), Press("enter"));
  for (const char* key : {"/", "s", "a", "A", "space", "i"}) Send(model.get(), Press(key));
  EXPECT_FALSE(model->filter.open);
  EXPECT_FALSE(model->rows.grouped());
  EXPECT_FALSE(model->group_menu);
  EXPECT_EQ(model->rows.column(), Column::kDown);
}

TEST(ReduceTest, EnterTriesAgainWhereTheDaemonIsLost) {
  const auto model = WithRates({10, 30});
  model->link.phase = LinkState::Phase::kLost;
  EXPECT_TRUE(Send(model.get(), Press("enter")).retry);
  EXPECT_EQ(model->tab, Tab::kOverview);
  Send(model.get(), Press("2"));
  EXPECT_EQ(model->tab, Tab::kDetails) << "frozen data can be looked at";
}

TEST(ReduceTest, ASecondClickOpensAndAClickOnAFieldCopiesIt) {
  const auto model = WithRates({10, 30, 20});
  model->hits = Render(*model, *FindTheme("muted")).hits;
  const Mouse click{Mouse::Kind::kPress, 0, 30, 4};
  Send(model.get(), click);
  EXPECT_EQ(model->selected, 3U);
  model->now += kSecond;
  Send(model.get(), click);
  EXPECT_EQ(model->tab, Tab::kOverview) << "too late";
  Send(model.get(), click);
  ASSERT_EQ(model->tab, Tab::kDetails);
  model->hits = Render(*model, *FindTheme("muted")).hits;
  EXPECT_EQ(Send(model.get(), Mouse{Mouse::Kind::kPress, 0, 20, 10}).copy, "registry.example:443");
}

TEST(ReduceTest, TheGroupMenuTakesOneKey) {
  const auto model = WithRates({10, 30});
  Send(model.get(), Press("A"));
  EXPECT_TRUE(model->group_menu);
  Send(model.get(), Press("u"));
  EXPECT_FALSE(model->group_menu);
  EXPECT_EQ(model->rows.groups().by(), GroupBy::kUnit);
  Send(model.get(), Press("a"));
  EXPECT_FALSE(model->rows.grouped());
  Send(model.get(), Press("a"));
  EXPECT_EQ(model->rows.groups().by(), GroupBy::kUnit) << "as last time";
  Send(model.get(), Press("A"));
  Send(model.get(), Press("S"));
  EXPECT_FALSE(model->group_menu);
  EXPECT_FALSE(model->rows.descending()) << "another key does what it does";
  Send(model.get(), Press("r"));
  EXPECT_FALSE(model->rows.grouped());
}

}  // namespace
}  // namespace rustnet::client
