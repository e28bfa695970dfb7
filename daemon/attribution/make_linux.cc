// SPDX-License-Identifier: Apache-2.0
// The best rung that the handles allow.
#include "daemon/attribution/attribution.h"
#include "daemon/attribution/bpf_attribution_linux.h"
#include "daemon/attribution/uid_attribution_linux.h"

namespace rustnet {
namespace {

BackendState::Reason ReasonOf(BpfRefusal refusal) {
  using Reason = BackendState::Reason;
  switch (refusal) {
    case BpfRefusal::kNone:
      return Reason::kConfigured;
    case BpfRefusal::kNotBuilt:
      return Reason::kPlatform;
    case BpfRefusal::kMissingCapability:
      return Reason::kMissingCapability;
    case BpfRefusal::kKernelTooOld:
      return Reason::kKernelTooOld;
    case BpfRefusal::kNoBtf:
      return Reason::kNoBtf;
    case BpfRefusal::kProgramRefused:
      return Reason::kProgramRefused;
    case BpfRefusal::kSystemError:
      break;
  }
  return Reason::kSystemError;
}

}  // namespace

std::unique_ptr<Attribution> MakeAttribution(const Handles& handles) {
  BackendState refusal;
  refusal.name = "attribution/L1";
  refusal.reason = ReasonOf(handles.bpf.refusal_reason);
  refusal.text = handles.bpf.refusal;
  refusal.state = refusal.reason == BackendState::Reason::kConfigured
                      ? BackendState::State::kOff
                      : BackendState::State::kFailed;
  if (handles.bpf.loaded()) {
    std::string why;
    if (auto attribution = MakeBpfAttribution(handles, &why)) return attribution;
    refusal.reason = BackendState::Reason::kSystemError;
    refusal.state = BackendState::State::kFailed;
    refusal.text = why;
  }
  return MakeUidAttribution(handles, std::move(refusal));
}

}  // namespace rustnet
