// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(RtspTest, Probes) {
  CheckProbe(&ProbeRtsp, {{"Request", "OPTIONS rtsp://a/b RTSP/1.0\r\n", Verdict::kMatch},
                          {"Answer", "RTSP/1.0 200 OK\r\n", Verdict::kMatch},
                          {"HTTP", "OPTIONS * HTTP/1.1\r\n", Verdict::kNotMine}});
}

TEST(RtspTest, MessagesAndMediaBetween) {
  const Result result = CheckEveryCut(
      {{kClient, "PLAY rtsp://u:pw@cam/1 RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: VLC\r\n\r\n"},
       {kServer, "RTSP/1.0 200 OK\r\nServer: cam\r\n\r\n" + S("$\0\0\5ab\ncd$\1\0\1\n") +
                     "RTSP/1.0 454 no\r\n\r\n"},
       {kClient, S("$\1\0\3\n\n\n") + "TEARDOWN rtsp://cam/1 RTSP/1.0\r\n\r\n"}},
      {.server_port = 5541});
  EXPECT_THAT(result.protocols, ElementsAre("rtsp"));
  EXPECT_THAT(result.facts, ElementsAre("rtsp_method=PLAY", "rtsp_url=rtsp://cam/1",
                                        "rtsp_user_agent=VLC", "rtsp_status=200", "rtsp_server=cam",
                                        "rtsp_status=454", "rtsp_method=TEARDOWN"));
}

TEST(RtspTest, Version2) {
  CheckProbe(&ProbeRtsp, {{"Request", "OPTIONS * RTSP/2.0\r\n", Verdict::kMatch},
                          {"Answer", "RTSP/2.0 200 OK\r\n", Verdict::kMatch},
                          {"Version 3", "RTSP/3.0 200 OK\r\n", Verdict::kNotMine}});
  EXPECT_THAT(CheckEveryCut({{kClient, "SETUP rtsp://cam/1 RTSP/2.0\r\nCSeq: 1\r\n\r\n"},
                             {kServer, "RTSP/2.0 200 OK\r\nCSeq: 1\r\n\r\n"}},
                            {.server_port = 5541})
                  .facts,
              ElementsAre("rtsp_method=SETUP", "rtsp_url=rtsp://cam/1", "rtsp_status=200"));
}

}  // namespace
}  // namespace rustnet::net
