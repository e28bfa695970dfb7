// SPDX-License-Identifier: Apache-2.0
// What a LiveCapture says of itself: one report for each interface, whatever became of its handles.
#include <algorithm>

#include "common/base/text.h"
#include "daemon/capture/live_capture.h"

namespace rustnet {
namespace {

// Of several handles of one interface, the one whose state says most about it.
int Liveliness(SourceState state) {
  switch (state) {
    case SourceState::kActive:
      return 4;
    case SourceState::kInterfaceDown:
      return 3;
    case SourceState::kFailed:
      return 2;
    case SourceState::kInterfaceGone:
      return 1;
    case SourceState::kEnded:
    case SourceState::kSpare:
      break;
  }
  return 0;
}

void AddLedger(const PacketLedger& from, PacketLedger* to) {
  to->received += from.received;
  to->kernel_ring_dropped += from.kernel_ring_dropped;
  to->waiting += from.waiting;
  to->nic_dropped += from.nic_dropped;
  to->interface_dropped += from.interface_dropped;
}

Status NoHandle(const std::string& name) {
  return Unavailable(Printable(name) +
                     " is not captured: every spare handle is in use; set [capture] spares higher "
                     "and restart rustnetd");
}

}  // namespace

void LiveCapture::AddSource(LiveSource& source, std::vector<InterfaceReport>* reports) {
  const std::string name = source.name();
  if (name.empty()) return;
  auto report = std::find_if(reports->begin(), reports->end(),
                             [&](const InterfaceReport& r) { return r.interface.name == name; });
  if (report == reports->end()) report = reports->insert(reports->end(), InterfaceReport());
  const SourceState state = source.state();
  if (report->handles.empty() || Liveliness(state) > Liveliness(report->state)) {
    report->interface = known_[source.id()];
    report->interface.name = name;
    report->state = state;
    report->status = source.status();
    report->present = state != SourceState::kInterfaceGone;
    report->captured = state != SourceState::kFailed;
  }
  report->handles.push_back(source.id());
  AddLedger(source.ledger(), &report->ledger);
}

std::vector<InterfaceReport> LiveCapture::Interfaces() {
  const std::shared_ptr<const InterfaceList> present = watch_.interfaces();
  const std::lock_guard lock(mutex_);
  std::vector<InterfaceReport> reports;
  for (const auto& source : sources_) AddSource(*source, &reports);
  for (const NetworkInterface& interface : *present) {
    const auto report = std::find_if(reports.begin(), reports.end(), [&](const InterfaceReport& r) {
      return r.interface.name == interface.name;
    });
    if (report != reports.end()) {
      report->interface = interface;  // with its counters of now
      continue;
    }
    InterfaceReport& other = reports.emplace_back();
    other.interface = interface;
    other.state = interface.up ? SourceState::kActive : SourceState::kInterfaceDown;
    if (std::count(uncovered_.begin(), uncovered_.end(), interface.name) > 0) {
      other.status = NoHandle(interface.name);
    }
  }
  return reports;
}

}  // namespace rustnet
