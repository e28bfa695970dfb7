// SPDX-License-Identifier: Apache-2.0
// PostgreSQL ("Frontend/Backend Protocol", Message Formats): a client begins with a length, a code
// and names with their values; or it asks for TLS first, and "S" means that it follows.  After that
// messages have a type in one byte and a length, and nothing more is wanted.
#include <algorithm>
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/framer.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kPgUser{"postgresql_user"};
constexpr Field kPgDatabase{"postgresql_database"};
constexpr Field kPgApplication{"postgresql_application"};

constexpr uint32_t kVersion3 = 3 << 16, kVersion2 = 2 << 16, kCancel = 80877102;
constexpr uint32_t kTlsRequest = 80877103, kGssRequest = 80877104;
constexpr uint32_t kShortest = 8, kCancelSize = 16, kLongestStartup = 10000;
constexpr uint32_t kVersion2Size = 296;
constexpr size_t kMostHeld = 2048;

// Of what a client begins with.
size_t StartupSize(Bytes start) {
  ByteReader reader(start);
  if (start.front() != 0) return 0;
  const uint32_t length = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length < kShortest || length > kLongestStartup ? 0 : length;
}

// Up to a NUL, which is taken too.
std::string_view ReadText(ByteReader* reader) {
  const std::string_view rest = AsText(reader->rest());
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos) {
    reader->Skip(rest.size() + 1);  // fails
    return {};
  }
  reader->Skip(end + 1);
  return rest.substr(0, end);
}

class PgSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    if (bytes.empty()) return Progress::kMore;
    const bool from_client = begun_ ? direction == client_ : bytes.front() == 0;
    spoken_[static_cast<size_t>(direction)] = true;
    if (!from_client) return OnAnswer(direction, bytes);
    if (!begun_) client_ = direction;
    begun_ = true;
    if (started_) return Progress::kDone;
    Bytes message;
    while (framer_.Next(&bytes, &message)) OnStartup(ByteReader(message), facts);
    return framer_.broken() ? Progress::kDone : Progress::kMore;
  }
  Bytes Unread(Direction direction) const override {
    return direction == client_ ? Bytes() : unread_;
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override { return sizeof *this + framer_.memory(); }

 private:
  void OnStartup(ByteReader message, Facts* facts) {
    message.Skip(4);
    const uint32_t code = message.U32();
    asked_ = code == kTlsRequest || code == kGssRequest;
    asked_tls_ = code == kTlsRequest;
    started_ = !asked_;
    if (code >> 16 != kVersion3 >> 16) return;
    while (message.ok() && !message.empty()) {
      const std::string_view name = ReadText(&message);
      const std::string_view value = ReadText(&message);
      if (!message.ok() || name.empty()) return;
      if (name == "user") facts->Add(kPgUser, value);
      if (name == "database") facts->Add(kPgDatabase, value);
      if (name == "application_name") facts->Add(kPgApplication, value);
    }
  }

  Progress OnAnswer(Direction, Bytes bytes) {
    if (!asked_) return Progress::kDone;
    asked_ = false;
    unread_ = bytes.subspan(1);
    if (bytes.front() == 'S' && asked_tls_) return Progress::kNext;
    return bytes.front() == 'N' ? Progress::kMore : Progress::kDone;
  }

  Framer framer_{&StartupSize, kMostHeld};
  Bytes unread_;
  Direction client_ = Direction::kForward;
  std::array<bool, 2> spoken_{};
  bool begun_ = false;
  bool asked_ = false;
  bool asked_tls_ = false;
  bool started_ = false;
};

