// SPDX-License-Identifier: Apache-2.0
#include "common/net/names/passive_dns.h"

#include <gtest/gtest.h>

#include <set>

namespace rustnet::net {
namespace {

using Source = PassiveDns::Source;

IpAddress Ip(const std::string& text) { return *IpAddress::Parse(text); }

class PassiveDnsTest : public testing::Test {
 protected:
  std::string NameOf(const IpAddress& client, const IpAddress& address, Time now) {
    const auto found = names_.Find(client, address, now);
    return found ? std::string(found->name) : "";
  }
  const IpAddress me_ = Ip("10.0.0.1");
  const IpAddress other_ = Ip("10.0.0.2");
  const IpAddress web_ = Ip("192.0.2.1");
  PassiveDns names_{3};
};

TEST_F(PassiveDnsTest, WhatTheClientWasToldComesFirst) {
  EXPECT_FALSE(names_.Find(me_, web_, 0));
  names_.Add(me_, "mine.example", web_, 60, 1 * kSecond);
  names_.Add(other_, "others.example", web_, 60, 2 * kSecond);
  const auto mine = names_.Find(me_, web_, 3 * kSecond);
  ASSERT_TRUE(mine);
  EXPECT_EQ(mine->name, "mine.example");
  EXPECT_EQ(mine->source, Source::kToldClient);
  EXPECT_EQ(mine->told, 1 * kSecond);
  const auto guess = names_.Find(Ip("10.0.0.3"), web_, 3 * kSecond);
  ASSERT_TRUE(guess);
  EXPECT_EQ(guess->name, "others.example");
  EXPECT_EQ(guess->source, Source::kToldOther);
}

TEST_F(PassiveDnsTest, TheNewestOfSeveral) {
  names_.Add(me_, "a.example", web_, 60, 1);
  names_.Add(me_, "b.example", web_, 60, 2);
  EXPECT_EQ(NameOf(me_, web_, 3), "b.example");
  names_.Add(me_, "a.example", web_, 60, 4);
  EXPECT_EQ(NameOf(me_, web_, 5), "a.example");
}

TEST_F(PassiveDnsTest, NamesExpireButNotTooSoonNorTooLate) {
  names_.Add(me_, "short.example", web_, 0, 0);
  EXPECT_EQ(NameOf(me_, web_, 600 * kSecond - 1), "short.example");
  EXPECT_EQ(NameOf(me_, web_, 600 * kSecond), "");
  names_.Add(me_, "middle.example", web_, 3600, 0);
  EXPECT_EQ(NameOf(me_, web_, 3600 * kSecond - 1), "middle.example");
  EXPECT_EQ(NameOf(me_, web_, 3600 * kSecond), "");
  names_.Add(me_, "long.example", web_, 0xffffffff, 0);
  EXPECT_EQ(NameOf(me_, web_, 86'400 * kSecond), "");
}

TEST_F(PassiveDnsTest, FourNamesAnAddress) {
  for (int i = 0; i < 6; ++i) {
    names_.Add(Ip("10.0.1." + std::to_string(i)), "n" + std::to_string(i), web_, 60, i);
  }
  EXPECT_EQ(NameOf(Ip("10.0.1.2"), web_, 10), "n2");
  EXPECT_EQ(NameOf(Ip("10.0.1.1"), web_, 10), "n5");  // its own was the oldest and is gone
}

TEST_F(PassiveDnsTest, TheLeastRecentlyUsedAddressMakesRoom) {
  for (int i = 1; i <= 3; ++i) names_.Add(me_, "n", Ip("192.0.2." + std::to_string(i)), 60, i);
  EXPECT_EQ(NameOf(me_, Ip("192.0.2.1"), 4), "n");  // used
  names_.Add(me_, "n", Ip("192.0.2.4"), 60, 5);
  EXPECT_EQ(names_.size(), 3u);
  EXPECT_EQ(names_.evicted(), 1u);
  EXPECT_EQ(NameOf(me_, Ip("192.0.2.2"), 6), "");
  EXPECT_EQ(NameOf(me_, Ip("192.0.2.1"), 6), "n");
}

TEST_F(PassiveDnsTest, NamesBecomePrintable) {
  names_.Add(me_, "evil\x1b[2J.example", web_, 60, 0);
  EXPECT_EQ(NameOf(me_, web_, 1), "evil\u241b[2J.example");
  names_.Add(me_, "", Ip("192.0.2.9"), 60, 0);
  EXPECT_EQ(names_.size(), 1u);
  names_.Add(me_, std::string(5000, 'a'), web_, 60, 2);
  EXPECT_EQ(NameOf(me_, web_, 3).size(), 255u);
}

TEST_F(PassiveDnsTest, V4AndV6AreDifferentKeys) {
  names_.Add(me_, "four", Ip("1.2.3.4"), 60, 0);
  EXPECT_EQ(NameOf(me_, Ip("102:304::"), 1), "");
}

}  // namespace
}  // namespace rustnet::net
