// SPDX-License-Identifier: Apache-2.0
#include "daemon/capture/live_capture.h"

#include <algorithm>
#include <utility>

#include "common/base/text.h"
#include "daemon/seal/open_capture_socket.h"

namespace rustnet {
namespace {

constexpr Duration kRefreshInterval = kSecond;

}  // namespace

LiveCapture::LiveCapture(std::vector<CaptureHandle> captures, std::vector<CaptureHandle> spares,
                         int link_events_fd, int link_dump_fd)
    : watch_(link_events_fd, link_dump_fd), plan_(std::make_shared<CapturePlan>()) {
  captures.insert(captures.end(), std::make_move_iterator(spares.begin()),
                  std::make_move_iterator(spares.end()));
  for (CaptureHandle& handle : captures) {
    if (handle.plan != nullptr) plan_ = handle.plan;
    sources_.push_back(
        std::make_unique<LiveSource>(std::move(handle), static_cast<uint8_t>(sources_.size())));
  }
  workers_ = std::max(plan_->config.workers, 1);
  filter_ = plan_->filter;
  known_.resize(sources_.size());
}

std::vector<FrameSource*> LiveCapture::Sources(int worker) const {
  std::vector<FrameSource*> sources;
  for (const auto& source : sources_) {
    if (source->worker() == worker) sources.push_back(source.get());
  }
  return sources;
}

Status LiveCapture::Start() {
  RN_RETURN_IF_ERROR(watch_.Refresh());
  const std::lock_guard lock(mutex_);
  Status first_error = Unavailable("there is no interface to capture on");
  bool open = false;
  for (const auto& [index, group] : Groups()) {
    const std::string name = group.front()->name();
    const auto& named = plan_->config.interfaces;
    if (!plan_->any || group.size() > 1 || std::count(named.begin(), named.end(), name) > 0) {
      wanted_[name] = group.size();
    }
    const NetworkInterface* interface = FindInterface(*watch_.interfaces(), index);
    if (interface == nullptr) continue;  // gone since it was bound: Reconcile sees to it
    const Status status = OpenGroup(group, *interface);
    if (!status.ok() && !open) first_error = status;
    open = open || status.ok();
  }
  Reconcile();
  CountInterfaceLoss();
  return open ? Ok() : first_error;
}

std::map<uint32_t, LiveCapture::Group> LiveCapture::Groups() const {
  std::map<uint32_t, Group> groups;
  for (const auto& source : sources_) {
    const uint32_t index = BoundInterface(source->fd());
    if (index != 0) groups[index].push_back(source.get());
  }
  return groups;
}

Status LiveCapture::OpenGroup(const Group& group, const NetworkInterface& interface) {
  for (LiveSource* source : group) {
    source->Describe(interface);
    known_[source->id()] = interface;
  }
  const auto program = ProgramFor(filter_, interface);
  Status status = program.status();
  if (status.ok()) {
    const bool joined = group.front()->handle().joined;
    if (group.size() > 1 && !joined && interface.up) {
      status = JoinGroup(group, *program);
    } else {
      // While it is down a group cannot form: the first one keeps watch for all.
      const size_t open = joined ? group.size() : 1;
      for (size_t i = 0; i < open && status.ok(); ++i) status = group[i]->Open(*program);
    }
  }
  const SourceState state = !status.ok()   ? SourceState::kFailed
                            : interface.up ? SourceState::kActive
                                           : SourceState::kInterfaceDown;
  for (LiveSource* source : group) source->SetState(state, status);
  return status;
}

Status LiveCapture::JoinGroup(const Group& group, const FilterProgram& program) {
  std::vector<int> fds;
  for (LiveSource* source : group) {
    RN_RETURN_IF_ERROR(source->Open(DropAll()));
    fds.push_back(source->fd());
  }
  RN_RETURN_IF_ERROR(JoinFanout(fds));
  for (LiveSource* source : group) {
    source->SetJoined();
    RN_RETURN_IF_ERROR(source->Open(program));
  }
  return Ok();
}

void LiveCapture::Tick(Time monotonic_now) {
  bool changed = watch_.ReadNews();
  const bool refresh = monotonic_now >= next_refresh_;
  if (refresh) {
    next_refresh_ = monotonic_now + kRefreshInterval;
    changed = watch_.Refresh().ok() || changed;
  }
  if (!changed) return;
  const std::lock_guard lock(mutex_);
  Reconcile();
  if (refresh) CountInterfaceLoss();
}

void LiveCapture::Reconcile() {
  const std::shared_ptr<const InterfaceList> interfaces = watch_.interfaces();
  uncovered_.clear();
  const auto groups = Groups();
  for (const auto& [index, group] : groups) {
    const NetworkInterface* interface = FindInterface(*interfaces, index);
    if (interface != nullptr) FollowGroup(group, *interface);
  }
  for (const auto& source : sources_) {
    if (BoundInterface(source->fd()) == 0 && !source->name().empty()) {
      source->SetState(SourceState::kInterfaceGone,
                       Unavailable("the interface " + Printable(source->name()) +
                                   " is gone; it is captured again when it comes back"));
    }
  }
  for (const NetworkInterface& interface : *interfaces) {
    if (groups.count(interface.index) == 0 && SocketsWanted(interface) > 0) Cover(interface);
  }
}

void LiveCapture::FollowGroup(const Group& group, const NetworkInterface& interface) {
  LiveSource& first = *group.front();
  const SourceState state = first.state();
  const bool changed = (state == SourceState::kActive) != interface.up;
  if (state != SourceState::kFailed && changed) {
    // A group that could not form while the interface was down does so now.
    static_cast<void>(OpenGroup(group, interface));
    return;
  }
  for (LiveSource* source : group) {
    source->Describe(interface);
    known_[source->id()] = interface;
  }
}

size_t LiveCapture::SocketsWanted(const NetworkInterface& interface) const {
  const auto wanted = wanted_.find(interface.name);
  if (wanted != wanted_.end()) return wanted->second;
  return plan_->any && interface.up ? 1 : 0;
}

void LiveCapture::Cover(const NetworkInterface& interface) {
  const Group group = FreeHandlesFor(interface);
  if (group.empty()) {
    uncovered_.push_back(interface.name);
    return;
  }
  // The program of this kind of interface stands before its first packet can come.
  const auto program = ProgramFor(filter_, interface);
  for (LiveSource* source : group) {
    const bool alone = group.size() == 1 && program.ok();
    Status status = source->Open(alone ? *program : DropAll());
    if (status.ok()) status = source->Bind(interface, plan_->config.promiscuous);
    if (!status.ok()) {
      // Gone again before we came; the next news will say so.
      source->SetState(SourceState::kInterfaceGone, status);
      return;
    }
    source->AddInterfaceLoss(interface.counters);
  }
  static_cast<void>(OpenGroup(group, interface));
}

LiveCapture::Group LiveCapture::FreeHandlesFor(const NetworkInterface& interface) {
  const size_t sockets = SocketsWanted(interface);
  Group group;
  for (size_t worker = 0; sockets > 1 && worker < sockets; ++worker) {
    LiveSource* source = FreeHandle(interface.name, static_cast<int>(worker));
    if (source != nullptr) group.push_back(source);
  }
  if (group.size() == sockets) return group;
  LiveSource* any = FreeHandle(interface.name, -1);
  return any == nullptr ? Group() : Group{any};
}

// A handle that is on no interface, of `worker` (-1: of any): best the one that was on `name`, then
// a spare, then, with `any`, one whose interface is gone and was not asked for by name.
LiveSource* LiveCapture::FreeHandle(const std::string& name, int worker) {
  LiveSource* best = nullptr;
  int best_rank = 0;
  for (const auto& source : sources_) {
    const CaptureHandle handle = source->handle();
    if (handle.joined || BoundInterface(handle.fd) != 0) continue;
    if (worker >= 0 && handle.worker != worker) continue;
    const bool stray = plan_->any && wanted_.count(handle.name) == 0;
    const int rank = handle.name == name ? 3 : handle.name.empty() ? 2 : stray ? 1 : 0;
    if (rank <= best_rank) continue;
    best = source.get();
    best_rank = rank;
  }
  return best;
}

void LiveCapture::CountInterfaceLoss() {
  const std::shared_ptr<const InterfaceList> interfaces = watch_.interfaces();
  for (const auto& [index, group] : Groups()) {
    const NetworkInterface* interface = FindInterface(*interfaces, index);
    // Once for a group: the loss is the interface's.
    if (interface != nullptr) group.front()->AddInterfaceLoss(interface->counters);
  }
}

std::vector<std::string> LiveCapture::Uncovered() const {
  const std::lock_guard lock(mutex_);
  return uncovered_;
}

Status LiveCapture::SetFilter(const std::string& expression) {
  RN_ASSIGN_OR_RETURN(CaptureFilter filter,
                      CompileFilter(expression, plan_->config.snaplen, plan_->compiler.get()));
  const std::lock_guard lock(mutex_);
  const std::shared_ptr<const InterfaceList> interfaces = watch_.interfaces();
  const auto groups = Groups();
  for (const auto& [index, group] : groups) {
    const NetworkInterface* interface = FindInterface(*interfaces, index);
    if (interface == nullptr || plan_->any) continue;
    RN_RETURN_IF_ERROR(ProgramFor(filter, *interface).status());
  }
  filter_ = std::move(filter);
  for (const auto& [index, group] : groups) {
    const NetworkInterface* interface = FindInterface(*interfaces, index);
    if (interface == nullptr || OpenGroup(group, *interface).ok()) continue;
    for (LiveSource* source : group) static_cast<void>(source->Open(DropAll()));
  }
  return Ok();
}

std::string LiveCapture::filter() const {
  const std::lock_guard lock(mutex_);
  return filter_.expression;
}

}  // namespace rustnet
