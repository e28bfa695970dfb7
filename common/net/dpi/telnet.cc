// SPDX-License-Identifier: Apache-2.0
// Telnet (RFC 854, 855): text, and between it what begins with IAC: WILL, WONT, DO and DONT with an
// option, or SB option ... IAC SE.  Both ends negotiate; of that the terminal's type (RFC 1091) is
// kept, never what is typed.
#include <array>
#include <string>

#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kTelnetTerminal{"telnet_terminal"};

constexpr uint8_t kIac = 255, kWill = 251, kDont = 254, kSb = 250, kSe = 240, kNop = 241;
constexpr uint8_t kTerminalType = 24, kIs = 0;
constexpr size_t kLongestTerminal = 40;
constexpr uint32_t kEnough = 4096;      // bytes of both ends, after which no terminal is told
constexpr size_t kLongestPrompt = 512;  // before the first negotiation

// IANA "Telnet Options".
bool IsOption(uint8_t option) {
  return option <= 49 || (option >= 138 && option <= 140) || option == 255 || option == 200 ||
         option == 201 || (option >= 69 && option <= 94);
}

class TelnetSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Side& side = sides_[static_cast<size_t>(direction)];
    for (const uint8_t byte : bytes) {
      if (++seen_ > kEnough) return Progress::kDone;
      if (OnByte(&side, byte, facts)) return Progress::kDone;
    }
    return Progress::kMore;
  }
  Progress OnGap(Direction direction, uint64_t) override {
    Side& side = sides_[static_cast<size_t>(direction)];
    side.state = State::kText;
    return Progress::kMore;
  }
  bool Agreed() const override { return sides_[0].spoken && sides_[1].spoken; }
  size_t memory() const override { return sizeof *this; }

 private:
  enum class State : uint8_t { kText, kCommand, kOption, kSubOption, kSub, kSubIac };
  struct Side {
    State state = State::kText;
    bool spoken = false;
    uint8_t option = 0;
    uint8_t size = 0;
    std::array<char, kLongestTerminal + 1> text{};  // of the subnegotiation
  };

  // True: all is known that is wanted.
  bool OnByte(Side* side, uint8_t byte, Facts* facts) {
    switch (side->state) {
      case State::kText:
        if (byte == kIac) side->state = State::kCommand;
        return false;
      case State::kCommand:
        side->state = byte == kSb                      ? State::kSubOption
                      : byte >= kWill && byte <= kDont ? State::kOption
                                                       : State::kText;
        return false;
      case State::kOption:
        side->spoken = side->spoken || IsOption(byte);
        side->state = State::kText;
        return false;
      case State::kSubOption:
        side->option = byte;
        side->size = 0;
        side->state = State::kSub;
        return false;
      case State::kSub:
        if (byte == kIac) {
          side->state = State::kSubIac;
        } else if (side->size < side->text.size()) {
          side->text[side->size++] = static_cast<char>(byte);
        }
        return false;
      case State::kSubIac:
        side->state = byte == kSe ? State::kText : State::kSub;
        return byte == kSe && OnSubnegotiation(side, facts);
    }
    return false;
  }

  bool OnSubnegotiation(Side* side, Facts* facts) const {
    if (side->option != kTerminalType || side->size < 2 || side->text[0] != kIs) return false;
    facts->Add(kTelnetTerminal, std::string_view(side->text.data(), side->size).substr(1));
    return Agreed();
  }

  std::array<Side, 2> sides_{};
  uint32_t seen_ = 0;
};

// A negotiation at `at`; kNeedMore: as far as it goes.
Verdict ProbeNegotiation(Bytes opening, size_t at) {
  if (at >= opening.size()) return Verdict::kNeedMore;
  if (opening[at] != kIac) return Verdict::kNotMine;
  if (at + 1 == opening.size()) return Verdict::kNeedMore;
  const uint8_t command = opening[at + 1];
  if (command < kSb || command > kDont) return Verdict::kNotMine;
  if (at + 2 == opening.size()) return Verdict::kNeedMore;
  return IsOption(opening[at + 2]) ? Verdict::kMatch : Verdict::kNotMine;
}

}  // namespace

// Two negotiations, one behind the other.
Verdict ProbeTelnet(Bytes opening) {
  const Verdict first = ProbeNegotiation(opening, 0);
  if (first != Verdict::kMatch) return first;
  return opening[1] == kSb ? Verdict::kNotMine : ProbeNegotiation(opening, 3);
}

// On its port one is enough, and text may stand before it.
Verdict ProbeTelnetPort(Bytes opening) {
  const size_t seen = opening.size() < kLongestPrompt ? opening.size() : kLongestPrompt;
  for (size_t at = 0; at < seen; ++at) {
    const uint8_t byte = opening[at];
    if (byte == kIac) {
      // A command without an option, or a 255 that is text.
      if (at + 1 < seen &&
          (opening[at + 1] == kIac || (opening[at + 1] >= kNop && opening[at + 1] < kSb))) {
        ++at;
        continue;
      }
      return ProbeNegotiation(opening, at);
    }
    const bool text = (byte >= 0x20 && byte != 0x7f) || (byte >= 7 && byte <= 13) || byte == 0 ||
                      byte == 0x1b || byte == 8;
    if (!text) return Verdict::kNotMine;
  }
  return seen < kLongestPrompt ? Verdict::kNeedMore : Verdict::kNotMine;
}

FieldList TelnetFields() { return FieldsOf<kTelnetTerminal>(); }

std::unique_ptr<Session> StartTelnet() { return std::make_unique<TelnetSession>(); }

}  // namespace rustnet::net
