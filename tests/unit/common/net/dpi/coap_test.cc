// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(CoapTest, CodeAndPath) {
  const std::string get =
      S("\x41\1\0\1t\xb3"
        "foo\x03"
        "bar");
  CheckProbe(&ProbeCoap, {{"Get", get, Verdict::kMatch},
                          {"Version 2", "\x81", Verdict::kNotMine},
                          {"Code", S("\x41\x60\0\1"), Verdict::kNotMine}});
  const Result result =
      Feed({{kClient, get}, {kServer, S("\x61\x45\0\1t\xffhello")}}, OnPort(5683));
  EXPECT_THAT(result.protocols, ElementsAre("coap"));
  EXPECT_THAT(result.facts, ElementsAre("coap_code=0.01", "coap_path=/foo/bar", "coap_code=2.05"));
}

}  // namespace
}  // namespace rustnet::net
