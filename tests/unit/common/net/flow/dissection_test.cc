// SPDX-License-Identifier: Apache-2.0
// Payload on its way through the table to the dissectors and back as facts.
#include "common/net/flow/dissection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/common/net/flow/packets.h"

namespace rustnet::net {
namespace {

const std::string kRequest =
    "GET /index.html HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: test/1\r\n\r\n";
const std::string kResponse = "HTTP/1.1 204 No Content\r\nServer: tiny\r\n\r\n";

std::string Fact(const FlowView& view, std::string_view field) {
  if (view.application == nullptr) return "(nothing)";
  for (const ApplicationFacts::Value& value : view.application->values) {
    if (value.field->name == field) return std::string(value.text);
  }
  return "(none)";
}

std::string App(const FlowView& view) {
  return view.application == nullptr ? "" : std::string(view.application->protocols[0]->name);
}

std::vector<Packet> Handshake(const Talk& talk) {
  return {talk.Tcp(kStart, true, kSyn, 999, 0), talk.Tcp(kStart, false, kSyn | kAck, 4999, 1000),
          talk.Tcp(kStart, true, kAck, 1000, 5000)};
}

TEST(DissectionTest, WhatWasReportedIsWithdrawn) {
  const Talk talk{.server_port = 9999};
  FlowTable table({});
  Add(&table, Handshake(talk));
  Add(&table, {talk.Tcp(kStart + 1, true, kAck | kPsh, 1000, 5000, kRequest)});
  EXPECT_EQ(App(Changes(&table, kStart + 1).at(0)), "http");
  Add(&table, {talk.Tcp(kStart + 2, false, kAck | kPsh, 5000,
                        static_cast<uint32_t>(1000 + kRequest.size()), "502 what?\r\n")});
  EXPECT_EQ(Changes(&table, kStart + 2).at(0).application, nullptr);
}

TEST(DissectionTest, ARequestCutAnywhereIsRead) {
  const Talk talk;
  for (size_t cut = 0; cut <= kRequest.size(); ++cut) {
    for (const bool swapped : {false, true}) {
      FlowTable table({});
      Add(&table, Handshake(talk));
      std::vector<Packet> parts = {
          talk.Tcp(kStart + 1, true, kAck | kPsh, 1000, 5000,
                   std::string_view(kRequest).substr(0, cut)),
          talk.Tcp(kStart + 1, true, kAck | kPsh, static_cast<uint32_t>(1000 + cut), 5000,
                   std::string_view(kRequest).substr(cut))};
      if (swapped) std::swap(parts[0], parts[1]);
      Add(&table, parts);
      Add(&table, {talk.Tcp(kStart + 2, false, kAck | kPsh, 5000,
                            static_cast<uint32_t>(1000 + kRequest.size()), kResponse)});
      const FlowView view = Changes(&table, kStart + 2).at(0);
      ASSERT_EQ(App(view), "http") << cut;
      EXPECT_EQ(Fact(view, "http_host"), "www.example.org") << cut;
      EXPECT_EQ(Fact(view, "http_status"), "204") << cut;
      EXPECT_EQ(view.idle_timeout_seconds, 600U);
    }
  }
}

TEST(DissectionTest, DataInASynIsRead) {
  FlowTable table({});
  const Talk talk;
  Add(&table, {talk.Tcp(kStart, true, kSyn, 999, 0, kRequest),
               talk.Tcp(kStart, false, kSyn | kAck, 4999, 1000)});
  EXPECT_EQ(Fact(Changes(&table, kStart).at(0), "http_host"), "www.example.org");
}

TEST(DissectionTest, WhatWasProvedIsToldOnceAndKeptToTheEnd) {
  FlowTable table({});
  const Talk talk;
  Add(&table, Handshake(talk));
  EXPECT_EQ(App(Changes(&table, kStart).at(0)), "");
  Add(&table, {talk.Tcp(kStart + 1, true, kAck, 1000, 5000, kRequest)});
  const FlowView first = Changes(&table, kStart + 1).at(0);
  Add(&table, {talk.Tcp(kStart + 2, false, kAck, 5000, 1200)});
  const FlowView second = Changes(&table, kStart + 2).at(0);
  EXPECT_EQ(first.application.get(), second.application.get()) << "nothing new: shared";
  table.Advance(kStart + 3600 * kSecond);
  const FlowView last = Changes(&table, kStart + 3600 * kSecond).at(0);
  EXPECT_TRUE(last.ended);
  EXPECT_EQ(App(last), "http");
}

TEST(DissectionTest, WhatIsHeldBehindAHoleIsReadAtTheEnd) {
  FlowTable table({});
  const Talk talk;
  Add(&table, Handshake(talk));
  Add(&table, {talk.Tcp(kStart + 1, true, kAck, 1000 + 500, 5000, kRequest)});
  EXPECT_EQ(App(Views(table, kStart + 1).at(0)), "");
  table.Finish();
  EXPECT_EQ(App(Views(table, kStart + 1).at(0)), "http");
  EXPECT_EQ(table.counters().stream_gaps, 1U);
}

TEST(DissectionTest, AHoleBehindWhichTheReceiverIsDoesNotStopTheReader) {
  FlowTable table({});
  const Talk talk;
  Add(&table, Handshake(talk));
  const auto end = static_cast<uint32_t>(1500 + kRequest.size());
  Add(&table, {talk.Tcp(kStart + 1, true, kAck, 1500, 5000, kRequest)});
  for (int i = 0; i < 4; ++i) Add(&table, {talk.Tcp(kStart + 2, false, kAck, 5000, end)});
  EXPECT_EQ(App(Views(table, kStart + 2).at(0)), "http");
}

TEST(DissectionTest, WithoutDissectionNothingIsProved) {
  FlowOptions options;
  options.dissect = false;
  FlowTable table(options);
  const Talk talk;
  Add(&table, Handshake(talk));
  Add(&table, {talk.Tcp(kStart + 1, true, kAck, 1000, 5000, kRequest)});
  EXPECT_EQ(App(Views(table, kStart + 1).at(0)), "");
}

// Half a minute without a packet ends an inspection that nobody's word keeps, and nothing else.
TEST(DissectionTest, ASilentFlowThatNobodyKnewIsGivenUp) {
  // "H" may begin an answer, and with what follows does not; without it there is no inspection.
  for (const auto& [opening, pause, app] : {std::tuple{"H" + std::string(9, '\xfe'), 40, ""},
                                            std::tuple{"H" + std::string(9, '\xfe'), 20, "http"},
                                            std::tuple{std::string(10, '\x81'), 40, "http"},
                                            std::tuple{std::string("GET /"), 40, "http"}}) {
    FlowTable table({});
    const Talk talk;
    Add(&table, Handshake(talk));
    const bool begun = opening == "GET /";
    const auto size = static_cast<uint32_t>(opening.size());
    // The server speaks first, or the client's request comes in two pieces.
    const uint32_t first = opening[0] == '\x81' ? size : 1;
    for (const auto& [at, part] :
         {std::pair{0U, opening.substr(0, first)}, std::pair{first, opening.substr(first)}}) {
      Add(&table, {begun ? talk.Tcp(kStart + 1, true, kAck, 1000 + at, 5000, part)
                         : talk.Tcp(kStart + 1, false, kAck, 5000 + at, 1000, part)});
    }
    const Time later = kStart + pause * kSecond;
    for (Time now = kStart; now <= later; now += kSecond) table.Advance(now);
    Add(&table, {begun ? talk.Tcp(later, true, kAck, 1000 + size, 5000, kRequest.substr(size))
                       : talk.Tcp(later, true, kAck, 1000, 5000 + size, kRequest)});
    EXPECT_EQ(App(Views(table, later).at(0)), app) << opening << ", " << pause;
  }
}

// What nobody knows costs no inspection, is looked at again with the next segment, and is given up
// after as many as an inspection would take.
TEST(DissectionTest, WhatNobodyKnowsIsLookedAtAFewTimes) {
  for (const uint32_t misses : {1U, 7U, 8U}) {
    FlowOptions options;
    options.dissection_bytes_total = 1;  // any would be starved
    for (const bool known : {false, true}) {
      if (known) options.dissection_bytes_total = 1 << 20;
      FlowTable table(options);
      const Talk talk;
      Add(&table, Handshake(talk));
      uint32_t sequence = 1000;
      for (uint32_t i = 0; i < misses; ++i, sequence += 10) {
        const std::string noise(10, '\x81');
        Add(&table, {talk.Tcp(kStart + 1, true, kAck, sequence, 5000 + i * 10, noise),
                     talk.Tcp(kStart + 1, false, kAck, 5000 + i * 10, sequence + 10, noise)});
      }
      EXPECT_EQ(table.counters().dissections_dropped, 0U);
      if (!known) continue;
      Add(&table, {talk.Tcp(kStart + 2, true, kAck, sequence, 5000, kRequest)});
      EXPECT_EQ(App(Views(table, kStart + 2).at(0)), misses < 8 ? "http" : "") << misses;
    }
  }
}

// Segments of an opening that overtook each other are put in order before anybody is asked.
TEST(DissectionTest, AnOpeningWhoseSecondHalfCameFirstIsKnown) {
  FlowTable table({});
  const Talk talk;
  Add(&table, Handshake(talk));
  Add(&table, {talk.Tcp(kStart + 1, true, kAck, 1010, 5000, kRequest.substr(10)),
               talk.Tcp(kStart + 2, true, kAck, 1000, 5000, kRequest.substr(0, 10))});
  EXPECT_EQ(App(Views(table, kStart + 2).at(0)), "http");
}

TEST(DissectionTest, MemoryOfAllDissectionsIsBounded) {
  FlowOptions options;
  options.dissection_bytes_total = 100'000;
  FlowTable table(options);
  // Openings that nobody can decide yet, on many flows.
  const std::string opening = "GET /" + std::string(900, 'a');
  for (uint16_t port = 1; port <= 500; ++port) {
    const Talk talk{.client_port = port};
    Add(&table, {talk.Tcp(kStart, true, kAck, 1, 1, opening)});
  }
  EXPECT_GT(table.counters().dissections_dropped, 300U);
  EXPECT_LT(table.counters().dissections_dropped, 500U);
  // What ends gives its memory back.
  table.Advance(kStart + 3600 * kSecond);
  Changes(&table, kStart + 3600 * kSecond);
  const Talk talk;
  Add(&table, {talk.Tcp(kStart + 3600 * kSecond, true, kAck, 1000, 5000, kRequest)});
  EXPECT_EQ(App(Changes(&table, kStart + 3600 * kSecond).at(0)), "http");
}

std::string DnsQuery() {
  std::string query("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  return query + std::string(
                     "\x03www\x07"
                     "example\x03org\0\x00\x01\x00\x01",
                     21);
}

std::string DnsAnswer() {
  std::string answer = DnsQuery();
  answer[2] = '\x81';
  answer[3] = '\x80';
  answer[7] = 1;
  return answer +
         std::string("\xC0\x0C\x00\x01\x00\x01\x00\x00\x00\x3C\x00\x04\xC0\x00\x02\x07", 16);
}

class Learner : public Knowledge {
 public:
  void OnAnswer(const IpAddress& client, std::string_view name, const IpAddress& address,
                uint32_t ttl) override {
    text += client.ToString() + " " + std::string(name) + " " + address.ToString() + " " +
            std::to_string(ttl) + "\n";
  }
  std::string text;
};

TEST(DissectionTest, AnAnswerTeachesWhoAskedAndHowLongItTook) {
  Learner learner;
  FlowOptions options;
  options.knowledge = &learner;
  FlowTable table(options);
  const Talk talk{.protocol = Protocol::kUdp, .server_port = 53};
  const std::string query = DnsQuery();
  const std::string answer = DnsAnswer();
  Add(&table,
      {talk.Make(kStart, true, query), talk.Make(kStart + 12 * kMillisecond, false, answer)});
  const FlowView view = Changes(&table, kStart + kSecond).at(0);
  EXPECT_EQ(App(view), "dns");
  EXPECT_EQ(Fact(view, "dns_qname"), "www.example.org");
  EXPECT_EQ(view.application_rtt_us, 12'000U);
  EXPECT_EQ(view.idle_timeout_seconds, 30U);
  EXPECT_EQ(learner.text, "10.0.0.1 www.example.org 192.0.2.7 60\n");
}

// Whatever the dissectors make of it: the same bytes in any order and cut give the same facts.
TEST(DissectionTest, SegmentsInAnyOrderTeachTheSame) {
  const Talk talk;
  std::vector<std::string> requests;
  for (int i = 0; i < 4; ++i) {
    requests.push_back("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h" + std::to_string(i) +
                       ".example\r\n\r\n");
  }
  std::string all;
  for (const std::string& request : requests) all += request;
  std::vector<std::string> expected;
  for (uint32_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    FlowTable table({});
    Add(&table, Handshake(talk));
    std::vector<Packet> parts;
    for (size_t at = 0; at < all.size();) {
      const size_t size = std::min<size_t>(1 + random() % 40, all.size() - at);
      parts.push_back(talk.Tcp(kStart + 1, true, kAck, static_cast<uint32_t>(1000 + at), 5000,
                               std::string_view(all).substr(at, size)));
      at += size;
    }
    if (seed > 0) {
      for (size_t i = parts.size(); i-- > 1;) std::swap(parts[i], parts[random() % (i + 1)]);
    }
    Add(&table, parts);
    table.Finish();
    std::vector<std::string> facts;
    const FlowView view = Views(table, kStart + 1).at(0);
    ASSERT_NE(view.application, nullptr);
    for (const auto& value : view.application->values) {
      facts.push_back(std::string(value.field->name) + "=" + std::string(value.text));
    }
    if (seed == 0) expected = facts;
    ASSERT_EQ(facts, expected) << "seed " << seed;
  }
  EXPECT_GE(expected.size(), 8U);
}

}  // namespace
}  // namespace rustnet::net
