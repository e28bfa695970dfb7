// SPDX-License-Identifier: Apache-2.0
#include "client/text/format.h"

#include <gtest/gtest.h>

#include "client/text/width.h"

namespace rustnet::client {
namespace {

using model::Connection;

Connection Tls() {
  Connection row;
  row.protocol = model::Protocol::kTcp;
  row.direction = model::Direction::kOutgoing;
  row.state = model::State::kTcpEstablished;
  row.remote.address = "203.0.113.7";
  row.remote.ip = *IpAddress::Parse("203.0.113.7");
  row.remote.port = 443;
  row.application.protocol = "tls";
  row.application.summary = "1.3 h2";
  row.application.evidence = model::Evidence::kHandshake;
  return row;
}

TEST(FormatTest, Rates) {
  struct Case {
    uint64_t rate;
    const char* text;
  };
  constexpr Case kCases[] = {{0, "-"},
                             {1, "1B"},
                             {1023, "1023B"},
                             {1024, "1K"},
                             {928 * 1024, "928K"},
                             {1023 * 1024, "1023K"},
                             {1024 * 1024 - 1, "1.0M"},
                             {16'462'643, "15.7M"},
                             {104'857'600, "100M"},
                             {1'073'741'823, "1.0G"},
                             {UINT64_MAX, "16.0E"}};
  for (const Case& c : kCases) EXPECT_EQ(RateText(c.rate), c.text);
}

TEST(FormatTest, NoRateAndNoRttIsWiderThanFiveCells) {
  for (uint64_t n = 1; n != 0 && n < UINT64_MAX / 3; n = n * 3 / 2 + 1) {
    EXPECT_LE(RateText(n).size(), 5U) << n;
    if (n > UINT32_MAX) continue;
    EXPECT_LE(RttText(static_cast<uint32_t>(n)).size(), 5U) << n;
  }
  EXPECT_EQ(RttText(std::nullopt), "-");
  EXPECT_EQ(RttText(400), "0.4ms");
  EXPECT_EQ(RttText(9'949), "9.9ms");
  EXPECT_EQ(RttText(9'960), "10ms");
  EXPECT_EQ(RttText(999'499), "999ms");
  EXPECT_EQ(RttText(1'200'000), "1.2s");
}

TEST(FormatTest, WhoOwnsTheSocketOrWhyNobodyDoes) {
  Connection row;
  row.process.name = "firefox";
  row.process.pid = 4803;
  EXPECT_EQ(ProcessText(row), "firefox (4803)");
  row.process = {};
  row.process.quality = model::Quality::kKernel;
  EXPECT_EQ(ProcessText(row), "kernel");
  row.process = {};
  row.process.quality = model::Quality::kNone;
  row.process.reason = model::NoOwner::kSocketClosedBeforeStart;
  EXPECT_EQ(ProcessText(row), "? socket closed");
  row.process = {};
  row.process.uid = 1000;
  row.process.quality = model::Quality::kUidOnly;
  EXPECT_EQ(ProcessText(row), "uid 1000");
}

TEST(FormatTest, Remotes) {
  Connection row = Tls();
  EXPECT_EQ(RemoteText(row, true, false).text, "203.0.113.7:443");
  EXPECT_EQ(RemoteText(row, true, true).text, "203.0.113.7:https");
  row.remote.names = {{"example.org", model::NameSource::kSni}};
  EXPECT_EQ(RemoteText(row, true, false).text, "example.org:443");
  EXPECT_EQ(RemoteText(row, false, false).text, "203.0.113.7:443");
  row.remote.names[0].source = model::NameSource::kDnsAnswer;
  EXPECT_EQ(RemoteText(row, true, false).text, "~example.org:443");
  row.remote.names.clear();
  row.remote.address = "2001:db8::1";
  row.remote.ip = *IpAddress::Parse("2001:db8::1");
  EXPECT_EQ(RemoteText(row, true, false).text, "[2001:db8::1]:443");
  EXPECT_EQ(CopyText(row), "[2001:db8::1]:443");
  row.protocol = model::Protocol::kIcmpv6;
  row.remote.kind = model::AddressKind::kGateway;
  EXPECT_EQ(RemoteText(row, true, false).text, "2001:db8::1 (gw)");
  EXPECT_EQ(CopyText(row), "2001:db8::1");
  row.remote.kind = model::AddressKind::kMulticast;
  EXPECT_EQ(RemoteText(row, true, false).text, "mcast 2001:db8::1");
}

TEST(FormatTest, ANameIsShownOnce) {
  Connection row = Tls();
  row.application.name = "example.org";
  EXPECT_EQ(ApplicationText(row, true), "TLS 1.3 h2 (example.org)");
  row.remote.names = {{"Example.org", model::NameSource::kSni}};
  EXPECT_EQ(ApplicationText(row, true), "TLS 1.3 h2");
  EXPECT_EQ(ApplicationText(row, false), "TLS 1.3 h2 (example.org)");
  row.direction = model::Direction::kIncoming;
  EXPECT_EQ(ApplicationText(row, true), "TLS 1.3 h2 ←");
}

TEST(FormatTest, AGuessByPortIsMarked) {
  Connection row = Tls();
  row.application = {};
  EXPECT_EQ(ApplicationText(row, true), "TCP");
  row.application.protocol = "https";
  row.application.evidence = model::Evidence::kPort;
  EXPECT_EQ(ApplicationText(row, true), "https?");
}

TEST(FormatTest, StatesInSixCellsIfNeedBe) {
  Connection row = Tls();
  EXPECT_EQ(StateText(row, true), "ESTAB");
  EXPECT_EQ(StateText(row, false), "ESTABLISHED");
  row.state_text = "ANSWERED";
  EXPECT_EQ(StateText(row, true), "ANSWD");
  row.historic = true;
  EXPECT_EQ(StateText(row, true), "closed");
}

TEST(FormatTest, Staleness) {
  Connection row = Tls();
  row.last_seen = 1'000 * kSecond;
  row.idle_timeout_seconds = 100;
  EXPECT_EQ(StalenessOf(row, 1'074 * kSecond), Staleness::kFresh);
  EXPECT_EQ(StalenessOf(row, 1'075 * kSecond), Staleness::kStale);
  EXPECT_EQ(StalenessOf(row, 1'090 * kSecond), Staleness::kVeryStale);
  row.idle_timeout_seconds = 0;
  EXPECT_EQ(StalenessOf(row, 9'999 * kSecond), Staleness::kFresh);
}

TEST(FormatTest, Ages) {
  EXPECT_EQ(AgeText(-5), "0 s");
  EXPECT_EQ(AgeText(119 * kSecond), "119 s");
  EXPECT_EQ(AgeText(120 * kSecond), "2 min");
  EXPECT_EQ(AgeText(3 * 86'400 * kSecond), "3 d");
  EXPECT_EQ(Grouped(48211), "48 211");
  EXPECT_EQ(Grouped(1234567), "1 234 567");
  EXPECT_EQ(Grouped(12), "12");
}

}  // namespace
}  // namespace rustnet::client
