// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace rustnet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(ConfigTomlTest, TakesEveryKeyThatItPrints) {
  Config changed;
  changed.seal.socket_path = "/run/x \"quoted\"";
  changed.seal.user = "nobody";
  changed.seal.capture.interfaces = {"eth0", "wlan0"};
  changed.seal.capture.filter = "not port 22";
  changed.seal.capture.snaplen = 128;
  changed.seal.capture.ring_mib = 3;
  changed.seal.capture.spares = 1;
  changed.seal.capture.workers = 2;
  changed.seal.capture.promiscuous = true;
  changed.seal.others = OthersAccess::kNone;
  changed.connections = 1000;
  changed.historic = 7;
  changed.log_level = "debug";
  changed.seal.log_file = "/var/log/rustnetd";
  const std::string text = PrintConfig(changed);
  EXPECT_NE(text, PrintConfig(Config()));
  Config read;
  ASSERT_TRUE(ApplyToml(text, "f", &read).ok()) << Message(ApplyToml(text, "f", &read));
  EXPECT_EQ(PrintConfig(read), text);
}

struct BadCase {
  const char* toml;
  const char* where;
  const char* says;
};

constexpr BadCase kBad[] = {
    {"[capture]\nsnaplength = 3", "f:2:1:", "did you mean snaplen in [capture]?"},
    {"[capture]\nsnaplen = \"x\"", "f:2:", "a number from 64"},
    {"[capture]\nsnaplen = 63", "f:2:", "a number from 64"},
    {"[capture]\nsnaplen = 1.5", "f:2:", "a number from 64"},
    {"[capture]\ninterfaces = []", "f:2:", "a list of interface names"},
    {"[capture]\ninterfaces = [1]", "f:2:", "a list of interface names"},
    {"[access]\nothers = \"all\"", "f:2:", "\"own\" or \"none\""},
    {"[log]\nlevel = \"loud\"", "f:2:", "one of trace"},
    {"[server]\nsnaplen = 128", "f:2:1:", "did you mean snaplen in [capture]?"},
    {"[cpature]\n", "f:1:", "unknown section cpature"},
    {"socket = 1", "f:1:1:", "unknown section socket"},
    {"[server\n", "f:1:", ""},
};

TEST(ConfigTomlTest, AMistakeHasItsPlaceAndChangesNothing) {
  for (const BadCase& bad : kBad) {
    Config config;
    const Status status = ApplyToml(bad.toml, "f", &config);
    EXPECT_EQ(ExitCode(status), 78) << bad.toml;
    EXPECT_THAT(Message(status), StartsWith(bad.where)) << bad.toml;
    EXPECT_THAT(Message(status), HasSubstr(bad.says)) << bad.toml;
    EXPECT_EQ(PrintConfig(config), PrintConfig(Config())) << bad.toml;
  }
}

StatusOr<Config> Parse(std::vector<const char*> words) {
  words.insert(words.begin(), "rustnetd");
  return ParseCommandLine(static_cast<int>(words.size()), words.data());
}

TEST(CommandLineTest, OffersWhatTheDesignNames) {
  const auto config =
      Parse({"-c", "/dev/null", "-i", "eth0", "-i", "lo", "-f", "tcp", "--socket", "/s", "--user",
             "u", "--owner-uid", "1000", "--sandbox", "best-effort", "-l", "debug"});
  ASSERT_TRUE(config.ok()) << Message(config.status());
  EXPECT_EQ(config->action, Action::kServe);
  EXPECT_THAT(config->seal.capture.interfaces, ElementsAre("eth0", "lo"));
  EXPECT_EQ(config->seal.capture.filter, "tcp");
  EXPECT_EQ(config->seal.socket_path, "/s");
  EXPECT_EQ(config->seal.user, "u");
  EXPECT_EQ(config->seal.owner_uid, 1000);
  EXPECT_EQ(config->seal.mode, SandboxMode::kBestEffort);
  EXPECT_EQ(config->log_level, "debug");
}

TEST(CommandLineTest, FlowsNeedFilesAndExcludeEachOther) {
  const auto flows = Parse({"--read", "a", "--read", "b", "--flows-dir", "d", "--show-secrets"});
  ASSERT_TRUE(flows.ok()) << Message(flows.status());
  EXPECT_EQ(flows->action, Action::kFlows);
  EXPECT_THAT(flows->seal.read_files, ElementsAre("a", "b"));
  for (const std::vector<const char*>& words :
       std::vector<std::vector<const char*>>{{"--flows", "-"},
                                             {"--read", "a", "--flows", "-", "--flows-dir", "d"},
                                             {"--read", "a", "--show-secrets"},
                                             {"--read", "a", "--read", "b"},
                                             {"--read", "a", "--speed", "fast"},
                                             {"--sandbox", "loose"},
                                             {"--nonsense"},
                                             {"stray"},
                                             {"-l", "loud"}}) {
    const auto refused = Parse(words);
    EXPECT_EQ(ExitCode(refused.status()), 64) << words.back();
  }
}

TEST(CommandLineTest, SpeedIsAFactor) {
  EXPECT_EQ(Parse({"--read", "a", "--speed", "max"})->speed, 0);
  EXPECT_EQ(Parse({"--read", "a", "--speed", "10x"})->speed, 10);
  EXPECT_EQ(Parse({"--read", "a", "--speed", "0.5x"})->speed, 0.5);
}

TEST(CommandLineTest, HelpAndVersionArePrinted) {
  EXPECT_THAT(Parse({"--help"})->text, HasSubstr("--flows-dir"));
  EXPECT_THAT(Parse({"--version"})->text, StartsWith("rustnetd "));
}

}  // namespace
}  // namespace rustnet
