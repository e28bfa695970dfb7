// SPDX-License-Identifier: Apache-2.0
#include "daemon/report.h"

#include <numeric>

namespace rustnet {
namespace {

v1::Sandbox::Mode Mode(SandboxMode mode) {
  switch (mode) {
    case SandboxMode::kStrict:
      return v1::Sandbox::MODE_STRICT;
    case SandboxMode::kBestEffort:
      return v1::Sandbox::MODE_BEST_EFFORT;
    case SandboxMode::kReport:
      return v1::Sandbox::MODE_REPORT;
    case SandboxMode::kOff:
      return v1::Sandbox::MODE_OFF;
  }
  return v1::Sandbox::MODE_UNSPECIFIED;
}

// Processed and malformed are the workers' to know, the rest the sources'.
void AddLedger(const InterfaceReport& interface, std::span<const WorkerCounters> workers,
               v1::PacketLedger* out) {
  const PacketLedger& ledger = interface.ledger;
  uint64_t processed = 0;
  uint64_t malformed = 0;
  for (const uint8_t handle : interface.handles) {
    for (const WorkerCounters& worker : workers) {
      processed += worker.handles[handle].processed;
      malformed += worker.handles[handle].malformed;
    }
  }
  out->set_received(out->received() + ledger.received);
  out->set_processed(out->processed() + processed);
  out->set_malformed(out->malformed() + malformed);
  out->set_kernel_ring_dropped(out->kernel_ring_dropped() + ledger.kernel_ring_dropped);
  out->set_worker_dropped(out->worker_dropped() + ledger.worker_dropped);
  out->set_nic_dropped(out->nic_dropped() + ledger.nic_dropped);
  out->set_interface_dropped(out->interface_dropped() + ledger.interface_dropped);
}

}  // namespace

void Report(const Attestation& attestation, v1::Sandbox* out) {
  out->set_mode(Mode(attestation.mode));
  for (const SandboxControl& control : attestation.controls) {
    v1::SandboxControl* row = out->add_controls();
    row->set_control(control.control);
    row->set_state(static_cast<v1::SandboxControl::State>(control.state));
    row->set_value(control.value);
    row->set_evidence(control.evidence);
  }
  out->set_acts_tried(attestation.acts_tried);
  out->set_acts_refused(attestation.acts_refused);
}

void Report(const BackendState& backend, v1::Backend* out) {
  out->set_name(backend.name);
  out->set_state(static_cast<v1::Backend::State>(backend.state));
  out->set_reason(static_cast<v1::Backend::Reason>(backend.reason));
  out->set_text(backend.text);
}

void ReportCapture(const InterfaceReport& interface, v1::Backend* out) {
  out->set_name("capture/" + interface.interface.name);
  if (!interface.captured) {
    out->set_state(interface.status.ok() ? v1::Backend::STATE_OFF : v1::Backend::STATE_FAILED);
    out->set_reason(interface.status.ok() ? v1::Backend::REASON_CONFIGURED
                                          : v1::Backend::REASON_SYSTEM_ERROR);
  } else if (!interface.present || interface.state == SourceState::kInterfaceGone) {
    out->set_state(v1::Backend::STATE_DEGRADED);
    out->set_reason(v1::Backend::REASON_NOT_FOUND);
  } else if (interface.state == SourceState::kInterfaceDown) {
    out->set_state(v1::Backend::STATE_DEGRADED);
    out->set_reason(v1::Backend::REASON_INTERFACE_DOWN);
  } else if (interface.state == SourceState::kFailed) {
    out->set_state(v1::Backend::STATE_FAILED);
    out->set_reason(v1::Backend::REASON_SYSTEM_ERROR);
  } else {
    out->set_state(interface.status.ok() ? v1::Backend::STATE_ACTIVE : v1::Backend::STATE_DEGRADED);
  }
  out->set_text(Message(interface.status));
}

void Report(const InterfaceReport& interface, std::span<const WorkerCounters> workers,
            v1::Interface* out) {
  out->set_name(interface.interface.name);
  out->set_index(interface.interface.index);
  out->set_link_type(LinkTypeName(interface.interface.link_type));
  for (const InterfaceAddress& address : interface.interface.addresses) {
    out->add_addresses(address.address.ToString() + "/" + std::to_string(address.prefix));
  }
  out->set_up(interface.present && interface.interface.up);
  ReportCapture(interface, out->mutable_capture());
  if (interface.captured) AddLedger(interface, workers, out->mutable_packets());
}

void Report(std::span<const InterfaceReport> interfaces, std::span<const WorkerCounters> workers,
            const AttributionCounters& attribution, const NatCounters& nat, uint64_t names_evicted,
            v1::LossLedger* out) {
  for (const InterfaceReport& interface : interfaces) {
    if (interface.captured) AddLedger(interface, workers, out->mutable_packets());
  }
  const auto sum = [workers](auto counter) {
    return std::accumulate(
        workers.begin(), workers.end(), uint64_t{0},
        [&](uint64_t total, const WorkerCounters& worker) { return total + counter(worker); });
  };
  out->set_flows_evicted(
      sum([](const WorkerCounters& w) { return w.flow.flows_evicted + w.flow.ends_unreported; }));
  out->set_prefix_bytes_dropped(
      sum([](const WorkerCounters& w) { return w.flow.prefix_bytes_dropped; }));
  out->set_fragments_dropped(
      sum([](const WorkerCounters& w) { return w.decode.fragments_dropped; }));
  out->set_names_evicted(names_evicted +
                         sum([](const WorkerCounters& w) { return w.answers_dropped; }));
  out->set_bpf_ring_dropped(attribution.ring_dropped);
  out->set_udp_events_capped(attribution.udp_events_capped);
  out->set_conntrack_losses(nat.lost);
  out->set_translations_forgotten(nat.forgotten);
  out->set_sockets_forgotten(attribution.sockets_refused + attribution.sockets_forgotten +
                             attribution.processes_forgotten);
  out->set_events_malformed(attribution.malformed + nat.malformed);
  out->set_facts_dropped(sum([](const WorkerCounters& w) { return w.flow.facts_dropped; }));
  out->set_dissections_dropped(
      sum([](const WorkerCounters& w) { return w.flow.dissections_dropped; }));
  out->set_datagrams_incomplete(
      sum([](const WorkerCounters& w) { return w.decode.datagrams_incomplete; }));
  out->set_tunnels_unread(sum([](const WorkerCounters& w) { return w.decode.tunnels_unread; }));
  out->set_stream_gaps(sum([](const WorkerCounters& w) { return w.flow.stream_gaps; }));
}

void Report(const SelfCost& cost, const AttributionCounters& attribution, v1::SelfCost* out) {
  out->set_cpu_ns(cost.cpu_ns);
  out->set_rss_bytes(cost.rss_bytes);
  out->set_threads(cost.threads);
  out->set_bpf_run_ns(attribution.run_ns);
  out->set_bpf_runs(attribution.runs);
  out->set_attribution_walks(attribution.scans);
}

}  // namespace rustnet
