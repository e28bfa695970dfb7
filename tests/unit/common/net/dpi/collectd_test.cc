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
                              {"Other", S("\0\1"), Verdict::kNotMine}});
  const Result result = Feed({{kClient, kPacket}}, OnPort(25826));
  EXPECT_THAT(result.protocols, ElementsAre("collectd"));
  EXPECT_THAT(result.facts, ElementsAre("collectd_host=web-1"));
  CheckTruncations(kPacket, 25826, 1);
}

}  // namespace
}  // namespace rustnet::net
