// SPDX-License-Identifier: Apache-2.0
#include "daemon/table_loop.h"

#include <pthread.h>

#include <chrono>
#include <iterator>

#include "common/base/clock.h"
#include "common/base/free_memory.h"
#include "daemon/report.h"

namespace rustnet {
namespace {

constexpr Duration kBetweenTrims = Duration{60} * kSecond;
constexpr auto kResetPatience = std::chrono::seconds(5);

// The directed broadcast address of a network (RFC 919).
IpAddress BroadcastOf(const InterfaceAddress& address) {
  uint32_t value = 0;
  for (const uint8_t byte : address.address.bytes()) value = value << 8 | byte;
  const uint32_t hosts = address.prefix >= 32 ? 0 : 0xffffffffU >> address.prefix;
  return IpAddress::V4(value | hosts);
}

LocalNetwork LocalNetworkOf(const InterfaceList& interfaces) {
  LocalNetwork network;
  for (const NetworkInterface& interface : interfaces) {
    if (interface.mac != MacAddress{}) network.AddMac(interface.mac);
    for (const InterfaceAddress& address : interface.addresses) {
      network.AddAddress(address.address);
      if (address.address.is_v4() && address.prefix < 31)
        network.AddBroadcast(BroadcastOf(address));
    }
  }
  return network;
}

model::NameSource SourceOf(net::PassiveDns::Source) { return model::NameSource::kDnsAnswer; }

}  // namespace

TableLoop::TableLoop(LiveCapture* capture, Attribution* attribution, Nat* nat,
                     ConnectionTable* table, std::vector<std::unique_ptr<Worker>>* workers)
    : capture_(capture), attribution_(attribution), nat_(nat), table_(table), workers_(workers) {
  // A client may ask before the first tick.
  backends_ = BackendsNow();
}

std::vector<BackendState> TableLoop::BackendsNow() const {
  std::vector<BackendState> backends = attribution_->backends();
  backends.push_back(nat_->backend());
  return backends;
}

TableLoop::~TableLoop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  reset_done_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void TableLoop::Start() {
  capture_->Tick(MonotonicNow());
  FollowInterfaces();
  thread_ = std::thread([this] { Run(); });
}

void TableLoop::Run() {
  pthread_setname_np(pthread_self(), "table");
  auto next = std::chrono::steady_clock::now();
  while (true) {
    next += std::chrono::nanoseconds(kTick);
    {
      std::unique_lock lock(mutex_);
      reset_done_.wait_until(lock, next,
                             [this] { return stop_ || resets_wanted_ != resets_done_; });
      if (stop_) return;
    }
    DoReset();
    const Time monotonic = MonotonicNow();
    Tick(WallNow(), monotonic);
    if (monotonic < next_trim_) continue;
    next_trim_ = monotonic + kBetweenTrims;
    ReturnFreeMemory();
  }
}

void TableLoop::Tick(Time now, Time monotonic) {
  capture_->Tick(monotonic);
  FollowInterfaces();
  std::vector<net::FlowView> flows;
  for (const std::unique_ptr<Worker>& worker : *workers_) {
    WorkerReport report;
    worker->Take(&report);
    if (flows.empty()) {
      flows = std::move(report.changes);
    } else {
      flows.insert(flows.end(), std::make_move_iterator(report.changes.begin()),
                   std::make_move_iterator(report.changes.end()));
    }
    for (const std::unique_ptr<Worker>& other : *workers_) {
      if (other != worker && !report.expectations.empty()) other->Learn(report.expectations);
    }
    for (const NameAnswer& answer : report.answers) {
      names_.Add(answer.client, answer.name, answer.address, answer.ttl_seconds, now);
    }
  }
  // After the flows: what the kernel told of sockets and translated is known when they are looked
  // at.
  attribution_->Poll(monotonic);
  nat_->Poll(monotonic);
  TickInput input;
  input.now = now;
  input.monotonic = monotonic;
  input.flows = flows;
  input.attribution = attribution_;
  input.nat = nat_;
  input.name = [this, now](const IpAddress& local,
                           const IpAddress& remote) -> std::optional<SeenName> {
    const auto found = names_.Find(local, remote, now);
    if (!found) return std::nullopt;
    return SeenName{std::string(found->name), SourceOf(found->source)};
  };
  table_->Tick(input);
  const std::lock_guard lock(mutex_);
  backends_ = BackendsNow();
  nat_counters_ = nat_->counters();
  attribution_counters_ = attribution_->counters();
  names_evicted_ = names_.evicted();
}

void TableLoop::FollowInterfaces() {
  std::shared_ptr<const InterfaceList> interfaces = capture_->interfaces();
  if (interfaces == seen_interfaces_) return;
  seen_interfaces_ = std::move(interfaces);
  table_->SetLocalNetwork(LocalNetworkOf(*seen_interfaces_));
  std::vector<Link> links;
  for (const NetworkInterface& interface : *seen_interfaces_) {
    links.push_back({interface.index, interface.master, interface.lower});
  }
  table_->SetLinks(links);
  for (const InterfaceReport& report : capture_->Interfaces()) {
    for (const uint8_t handle : report.handles)
      table_->SetInterface(handle, report.interface.name, 0, report.interface.index);
  }
}

void TableLoop::DoReset() {
  uint64_t wanted = 0;
  {
    const std::lock_guard lock(mutex_);
    if (resets_wanted_ == resets_done_) return;
    wanted = resets_wanted_;
  }
  for (const std::unique_ptr<Worker>& worker : *workers_) worker->ClearAndWait();
  table_->Reset();
  {
    const std::lock_guard lock(mutex_);
    resets_done_ = wanted;
  }
  reset_done_.notify_all();
}

Status TableLoop::Reset() {
  std::unique_lock lock(mutex_);
  const uint64_t mine = ++resets_wanted_;
  reset_done_.notify_all();
  const bool done =
      reset_done_.wait_for(lock, kResetPatience, [&] { return stop_ || resets_done_ >= mine; });
  return done && !stop_ ? Ok() : Unavailable("the statistics were not reset within 5 s; try again");
}

std::vector<BackendState> TableLoop::backends() const {
  const std::lock_guard lock(mutex_);
  return backends_;
}

AttributionCounters TableLoop::attribution_counters() const {
  const std::lock_guard lock(mutex_);
  return attribution_counters_;
}

std::vector<WorkerCounters> TableLoop::WorkerCountersNow() const {
  std::vector<WorkerCounters> counters;
  for (const std::unique_ptr<Worker>& worker : *workers_) counters.push_back(worker->counters());
  return counters;
}

void TableLoop::FillLosses(v1::LossLedger* out) const {
  uint64_t names_evicted = 0;
  AttributionCounters attribution;
  NatCounters nat;
  {
    const std::lock_guard lock(mutex_);
    names_evicted = names_evicted_;
    attribution = attribution_counters_;
    nat = nat_counters_;
  }
  Report(capture_->Interfaces(), WorkerCountersNow(), attribution, nat, names_evicted, out);
}

void TableLoop::FillInterfaces(v1::ListInterfacesResponse* out) const {
  const std::vector<WorkerCounters> workers = WorkerCountersNow();
  for (const InterfaceReport& report : capture_->Interfaces())
    Report(report, workers, out->add_interfaces());
}

}  // namespace rustnet
