// SPDX-License-Identifier: Apache-2.0
// Certificates for tests.
#pragma once

#include <string>

#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {

inline std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

// By openssl req -x509: C=DE, O="Example, Inc.", CN=www.example.com, itself its issuer, with the
// names www.example.com, *.example.net and an address.
inline const std::string kCertificateDer = FromHex(
    "30820206308201aca003020102021458801e879b462328a137caeb06be4be85a16131b300a06082a8648ce3d0403"
    "02303f310b300906035504061302444531163014060355040a0c0d4578616d706c652c20496e632e311830160603"
    "5504030c0f7777772e6578616d706c652e636f6d301e170d3236313132393135343133325a170d33363131323631"
    "35343133325a303f310b300906035504061302444531163014060355040a0c0d4578616d706c652c20496e632e31"
    "18301606035504030c0f7777772e6578616d706c652e636f6d3059301306072a8648ce3d020106082a8648ce3d03"
    "01070342000437533f977ae8d900c3aeee381ec7dc8f99e6f2f41e80557a909e8817f2748fb5fb8667e6b1c418f9"
    "53a577f83f0df2ac4c37115ff7c9dfbef68e30e9ce75a305a38185308182301d0603551d0e041604142e2f66e5b6"
    "4ebba6d9057140625aaebaecaa4125301f0603551d230418301680142e2f66e5b64ebba6d9057140625aaebaecaa"
    "4125300f0603551d130101ff040530030101ff302f0603551d1104283026820f7777772e6578616d706c652e636f"
    "6d820d2a2e6578616d706c652e6e65748704c0000201300a06082a8648ce3d0403020348003045022100fad841c0"
    "2a59b1173f694281f9a792dad156b30992a05ef4a8a724cf119261e10220397b0ee5af0f32f9b07a84a5bd4b885c"
    "e16d235534898badacc0306eead1e9f3");

// The body of a Certificate message with that one and another behind it.
inline std::string CertificateBody(const std::string& first, const std::string& second = "") {
  std::string list = U24(first.size()) + first;
  if (!second.empty()) list += U24(second.size()) + second;
  return U24(list.size()) + list;
}

inline const std::vector<std::string> kCertificateFacts = {
    "cert_subject=CN=www.example.com,O=Example\\, Inc.",
    "cert_issuer=CN=www.example.com,O=Example\\, Inc.", "cert_not_after=2036-11-26T15:41:32Z",
    "cert_san=www.example.com", "cert_san=*.example.net"};

}  // namespace rustnet::net
