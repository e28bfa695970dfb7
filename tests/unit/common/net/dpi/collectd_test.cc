// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kHost = S("\0\0\0\x0aweb-1\0");
const std::string kPacket = kHost + S("\0\x08\0\x0c\1\2\3\4\5\6\7\x08") +
                            S("\0\2\0\x08"
                              "cpu\0") +
                            S("\0\6\0\x0f\0\1\1\0\0\0\0\0\0\xf0\x3f");

TEST(CollectdTest, Host) {
  CheckProbe(&ProbeCollectd, {{"Packet", kPacket, Verdict::kMatch},
                              {"Host alone", kHost, Verdict::kNeedMore},
                              {"Part", kHost + S("\0\x0a\0\x0c"), Verdict::kNotMine},
                              {"Size of a time", kHost + S("\0\x08\0\x0b"), Verdict::kNotMine},
                              {"Blank", S("\0\0\0\x0aw b-1\0"), Verdict::kNotMine},
                              {"No end", S("\0\0\0\x0aweb-12"), Verdict::kNotMine},
                              {"Empty", S("\0\0\0\5\0"), Verdict::kNotMine},
                              {"Other", S("\0\2"), Verdict::kNotMine}});
  const Result result = Feed({{kClient, kPacket}}, OnPort(25826));
  EXPECT_THAT(result.protocols, ElementsAre("collectd"));
  EXPECT_THAT(result.facts, ElementsAre("collectd_host=web-1"));
  CheckTruncations(kPacket, 25826, 1);
}

TEST(CollectdTest, Notification) {
  const std::string time = S("\0\x08\0\x0c\1\2\3\4\5\6\7\x08");
  const std::string severity = S("\1\1\0\x0c\0\0\0\0\0\0\0\4");
  const std::string plugin =
      S("\0\2\0\x08"
        "cpu\0");
  CheckProbe(&ProbeCollectd, {{"Notification", time + severity + kHost + plugin, Verdict::kMatch},
                              {"Time", time + kHost + plugin, Verdict::kMatch},
                              {"No host", time + severity + plugin, Verdict::kNotMine},
                              {"Size", S("\0\x08\0\x0d"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, time + severity + kHost + plugin}}, OnPort(25826)).facts,
              ElementsAre("collectd_host=web-1"));
}

TEST(CollectdTest, SignedAndEncrypted) {
  const std::string sign = S("\2\0\0\x28") + std::string(32, '\xaa') + "user";
  const std::string encrypted = S("\2\x10\0\x32\0\4user") + std::string(40, '\xaa');
  CheckProbe(&ProbeCollectd,
             {{"Signed", sign + kPacket, Verdict::kMatch},
              {"Encrypted", encrypted, Verdict::kMatch},
              {"Nobody", S("\2\0\0\x24"), Verdict::kNotMine},
              {"User", S("\2\0\0\x28") + std::string(32, '\xaa') + "us\1r", Verdict::kNotMine},
              {"Signed nothing", sign + S("\0\2"), Verdict::kNotMine},
              {"Longer", encrypted + "x", Verdict::kNotMine},
              {"Nobody's", S("\2\x10\0\x32\0\0"), Verdict::kNotMine},
              {"Long user", S("\2\x10\0\x32\0\x09"), Verdict::kNotMine}});
  const Result result = Feed({{kClient, encrypted}, {kClient, sign + kPacket}}, OnPort(25826));
  EXPECT_THAT(result.protocols, ElementsAre("collectd"));
  EXPECT_THAT(result.facts, ElementsAre("collectd_host=web-1"));
  CheckTruncations(sign + kPacket, 25826, 1);
}

}  // namespace
}  // namespace rustnet::net
