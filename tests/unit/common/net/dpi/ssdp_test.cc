// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

TEST(SsdpTest, SearchNotifyAnswer) {
  const std::string search =
      "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nST: ssdp:all\r\n\r\n";
  CheckProbe(&ProbeSsdp, {{"Search", search, Verdict::kMatch},
                          {"HTTP", "GET / HTTP/1.1\r\n", Verdict::kNotMine}});
  const Result result = Feed({{kClient, search},
                              {kClient, "NOTIFY * HTTP/1.1\r\nnt:upnp:rootdevice\r\n\r\n"},
                              {kServer, "HTTP/1.1 200 OK\r\nST : x\n\n"}},
                             OnPort(1900));
  EXPECT_THAT(result.facts,
              ElementsAre("ssdp_method=M-SEARCH", "ssdp_st=ssdp:all", "ssdp_method=NOTIFY",
                          "ssdp_st=upnp:rootdevice", "ssdp_method=RESPONSE", "ssdp_st=x"));
  CheckTruncations(search, 1900, 2);
}

}  // namespace
}  // namespace rustnet::net
