// SPDX-License-Identifier: Apache-2.0
// The hellos of TLS (RFC 8446 section 4.1, RFC 5246 section 7.4.1), which DTLS and QUIC carry too,
// and the fields that they fill.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/base/byte_reader.h"
#include "common/net/dpi/facts.h"

namespace rustnet::net {

inline constexpr Field kSni{"sni"};
inline constexpr Field kAlpn{"alpn"};                   // offered
inline constexpr Field kAlpnSelected{"alpn_selected"};  // by the server
inline constexpr Field kTlsOffered{"tls_offered"};      // versions
inline constexpr Field kTlsVersion{"tls_version"};      // chosen by the server
inline constexpr Field kTlsCipher{"tls_cipher", false, true};
inline constexpr Field kEch{"ech"};  // "true": encrypted_client_hello (0xfe0d) was offered
inline constexpr Field kJa3{"ja3"};
inline constexpr Field kJa4{"ja4"};
// What a client of QUIC says of itself (RFC 9000 section 18.2).
inline constexpr Field kQuicIdleTimeout{"quic_idle_timeout", false, true};  // milliseconds
inline constexpr Field kQuicMaxUdpPayload{"quic_max_udp_payload", false, true};
inline constexpr Field kTlsAlert{"tls_alert"};  // in clear: "handshake_failure"

enum class HelloForm : uint8_t { kTls, kDtls, kQuic };

struct ClientHello {
  uint32_t quic_idle_timeout_ms = 0;  // 0: none
};
// `body` of a ClientHello, behind the four bytes of its handshake header (DTLS: twelve).  It may be
// cut: what stands whole before the cut is stored, and false returned.  `hello` may be null.
bool ParseClientHello(Bytes body, HelloForm form, Facts* facts, ClientHello* hello = nullptr);

struct ServerHello {
  uint16_t version = 0;
  bool retry = false;  // HelloRetryRequest: another hello of each side follows
};
// As above; `hello` is what was read.
bool ParseServerHello(Bytes body, Facts* facts, ServerHello* hello);

// "TLS1.3", "DTLS1.2"; empty for GREASE and unknown ones.
std::string_view TlsVersionName(uint16_t version);

// RFC 8701: 0x0a0a, 0x1a1a … 0xfafa.
constexpr bool IsGrease(uint16_t value) {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

}  // namespace rustnet::net
