// SPDX-License-Identifier: Apache-2.0
// What every dissector's test does: conversations fed whole, cut at every byte, and byte by byte,
// which must teach the same facts; and the law of probes (dissector.h).
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/inspection.h"

namespace rustnet::net {

inline constexpr Direction kClient = Direction::kForward;
inline constexpr Direction kServer = Direction::kBackward;

// Text with NUL bytes: S("\x00a").
template <size_t kSize>
std::string S(const char (&literal)[kSize]) {
  return std::string(literal, kSize - 1);
}

inline std::string U16(size_t n) { return {static_cast<char>(n >> 8), static_cast<char>(n)}; }
inline std::string U24(size_t n) { return static_cast<char>(n >> 16) + U16(n & 0xffff); }

struct Piece {
  Direction direction;
  std::string bytes;
};
using Conversation = std::vector<Piece>;

struct ProbeCase {
  const char* name;
  std::string opening;
  Verdict verdict;
};

// Checks each verdict, and that no prefix of a match is refused (nor any prefix read past its end:
// each has an allocation of its own).
inline void CheckProbe(Verdict (*probe)(Bytes), const std::vector<ProbeCase>& cases) {
  for (const ProbeCase& c : cases) {
    EXPECT_EQ(probe(AsBytes(c.opening)), c.verdict) << c.name;
    for (size_t n = 1; n < c.opening.size(); ++n) {
      const std::vector<char> heap(c.opening.begin(), c.opening.begin() + static_cast<long>(n));
      const Verdict v = probe(AsBytes({heap.data(), heap.size()}));
      if (c.verdict != Verdict::kNotMine) {
        EXPECT_NE(v, Verdict::kNotMine) << c.name << " cut at " << n;
      }
    }
  }
}

// A record with the smallest ClientHello.
inline const std::string kTlsHello = S("\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x03") +
                                     std::string(32, 'r') + S("\x00\x00\x02\x13\x01\x01\x00");

struct Result {
  std::vector<std::string> protocols;
  std::vector<std::string> facts;  // "field=value", in order
  Evidence evidence = Evidence::kNone;
  bool wants_more = true;
  uint64_t facts_dropped = 0;
  Standing standing = {};
  friend bool operator==(const Result&, const Result&) = default;
};

class Answers : public Knowledge {
 public:
  void OnAnswer(const IpAddress& client, std::string_view name, const IpAddress& address,
                uint32_t ttl) override {
    lines.push_back(client.ToString() + " " + std::string(name) + " " + address.ToString() + " " +
                    std::to_string(ttl));
  }
  std::vector<std::string> lines;
};

struct Setting {
  Protocol transport = Protocol::kTcp;
  uint16_t client_port = 49152;
  uint16_t server_port = 0;
  InspectionLimits limits = {};
  Knowledge* knowledge = nullptr;
};

// The names of fields that a test has seen filled, for registry_test.cc.
inline std::set<std::string>& FilledFields() {
  static std::set<std::string> filled;
  return filled;
}

// Checks that a row of one of these protocols lists the field.
inline void CheckIsListed(const Field& field, std::span<const Dissector* const> protocols) {
  bool listed = false;
  for (const Dissector* protocol : protocols) {
    const FieldList fields = protocol->fields == nullptr ? FieldList() : protocol->fields();
    listed = listed || std::find(fields.begin(), fields.end(), &field) != fields.end();
  }
  if (listed) FilledFields().insert(std::string(field.name));
  EXPECT_TRUE(listed) << field.name << " is in no FieldList of the flow's protocols";
}

// Checks too that the registry knows every field that was filled: docs/protocols.md is made of it.
inline Result ResultOf(const Inspection& inspection, const InspectionCounters& counters) {
  Result result;
  for (const Dissector* d : inspection.protocols()) result.protocols.emplace_back(d->name);
  for (const Fact& fact : inspection.facts().All()) {
    CheckIsListed(*fact.field, inspection.protocols());
    result.facts.push_back(std::string(fact.field->name) + "=" + std::string(fact.value));
  }
  result.evidence = inspection.evidence();
  result.wants_more = inspection.wants_more();
  result.facts_dropped = counters.facts_dropped;
  result.standing = inspection.standing();
  return result;
}

inline Moment MomentOf(const Setting& setting, Direction direction) {
  Moment moment;
  moment.source = *IpAddress::Parse("10.0.0.1");
  moment.destination = *IpAddress::Parse("10.0.0.2");
  moment.source_port = setting.client_port;
  moment.destination_port = setting.server_port;
  if (direction == kServer) {
    std::swap(moment.source, moment.destination);
    std::swap(moment.source_port, moment.destination_port);
  }
  moment.knowledge = setting.knowledge;
  return moment;
}

inline Result Feed(const Conversation& conversation, const Setting& setting) {
  InspectionCounters counters;
  Inspection inspection(setting.transport, setting.client_port, setting.server_port,
                        &setting.limits, &counters);
  for (const Piece& piece : conversation) {
    if (!inspection.wants_more()) break;
    // A copy of its own for each piece: a session that keeps a view is caught.
    const std::vector<char> heap(piece.bytes.begin(), piece.bytes.end());
    inspection.OnData(piece.direction, AsBytes({heap.data(), heap.size()}),
                      MomentOf(setting, piece.direction));
  }
  return ResultOf(inspection, counters);
}

// The same bytes in other segments: piece `index` in two at `at`.
inline Conversation CutAt(const Conversation& whole, size_t index, size_t at) {
  Conversation cut = whole;
  const std::string bytes = cut[index].bytes;
  cut[index].bytes = bytes.substr(0, at);
  cut.insert(cut.begin() + static_cast<long>(index) + 1,
             Piece{cut[index].direction, bytes.substr(at)});
  return cut;
}

inline Conversation ByteByByte(const Conversation& whole) {
  Conversation bytes;
  for (const Piece& piece : whole) {
    for (const char c : piece.bytes) bytes.push_back({piece.direction, std::string(1, c)});
  }
  return bytes;
}

// Feeds a TCP conversation whole, in two at every byte, and byte by byte; returns what it taught.
inline Result CheckEverySegmentation(const Conversation& conversation, const Setting& setting) {
  const Result whole = Feed(conversation, setting);
  for (size_t i = 0; i < conversation.size(); ++i) {
    for (size_t at = 1; at < conversation[i].bytes.size(); ++at) {
      const Result cut = Feed(CutAt(conversation, i, at), setting);
      EXPECT_EQ(cut.facts, whole.facts) << "piece " << i << " cut at " << at;
      EXPECT_EQ(cut.protocols, whole.protocols) << "piece " << i << " cut at " << at;
      EXPECT_EQ(cut.evidence, whole.evidence) << "piece " << i << " cut at " << at;
      if (testing::Test::HasFailure()) return whole;
    }
  }
  const Result bytes = Feed(ByteByByte(conversation), setting);
  EXPECT_EQ(bytes.facts, whole.facts) << "byte by byte";
  EXPECT_EQ(bytes.protocols, whole.protocols) << "byte by byte";
  return whole;
}

// A TCP conversation that ends at any byte teaches the beginning of what the whole teaches.  Not
// for those in which something is withdrawn.
inline void CheckEveryPrefix(const Conversation& conversation, const Setting& setting) {
  const Result whole = Feed(conversation, setting);
  const auto begins = [](const std::vector<std::string>& all,
                         const std::vector<std::string>& part) {
    return part.size() <= all.size() && std::equal(part.begin(), part.end(), all.begin());
  };
  Conversation prefix;
  for (const Piece& piece : conversation) {
    prefix.push_back({piece.direction, ""});
    for (size_t size = 1; size <= piece.bytes.size(); ++size) {
      prefix.back().bytes = piece.bytes.substr(0, size);
      const Result result = Feed(prefix, setting);
      EXPECT_TRUE(begins(whole.protocols, result.protocols)) << prefix.size() << " to " << size;
      EXPECT_TRUE(begins(whole.facts, result.facts))
          << prefix.size() << " to " << size << ": " << testing::PrintToString(result.facts);
      if (testing::Test::HasFailure()) return;
    }
  }
}

inline Result CheckEveryCut(const Conversation& conversation, const Setting& setting) {
  CheckEveryPrefix(conversation, setting);
  return CheckEverySegmentation(conversation, setting);
}

inline Setting OnPort(uint16_t port) { return {.transport = Protocol::kUdp, .server_port = port}; }

// Every prefix of a datagram, as a short snaplen leaves it: nothing is read past its end.
inline void CheckTruncations(const std::string& datagram, uint16_t port, size_t most_facts) {
  for (size_t n = 1; n < datagram.size(); ++n) {
    const Result result = Feed({{kClient, datagram.substr(0, n)}}, OnPort(port));
    EXPECT_LE(result.facts.size(), most_facts) << n;
  }
}

}  // namespace rustnet::net
