// SPDX-License-Identifier: Apache-2.0
// An IPv4 or IPv6 address, or none.  IPv4 stands in the first four bytes; a v4-mapped IPv6 address
// (::ffff:a.b.c.d) is kept as it is unless Unmapped() is asked for.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/bytes.h"

namespace rustnet {

class IpAddress {
 public:
  enum class Family : uint8_t { kNone = 0, kV4 = 4, kV6 = 6 };

  IpAddress() = default;
  // `bytes` in network order; 4 or 16 of them, else the address is none.
  explicit IpAddress(Bytes bytes);
  static IpAddress V4(uint32_t host_order);

  // Text as in RFC 4291 or dotted decimal; no zone, no port.
  static std::optional<IpAddress> Parse(std::string_view text);

  Family family() const { return family_; }
  bool is_v4() const { return family_ == Family::kV4; }
  bool is_v6() const { return family_ == Family::kV6; }
  // 4, 16 or 0 bytes, network order.
  Bytes bytes() const;
  // All 16 bytes, the unused ones zero: for keys.
  const std::array<uint8_t, 16>& raw() const { return bytes_; }

  // The IPv4 address inside a v4-mapped one, else the address itself.
  IpAddress Unmapped() const;

  bool IsLoopback() const;   // 127.0.0.0/8, ::1
  bool IsMulticast() const;  // 224.0.0.0/4, ff00::/8
  bool IsLinkLocal() const;  // 169.254.0.0/16, fe80::/10
  bool IsUnspecified() const;
  bool IsBroadcast() const;  // 255.255.255.255

  // Canonical: dotted decimal, or RFC 5952.  Empty for none.
  std::string ToString() const;

  // By family, then as numbers.
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  Family family_ = Family::kNone;
  std::array<uint8_t, 16> bytes_{};
};

// A network: "10.0.0.0/8", "10/8", "2001:db8::/32", or a single address.
class Cidr {
 public:
  static std::optional<Cidr> Parse(std::string_view text);
  Cidr(IpAddress address, int prefix) : address_(address), prefix_(prefix) {}
  bool Contains(const IpAddress& address) const;

 private:
  IpAddress address_;
  int prefix_;  // bits
};

using MacAddress = std::array<uint8_t, 6>;
std::string ToString(const MacAddress& mac);  // "00:11:22:33:44:55"

}  // namespace rustnet
