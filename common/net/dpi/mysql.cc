// SPDX-License-Identifier: Apache-2.0
// MySQL and MariaDB (MySQL Internals, "Client/Server Protocol"): packets of a length in three bytes
// (little-endian), a number, a body.  The server greets with its version; the client answers with
// its abilities and the user's name, or asks for TLS first.  Later the user may change.
#include <algorithm>
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/framer.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kMysqlVersion{"mysql_version"};
constexpr Field kMysqlUser{"mysql_user"};

constexpr size_t kHeader = 4;
constexpr size_t kMostHeld = 512;
constexpr size_t kLongestGreeting = 512, kLongestVersion = 80, kLongestUser = 128;
constexpr uint8_t kProtocol10 = 10, kError = 0xff, kChangeUser = 0x11, kQuery = 0x03;
constexpr size_t kGreetingRest = 13;  // thread, salt, 0: between the version and the abilities
constexpr size_t kTlsRequestBody = 32;
// Capabilities.
constexpr uint32_t kCompress = 1 << 5, kProtocol41 = 1 << 9, kSsl = 1 << 11;

size_t MysqlSize(Bytes start) {
  ByteReader reader(start);
  const uint32_t low = reader.Le16();
  const uint32_t length = low | static_cast<uint32_t>(reader.U8()) << 16;
  return reader.ok() ? kHeader + length : kFrameSizeUnknown;
}

// Up to a NUL, which is taken too; empty if there is none within `longest`.
std::string_view ReadText(ByteReader* reader, size_t longest) {
  const std::string_view rest = AsText(reader->rest());
  const size_t end = rest.substr(0, longest + 1).find('\0');
  if (end == std::string_view::npos) return {};
  reader->Skip(end + 1);
  return rest.substr(0, end);
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

// A client's answer to a greeting that was not captured: abilities, longest packet, character set,
// 19 bytes of nothing, four more (MariaDB's abilities), a user's name; or what asks for TLS, which
// ends before the name.
Verdict ProbeLogin(Bytes opening) {
  const size_t size = MysqlSize(opening);
  if (size == kFrameSizeUnknown) return Verdict::kNeedMore;
  uint32_t abilities = 0;
  Shape shape(opening);
  shape.Skip(3).U8(Equal(1)).Le32([&](uint32_t n) {
    return ((abilities = n) & kProtocol41) != 0 && size >= kHeader + kTlsRequestBody;
  });
  shape.Skip(5);
  for (int i = 0; i < 19; ++i) shape.U8(Equal(0));
  shape.Skip(4);
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  if (size == kHeader + kTlsRequestBody) {
    return (abilities & kSsl) != 0 ? Verdict::kMatch : Verdict::kNotMine;
  }
  const std::string_view rest = AsText(shape.rest());
  const std::string_view user = rest.substr(0, rest.find('\0'));
  if (user.size() > kLongestUser || !IsPrintable(user)) return Verdict::kNotMine;
  return user.size() == rest.size() ? Verdict::kNeedMore : Verdict::kMatch;
}

class MysqlSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    // Of results nothing is wanted.
    if (direction == server_ && spoken_[0] && spoken_[1]) return Progress::kMore;
    Framer& framer = framers_[static_cast<size_t>(direction)];
    Bytes packet;
    while (framer.Next(&bytes, &packet)) {
      const Progress progress = OnPacket(direction, packet, facts);
      if (progress == Progress::kMore) continue;
      unread_ = bytes;
      ended_by_ = direction;
      return progress;
    }
    return Progress::kMore;
  }
  Progress OnGap(Direction direction, uint64_t lost) override {
    if (framers_[static_cast<size_t>(direction)].Skip(lost)) return Progress::kMore;
    return direction == server_ && spoken_[0] && spoken_[1] ? Progress::kMore : Progress::kDone;
  }
  std::string_view Next() const override { return "tls"; }
  Bytes Unread(Direction direction) const override {
    return direction == ended_by_ ? unread_ : Bytes();
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override {
    return sizeof *this + framers_[0].memory() + framers_[1].memory();
  }

 private:
  Progress OnPacket(Direction direction, Bytes packet, Facts* facts) {
    ByteReader reader(packet);
    reader.Skip(3);
    const uint8_t number = reader.U8();
    if (!greeted_ && number == 0 && (reader.Peek() == kProtocol10 || reader.Peek() == kError)) {
      return OnGreeting(direction, reader, facts);
    }
    if (direction == server_) return Progress::kMore;
    if (number == 0 && reader.Peek() == kChangeUser) {
      reader.Skip(1);
      facts->Add(kMysqlUser, ReadText(&reader, kLongestUser));
    }
    if (!greeted_ && !logged_in_ && ProbeLogin(packet) == Verdict::kMatch) {
      server_ = Opposite(direction);
      return OnLogin(direction, reader, MysqlSize(packet), facts);
    }
    if (logged_in_ || !greeted_) {
      spoken_[static_cast<size_t>(direction)] = true;
      return Progress::kMore;
    }
    return OnLogin(direction, reader, MysqlSize(packet), facts);
  }

  Progress OnGreeting(Direction direction, ByteReader reader, Facts* facts) {
    greeted_ = true;
    server_ = direction;
    spoken_[static_cast<size_t>(direction)] = true;
    if (reader.U8() == kError) return Progress::kDone;
    facts->Add(kMysqlVersion, ReadText(&reader, kLongestVersion));
    return Progress::kMore;
  }

  Progress OnLogin(Direction direction, ByteReader reader, size_t size, Facts* facts) {
    spoken_[static_cast<size_t>(direction)] = true;
    logged_in_ = true;
    uint32_t abilities = reader.Le16();
    if ((abilities & kProtocol41) != 0) {
      abilities |= static_cast<uint32_t>(reader.Le16()) << 16;
      if ((abilities & kSsl) != 0 && size == kHeader + kTlsRequestBody) return Progress::kNext;
      reader.Skip(4 + 1 + 23);  // longest packet, character set, nothing
    } else {
      reader.Skip(3);  // longest packet
    }
    facts->Add(kMysqlUser, ReadText(&reader, kLongestUser));
    return (abilities & kCompress) != 0 ? Progress::kDone : Progress::kMore;
  }

  std::array<Framer, 2> framers_{Framer(&MysqlSize, kMostHeld), Framer(&MysqlSize, kMostHeld)};
  Bytes unread_;
  Direction ended_by_ = Direction::kForward;
  Direction server_ = Direction::kBackward;
  std::array<bool, 2> spoken_{};
  bool greeted_ = false;
  bool logged_in_ = false;
};

