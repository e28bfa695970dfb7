// SPDX-License-Identifier: Apache-2.0
// What it takes to know a protocol.  Both halves are pure: no clock, no lock, no global.
//
// `probe` answers from the first bytes of one direction whether a flow speaks the protocol; `start`
// makes the session that then reads the conversation, beginning with the bytes that were held back
// while the flow was undecided.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/ip_address.h"
#include "common/base/time.h"
#include "common/net/dpi/facts.h"
#include "common/net/dpi/stage.h"
#include "common/net/packet/packet.h"

namespace rustnet::net {

// Law of every probe (tests/unit/common/net/dpi): if it answers kMatch to some bytes, it answers
// kNotMine to no prefix of them.  kNeedMore to a whole datagram means: this one proves nothing.
enum class Verdict : uint8_t { kNotMine, kNeedMore, kMatch };

// kNext: what follows is another application (STARTTLS, CONNECT, Upgrade); see Session::Unread.
// kMistaken: as kNext, and what was said so far was none of the protocol's either: the other end
// answered with something else.
enum class Progress : uint8_t { kMore, kDone, kNext, kMistaken };

// How a label was proved.  A port alone never is: such a guess is made by names/services, not here.
// kHandshake: both ends spoke the protocol; kSignature: one did.
enum class Evidence : uint8_t { kNone, kHandshake, kSignature, kPort };

// What a session learns that concerns more than its own flow.  Implemented by the worker; drained
// at the tick.
class Knowledge {
 public:
  virtual ~Knowledge() = default;
  // A DNS answer seen on the wire, to a question that was seen too: `client` may reach `address`
  // under `name` (lower case, raw bytes: not yet printable) for `ttl` seconds.
  virtual void OnAnswer(const IpAddress& client, std::string_view name, const IpAddress& address,
                        uint32_t ttl) = 0;
};

class Expectations;
class QuicIds;

// What a session may ask about the packet whose bytes it is given.
struct Moment {
  Time time = 0;
  IpAddress source;  // of these bytes
  IpAddress destination;
  uint16_t source_port = 0;
  uint16_t destination_port = 0;
  Knowledge* knowledge = nullptr;        // may be null
  Expectations* expectations = nullptr;  // may be null
  QuicIds* quic_ids = nullptr;           // of the same worker; may be null
  // Not on a port of the protocol, and both ends had spoken before it was recognised.
  bool late = false;
};

class Session {
 public:
  virtual ~Session() = default;
  // The next bytes of `direction`: in order and without holes (TCP), or one datagram (UDP, SCTP).
  virtual Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) = 0;
  // `lost` bytes of `direction` were never captured; the next OnData starts behind them.
  virtual Progress OnGap(Direction, uint64_t /*lost*/) { return Progress::kDone; }

  // After kNext.  The name of the dissector that takes over; empty: whoever matches.
  virtual std::string_view Next() const { return {}; }
  // After kNext or kMistaken.  Bytes of `direction` that belong to what follows; they live until
  // the session ends or, if they are the tail of OnData's, as long as those.
  virtual Bytes Unread(Direction) const { return {}; }

  // The name of the application that was found in messages of this one, to be told beside it (gRPC
  // in HTTP/2, DNS in HTTP, TLS in OpenVPN); empty: none so far.
  virtual std::string_view Inner() const { return {}; }

  // False: what was seen may still be something else, and the flow is not named yet.
  virtual bool Proved() const { return true; }
  // Both ends have spoken the protocol.
  virtual bool Agreed() const { return false; }
  // Asked after each OnData and OnGap.
  virtual Standing standing() const { return {}; }
  // Bytes on the heap, this object included.
  virtual size_t memory() const = 0;
};

using FieldList = std::span<const Field* const>;

// The fields that a dissector may fill, for its row.
template <const Field&... kFields>
FieldList FieldsOf() {
  static constexpr const Field* kList[] = {&kFields...};
  return kList;
}

struct Dissector {
  std::string_view name;                // as in `rustnetd --flows`: "tls"
  Protocol transport;                   // kTcp or kUdp
  std::array<uint16_t, 8> ports;        // tried first on these
  bool any_port;                        // and, if nothing matched there, on all others
  Verdict (*probe)(Bytes opening);      // null: begun by Session::Next or Inner, or expected
  std::unique_ptr<Session> (*start)();  // null: the name alone is known
  FieldList (*fields)();                // null: none
  std::string_view source;              // "RFC 4253"
};

template <typename T>
std::unique_ptr<Session> Start() {
  return std::make_unique<T>();
}

}  // namespace rustnet::net
