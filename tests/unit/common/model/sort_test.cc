// SPDX-License-Identifier: Apache-2.0
#include "common/model/sort.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "common/base/status.h"

namespace rustnet::model {
namespace {

std::vector<Connection> Rows() {
  std::vector<Connection> rows(5);
  for (size_t i = 0; i < rows.size(); ++i) rows[i].id = 10 + i;
  const char* const names[] = {"firefox", "curl", "", "Zeek", "curl"};
  const uint64_t down[] = {5, 50, 0, 50, 7};
  for (size_t i = 0; i < rows.size(); ++i) {
    rows[i].process.name = names[i];
    rows[i].counters.receive_rate = down[i];
    rows[i].first_seen = static_cast<Time>(100 - i) * kSecond;
  }
  rows[0].rtt_us = 900;
  rows[3].rtt_us = 100;
  rows[1].remote.ip = *IpAddress::Parse("9.0.0.1");
  rows[2].remote.ip = *IpAddress::Parse("10.0.0.1");
  rows[3].remote.ip = *IpAddress::Parse("::1");
  return rows;
}

// The ids in order, or the error.
std::string Sorted(std::string_view text) {
  const auto order = SortOrder::Parse(text);
  if (!order.ok()) return Message(order.status());
  std::vector<Connection> rows = Rows();
  std::shuffle(rows.begin(), rows.end(), std::mt19937(3));
  std::sort(rows.begin(), rows.end(),
            [&](const Connection& a, const Connection& b) { return order->Less(a, b); });
  std::string ids;
  for (const Connection& row : rows) ids += std::to_string(row.id) + " ";
  return ids;
}

TEST(SortTest, Orders) {
  EXPECT_EQ(Sorted(""), "10 11 12 13 14 ");
  EXPECT_EQ(Sorted("id:desc"), "14 13 12 11 10 ");
  EXPECT_EQ(Sorted("down"), "11 13 14 10 12 ");
  EXPECT_EQ(Sorted("down:asc"), "12 10 14 11 13 ");
  EXPECT_EQ(Sorted("process"), "12 11 14 10 13 ");
  EXPECT_EQ(Sorted("process,down:asc"), "12 14 11 10 13 ");
  EXPECT_EQ(Sorted(" Process:ASC , id:desc "), "12 14 11 10 13 ");
  EXPECT_EQ(Sorted("rtt"), "10 13 11 12 14 ");
  EXPECT_EQ(Sorted("remote"), "10 14 11 12 13 ");  // as numbers, not as texts
  EXPECT_EQ(Sorted("age"), "14 13 12 11 10 ");     // the oldest first
}

TEST(SortTest, ErrorsAreOneSentence) {
  EXPECT_EQ(Sorted("dwn"), "sort: unknown key 'dwn'; did you mean 'down'?");
  EXPECT_EQ(Sorted("down:up"), "sort: 'up' is neither asc nor desc");
  EXPECT_EQ(Sorted("down,,up"),
            "sort: unknown key ''; known are e.g. down, rate, age, process, remote");
}

TEST(SortTest, CanonicalIsOneWay) {
  const auto canonical = [](std::string_view text) { return SortOrder::Parse(text)->Canonical(); };
  EXPECT_EQ(canonical(""), "id:asc");
  EXPECT_EQ(canonical("id"), "id:asc");
  EXPECT_EQ(canonical("DOWN"), "down:desc");
  EXPECT_EQ(canonical("down,down:asc,process"), "down:desc,process:asc");
  EXPECT_EQ(canonical("process,id:desc,down"), "process:asc,id:desc");
}

TEST(SortTest, EveryKeyIsAStrictTotalOrder) {
  const std::vector<Connection> rows = Rows();
  for (const SortKeyInfo& key : SortKeys()) {
    const auto order = SortOrder::Parse(key.name);
    ASSERT_TRUE(order.ok()) << key.name;
    for (const Connection& a : rows) {
      EXPECT_FALSE(order->Less(a, a)) << key.name;
      for (const Connection& b : rows) {
        if (a.id == b.id) continue;
        EXPECT_NE(order->Less(a, b), order->Less(b, a)) << key.name;
      }
    }
  }
}

TEST(SortTest, EveryColumnHasAKey) {
  for (const char* name : {"id",    "process", "pid",   "remote", "local",    "country", "service",
                           "app",   "state",   "rtt",   "down",   "up",       "total",   "rate",
                           "bytes", "age",     "proto", "iface",  "duration", "user"}) {
    EXPECT_TRUE(SortOrder::Parse(name).ok()) << name;
  }
}

}  // namespace
}  // namespace rustnet::model
