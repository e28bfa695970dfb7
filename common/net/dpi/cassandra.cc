// SPDX-License-Identifier: Apache-2.0
// Cassandra ("CQL binary protocol", v3 to v5): frames of version (its high bit: an answer), flags,
// stream, opcode, length.  STARTUP names the driver in a map of texts; nothing else is kept.
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/opening.h"

namespace rustnet::net {
namespace {

constexpr Field kCqlVersion{"cassandra_cql_version"};
constexpr Field kCqlDriver{"cassandra_driver"};

constexpr size_t kHeader = 9;
constexpr uint8_t kAnswer = 0x80, kFirstVersion = 3, kLastVersion = 5, kLastOpcode = 0x10;
constexpr uint8_t kStartup = 1, kSupported = 6;
constexpr uint32_t kLongest = 256 << 20;
constexpr uint32_t kLongestMap = 4096;
constexpr size_t kMostHeld = 1024;
constexpr uint16_t kMostPairs = 16;

size_t CqlSize(Bytes start) {
  ByteReader reader(start);
  reader.Skip(5);
  const uint32_t length = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length > kLongest ? 0 : kHeader + length;
}

std::string_view ReadText(ByteReader* reader) {
  const uint16_t size = reader->U16();
  return AsText(reader->Take(size));
}

void ReadFrame(Bytes frame, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(4);
  if (reader.U8() != kStartup || (frame.front() & kAnswer) != 0) return;
  reader.Skip(4);
  const uint16_t pairs = reader.U16();
  for (uint16_t i = 0; i < pairs && i < kMostPairs; ++i) {
    const std::string_view name = ReadText(&reader);
    const std::string_view value = ReadText(&reader);
    if (!reader.ok()) return;
    if (name == "CQL_VERSION") facts->Add(kCqlVersion, value);
    if (name == "DRIVER_NAME") facts->Add(kCqlDriver, value);
  }
}

struct Head {
  uint8_t version = 0;
  uint8_t opcode = 0;
  uint32_t length = 0;
};

// Section 2.4: what one end sends the other does not.
bool FitsDirection(uint8_t opcode, bool answer) {
  constexpr std::string_view kRequests("\1\4\5\7\x09\x0a\x0b\x0d\x0f");
  return (kRequests.find(static_cast<char>(opcode)) == std::string_view::npos) == answer;
}

Verdict ReadHead(Bytes opening, Head* head) {
  ByteReader reader(opening);
  head->version = reader.U8();
  const uint8_t number = head->version & 0x7f;
  if (number < kFirstVersion || number > kLastVersion) return Verdict::kNotMine;
  if (reader.empty()) return Verdict::kNeedMore;
  if (reader.U8() > 0x1f) return Verdict::kNotMine;  // flags
  reader.Skip(2);
  if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
  head->opcode = reader.U8();
  const bool answer = (head->version & kAnswer) != 0;
  if (head->opcode > kLastOpcode || !FitsDirection(head->opcode, answer)) return Verdict::kNotMine;
  head->length = reader.U32();
  if (!reader.ok()) return Verdict::kNeedMore;
  return head->length <= kLongest ? Verdict::kMatch : Verdict::kNotMine;
}

}  // namespace

// STARTUP, or SUPPORTED: both must speak of the version of CQL.
Verdict ProbeCassandra(Bytes opening) {
  constexpr std::string_view kMustHave = "CQL_VERSION";
  Head head;
  const Verdict verdict = ReadHead(opening, &head);
  if (verdict != Verdict::kMatch) return verdict;
  const bool answer = (head.version & kAnswer) != 0;
  if (head.opcode != (answer ? kSupported : kStartup)) return Verdict::kNotMine;
  if (head.length < kMustHave.size() || head.length > kLongestMap) return Verdict::kNotMine;
  const std::string_view map = AsText(opening.subspan(kHeader)).substr(0, head.length);
  if (map.find(kMustHave) != std::string_view::npos) return Verdict::kMatch;
  return map.size() < head.length ? Verdict::kNeedMore : Verdict::kNotMine;
}

// On its port any whole frame.
Verdict ProbeCassandraPort(Bytes opening) {
  Head head;
  const Verdict verdict = ReadHead(opening, &head);
  if (verdict != Verdict::kMatch) return verdict;
  return opening.size() < kHeader + head.length ? Verdict::kNeedMore : Verdict::kMatch;
}

FieldList CassandraFields() { return FieldsOf<kCqlVersion, kCqlDriver>(); }

std::unique_ptr<Session> StartCassandra() {
  return std::make_unique<OpeningSession<&CqlSize, &ReadFrame, kMostHeld, 2>>();
}

}  // namespace rustnet::net
