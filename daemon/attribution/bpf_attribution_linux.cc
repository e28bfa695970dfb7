// SPDX-License-Identifier: Apache-2.0
// Rung L1.  Everything comes by the ring, a scan's findings too, so records are applied in the
// order in which the kernel made them.
#include "daemon/attribution/bpf_attribution_linux.h"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/clock.h"
#include "common/base/unique_fd.h"
#include "daemon/attribution/owner_tables.h"
#include "daemon/attribution/ring_linux.h"

namespace rustnet {
namespace {

constexpr Duration kScanEvery = 60 * kSecond;
constexpr Duration kScanAfterLoss = 2 * kSecond;  // not more often, however much is lost
// A scan writes one byte for each socket and stops when a read is full: so many at a time, that the
// ring has room for them and a tick stays short (3 µs a socket).
constexpr size_t kScanStep = 256;
constexpr int kScanStepsPerPoll = 8;

class BpfAttribution : public Attribution {
 public:
  BpfAttribution(const Handles& handles, std::unique_ptr<RingReader> ring)
      : link_(handles.bpf.task_file_link),
        host_netns_(handles.host_netns_cookie),
        counters_(static_cast<const uint64_t*>(handles.bpf.counters)),
        missing_(handles.bpf.missing),
        ring_(std::move(ring)),
        tables_(MonotonicNow()) {
    BeginScan(MonotonicNow());
    while (scan_) StepScan();
  }

  int poll_fd() const override { return ring_->fd(); }

  void Poll(Time now) override {
    now_ = now;
    Consume();
    const uint64_t lost = Counter(bpf::kCounterRingDropped);
    if (lost != lost_) {
      lost_ = lost;
      lost_since_scan_ = true;
      tables_.NoteLost(now);
    }
    const bool due = now >= scan_began_ + kScanEvery ||
                     (lost_since_scan_ && now >= scan_began_ + kScanAfterLoss);
    if (!scan_ && due) BeginScan(now);
    for (int step = 0; scan_ && step < kScanStepsPerPoll; ++step) StepScan();
    tables_.Expire(now);
  }

  Owner Find(const SocketTuple& tuple, Duration flow_age) override {
    if (tuple.netns != 0) return tables_.Find(tuple, flow_age, now_);
    SocketTuple here = tuple;
    here.netns = host_netns_;
    return tables_.Find(here, flow_age, now_);
  }

  std::vector<BackendState> backends() const override {
    BackendState state;
    state.name = "attribution/L1";
    state.state = BackendState::State::kActive;
    if (!missing_.empty() || !scan_error_.empty()) {
      state.state = BackendState::State::kDegraded;
      state.reason = BackendState::Reason::kProgramRefused;
      for (const std::string& text : missing_) state.text += (state.text.empty() ? "" : " ") + text;
      if (!scan_error_.empty()) state.text += (state.text.empty() ? "" : " ") + scan_error_;
    }
    return {state};
  }

  AttributionCounters counters() const override {
    AttributionCounters counters;
    counters.events = tables_.records();
    counters.ring_dropped = Counter(bpf::kCounterRingDropped);
    counters.udp_events_capped = Counter(bpf::kCounterFlowsCapped);
    counters.unowned = Counter(bpf::kCounterUnowned) + Counter(bpf::kCounterStorageFailed);
    counters.scans = scans_;
    counters.malformed = tables_.malformed();
    counters.sockets = tables_.sockets().size();
    counters.processes = tables_.processes().size();
    counters.sockets_refused = tables_.sockets().refused();
    counters.sockets_forgotten = tables_.sockets().forgotten();
    counters.processes_forgotten = tables_.processes().forgotten();
    return counters;
  }

 private:
  uint64_t Counter(bpf::Counter which) const {
    return __atomic_load_n(&counters_[which], __ATOMIC_RELAXED);
  }

  void Consume() {
    ring_->Consume([this](Bytes record) { tables_.Consume(record); });
  }

  void BeginScan(Time now) {
    scan_began_ = now;
    if (link_ < 0) return;  // named in `missing_`
    bpf_attr attributes{};
    attributes.iter_create.link_fd = static_cast<uint32_t>(link_);
    const long fd = syscall(SYS_bpf, BPF_ITER_CREATE, &attributes, sizeof attributes);
    if (fd < 0) {
      FailScan(errno);
      return;
    }
    scan_.reset(static_cast<int>(fd));
    scan_for_loss_ = std::exchange(lost_since_scan_, false);
    tables_.BeginScan();
  }

  void StepScan() {
    std::array<char, kScanStep> marks;
    const ssize_t n = read(scan_.get(), marks.data(), marks.size());
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n < 0) FailScan(errno);
    Consume();
    if (n > 0) return;
    if (n == 0) {
      ++scans_;
      scan_error_.clear();
      tables_.EndScan(scan_began_, MonotonicNow(), scan_for_loss_);
    }
    scan_.reset();
  }

  void FailScan(int error) {
    scan_error_ =
        std::string("Sockets opened before the daemon cannot be listed: ") + strerror(error) + ".";
  }

  int link_;
  uint64_t host_netns_;
  const uint64_t* counters_;
  std::vector<std::string> missing_;
  std::unique_ptr<RingReader> ring_;
  OwnerTables tables_;
  Time now_ = MonotonicNow();
  UniqueFd scan_;  // the scan that is under way
  Time scan_began_ = 0;
  bool scan_for_loss_ = false;
  uint64_t lost_ = 0;
  bool lost_since_scan_ = false;
  uint64_t scans_ = 0;
  std::string scan_error_;
};

}  // namespace

std::unique_ptr<Attribution> MakeBpfAttribution(const Handles& handles, std::string* why) {
  auto ring = std::make_unique<RingReader>(handles.bpf.ring_map, bpf::kRingBytes);
  if (!ring->ok()) {
    *why = std::string("The BPF ring cannot be mapped: ") + strerror(ring->error()) + ".";
    return nullptr;
  }
  return std::make_unique<BpfAttribution>(handles, std::move(ring));
}

}  // namespace rustnet
