// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/request_times.h"

#include <algorithm>
#include <optional>

#include "common/base/byte_reader.h"

namespace rustnet::net {
namespace {

constexpr uint32_t kLongestWaitUs = 30'000'000;
constexpr uint32_t kQuicToken = 0;

struct Mark {
  uint32_t token;
  bool answer;
};
using MaybeMark = std::optional<Mark>;

MaybeMark EchoMark(const IcmpHeader& icmp, bool v6) {
  const uint8_t request = v6 ? 128 : 8;  // RFC 4443 section 4, RFC 792
  const uint8_t reply = v6 ? 129 : 0;
  if (icmp.type != request && icmp.type != reply) return std::nullopt;
  return Mark{icmp.sequence, icmp.type == reply};
}

MaybeMark NameMark(ByteReader reader) {
  const uint32_t id = reader.U16();
  const uint32_t flags = reader.U16();
  if (!reader.ok()) return std::nullopt;
  return Mark{id, (flags & 0x8000) != 0};
}

MaybeMark NtpMark(ByteReader reader) {
  const uint8_t mode = reader.U8() & 7;
  reader.Skip(27);
  const uint32_t origin_fraction = reader.U32();
  reader.Skip(12);
  const uint32_t transmit_fraction = reader.U32();
  if (!reader.ok() || (mode != 3 && mode != 4)) return std::nullopt;
  return mode == 3 ? Mark{transmit_fraction, false} : Mark{origin_fraction, true};
}

MaybeMark StunMark(ByteReader reader) {
  constexpr uint32_t kCookie = 0x2112A442;
  constexpr uint16_t kClass = 0x0110;
  const uint16_t type = reader.U16();
  reader.Skip(2);
  const uint32_t cookie = reader.U32();
  const uint32_t id = reader.U32() ^ reader.U32() ^ reader.U32();
  if (!reader.ok() || cookie != kCookie || (type & 0xC000) != 0) return std::nullopt;
  const uint16_t kind = type & kClass;
  if (kind == 0x0010) return std::nullopt;  // an indication has no answer
  return Mark{id, kind != 0};
}

MaybeMark QuicMark(ByteReader reader, Direction direction) {
  const bool long_header = (reader.U8() & 0xC0) == 0xC0;
  if (!long_header || !reader.ok()) return std::nullopt;
  return Mark{kQuicToken, direction == Direction::kBackward};
}

MaybeMark UdpMark(const Packet& packet, Direction direction) {
  const auto port = [&packet](uint16_t wanted) {
    return packet.key.port[0] == wanted || packet.key.port[1] == wanted;
  };
  const ByteReader reader(packet.payload);
  if (port(53) || port(5355) || port(137)) return NameMark(reader);
  if (port(123)) return NtpMark(reader);
  if (port(443)) return QuicMark(reader, direction);
  return StunMark(reader);
}

}  // namespace

void RequestTimes::Asked(uint32_t token, Time now) {
  for (size_t i = 0; i < kWaiting; ++i) {
    if ((waits_ >> i & 1) != 0 && requests_[i].token == token) return;  // again: the first counts
  }
  requests_[next_] = {token, static_cast<uint32_t>(now / kMicrosecond)};
  waits_ = static_cast<uint8_t>(waits_ | 1U << next_);
  next_ = static_cast<uint8_t>((next_ + 1) % kWaiting);
}

uint32_t RequestTimes::Answered(uint32_t token, Time now) {
  for (size_t i = 0; i < kWaiting; ++i) {
    if ((waits_ >> i & 1) == 0 || requests_[i].token != token) continue;
    waits_ = static_cast<uint8_t>(waits_ & ~(1U << i));
    const uint32_t waited = static_cast<uint32_t>(now / kMicrosecond) - requests_[i].sent_us;
    return waited > kLongestWaitUs ? 0 : std::max(waited, 1U);
  }
  return 0;
}

uint32_t RequestTimes::Add(const Packet& packet, Direction direction) {
  MaybeMark mark;
  if (packet.key.protocol == Protocol::kUdp) {
    mark = UdpMark(packet, direction);
  } else if (packet.key.protocol == Protocol::kIcmp || packet.key.protocol == Protocol::kIcmpv6) {
    mark = EchoMark(packet.icmp, packet.key.protocol == Protocol::kIcmpv6);
  }
  if (!mark) return 0;
  if (mark->answer) return Answered(mark->token, packet.time);
  Asked(mark->token, packet.time);
  return 0;
}

}  // namespace rustnet::net
