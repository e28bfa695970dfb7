// SPDX-License-Identifier: Apache-2.0
// Where there are no packet sockets: says so.
#include "daemon/seal/open_capture_socket.h"

namespace rustnet {
namespace {

Status NotHere() { return Unimplemented("live capture is not built for this platform yet"); }

}  // namespace

Status OpenRing(int, int, CaptureHandle*) { return NotHere(); }
Status AttachFilter(int, const FilterProgram&) { return NotHere(); }
StatusOr<FilterProgram> ProgramFor(const CaptureFilter&, const NetworkInterface&) {
  return NotHere();
}
Status BindCapture(const NetworkInterface&, bool, CaptureHandle*) { return NotHere(); }
Status JoinFanout(std::span<const int>) { return NotHere(); }

}  // namespace rustnet