// A type that one end or the other sends, and the least and most that its length may be.
struct MessageType {
  char type;
  uint32_t least;
  uint32_t most;
};
constexpr uint32_t kAny = 1 << 24;
constexpr MessageType kTypes[] = {
    {'R', 8, 4096},  {'S', 6, 4096}, {'K', 12, 264}, {'Z', 5, 5},      {'E', 6, kAny},
    {'N', 6, 65536}, {'T', 6, kAny}, {'D', 6, kAny}, {'C', 5, 4096},   {'Q', 5, kAny},
    {'P', 8, kAny},  {'B', 8, kAny}, {'X', 4, 4},    {'1', 4, 4},      {'2', 4, 4},
    {'3', 4, 4},     {'n', 4, 4},    {'I', 4, 4},    {'t', 6, kAny},   {'p', 5, 8192},
    {'H', 4, 4096},  {'F', 8, kAny}, {'V', 8, kAny}, {'A', 10, 65536}, {'s', 4, 4}};

// One message; `*opening` goes on behind it.  kNeedMore: it is not whole.
Verdict ProbeMessageType(Bytes* opening) {
  ByteReader reader(*opening);
  const char type = static_cast<char>(reader.U8());
  const auto known = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const MessageType& t) { return t.type == type; });
  if (known == std::end(kTypes)) return Verdict::kNotMine;
  const uint32_t length = reader.U32();
  if (!reader.ok()) return Verdict::kNeedMore;
  if (length < known->least || length > known->most) return Verdict::kNotMine;
  reader.Skip(length - 4);
  if (!reader.ok()) return Verdict::kNeedMore;
  *opening = reader.rest();
  return Verdict::kMatch;
}

}  // namespace

Verdict ProbePostgresql(Bytes opening) {
  const size_t size = StartupSize(opening);
  if (size == 0) return Verdict::kNotMine;
  if (size == kFrameSizeUnknown) return Verdict::kNeedMore;
  ByteReader reader(opening);
  reader.Skip(4);
  const uint32_t code = reader.U32();
  if (!reader.ok()) return Verdict::kNeedMore;
  if (code == kTlsRequest || code == kGssRequest) {
    return size == kShortest && reader.empty() ? Verdict::kMatch : Verdict::kNotMine;
  }
  if (code == kCancel) return size >= kCancelSize ? Verdict::kMatch : Verdict::kNotMine;
  if (code == kVersion2) return size == kVersion2Size ? Verdict::kMatch : Verdict::kNotMine;
  if (code >> 16 != kVersion3 >> 16 || (code & 0xffff) > 99) return Verdict::kNotMine;
  const std::string_view message = AsText(opening).substr(0, size);
  if (message.find("user") != std::string_view::npos) return Verdict::kMatch;  // it must be there
  return message.size() < size ? Verdict::kNeedMore : Verdict::kNotMine;
}

// What a server refuses with: fields of a kind and a text, of which the first says how bad it is.
Verdict ProbeRefusal(Bytes opening) {
  Shape shape(opening);
  shape.Is("E").U32(Between(16, 4096)).Is("S");
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  Verdict best = Verdict::kNotMine;
  for (const std::string_view severity : {"ERROR", "FATAL", "PANIC"}) {
    const Verdict verdict = Shape(shape.rest()).Is(severity).U8(Equal(0)).verdict();
    if (verdict == Verdict::kMatch || best == Verdict::kNotMine) best = verdict;
  }
  return best;
}

// On its port also a refusal, and two messages one behind the other, as captures begin anywhere.
Verdict ProbePostgresqlPort(Bytes opening) {
  if (opening.front() == 0) return ProbePostgresql(opening);
  if (ProbeRefusal(opening) == Verdict::kMatch) return Verdict::kMatch;
  const Verdict first = ProbeMessageType(&opening);
  if (first != Verdict::kMatch) return first;
  return opening.empty() ? Verdict::kNeedMore : ProbeMessageType(&opening);
}

FieldList PostgresqlFields() { return FieldsOf<kPgUser, kPgDatabase, kPgApplication>(); }

std::unique_ptr<Session> StartPostgresql() { return std::make_unique<PgSession>(); }

}  // namespace rustnet::net
