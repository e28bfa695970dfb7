// SPDX-License-Identifier: Apache-2.0
#include "client/commands/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rustnet::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

StatusOr<Options> Parse(std::vector<const char*> words, bool terminal = true) {
  words.insert(words.begin(), "rustnet-client");
  return ParseOptions(static_cast<int>(words.size()), words.data(), terminal);
}

TEST(OptionsTest, WithoutACommandItIsTheScreenOrWithoutATerminalList) {
  EXPECT_EQ(Parse({})->command, Command::kScreen);
  EXPECT_EQ(Parse({}, false)->command, Command::kList);
  EXPECT_EQ(Parse({"--filter", "port:443"}, false)->filter, "port:443");
}

TEST(OptionsTest, OptionsStandBeforeOrBehindTheCommand) {
  for (const auto& words : {std::vector<const char*>{"--socket", "/s", "list", "--limit", "3"},
                            std::vector<const char*>{"list", "--limit", "3", "--socket", "/s"}}) {
    const StatusOr<Options> options = Parse(words);
    ASSERT_TRUE(options.ok()) << Message(options.status());
    EXPECT_EQ(options->command, Command::kList);
    EXPECT_EQ(options->socket, "/s");
    EXPECT_EQ(options->limit, 3U);
  }
}

TEST(OptionsTest, AllOfAWatch) {
  const StatusOr<Options> options = Parse({"watch", "--filter", "port:443 -tcp", "--sort", "up:asc",
                                           "--format", "jsonl", "--for", "500ms", "--historic"});
  ASSERT_TRUE(options.ok()) << Message(options.status());
  EXPECT_EQ(options->command, Command::kWatch);
  EXPECT_EQ(options->filter, "port:443 -tcp");
  EXPECT_EQ(options->sort, "up:asc");
  EXPECT_EQ(options->format, Format::kJsonl);
  EXPECT_EQ(options->duration, 500 * kMillisecond);
  EXPECT_TRUE(options->historic);
}

TEST(OptionsTest, ADaemonOfOnesOwn) {
  const StatusOr<Options> options = Parse({"--standalone", "-i", "any", "-i", "lo", "watch"});
  ASSERT_TRUE(options.ok()) << Message(options.status());
  EXPECT_TRUE(options->standalone);
  EXPECT_THAT(options->interfaces, ElementsAre("any", "lo"));
  EXPECT_EQ(options->command, Command::kWatch);
  EXPECT_EQ(Parse({"--read", "a.pcap", "list"})->read_file, "a.pcap");
}

TEST(OptionsTest, Arguments) {
  EXPECT_EQ(Parse({"show", "17"})->argument, "17");
  EXPECT_EQ(Parse({"reload"})->argument, "");
  EXPECT_EQ(Parse({"reload", "/etc/x"})->argument, "/etc/x");
}

TEST(OptionsTest, HelpAndVersionArePrinted) {
  EXPECT_EQ(Parse({"--version"})->command, Command::kPrint);
  EXPECT_THAT(Parse({"--version"})->text, HasSubstr(RUSTNET_VERSION));
  const StatusOr<Options> help = Parse({"--help"});
  ASSERT_TRUE(help.ok());
  for (const char* word : {"list", "watch", "show", "processes", "interfaces", "stats", "status",
                           "reload", "--standalone", "--read", "64", "77"}) {
    EXPECT_THAT(help->text, HasSubstr(word));
  }
}

struct Mistake {
  const char* name;
  std::vector<const char*> words;
  const char* said;
};

TEST(OptionsTest, EveryMistakeIsOneSentence) {
  const std::vector<Mistake> mistakes = {
      {"UnknownCommand", {"lst"}, "lst"},
      {"UnknownOption", {"--frobnicate"}, "frobnicate"},
      {"NoId", {"show"}, "ID"},
      {"CsvWatch", {"watch", "--format", "csv"}, "csv"},
      {"ForList", {"list", "--for", "5s"}, "--for"},
      {"BadDuration", {"watch", "--for", "5"}, "5s"},
      {"BadFormat", {"list", "--format", "xml"}, "xml"},
      {"BadLimit", {"list", "--limit", "-4"}, "limit"},
      {"FilterStats", {"stats", "--filter", "x"}, "--filter"},
      {"Both", {"--standalone", "--read", "x"}, "exclude"},
      {"SocketToo", {"--standalone", "--socket", "/s"}, "--socket"},
      {"InterfaceAlone", {"-i", "lo"}, "--standalone"},
      {"TwoCommands", {"list", "watch"}, "watch"},
      {"BadRefresh", {"--refresh", "5"}, "refresh"},
  };
  for (const Mistake& mistake : mistakes) {
    const StatusOr<Options> options = Parse(mistake.words);
    ASSERT_FALSE(options.ok()) << mistake.name;
    EXPECT_EQ(ExitCode(options.status()), 64) << mistake.name;
    EXPECT_THAT(Message(options.status()), HasSubstr(mistake.said)) << mistake.name;
    EXPECT_EQ(Message(options.status()).find('\n'), std::string::npos) << mistake.name;
  }
}

TEST(OptionsTest, Durations) {
  EXPECT_EQ(ParseDuration("500ms"), 500 * kMillisecond);
  EXPECT_EQ(ParseDuration("2m"), 120 * kSecond);
  EXPECT_EQ(ParseDuration("1h"), 3'600 * kSecond);
  for (const char* wrong : {"", "5", "s", "-1s", "1.5s", "5 s", "99999999999s", "5d"}) {
    EXPECT_FALSE(ParseDuration(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace rustnet::client
