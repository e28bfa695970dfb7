// SPDX-License-Identifier: Apache-2.0
// No BPF on this system, or built without it.
#include "daemon/seal/load_bpf.h"

namespace rustnet {

BpfHandles LoadBpf() {
  BpfHandles handles;
  handles.rung = "UID";
  handles.refusal = "This rustnetd was built without BPF, so it cannot tell processes apart.";
  handles.refusal_reason = BpfRefusal::kNotBuilt;
  return handles;
}

void UnloadBpf(BpfHandles*) {}

}  // namespace rustnet
