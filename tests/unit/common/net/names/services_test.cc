// SPDX-License-Identifier: Apache-2.0
#include "common/net/names/services.h"

#include <gtest/gtest.h>

namespace rustnet::net {
namespace {

TEST(ServicesTest, ByPortAndProtocol) {
  EXPECT_EQ(ServiceName(443, Protocol::kTcp), "https");
  EXPECT_EQ(ServiceName(443, Protocol::kUdp), "https");
  EXPECT_EQ(ServiceName(22, Protocol::kTcp), "ssh");
  EXPECT_EQ(ServiceName(22, Protocol::kUdp), "");
  EXPECT_EQ(ServiceName(514, Protocol::kTcp), "shell");
  EXPECT_EQ(ServiceName(514, Protocol::kUdp), "syslog");
  EXPECT_EQ(ServiceName(80, Protocol::kSctp), "http");
  EXPECT_EQ(ServiceName(80, Protocol::kIcmp), "");
  EXPECT_EQ(ServiceName(0, Protocol::kTcp), "");
  EXPECT_EQ(ServiceName(65535, Protocol::kTcp), "");
}

// The table is searched by halves: an entry out of order could not be found.
TEST(ServicesTest, EachWellKnownPortIsFound) {
  size_t found = 0;
  for (uint32_t port = 0; port < 65536; ++port) {
    const uint16_t p = static_cast<uint16_t>(port);
    if (!ServiceName(p, Protocol::kTcp).empty() || !ServiceName(p, Protocol::kUdp).empty()) ++found;
  }
  EXPECT_GE(found, 340u);
  for (const uint16_t port :
       std::initializer_list<uint16_t>{1, 53, 123, 3306, 5353, 41641, 51820}) {
    EXPECT_FALSE(ServiceName(port, Protocol::kTcp).empty() &&
                 ServiceName(port, Protocol::kUdp).empty())
        << port;
  }
}

}  // namespace
}  // namespace rustnet::net
