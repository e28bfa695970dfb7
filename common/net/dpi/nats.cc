// SPDX-License-Identifier: Apache-2.0
// NATS (docs.nats.io: Client Protocol): lines of a command and its words; those that carry a
// message end with its size.  The server begins with INFO, the client with CONNECT, whose options
// hold passwords and are not read.
#include <charconv>

#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kNatsCommand{"nats_command"};
constexpr Field kNatsSubject{"nats_subject"};

constexpr size_t kLongestLine = 4096;
constexpr uint32_t kEnough = 64;  // commands
constexpr std::string_view kCommands[] = {"INFO", "CONNECT", "PUB",  "HPUB", "SUB", "UNSUB",
                                          "MSG",  "HMSG",    "PING", "PONG", "+OK", "-ERR"};
constexpr std::string_view kWithMessage[] = {"PUB", "HPUB", "MSG", "HMSG"};

class NatsSession : public LineSession {
 public:
  NatsSession() : LineSession(kLongestLine) {}

  // Behind a hole a message might be taken for commands.
  Progress OnGap(Direction direction, uint64_t lost) override {
    if (lost > skipping(direction)) return Progress::kDone;
    return LineSession::OnGap(direction, lost);
  }

 private:
  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override {
    std::string_view rest = line;
    const std::string_view command = KnownWord(kCommands, NextWord(&rest));
    if (command.empty()) return Progress::kDone;
    facts->Add(kNatsCommand, command);
    Spoke(direction);
    // From here on both ends are TLS's.
    if (command == "INFO" && rest.find("\"tls_required\":true") != std::string_view::npos) {
      return Progress::kNext;
    }
    if (command == "SUB") facts->Add(kNatsSubject, NextWord(&rest));
    if (!KnownWord(kWithMessage, command).empty()) {
      facts->Add(kNatsSubject, NextWord(&rest));
      if (!SkipMessage(direction, rest)) return Progress::kDone;
    }
    return ++commands_ < kEnough ? Progress::kMore : Progress::kDone;
  }

  // The size is the last word.
  bool SkipMessage(Direction direction, std::string_view words) {
    std::string_view digits;
    while (!words.empty()) digits = NextWord(&words);
    uint32_t size = 0;
    const char* end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, size);
    if (parsed.ec != std::errc() || parsed.ptr != end) return false;
    constexpr uint64_t kCrLf = 2;
    Skip(direction, size + kCrLf);
    return true;
  }

  uint32_t commands_ = 0;
};

}  // namespace

// Elsewhere only what the two ends begin with.
Verdict ProbeNats(Bytes opening) {
  const std::string_view text = AsText(opening);
  const Verdict info = StartsLike(text, "INFO {\"");
  return info != Verdict::kNotMine ? info : StartsLike(text, "CONNECT {\"");
}

Verdict ProbeNatsPort(Bytes opening) {
  const std::string_view text = AsText(opening);
  const Verdict word = ProbeWord(text, kCommands);
  if (word != Verdict::kMatch) return word;
  // Words that others say too are followed by an object here, or by nothing.
  const std::string_view command = text.substr(0, text.find_first_of(" \r\n"));
  constexpr std::string_view kAlone[] = {"PING", "PONG", "+OK"};
  if (!KnownWord(kAlone, command).empty() && text[command.size()] == ' ') return Verdict::kNotMine;
  constexpr std::string_view kWithObject[] = {"INFO", "CONNECT"};
  if (KnownWord(kWithObject, command).empty()) return word;
  const size_t object = text.find_first_not_of(' ', command.size());
  if (object == std::string_view::npos) return Verdict::kNeedMore;
  return text[object] == '{' ? Verdict::kMatch : Verdict::kNotMine;
}

FieldList NatsFields() { return FieldsOf<kNatsCommand, kNatsSubject>(); }

std::unique_ptr<Session> StartNats() { return std::make_unique<NatsSession>(); }

}  // namespace rustnet::net
