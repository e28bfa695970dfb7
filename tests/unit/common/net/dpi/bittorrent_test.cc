// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const Setting kTcp{.server_port = 6881};
const Setting kUdp{.transport = Protocol::kUdp, .server_port = 6881};

std::string Handshake(char hash) {
  return "\x13"
         "BitTorrent protocol" +
         std::string(8, '\0') + std::string(20, hash) + "-qB4610-" + std::string(12, 'r');
}
const std::string kSyn = S("\x41\0\x12\x34") + std::string(8, 't') + S("\0\x10\0\0\0\1\0\0");

TEST(BittorrentTest, Probes) {
  CheckProbe(&ProbeBittorrent, {{"Handshake", Handshake('a'), Verdict::kMatch},
                                {"Other",
                                 "\x13"
                                 "BitTorrent proto-",
                                 Verdict::kNotMine}});
  CheckProbe(&ProbeBtDht,
             {{"Ping", "d1:ad2:id20:aaaaaaaaaaaaaaaaaaaae1:q4:ping1:t2:aa1:y1:qe", Verdict::kMatch},
              {"Error", "d1:eli201e5:oops!e1:t2:aa1:y1:ee", Verdict::kMatch},
              {"Other dictionary", "d4:infod6:lengthi1eee", Verdict::kNotMine}});
  CheckProbe(&ProbeUtp,
             {{"Syn", kSyn, Verdict::kMatch},
              {"With data", kSyn + "x", Verdict::kNotMine},
              {"Data", "\x01" + kSyn.substr(1), Verdict::kNotMine},
              {"With an extension",
               S("\x41\2") + kSyn.substr(2) + S("\0\x08") + std::string(8, 'e'), Verdict::kMatch}});
}

TEST(BittorrentTest, BothPeers) {
  const Result result =
      CheckEveryCut({{kClient, Handshake('\xab') + "more"}, {kServer, Handshake('\xab')}}, kTcp);
  EXPECT_THAT(result.protocols, ElementsAre("bittorrent"));
  EXPECT_THAT(result.facts,
              ElementsAre("bt_kind=peer", "bt_info_hash=abababababababababababababababababababab",
                          "bt_client=qB4610"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_FALSE(result.wants_more);
}

TEST(BittorrentTest, Datagrams) {
  EXPECT_THAT(Feed({{kClient, "d1:rd2:id20:aaaaaaaaaaaaaaaaaaaae1:t2:aa1:y1:re"}}, kUdp).facts,
              ElementsAre("bt_kind=dht"));
  const std::string data = "\x01" + kSyn.substr(1) + Handshake('\x01');
  EXPECT_THAT(
      Feed({{kClient, kSyn}, {kClient, data}}, kUdp).facts,
      ElementsAre("bt_kind=utp", "bt_kind=peer",
                  "bt_info_hash=0101010101010101010101010101010101010101", "bt_client=qB4610"));
  for (size_t n = 1; n < data.size(); ++n)
    Feed({{kClient, kSyn}, {kClient, data.substr(0, n)}}, kUdp);
}

}  // namespace
}  // namespace rustnet::net
