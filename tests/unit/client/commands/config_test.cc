// SPDX-License-Identifier: Apache-2.0
#include "client/commands/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace rustnet::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::StartsWith;

TEST(ConfigTest, AllOfIt) {
  const StatusOr<Config> config = ParseConfig(R"(
[ui]
refresh_ms = 250
theme = "vivid"
sort = ["up:desc", "id"]
mouse = false
hold_ms = 0
[socket]
path = "/run/x.sock"
[theme.overrides]
rx = "#89b4fa"
[keys.list]
pause = ["z", "F6"]
quit = "ctrl-q"
)",
                                              "c.toml");
  ASSERT_TRUE(config.ok()) << Message(config.status());
  EXPECT_THAT(config->warnings, IsEmpty());
  EXPECT_EQ(config->refresh_ms, 250U);
  EXPECT_EQ(config->theme, "vivid");
  EXPECT_EQ(config->sort, "up:desc,id");
  EXPECT_FALSE(config->mouse);
  EXPECT_EQ(config->hold_ms, 0U);
  EXPECT_EQ(config->socket, "/run/x.sock");
  EXPECT_THAT(config->colors, ElementsAre(Pair("rx", "#89b4fa")));
  EXPECT_EQ(config->keymap.Labels(Action::kPause, true), "z F6");
  EXPECT_EQ(config->keymap.Labels(Action::kQuit, true), "^q");
}

TEST(ConfigTest, RustNetsOwnThemeFileLoads) {
  const StatusOr<Config> config =
      ParseConfig("[theme]\nname = \"muted\"\n[theme.overrides]\nheading = \"cyan\"\n", "c.toml");
  ASSERT_TRUE(config.ok()) << Message(config.status());
  EXPECT_THAT(config->warnings, IsEmpty());
  EXPECT_EQ(config->theme, "muted");
}

TEST(ConfigTest, AnErrorNamesItsPlaceAndShowsNothingOfTheFile) {
  struct Case {
    const char* toml;
    const char* place;
    const char* said;
  };
  constexpr Case kCases[] = {
      {"[ui]\nrefresh_ms = \"secret\"\n", "c.toml:2:14: ", "100 to 10000"},
      {"[ui]\nrefresh_ms = 99\n", "c.toml:2:14: ", "100 to 10000"},
      {"[ui]\nmouse = 1\n", "c.toml:2:9: ", "true or false"},
      {"[ui]\ntheme = [\n", "c.toml:", "not TOML"},
      {"secret!\n", "c.toml:1:", "not TOML"},
      {"ui = 3\n", "c.toml:1:", "table"},
      {"[keys]\ndance = \"z\"\n", "c.toml:2:9: ", "no action"},
      {"[keys]\npause = \"secret\"\n", "c.toml:2:9: ", "no key"},
      {"[keys]\npause = \"w\"\nfollow = \"w\"\n", "c.toml:2:9: ", "two actions"},
      {"[theme.overrides]\nrx = 5\n", "c.toml:2:6: ", "colour"},
  };
  for (const Case& c : kCases) {
    const StatusOr<Config> config = ParseConfig(c.toml, "c.toml");
    ASSERT_FALSE(config.ok()) << c.toml;
    EXPECT_EQ(ExitCode(config.status()), 78);
    EXPECT_THAT(Message(config.status()), AllOf(StartsWith(c.place), HasSubstr(c.said)));
  }
  EXPECT_THAT(Message(ParseConfig("[ui]\nmouse = \"hunter2\"\n", "c").status()),
              Not(HasSubstr("hunter2")));
}

TEST(ConfigTest, AnUnknownKeyIsAWarningWithANearOne) {
  const StatusOr<Config> config =
      ParseConfig("[ui]\nrefresh = 500\nzzz = 1\n[sokcet]\npath = \"x\"\n", "c.toml");
  ASSERT_TRUE(config.ok());
  EXPECT_THAT(config->warnings, ElementsAre(AllOf(StartsWith("c.toml:2:"), HasSubstr("refresh_ms")),
                                            AllOf(StartsWith("c.toml:3:"), Not(HasSubstr("meant"))),
                                            AllOf(StartsWith("c.toml:4:"), HasSubstr("[socket]"))));
}

TEST(ConfigTest, WhereItIs) {
  setenv("XDG_CONFIG_HOME", "/x", 1);
  EXPECT_EQ(DefaultConfigPath(), "/x/rustnet/config.toml");
  EXPECT_TRUE(LoadConfig("").ok()) << "no file is no error";
  EXPECT_FALSE(LoadConfig("/x/none.toml").ok()) << "unless it was named";
  unsetenv("XDG_CONFIG_HOME");
  setenv("HOME", "/h", 1);
  EXPECT_EQ(DefaultConfigPath(), "/h/.config/rustnet/config.toml");
}

TEST(ConfigTest, NearestWords) {
  const std::vector<std::string_view> known = {"theme", "sort", "mouse"};
  EXPECT_EQ(Nearest("tehme", known), "theme");
  EXPECT_EQ(Nearest("mous", known), "mouse");
  EXPECT_EQ(Nearest("elephant", known), "");
}

}  // namespace
}  // namespace rustnet::client
