// SPDX-License-Identifier: Apache-2.0
// How the fields of a connection read in a cell.  Pure; all text is printable already (row.h).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/model/connection.h"

namespace rustnet::client {

// Bytes per second in at most five cells, base 1024: "-", "215B", "928K", "15.7M".
std::string RateText(uint64_t bytes_per_second);
// "0.4ms", "31ms", "1.2s", at most five cells; "-" for none.
std::string RttText(std::optional<uint32_t> microseconds);
// "48 211": a narrow gap between groups of three digits.
std::string Grouped(uint64_t number);
// "7 s", "3 min", "2 h", "3 d".
std::string AgeText(Duration age);

// "firefox (4803)", "kernel", "? socket closed".
std::string ProcessText(const model::Connection& row);
// The same without the pid: what rows of one program share.
std::string ProcessName(const model::Connection& row);

// A text of which the last `tail` bytes (":443") survive shortening.
struct AddressText {
  std::string text;
  size_t tail = 0;
};
// The remote end: a name if one is known and `names`, else the address; "~": learnt from DNS.
AddressText RemoteText(const model::Connection& row, bool names, bool services);
// The remote address and port alone, for the clipboard.
std::string CopyText(const model::Connection& row);
AddressText LocalText(const model::Connection& row, bool services);

// "TLS 1.3 h2", "DNS (example.com)", "PostgreSQL ←" (the peer opened it), "https?" (a guess by
// port).  A name that RemoteText shows already is left out.
std::string ApplicationText(const model::Connection& row, bool names);

// The same without what it says of itself: "TLS", "https?", "TCP".
std::string ApplicationLabel(const model::Connection& row);

// "ESTABLISHED" or, compact, "ESTAB".
std::string StateText(const model::Connection& row, bool compact);

enum class Staleness : uint8_t { kFresh, kStale, kVeryStale };
// By how much of its idle timeout has passed: 75 %, 90 %.
Staleness StalenessOf(const model::Connection& row, Time now);

}  // namespace rustnet::client
