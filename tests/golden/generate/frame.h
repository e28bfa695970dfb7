// SPDX-License-Identifier: Apache-2.0
// Frames for tests, written layer by layer from the inside out:
//   Ethernet(kIpv4, Ipv4({.protocol = 6}, Tcp({.flags = kSyn})))
// Lengths and checksums are right unless a field says otherwise.  Header-only: unit tests use it
// too.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/base/ip_address.h"
#include "common/base/text.h"

namespace rustnet::frame {

using Buffer = std::vector<uint8_t>;

inline constexpr uint16_t kIpv4 = 0x0800, kIpv6 = 0x86dd, kArp = 0x0806, kVlan = 0x8100,
                          kQinQ = 0x88a8, kMpls = 0x8847, kPppoe = 0x8864;
inline constexpr uint8_t kFin = 1, kSyn = 2, kRst = 4, kPsh = 8, kAck = 16;

inline void Put8(Buffer* out, uint64_t value) { out->push_back(static_cast<uint8_t>(value)); }
inline void Put16(Buffer* out, uint64_t value) {
  Put8(out, value >> 8);
  Put8(out, value);
}
inline void Put32(Buffer* out, uint64_t value) {
  Put16(out, value >> 16);
  Put16(out, value);
}
// Not inlined: g++ 12 sees overflows here that are none (-Wstringop-overflow at -O3).
[[gnu::noinline]] inline void PutAll(Buffer* out, Bytes bytes) {
  out->insert(out->end(), bytes.begin(), bytes.end());
}
inline Buffer Text(std::string_view text) {
  const Bytes bytes = AsBytes(text);
  return {bytes.begin(), bytes.end()};
}
inline Buffer Join(Buffer head, const Buffer& tail) {
  PutAll(&head, tail);
  return head;
}

// "00 11:22…": hexadecimal digits, anything else is skipped.
inline Buffer Hex(std::string_view text) {
  Buffer out;
  int high = -1;
  for (const char c : text) {
    const char low = ToLower(c);
    int digit = -1;
    if (low >= '0' && low <= '9') digit = low - '0';
    if (low >= 'a' && low <= 'f') digit = low - 'a' + 10;
    if (digit < 0) continue;
    if (high >= 0) Put8(&out, static_cast<uint64_t>(high * 16 + digit));
    high = high >= 0 ? -1 : digit;
  }
  return out;
}

// RFC 1071, of `bytes` behind a partial `sum`.
inline uint32_t AddWords(Bytes bytes, uint32_t sum = 0) {
  for (size_t i = 0; i < bytes.size(); ++i)
    sum += static_cast<uint32_t>(bytes[i]) << (i % 2 ? 0 : 8);
  return sum;
}
inline uint16_t Checksum(uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}
inline void Patch16(Buffer* out, size_t at, uint16_t value) {
  (*out)[at] = static_cast<uint8_t>(value >> 8);
  (*out)[at + 1] = static_cast<uint8_t>(value);
}

struct Mac {
  std::array<uint8_t, 6> destination = {0x02, 0, 0, 0, 0, 2};
  std::array<uint8_t, 6> source = {0x02, 0, 0, 0, 0, 1};
};

// EtherType, or the 802.3 length if it is below 0x600.
inline Buffer Ethernet(uint16_t type, const Buffer& payload, const Mac& mac = {}) {
  Buffer out;
  PutAll(&out, mac.destination);
  PutAll(&out, mac.source);
  Put16(&out, type);
  return Join(std::move(out), payload);
}

// The four bytes behind an 0x8100 or 0x88a8, then `payload`.
inline Buffer Vlan(uint16_t id, uint16_t inner_type, const Buffer& payload) {
  Buffer out;
  Put16(&out, id);
  Put16(&out, inner_type);
  return Join(std::move(out), payload);
}

inline Buffer Padded(Buffer frame, size_t size = 60) {
  if (frame.size() < size) frame.resize(size);
  return frame;
}

struct Ip {
  uint8_t protocol = 6;
  IpAddress source = IpAddress::V4(0x0a000001);
  IpAddress destination = IpAddress::V4(0x0a000002);
  uint16_t id = 0;
  uint16_t offset = 0;  // of a fragment, in bytes
  bool more = false;
  int total_length = -1;  // IPv4 total or IPv6 payload length; -1: the right one
  Buffer options = {};    // IPv4, a multiple of 4 bytes
};

inline Buffer Ipv4(const Ip& ip, const Buffer& payload) {
  Buffer out;
  const size_t size = 20 + ip.options.size();
  Put8(&out, 0x40 | size / 4);
  Put8(&out, 0);
  Put16(&out, ip.total_length >= 0 ? static_cast<size_t>(ip.total_length) : size + payload.size());
  Put16(&out, ip.id);
  Put16(&out, static_cast<uint64_t>(ip.offset / 8 | (ip.more ? 0x2000 : 0)));
  Put8(&out, 64);
  Put8(&out, ip.protocol);
  Put16(&out, 0);
  PutAll(&out, ip.source.bytes());
  PutAll(&out, ip.destination.bytes());
  PutAll(&out, ip.options);
  Patch16(&out, 10, Checksum(AddWords(out)));
  return Join(std::move(out), payload);
}

inline const IpAddress kV6Source = *IpAddress::Parse("2001:db8::1");
inline const IpAddress kV6Destination = *IpAddress::Parse("2001:db8::2");

inline Buffer Ipv6(Ip ip, const Buffer& payload) {
  if (!ip.source.is_v6()) ip.source = kV6Source;
  if (!ip.destination.is_v6()) ip.destination = kV6Destination;
  Buffer out;
  Put32(&out, 0x60000000);
  Put16(&out, ip.total_length >= 0 ? static_cast<size_t>(ip.total_length) : payload.size());
  Put8(&out, ip.protocol);
  Put8(&out, 64);
  PutAll(&out, ip.source.bytes());
  PutAll(&out, ip.destination.bytes());
  return Join(std::move(out), payload);
}

// An IPv6 extension header of 8 bytes: hop-by-hop, routing or destination options.
inline Buffer Extension(uint8_t next, const Buffer& payload) {
  return Join({next, 0, 1, 4, 0, 0, 0, 0}, payload);
}

inline Buffer Ipv6Fragment(uint8_t next, uint16_t offset, bool more, uint32_t id,
                           const Buffer& payload) {
  Buffer out = {next, 0};
  Put16(&out, static_cast<uint64_t>(offset | (more ? 1 : 0)));
  Put32(&out, id);
  return Join(std::move(out), payload);
}

// Sets the checksum at `at` of a transport header for the addresses of `ip`.
inline Buffer Checked(Buffer segment, size_t at, const Ip& ip) {
  Patch16(&segment, at, 0);
  uint32_t sum = AddWords(ip.source.bytes(), AddWords(ip.destination.bytes()));
  sum += ip.protocol + static_cast<uint32_t>(segment.size());
  Patch16(&segment, at, Checksum(AddWords(segment, sum)));
  return segment;
}

struct TcpFields {
  uint16_t source = 40000;
  uint16_t destination = 80;
  uint32_t seq = 1000;
  uint32_t ack = 0;
  uint8_t flags = kAck;
  uint16_t window = 8192;
  Buffer options = {};  // a multiple of 4 bytes
};

inline Buffer Tcp(const TcpFields& tcp, const Buffer& payload = {}) {
  Buffer out;
  Put16(&out, tcp.source);
  Put16(&out, tcp.destination);
  Put32(&out, tcp.seq);
  Put32(&out, tcp.ack);
  Put8(&out, (20 + tcp.options.size()) / 4 << 4);
  Put8(&out, tcp.flags);
  Put16(&out, tcp.window);
  Put32(&out, 0);
  PutAll(&out, tcp.options);
  return Join(std::move(out), payload);
}

// `length`: -1 for the right one.
inline Buffer Udp(uint16_t source, uint16_t destination, const Buffer& payload, int length = -1) {
  Buffer out;
  Put16(&out, source);
  Put16(&out, destination);
  Put16(&out, length >= 0 ? static_cast<size_t>(length) : 8 + payload.size());
  Put16(&out, 0);
  return Join(std::move(out), payload);
}

// ICMP or ICMPv6 echo.
inline Buffer Echo(uint8_t type, uint16_t id, uint16_t sequence, const Buffer& payload = {}) {
  Buffer out = {type, 0, 0, 0};
  Put16(&out, id);
  Put16(&out, sequence);
  out = Join(std::move(out), payload);
  if (type < 128) Patch16(&out, 2, Checksum(AddWords(out)));
  return out;
}

// RFC 826 for IPv4 on Ethernet.
inline Buffer Arp(uint16_t operation, const IpAddress& sender, const IpAddress& target,
                  const Mac& mac = {}) {
  Buffer out = {0, 1, 8, 0, 6, 4};
  Put16(&out, operation);
  PutAll(&out, mac.source);
  PutAll(&out, sender.bytes());
  PutAll(&out, operation == 1 ? std::array<uint8_t, 6>{} : mac.destination);
  PutAll(&out, target.bytes());
  return out;
}

}  // namespace rustnet::frame