// Behind the packet's header: protocol 10, a version that begins with a digit, and a 0 behind
// thread and salt.
Verdict ProbeGreeting(ByteReader reader, size_t size) {
  if (reader.empty()) return Verdict::kNeedMore;
  if (reader.U8() != kProtocol10) return Verdict::kNotMine;
  const std::string_view rest = AsText(reader.rest());
  if (rest.empty()) return Verdict::kNeedMore;
  if (rest[0] < '0' || rest[0] > '9') return Verdict::kNotMine;
  const size_t end = rest.find('\0');
  const std::string_view version = rest.substr(0, end);
  if (version.size() > kLongestVersion || !IsPrintable(version)) return Verdict::kNotMine;
  if (end == std::string_view::npos) return Verdict::kNeedMore;
  if (kHeader + 1 + end + 1 + kGreetingRest > size) return Verdict::kNotMine;
  reader.Skip(end + 1 + kGreetingRest - 1);
  if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
  return reader.U8() == 0 ? Verdict::kMatch : Verdict::kNotMine;
}

}  // namespace

Verdict ProbeMysql(Bytes opening) {
  const size_t size = MysqlSize(opening);
  if (size == kFrameSizeUnknown) return Verdict::kNeedMore;
  if (size > kLongestGreeting || size < kHeader + 1 + 1 + kGreetingRest) return Verdict::kNotMine;
  ByteReader reader(opening);
  reader.Skip(3);
  if (reader.empty()) return Verdict::kNeedMore;
  return reader.U8() == 0 ? ProbeGreeting(reader, size) : Verdict::kNotMine;
}

// On its port also a login or a query, alone in its packet, as captures begin anywhere, and a
// refusal.
Verdict ProbeMysqlPort(Bytes opening) {
  constexpr std::array<std::string_view, 12> kStatements = {
      "SELECT ", "INSERT ", "UPDATE ", "DELETE ", "SET ",   "SHOW ",
      "BEGIN",   "COMMIT",  "CREATE ", "DROP ",   "ALTER ", "REPLACE "};
  const Verdict greeting = ProbeMysql(opening);
  if (greeting == Verdict::kMatch) return greeting;
  const size_t size = MysqlSize(opening);
  if (size == kFrameSizeUnknown || opening.size() <= kHeader) return Verdict::kNeedMore;
  ByteReader reader(opening);
  reader.Skip(3);
  const uint8_t number = reader.U8();
  if (number == 1) return ProbeLogin(opening);
  if (number != 0) return Verdict::kNotMine;
  const uint8_t kind = reader.U8();
  if (kind == kError) {  // a code in two bytes, then text
    const uint16_t code = reader.Le16();
    if (!reader.ok()) return Verdict::kNeedMore;
    const bool known = code >= 1000 && code < 5000 && size < kLongestGreeting;
    return known && IsPrintable(AsText(reader.rest())) ? Verdict::kMatch : Verdict::kNotMine;
  }
  if (kind != kQuery) return greeting;
  Verdict best = greeting;
  for (const std::string_view statement : kStatements) {
    const Verdict verdict = StartsLike(AsText(reader.rest()), statement);
    if (verdict == Verdict::kMatch) return verdict;
    if (verdict == Verdict::kNeedMore) best = verdict;
  }
  return best;
}

FieldList MysqlFields() { return FieldsOf<kMysqlVersion, kMysqlUser>(); }

std::unique_ptr<Session> StartMysql() { return std::make_unique<MysqlSession>(); }

}  // namespace rustnet::net
