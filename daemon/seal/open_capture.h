// SPDX-License-Identifier: Apache-2.0
// Opens live captures while the process may: one packet socket with a ring per interface and
// worker, and spares for interfaces that come later.  Nothing is read from them here.
//
// When OpenCaptures returns, every socket that is not a spare is bound, and lets nothing pass:
// capture/LiveCapture opens them all behind the seal, once fanout groups have formed, so that no
// packet is older than the seal, lost, or given to the wrong worker.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "daemon/seal/handles.h"

namespace rustnet {

struct CaptureConfig {
  std::vector<std::string> interfaces = {"auto"};  // names, "auto" or "any"
  std::string filter;                              // libpcap's language; empty: everything
  int snaplen = 4096;                              // bytes kept of a frame, 64 to 262 144
  int ring_mib = 32;                               // each ring of a named interface
  int spares = 4;   // sockets for interfaces that appear later, with "any" or several workers
  int workers = 1;  // sockets on each named interface, joined by fanout
  bool promiscuous = false;
};

// What is known of the captures beyond their sockets, shared by all of them: enough to bind a
// spare, or an interface that came back, without privilege.  daemon/seal/open_capture_filter.h.
struct CapturePlan;

// Errors, one sentence each:
//   Unavailable        no such interface (names those that there are), no interface at all
//   InvalidArgument    the filter does not compile or does not apply, or a number is out of range
//   PermissionDenied   packet sockets are not for this process
//   ResourceExhausted  no memory for the rings
// `auto` is the interface of the default route, else the first that is up, loopback last; `any` is
// every interface that is up, the default route's first.  The list begins with the interfaces in
// that order, each `workers` times if it was named or is the first, then the spares.
StatusOr<std::vector<CaptureHandle>> OpenCaptures(const CaptureConfig& config);

// Frees what a handle holds.  Most are never closed: the process owns them for its whole life.
void CloseCapture(CaptureHandle* handle);

}  // namespace rustnet
