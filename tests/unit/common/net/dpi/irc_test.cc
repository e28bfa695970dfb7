// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 8888};

TEST(IrcTest, Probes) {
  CheckProbe(&ProbeIrc, {{"Nick", "NICK alice\r\n", Verdict::kMatch},
                         {"User", "USER a 0 * :Alice\r\n", Verdict::kMatch},
                         {"Password first", "PASS x\r\nNICK alice\r\n", Verdict::kMatch},
                         {"Capabilities", "CAP LS 302\r\n", Verdict::kMatch},
                         {"Server", ":irc.example 001 alice :Welcome\r\n", Verdict::kMatch},
                         {"Notice", "NOTICE AUTH :*** Looking up\r\n", Verdict::kMatch},
                         {"FTP", "USER anonymous\r\n", Verdict::kNotMine},
                         {"POP", "PASS x\r\nSTAT\r\n", Verdict::kNotMine},
                         {"Bad nick", "NICK 12 34\r\n", Verdict::kNotMine},
                         {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
  CheckProbe(&ProbeIrcPort, {{"Ping", "PING :a\r\n", Verdict::kMatch},
                             {"Said", ":a!b@c PRIVMSG #x :hi\r\n", Verdict::kMatch},
                             {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
}

TEST(IrcTest, WhatAClientDoes) {
  const Result result = CheckEveryCut(
      {{kClient, "PASS hunter2\r\nNICK alice\r\nUSER al 0 * :Alice\r\n"},
       {kServer, ":irc.example 001 alice :Welcome\r\nPING :x\r\n"},
       {kClient, "PONG :x\r\njoin #a,#b key\r\nPRIVMSG NickServ :IDENTIFY hunter2\r\n"},
       {kServer, ":bob!b@c JOIN #c\r\n"}},
      kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("irc"));
  EXPECT_THAT(result.facts,
              ElementsAre("irc_command=PASS", "irc_command=NICK", "irc_nick=alice",
                          "irc_command=USER", "irc_user=al", "irc_command=PONG", "irc_command=JOIN",
                          "irc_channel=#a", "irc_channel=#b", "irc_command=PRIVMSG"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(IrcTest, TlsAfterStarttls) {
  EXPECT_THAT(CheckEveryCut({{kClient, "CAP LS\r\nSTARTTLS\r\n"},
                             {kServer, ":irc.example 670 * :go\r\n"},
                             {kClient, kTlsHello}},
                            kOdd)
                  .protocols,
              ElementsAre("irc", "tls"));
}

TEST(IrcTest, TagsFirst) {
  CheckProbe(&ProbeIrcPort, {{"Client", "@label=1 PRIVMSG #c :x\r\n", Verdict::kMatch},
                             {"Tags alone", "@+typing=done TAGMSG #c\r\n", Verdict::kMatch},
                             {"Server", "@time=1 :b!u@h PRIVMSG #c :hi\r\n", Verdict::kMatch},
                             {"Command", "@label=1 WHATEVER\r\n", Verdict::kNotMine},
                             {"Line", "@RSYNCD:\n 31.0\n", Verdict::kNotMine}});
  EXPECT_THAT(
      CheckEverySegmentation({{kClient, "@label=1 JOIN #c\r\n"}}, {.server_port = 6667}).protocols,
      ElementsAre("irc"));
}

}  // namespace
}  // namespace rustnet::net
