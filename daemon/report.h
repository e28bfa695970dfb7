// SPDX-License-Identifier: Apache-2.0
// What the daemon tells of itself, as messages of the API: sandbox, sources, losses, interfaces.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "daemon/attribution/attribution.h"
#include "daemon/capture/live_capture.h"
#include "daemon/nat/nat.h"
#include "daemon/seal/attestation.h"
#include "daemon/self_cost.h"
#include "daemon/worker.h"
#include "rustnet/v1/monitor.pb.h"

namespace rustnet {

void Report(const Attestation& attestation, v1::Sandbox* out);
void Report(const BackendState& backend, v1::Backend* out);
// The source of one interface, as "capture/eth0".
void ReportCapture(const InterfaceReport& interface, v1::Backend* out);
void Report(const InterfaceReport& interface, std::span<const WorkerCounters> workers,
            v1::Interface* out);
// Sums over `interfaces` and `workers`.
void Report(std::span<const InterfaceReport> interfaces, std::span<const WorkerCounters> workers,
            const AttributionCounters& attribution, const NatCounters& nat, uint64_t names_evicted,
            v1::LossLedger* out);
void Report(const SelfCost& cost, const AttributionCounters& attribution, v1::SelfCost* out);

}  // namespace rustnet
