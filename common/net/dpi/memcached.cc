// SPDX-License-Identifier: Apache-2.0
// Memcached ("protocol.txt"): lines of a command and its words, of which the storing ones announce
// a block of data; or packets with a header of 24 bytes ("Binary Protocol").  Over UDP a header of
// eight bytes stands before it.  Keys are not kept.
#include <algorithm>
#include <charconv>

#include "common/base/byte_reader.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kMemcachedCommand{"memcached_command"};

constexpr size_t kLongestLine = 512;
constexpr uint32_t kEnough = 64;  // commands
constexpr uint8_t kBinaryRequest = 0x80, kBinaryAnswer = 0x81, kLastOpcode = 0x4b;
constexpr size_t kUdpHeader = 8;

constexpr std::string_view kCommands[] = {
    "get",  "gets",      "set",       "add",   "replace", "append", "prepend", "cas",
    "incr", "decr",      "delete",    "touch", "gat",     "gats",   "stats",   "version",
    "quit", "verbosity", "flush_all", "mg",    "ms",      "md",     "ma",      "mn"};
constexpr std::string_view kStoring[] = {"set", "add", "replace", "append", "prepend", "cas"};
constexpr std::string_view kAnswers[] = {"VALUE",        "END",          "STORED", "NOT_STORED",
                                         "DELETED",      "EXISTS",       "STAT",   "NOT_FOUND",
                                         "CLIENT_ERROR", "SERVER_ERROR", "VERSION"};

// Of "key flags exptime bytes", the last; false: it is not there.
bool ReadBlockSize(std::string_view words, uint64_t* size) {
  for (int i = 0; i < 3; ++i) TakeWord(&words);
  const std::string_view digits = TakeWord(&words);
  const char* end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, *size);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

// A command in lower case, as the protocol has it: a list of words may begin so otherwise.
bool IsCommand(std::string_view word) {
  return std::find(std::begin(kCommands), std::end(kCommands), word) != std::end(kCommands);
}

class MemcachedSession : public LineSession {
 public:
  MemcachedSession() : LineSession(kLongestLine) {}

 private:
  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override {
    const std::string_view command = TakeWord(&line);
    if (!IsCommand(command)) {
      if (!KnownWord(kAnswers, command).empty()) SettleServer(direction);
      return Progress::kMore;
    }
    SettleServer(Opposite(direction));
    Spoke(direction);
    facts->Add(kMemcachedCommand, command);
    uint64_t size = 0;
    if (!KnownWord(kStoring, command).empty() && ReadBlockSize(line, &size)) {
      Skip(direction, size);
    }
    return ++commands_ < kEnough ? Progress::kMore : Progress::kDone;
  }

  // Packets, and answers.
  bool OnBinary(Direction direction, Bytes* bytes) override {
    const bool packet = bytes->front() == kBinaryRequest || bytes->front() == kBinaryAnswer;
    if (packet) {
      SettleServer(bytes->front() == kBinaryAnswer ? direction : Opposite(direction));
      binary_ = true;
    }
    if (!binary_ && !IsServer(direction)) return false;
    Spoke(direction);
    *bytes = {};
    return true;
  }

  uint32_t commands_ = 0;
  bool binary_ = false;
};

// The words of a line that stores: a key, three numbers.
Verdict ProbeStoring(std::string_view text) {
  const Verdict word = ProbeWord(text, kStoring);
  if (word != Verdict::kMatch) return word;
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) {
    return text.size() < kLongestLine ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  std::string_view line = text.substr(0, end);
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::string_view command = TakeWord(&line);
  uint64_t size = 0;
  return IsCommand(command) && ReadBlockSize(line, &size) ? Verdict::kMatch : Verdict::kNotMine;
}

Verdict ProbeBinary(Bytes opening) {
  ByteReader reader(opening);
  reader.Skip(1);
  if (reader.empty()) return Verdict::kNeedMore;
  if (reader.U8() > kLastOpcode) return Verdict::kNotMine;
  const uint16_t key = reader.U16();
  const uint8_t extras = reader.U8();
  if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
  if (key > 250 || extras > 20 || reader.U8() != 0) return Verdict::kNotMine;
  reader.Skip(2);
  const uint32_t body = reader.U32();
  if (!reader.ok()) return Verdict::kNeedMore;
  return body >= uint32_t{key} + extras && body < 1U << 28 ? Verdict::kMatch : Verdict::kNotMine;
}

bool ReadDatagram(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeMemcachedUdp(datagram) != Verdict::kMatch) return false;
  std::string_view text = AsText(datagram.subspan(kUdpHeader));
  const std::string_view command = TakeWord(&text);
  const size_t end = command.find_first_of("\r\n");
  if (IsCommand(command.substr(0, end))) facts->Add(kMemcachedCommand, command.substr(0, end));
  return true;
}

}  // namespace

// Elsewhere only what stores, which has a form.
Verdict ProbeMemcached(Bytes opening) { return ProbeStoring(AsText(opening)); }

Verdict ProbeMemcachedPort(Bytes opening) {
  const uint8_t first = opening.front();
  if (first == kBinaryRequest || first == kBinaryAnswer) return ProbeBinary(opening);
  const std::string_view text = AsText(opening);
  return ProbeWord(text, first >= 'a' ? Words(kCommands) : Words(kAnswers));
}

// A number of the request, of the datagram, of how many, 0; then as in a stream.
Verdict ProbeMemcachedUdp(Bytes datagram) {
  ByteReader reader(datagram);
  reader.Skip(2);
  const uint16_t number = reader.U16();
  const uint16_t of = reader.U16();
  const uint16_t reserved = reader.U16();
  if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
  if (number >= of || reserved != 0) return Verdict::kNotMine;
  if (number > 0) return Verdict::kNeedMore;
  return ProbeMemcachedPort(reader.rest());
}

FieldList MemcachedFields() { return FieldsOf<kMemcachedCommand>(); }

std::unique_ptr<Session> StartMemcached() { return std::make_unique<MemcachedSession>(); }
std::unique_ptr<Session> StartMemcachedUdp() { return StartDatagrams<&ReadDatagram>(); }

}  // namespace rustnet::net
