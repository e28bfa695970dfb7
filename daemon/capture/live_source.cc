// SPDX-License-Identifier: Apache-2.0
#include "daemon/capture/live_source.h"

#include <utility>

#include "daemon/seal/open_capture_socket.h"

namespace rustnet {
namespace {

// Idle reads between two looks at the socket's error: poll reports one until it is read, and a
// system call at each idle read would be too many.
constexpr uint32_t kIdleReadsPerLook = 16;

uint64_t Growth(uint64_t now, uint64_t before) { return now > before ? now - before : 0; }

}  // namespace

LiveSource::LiveSource(CaptureHandle handle, uint8_t id)
    : fd_(handle.fd),
      id_(id),
      worker_(handle.worker),
      ring_(handle, id),
      handle_(std::move(handle)) {
  // Counts of before: the filter let nothing pass, but the kernel may have counted a moment of it.
  TakeRingCounts(fd_);
}

LiveSource::~LiveSource() { CloseCapture(&handle_); }

size_t LiveSource::Read(size_t limit, const Sink& sink) {
  const size_t count = ring_.Read(limit, sink);
  if (count > 0) {
    delivered_.fetch_add(count, std::memory_order_relaxed);
  } else if (++idle_reads_ % kIdleReadsPerLook == 0) {
    ClearSocketError(fd_);
  }
  return count;
}

SourceState LiveSource::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

Status LiveSource::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

std::string LiveSource::name() const {
  const std::lock_guard lock(mutex_);
  return handle_.name;
}

net::LinkType LiveSource::link_type() const {
  const std::lock_guard lock(mutex_);
  return static_cast<net::LinkType>(handle_.link_type);
}

PacketLedger LiveSource::ledger() {
  const std::lock_guard lock(mutex_);
  // In this order: what is delivered was received before.
  const uint64_t delivered = delivered_.load(std::memory_order_relaxed);
  const RingCounts counts = TakeRingCounts(fd_);
  ledger_.received += counts.received;
  ledger_.kernel_ring_dropped += counts.dropped;
  ledger_.waiting = Growth(ledger_.received, ledger_.kernel_ring_dropped + delivered);
  return ledger_;
}

CaptureHandle LiveSource::handle() const {
  const std::lock_guard lock(mutex_);
  return handle_;
}

void LiveSource::Describe(const NetworkInterface& interface) {
  const std::lock_guard lock(mutex_);
  handle_.name = interface.name;
  handle_.link_type = interface.link_type;
}

void LiveSource::SetState(SourceState state, Status status) {
  const std::lock_guard lock(mutex_);
  state_ = state;
  status_ = std::move(status);
}

Status LiveSource::Open(const FilterProgram& program) { return AttachFilter(fd_, program); }

Status LiveSource::Bind(const NetworkInterface& interface, bool promiscuous) {
  const std::lock_guard lock(mutex_);
  has_base_ = false;
  return BindCapture(interface, promiscuous, &handle_);
}

void LiveSource::SetJoined() {
  const std::lock_guard lock(mutex_);
  handle_.joined = true;
}

void LiveSource::AddInterfaceLoss(const InterfaceCounters& counters) {
  const std::lock_guard lock(mutex_);
  if (has_base_) {
    ledger_.nic_dropped += Growth(counters.missed, base_.missed);
    ledger_.interface_dropped += Growth(counters.received_dropped, base_.received_dropped);
  }
  base_ = counters;
  has_base_ = true;
}

}  // namespace rustnet
