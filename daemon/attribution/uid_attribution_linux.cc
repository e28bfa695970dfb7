// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/uid_attribution_linux.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace rustnet {
namespace {

constexpr Duration kDumpEvery = kSecond;
constexpr Duration kGrace = 2 * kSecond;
constexpr Duration kKeep = 90 * kSecond;
constexpr int kDatagramsPerPoll = 256;
constexpr uint32_t kAllStates = UINT32_MAX;

constexpr DiagDump kDumps[] = {
    {AF_INET, IPPROTO_TCP, net::Protocol::kTcp, kAllStates, true},
    {AF_INET6, IPPROTO_TCP, net::Protocol::kTcp, kAllStates, true},
    {AF_INET, IPPROTO_UDP, net::Protocol::kUdp, kAllStates, false},
    {AF_INET6, IPPROTO_UDP, net::Protocol::kUdp, kAllStates, false},
};

}  // namespace

void UidTable::SetTcp(const KernelTcp& tcp, Entry* entry) {
  if (entry->tcp != nullptr && *entry->tcp == tcp) return;
  entry->tcp = std::make_unique<KernelTcp>(tcp);
  tcp_changes_.push_back({entry->cookie, tcp});
}

void UidTable::Learn(const DiagSocket& socket, Time now) {
  const TupleKey& key = socket.tuple;
  if (socket.inode == 0) {  // no process has it any more, but it may still be sending
    const auto known = by_tuple_.find(key);
    const bool same = known != by_tuple_.end() && known->second.cookie == socket.cookie;
    if (same && socket.tcp) SetTcp(*socket.tcp, &known->second);
    return;
  }
  Entry* const known = EntryOf(key);
  if (known == nullptr) {
    ++refused_;
    return;
  }
  Entry& entry = *known;
  if (entry.cookie != socket.cookie) entry = Entry();
  entry.uid = socket.uid;
  entry.seen = now;
  entry.cookie = socket.cookie;
  entry.inode = socket.inode;
  entry.bound = key.remote_port == 0;
  if (socket.tcp && key.remote_port != 0) SetTcp(*socket.tcp, &entry);
}

UidTable::Entry* UidTable::EntryOf(const TupleKey& key) {
  auto& table = key.remote_port == 0 ? by_port_ : by_tuple_;
  if (const auto found = table.find(key); found != table.end()) return &found->second;
  return size() < most_ ? &table[key] : nullptr;
}

void UidTable::TakeTcpChanges(std::vector<TcpChange>* out) {
  out->insert(out->end(), tcp_changes_.begin(), tcp_changes_.end());
  tcp_changes_.clear();
}

void UidTable::Expire(Time now) {
  const auto old = [now](const auto& entry) { return entry.second.seen + kKeep <= now; };
  std::erase_if(by_tuple_, old);
  std::erase_if(by_port_, old);
}

