// SPDX-License-Identifier: Apache-2.0
#include "client/input/keymap.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace rustnet::client {
namespace {

using ::testing::HasSubstr;

TEST(KeymapTest, EveryActionIsInTheHelpOnceAndHasAKey) {
  const Keymap keymap;
  std::set<Action> seen;
  for (const ActionInfo& info : Actions()) {
    EXPECT_TRUE(seen.insert(info.action).second) << info.id;
    EXPECT_FALSE(keymap.Keys(info.action).empty()) << info.id;
  }
  EXPECT_EQ(seen.size(), static_cast<size_t>(Action::kQuitNow));
}

TEST(KeymapTest, NoKeyHasTwoActions) {
  const Keymap keymap;
  for (const ActionInfo& info : Actions()) {
    for (const KeyPress& press : keymap.Keys(info.action)) {
      EXPECT_EQ(keymap.Find(press), info.action) << info.id << ' ' << KeyLabel(press, true);
    }
  }
}

TEST(KeymapTest, ABindingReplacesTheKeysOfItsActionAndTakesThemFromOthers) {
  Keymap keymap;
  ASSERT_TRUE(keymap.Bind("pause", {"s", "ctrl-Q", "F6"}).ok());
  EXPECT_EQ(keymap.Find(*ParseKey("s")), Action::kPause);
  EXPECT_EQ(keymap.Find(*ParseKey("z")), Action::kNone);
  EXPECT_EQ(keymap.Labels(Action::kPause, true), "s ^q F6");
  EXPECT_TRUE(keymap.Keys(Action::kSortNext).empty());
  EXPECT_EQ(keymap.Label(Action::kSortNext, true), "");
}

TEST(KeymapTest, WhatCannotBeBoundSaysWhy) {
  Keymap keymap;
  EXPECT_THAT(Message(keymap.Bind("dance", {"z"})), HasSubstr("no action"));
  EXPECT_THAT(Message(keymap.Bind("pause", {"hyper-z"})), HasSubstr("no key"));
  ASSERT_TRUE(keymap.Bind("pause", {"w"}).ok());
  EXPECT_THAT(Message(keymap.Bind("follow", {"w"})), HasSubstr("two actions"));
}

TEST(KeymapTest, LabelsAreReadableWithoutUnicode) {
  EXPECT_EQ(KeyLabel(*ParseKey("up"), false), "↑");
  EXPECT_EQ(KeyLabel(*ParseKey("up"), true), "^");
  EXPECT_EQ(KeyLabel(*ParseKey("enter"), true), "Enter");
  EXPECT_EQ(KeyLabel(*ParseKey("space"), false), "␣");
  EXPECT_EQ(KeyLabel(*ParseKey("shift-tab"), true), "Sh-tab");
}

}  // namespace
}  // namespace rustnet::client
