// SPDX-License-Identifier: Apache-2.0
// Rungs L0 and L1.  Everything comes by the ring, a scan's findings too, so records are applied in
// the order in which the kernel made them.
#include "daemon/attribution/bpf_attribution_linux.h"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/clock.h"
#include "common/base/unique_fd.h"
#include "daemon/attribution/owner_tables.h"
#include "daemon/attribution/ring_linux.h"
#include "daemon/attribution/sock_diag_linux.h"

namespace rustnet {
namespace {

constexpr Duration kScanEvery = 60 * kSecond;
constexpr Duration kScanAfterLoss = 2 * kSecond;  // not more often, however much is lost
// A scan writes one byte for each socket and stops when a read is full: so many at a time, that the
// ring has room for them and a tick stays short (3 µs a socket).
constexpr size_t kScanStep = 256;
constexpr int kScanStepsPerPoll = 8;

// The numbers of TCP sockets: a round of sock_diag each second, by pieces.
constexpr Duration kTcpEvery = kSecond;
constexpr int kDatagramsPerPoll = 24;
// Those of other namespaces take a walk over every open file: at most this part of the time.
constexpr int kTcpScanShare = 20;

std::string Joined(const std::vector<std::string>& sentences) {
  std::string text;
  for (const std::string& sentence : sentences) text += (text.empty() ? "" : " ") + sentence;
  return text;
}

class BpfAttribution : public Attribution {
 public:
  BpfAttribution(const Handles& handles, std::unique_ptr<RingReader> ring)
      : link_(handles.bpf.task_file_link),
        tcp_link_(handles.bpf.tcp_link),
        diag_(handles.sock_diag.get(), kTcpDumps),
        host_netns_(handles.host_netns_cookie),
        counters_(static_cast<uint64_t*>(handles.bpf.counters)),
        rung_(handles.bpf.rung),
        missing_(handles.bpf.missing),
        beyond_(handles.bpf.beyond),
        ring_(std::move(ring)),
        tables_(MonotonicNow()) {
    __atomic_store_n(&counters_[bpf::kSettingHostNetns], host_netns_, __ATOMIC_RELAXED);
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
    FollowTcp(now);
    FollowOtherTcp(now);
    tables_.Expire(now);
  }

  void TakeTcpChanges(std::vector<TcpChange>* out) override { tables_.TakeTcpChanges(out); }

  Owner Find(const SocketTuple& tuple, Duration flow_age) override {
    if (tuple.netns != 0) return tables_.Find(tuple, flow_age, now_);
    SocketTuple here = tuple;
    here.netns = host_netns_;
    return tables_.Find(here, flow_age, now_);
  }

  std::optional<Successor> SuccessorOf(uint64_t cookie, const SocketTuple& tuple) override {
    return tables_.SuccessorOf(cookie, tuple);
  }

  std::vector<BackendState> backends() const override {
    BackendState state;
    state.name = "attribution/" + rung_;
    state.state = BackendState::State::kActive;
    if (!missing_.empty() || !scan_error_.empty()) {
      state.state = BackendState::State::kDegraded;
      state.reason = BackendState::Reason::kProgramRefused;
      state.text = Joined(missing_);
      if (!scan_error_.empty()) state.text += (state.text.empty() ? "" : " ") + scan_error_;
    }
    if (beyond_.empty()) return {state};
    BackendState better;
    better.name = "attribution/L0";
    better.state = BackendState::State::kFailed;
    better.reason = BackendState::Reason::kProgramRefused;
    better.text = Joined(beyond_);
    return {state, better};
  }

  AttributionCounters counters() const override {
    AttributionCounters counters;
    counters.events = tables_.records();
    counters.ring_dropped = Counter(bpf::kCounterRingDropped);
    counters.udp_events_capped = Counter(bpf::kCounterFlowsCapped);
    counters.unowned = Counter(bpf::kCounterUnowned) + Counter(bpf::kCounterStorageFailed);
    counters.scans = scans_ + tcp_scans_;
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

  void FollowTcp(Time now) {
    if (diag_.idle() && now >= tcp_asked_ + kTcpEvery) {
      tcp_asked_ = now;
      diag_.Begin();
    }
    diag_.Read(kDatagramsPerPoll, [this](const DiagSocket& socket) {
      if (socket.tcp) tables_.LearnTcp(socket.cookie, *socket.tcp);
    });
  }

  void FollowOtherTcp(Time now) {
    if (tcp_scan_) {
      StepTcpScan();
    } else if (tcp_link_ >= 0 && host_netns_ != 0 && now >= tcp_scan_due_) {
      const Time began = MonotonicNow();
      tcp_scan_due_ = now + kTcpEvery;
      const bool any = tables_.sockets().HasTcpOutside(host_netns_);
      if (any) tcp_scan_ = OpenIterator(tcp_link_);
      tcp_scan_took_ = MonotonicNow() - began;
      if (tcp_scan_) {
        ++tcp_scans_;
        StepTcpScan();
      } else {
        EndTcpScan();
      }
    }
  }

  void StepTcpScan() {
    const Time began = MonotonicNow();
    std::array<char, kScanStep> marks;
    ssize_t n = 1;
    for (int step = 0; n > 0 && step < kScanStepsPerPoll; ++step) {
      n = read(tcp_scan_.get(), marks.data(), marks.size());
      Consume();
    }
    tcp_scan_took_ += MonotonicNow() - began;
    if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR))) return;
    EndTcpScan();
  }

  void EndTcpScan() {
    tcp_scan_.reset();
    tcp_scan_due_ = std::max(tcp_scan_due_, MonotonicNow() + tcp_scan_took_ * kTcpScanShare);
  }

  static UniqueFd OpenIterator(int link) {
    bpf_attr attributes{};
    attributes.iter_create.link_fd = static_cast<uint32_t>(link);
    return UniqueFd(
        static_cast<int>(syscall(SYS_bpf, BPF_ITER_CREATE, &attributes, sizeof attributes)));
  }

  void BeginScan(Time now) {
    scan_began_ = now;
    if (link_ < 0) return;  // named in `missing_`
    scan_ = OpenIterator(link_);
    if (!scan_) {
      FailScan(errno);
      return;
    }
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
  int tcp_link_;
  SockDiag diag_;
  uint64_t host_netns_;
  uint64_t* counters_;
  std::string rung_;
  std::vector<std::string> missing_;
  std::vector<std::string> beyond_;  // what a better rung would have
  std::unique_ptr<RingReader> ring_;
  OwnerTables tables_;
  Time now_ = MonotonicNow();
  UniqueFd scan_;  // the scan that is under way
  Time scan_began_ = 0;
  bool scan_for_loss_ = false;
  uint64_t lost_ = 0;
  bool lost_since_scan_ = false;
  uint64_t scans_ = 0;
  uint64_t tcp_scans_ = 0;
  std::string scan_error_;
  Time tcp_asked_ = 0;
  UniqueFd tcp_scan_;  // the walk that is under way
  Time tcp_scan_due_ = 0;
  Duration tcp_scan_took_ = 0;
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
