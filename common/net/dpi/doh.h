// SPDX-License-Identifier: Apache-2.0
// DNS over HTTP in clear (RFC 8484): a message is the body of a POST or of an answer, or the
// parameter "dns" of a GET's target.
#pragma once

#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/net/dpi/facts.h"

namespace rustnet::net {

// Whether a Content-Type says that the body is a DNS message.
bool IsDnsMedia(std::string_view content_type);

// Adds the question that a target carries; false: it carries none.
bool AddDnsTarget(std::string_view target, Facts* facts);

// A body as it comes in pieces.
class DnsBody {
 public:
  static constexpr size_t kLongest = 4096;  // bytes; of a longer one nothing is read

  void Add(Bytes piece, Facts* facts);
  // Adds what the message says; false: it was none.  Then another body may come.
  bool End(Facts* facts);
  size_t memory() const { return bytes_.capacity(); }

 private:
  std::vector<uint8_t> bytes_;
  bool too_long_ = false;
};

}  // namespace rustnet::net
