// SPDX-License-Identifier: Apache-2.0
// Where live capture is not built yet: says so.
#include "daemon/seal/open_capture.h"

namespace rustnet {

StatusOr<std::vector<CaptureHandle>> OpenCaptures(const CaptureConfig&) {
  return Unimplemented(
      "live capture is not built for this platform yet; read a capture file with --read FILE");
}

void CloseCapture(CaptureHandle* handle) { *handle = CaptureHandle(); }

}  // namespace rustnet
