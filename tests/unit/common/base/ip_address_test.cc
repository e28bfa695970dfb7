// SPDX-License-Identifier: Apache-2.0
#include "common/base/ip_address.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rustnet {
namespace {

std::string Canonical(std::string_view text) {
  const auto address = IpAddress::Parse(text);
  return address ? address->ToString() : "-";
}

struct Case {
  const char* text;
  const char* canonical;
};

// RFC 5952 sections 4 and 5; RFC 4291 section 2.2.
constexpr Case kCases[] = {
    {"192.0.2.1", "192.0.2.1"},
    {"0.0.0.0", "0.0.0.0"},
    {"255.255.255.255", "255.255.255.255"},
    {"2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"},
    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},     // of equal runs the first
    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},           // the longest run
    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},  // one group is not shortened
    {"2001:DB8::ABCD", "2001:db8::abcd"},
    {"::", "::"},
    {"::1", "::1"},
    {"1::", "1::"},
    {"fe80::1", "fe80::1"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
    {"::ffff:c000:201", "::ffff:192.0.2.1"},
    {"64:ff9b::192.0.2.33", "64:ff9b::c000:221"},
    {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"},
    // Not addresses.
    {"", "-"},
    {"1.2.3", "-"},
    {"1.2.3.4.5", "-"},
    {"256.0.0.1", "-"},
    {"1.2.3.4 ", "-"},
    {"1.2.3.", "-"},
    {"1.2.3.0x4", "-"},
    {"1.2.3.1000", "-"},
    {":", "-"},
    {":::", "-"},
    {"1::2::3", "-"},
    {"1:2:3:4:5:6:7", "-"},
    {"1:2:3:4:5:6:7:8:9", "-"},
    {"1:2:3:4:5:6:7:8::", "-"},
    {"12345::", "-"},
    {"g::", "-"},
    {"::1%eth0", "-"},
    {"1.2.3.4::", "-"},
    {"::1.2.3", "-"},
    {"[::1]", "-"},
};

TEST(IpAddressTest, TextIsCanonical) {
  for (const Case& c : kCases) {
    EXPECT_EQ(Canonical(c.text), c.canonical) << c.text;
    if (c.canonical[0] != '-') {
      EXPECT_EQ(Canonical(c.canonical), c.canonical);
    }
  }
}

TEST(IpAddressTest, EveryPrefixOfATextIsSafe) {
  for (const Case& c : kCases) {
    const std::string_view whole = c.text;
    for (size_t n = 0; n < whole.size(); ++n) {
      const std::string heap(whole.substr(0, n));
      const auto address = IpAddress::Parse(heap);
      if (address) {
        EXPECT_EQ(IpAddress::Parse(address->ToString()), address) << heap;
      }
    }
  }
}

TEST(IpAddressTest, BytesAreFourSixteenOrNone) {
  const std::vector<uint8_t> bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
  for (size_t n = 0; n <= bytes.size(); ++n) {
    const IpAddress address(Bytes(bytes).first(n));
    EXPECT_EQ(address.bytes().size(), n == 4 || n == 16 ? n : 0) << n;
  }
  EXPECT_EQ(IpAddress::V4(0x01020304).ToString(), "1.2.3.4");
  EXPECT_EQ(IpAddress().ToString(), "");
}

TEST(IpAddressTest, Kinds) {
  const auto parse = [](const char* text) { return *IpAddress::Parse(text); };
  EXPECT_TRUE(parse("127.255.0.1").IsLoopback());
  EXPECT_FALSE(parse("128.0.0.1").IsLoopback());
  EXPECT_TRUE(parse("::1").IsLoopback());
  EXPECT_FALSE(parse("::2").IsLoopback());
  EXPECT_TRUE(parse("224.0.0.1").IsMulticast());
  EXPECT_TRUE(parse("239.255.255.255").IsMulticast());
  EXPECT_FALSE(parse("240.0.0.1").IsMulticast());
  EXPECT_TRUE(parse("ff02::1").IsMulticast());
  EXPECT_TRUE(parse("169.254.1.1").IsLinkLocal());
  EXPECT_TRUE(parse("febf::1").IsLinkLocal());
  EXPECT_FALSE(parse("fec0::1").IsLinkLocal());
  EXPECT_TRUE(parse("0.0.0.0").IsUnspecified());
  EXPECT_TRUE(parse("::").IsUnspecified());
  EXPECT_FALSE(IpAddress().IsUnspecified());
  EXPECT_TRUE(parse("255.255.255.255").IsBroadcast());
  EXPECT_FALSE(parse("255.255.255.254").IsBroadcast());
}

TEST(IpAddressTest, UnmappedIsTheFourBytesInside) {
  EXPECT_EQ(IpAddress::Parse("::ffff:192.0.2.1")->Unmapped(), IpAddress::V4(0xc0000201));
  EXPECT_EQ(IpAddress::Parse("::fffe:192.0.2.1")->Unmapped(),
            *IpAddress::Parse("::fffe:192.0.2.1"));
  EXPECT_EQ(IpAddress::V4(5).Unmapped(), IpAddress::V4(5));
}

TEST(IpAddressTest, OrderIsByFamilyThenNumber) {
  EXPECT_LT(*IpAddress::Parse("9.0.0.0"), *IpAddress::Parse("10.0.0.0"));
  EXPECT_LT(*IpAddress::Parse("255.0.0.0"), *IpAddress::Parse("::"));
  EXPECT_LT(IpAddress(), IpAddress::V4(0));
}

bool Inside(std::string_view network, std::string_view address) {
  const auto cidr = Cidr::Parse(network);
  return cidr && cidr->Contains(*IpAddress::Parse(address));
}

TEST(CidrTest, Contains) {
  EXPECT_TRUE(Inside("10.0.0.0/8", "10.255.255.255"));
  EXPECT_FALSE(Inside("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(Inside("10/8", "10.1.2.3"));
  EXPECT_TRUE(Inside("192.168/16", "192.168.3.4"));
  EXPECT_TRUE(Inside("192.168.77.1/16", "192.168.3.4"));  // host bits do not count
  EXPECT_TRUE(Inside("10.0.0.128/25", "10.0.0.129"));
  EXPECT_FALSE(Inside("10.0.0.128/25", "10.0.0.127"));
  EXPECT_TRUE(Inside("0/0", "1.2.3.4"));
  EXPECT_FALSE(Inside("0/0", "::1"));
  EXPECT_TRUE(Inside("::/0", "::1"));
  EXPECT_TRUE(Inside("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(Inside("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(Inside("10.0.0.1", "10.0.0.1"));
  EXPECT_FALSE(Inside("10.0.0.1", "10.0.0.2"));
  EXPECT_TRUE(Inside("::1/128", "::1"));
  EXPECT_FALSE(Cidr::Parse("10.0.0.0/8")->Contains(IpAddress()));
}

TEST(CidrTest, RefusesWhatIsNone) {
  for (const char* text : {"", "/", "/8", "10", "10/", "10/33", "10/-1", "10/8/8", "10.0.0.0/8x",
                           "::/129", "x/8", "1.2.3.4.5/8", "10/0008"}) {
    EXPECT_FALSE(Cidr::Parse(text)) << text;
  }
}

TEST(MacAddressTest, IsLowerCaseWithColons) {
  EXPECT_EQ(ToString(MacAddress{0, 1, 0xab, 0xcd, 0xef, 0xff}), "00:01:ab:cd:ef:ff");
}

}  // namespace
}  // namespace rustnet
