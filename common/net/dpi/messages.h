// SPDX-License-Identifier: Apache-2.0
// Protocols that took their messages from HTTP (SIP, RTSP): a start line, header lines up to an
// empty one, a body by Content-Length.  In a datagram, or one behind the other in a stream.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/net/dpi/commands.h"

namespace rustnet::net {

struct MessageForm {
  std::string_view version;  // "SIP/2.0", "RTSP/1.0"
  void (*request)(std::string_view method, std::string_view target, Facts* facts);
  void (*status)(std::string_view code, Facts* facts);
  void (*header)(std::string_view name, std::string_view value, const Moment& moment, Facts* facts);
  // What stands behind the headers, up to 4096 bytes; null: not wanted.
  void (*body)(std::string_view body, const Moment& moment);
  std::string_view newer = {};  // a version that is read alike
};

// "METHOD target VERSION" or "VERSION 200 reason", empty lines before it passed over (RFC 3261
// section 7.5), as far as the opening goes.
Verdict ProbeMessage(Bytes opening, const MessageForm& form);

// One message in a datagram; false: it is none.
bool ReadMessage(Bytes datagram, const MessageForm& form, const Moment& moment, Facts* facts);

class MessageSession : public LineSession {
 public:
  explicit MessageSession(const MessageForm* form);

  Progress OnGap(Direction direction, uint64_t lost) override;
  size_t memory() const override;

 protected:
  bool OnBinary(Direction direction, Bytes* bytes) override;
  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override;
  bool in_headers(Direction direction) const {
    return sides_[static_cast<size_t>(direction)].in_headers;
  }

 private:
  struct Side {
    uint64_t body = 0;  // bytes, as the headers say; then those that are still to be held
    bool in_headers = false;
    std::vector<uint8_t> held;  // of the body
  };
  const MessageForm* form_;
  std::array<Side, 2> sides_{};
};

}  // namespace rustnet::net
