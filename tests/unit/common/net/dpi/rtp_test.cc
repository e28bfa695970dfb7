// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string Rtp(size_t number, const std::string& source = "SSRC", size_t payload = 8) {
  return std::string{static_cast<char>(0x80), static_cast<char>(payload)} + U16(number) + U16(0) +
         U16(number * 160) + source + "sound";
}
const std::string kReport = S("\x81\xc8\0\x0c") + "SSRC" + std::string(44, 'x');
const std::string kNames = S("\x81\xca\0\2") + "SSRC" + S("\1\1a\0");

TEST(RtpTest, ARunProves) {
  Conversation run;
  for (size_t number = 100; number < 106; ++number) run.push_back({kClient, Rtp(number)});
  const Result result = Feed(run, OnPort(40000));
  EXPECT_THAT(result.protocols, ElementsAre("rtp"));
  EXPECT_THAT(result.facts, ElementsAre("rtp_payload_type=8"));
  EXPECT_FALSE(result.wants_more);
  run.pop_back();
  EXPECT_THAT(Feed(run, OnPort(40000)).protocols, IsEmpty());
}

TEST(RtpTest, OthersThatBeginSoAreNone) {
  Conversation sources;
  Conversation still;
  Conversation payloads;
  for (size_t i = 0; i < 40; ++i) {
    sources.push_back({kClient, Rtp(i, "SRC" + std::string(1, static_cast<char>(i + 1)))});
    still.push_back({kClient, Rtp(7)});
    payloads.push_back({kClient, Rtp(i, "SSRC", i % 2)});
  }
  for (const Conversation& conversation : {sources, still, payloads}) {
    const Result result = Feed(conversation, OnPort(40000));
    EXPECT_THAT(result.protocols, IsEmpty());
    EXPECT_THAT(result.facts, IsEmpty());
  }
}

TEST(RtpTest, RtcpByItsParts) {
  CheckProbe(&ProbeRtcp, {{"Report", kReport + kNames, Verdict::kMatch},
                          {"Alone", kReport, Verdict::kMatch},
                          {"Empty", S("\x80\xc9\0\1SSRC"), Verdict::kNeedMore},
                          {"Length", kReport + "x", Verdict::kNeedMore},
                          {"Names first", kNames + kReport, Verdict::kNeedMore},
                          {"STUN", S("\0\1\0\0"), Verdict::kNotMine}});
  EXPECT_THAT(Feed({{kClient, kReport}, {kServer, kReport}}, OnPort(40001)).protocols,
              ElementsAre("rtcp"));
}

}  // namespace
}  // namespace rustnet::net