const UidTable::Entry* UidTable::Find(const TupleKey& key) const {
  if (const auto found = by_tuple_.find(key); found != by_tuple_.end()) return &found->second;
  TupleKey bound = key;
  bound.remote = IpAddress();
  bound.remote_port = 0;
  const std::array<uint8_t, 16> zero{};
  for (const IpAddress& local : {key.local, IpAddress(Bytes(zero).first(4)), IpAddress(zero)}) {
    bound.local = local;
    if (const auto found = by_port_.find(bound); found != by_port_.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

namespace {

class UidAttribution : public Attribution {
 public:
  UidAttribution(const Handles& handles, BackendState refusal)
      : present_(handles.sock_diag.get() >= 0),
        diag_(handles.sock_diag.get(), kDumps),
        host_netns_(handles.host_netns_cookie),
        refusal_(std::move(refusal)),
        scans_(handles.scan_broker.get()),
        scan_refusal_(handles.scan_refusal),
        by_scan_(handles.scan_broker.get() >= 0) {}

  int poll_fd() const override { return -1; }

  void Poll(Time now) override {
    if (diag_.idle() && now >= dumped_at_ + kDumpEvery) {
      dumped_at_ = now;
      table_.Expire(now);
      diag_.Begin();
    }
    diag_.Read(kDatagramsPerPoll, [&](const DiagSocket& socket) { table_.Learn(socket, now); });
    scans_.Poll(now);
  }

  Owner Find(const SocketTuple& tuple, Duration flow_age) override {
    Owner owner;
    const bool here =
        !tuple.elsewhere && (tuple.netns == 0 || host_netns_ == 0 || tuple.netns == host_netns_);
    if (const UidTable::Entry* entry = here ? table_.Find(TupleOf(tuple)) : nullptr) {
      owner.uid = entry->uid;
      owner.quality = Quality::kUidOnly;
      owner.reason = NoOwner::kUnspecified;
      if (by_scan_) owner.process = scans_.Find(entry->inode, entry->bound);
      if (owner.process != nullptr) owner.quality = Quality::kScanned;
      if (entry->tcp != nullptr) {
        owner.socket = entry->cookie;
        owner.tcp = *entry->tcp;
      }
      return owner;
    }
    if (flow_age >= kGrace) {
      owner.reason = here ? NoOwner::kBackendLimit : NoOwner::kOtherNetns;
    }
    return owner;
  }

  void TakeTcpChanges(std::vector<TcpChange>* out) override { table_.TakeTcpChanges(out); }

  std::vector<BackendState> backends() const override {
    std::vector<BackendState> all = {refusal_};
    BackendState scan;
    scan.name = "attribution/SCAN";
    scan.state =
        by_scan_ && !scans_.ended() ? BackendState::State::kActive : BackendState::State::kFailed;
    if (scans_.ended()) {
      scan.reason = BackendState::Reason::kSystemError;
      scan.text = by_scan_ ? "The scan broker has ended: processes are not found any more; restart "
                             "rustnetd."
                           : "No scan broker: " + scan_refusal_ + ".";
    } else {
      scan.text = "Connections that last for a second have a process; short ones do not.";
    }
    if (by_scan_ || !scan_refusal_.empty()) all.push_back(scan);
    if (!by_scan_ || !present_ || scans_.ended() || diag_.error() != 0) all.push_back(UidState());
    return all;
  }

  AttributionCounters counters() const override {
    AttributionCounters counters;
    counters.scans = by_scan_ ? scans_.walks() : diag_.rounds();
    counters.sockets = table_.size();
    counters.sockets_refused = table_.refused();
    counters.malformed = scans_.malformed();
    return counters;
  }

 private:
  BackendState UidState() const {
    BackendState state;
    state.name = "attribution/UID";
    state.state = present_ ? BackendState::State::kActive : BackendState::State::kFailed;
    state.text = "Connections have a user but no process, and short ones have neither.";
    if (!present_) {
      state.reason = BackendState::Reason::kNotFound;
      state.text =
          "The kernel has no sock_diag (modules tcp_diag, udp_diag): connections have no "
          "user.";
    } else if (diag_.error() != 0) {
      state.state = BackendState::State::kDegraded;
      state.reason = BackendState::Reason::kSystemError;
      state.text = std::string("Sockets cannot be listed: ") + strerror(diag_.error()) + ".";
    }
    return state;
  }

  bool present_;  // sock_diag is there
  SockDiag diag_;
  uint64_t host_netns_;
  BackendState refusal_;
  ScanClient scans_;
  std::string scan_refusal_;
  bool by_scan_;
  UidTable table_;
  Time dumped_at_ = -kDumpEvery;
};

}  // namespace

std::unique_ptr<Attribution> MakeUidAttribution(const Handles& handles, BackendState refusal) {
  return std::make_unique<UidAttribution>(handles, std::move(refusal));
}

}  // namespace rustnet
