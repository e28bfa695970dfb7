// SPDX-License-Identifier: Apache-2.0
// Why rustnetd cannot be reached, as one sentence and an exit code.  The cause is taken from a
// connect() of our own, never from gRPC's text.
#pragma once

#include <grpcpp/support/status.h>

#include <string>
#include <string_view>

namespace rustnet::client {

inline constexpr int kExitUsage = 64;        // EX_USAGE
inline constexpr int kExitInput = 65;        // EX_DATAERR
inline constexpr int kExitUnavailable = 69;  // EX_UNAVAILABLE
inline constexpr int kExitSoftware = 70;     // EX_SOFTWARE
inline constexpr int kExitPermission = 77;   // EX_NOPERM
inline constexpr int kExitConfig = 78;       // EX_CONFIG

struct Failure {
  enum class Kind : uint8_t {
    kNoSocket,
    kRefused,
    kNotPermitted,  // the socket
    kCut,
    kNotAnswering,
    kVersion,
    kCallRefused,  // the daemon said no
    kCall,         // the daemon did not like the request
  };
  Kind kind = Kind::kNotAnswering;
  std::string sentence;
  int exit_code = kExitUnavailable;

  // The kind in two or three words, for a banner.
  std::string_view Brief() const;
};

// What is wrong after a call on `socket` (a path) ended with `status`.
Failure Diagnose(const grpc::Status& status, const std::string& socket);

}  // namespace rustnet::client
