// SPDX-License-Identifier: Apache-2.0
// The session of a protocol in which the client says one line and the server answers until the end:
// a function reads the line.
#pragma once

#include <memory>

#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissector.h"
#include "common/net/dpi/lines.h"

namespace rustnet::net {

inline constexpr size_t kLongestQuery = 255;

// A line of printable ASCII, whole and not longer than that.  Greetings that are met on any port
// (SSH's, HTTP's, replies of three digits) are none, nor is a browser's oldest request.
inline Verdict ProbeQuery(std::string_view text, bool may_be_empty) {
  std::string_view line = text.substr(0, text.find('\n'));
  const bool whole = line.size() < text.size();
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line.size() > kLongestQuery) return Verdict::kNotMine;
  for (const char c : line) {
    if ((c < ' ' || c > '~') && c != '\t') return Verdict::kNotMine;
  }
  if (!whole) return Verdict::kNeedMore;
  if (line.empty() && !may_be_empty) return Verdict::kNotMine;
  const bool other = line.starts_with("SSH-") || line.starts_with("GET /") ||
                     line.find("HTTP/1.") != std::string_view::npos ||
                     (line.size() > 3 && ReplyCode(line) != 0);
  return other ? Verdict::kNotMine : Verdict::kMatch;
}

// kRead is `void (std::string_view line, Facts*)`; the end at kPort is the server.  One that speaks
// first serves something else.
template <uint16_t kPort, auto kRead>
class QuerySession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    std::string_view line;
    if (moment.destination_port != kPort) {
      answered_ = true;
      speaker_ = direction;
      if (!asked_) unread_ = bytes;
    } else if (!asked_ && lines_.Next(&bytes, &line, facts)) {
      asked_ = true;
      kRead(line, facts);
    }
    return answered_ ? Progress::kDone : Progress::kMore;
  }
  Bytes Unread(Direction direction) const override {
    return direction == speaker_ ? unread_ : Bytes();
  }
  bool Proved() const override { return asked_; }
  bool Agreed() const override { return asked_ && answered_; }
  size_t memory() const override { return sizeof *this + lines_.memory(); }

 private:
  Lines lines_{kLongestQuery};
  Bytes unread_;
  Direction speaker_ = Direction::kForward;
  bool asked_ = false;
  bool answered_ = false;
};

}  // namespace rustnet::net
