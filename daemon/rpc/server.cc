// SPDX-License-Identifier: Apache-2.0
#include "daemon/rpc/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "common/base/clock.h"
#include "daemon/rpc/user_server.h"

namespace rustnet {
namespace {

constexpr Duration kShutdownDeadline = 500 * kMillisecond;
constexpr Duration kCutAfter = 700 * kMillisecond;

uint32_t ConnectionsByDescriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 256;
  return static_cast<uint32_t>(std::clamp<rlim_t>(limit.rlim_cur / 4, 8, 4096));
}

ServerOptions Complete(ServerOptions options) {
  if (options.limits.connections == 0) options.limits.connections = ConnectionsByDescriptors();
  return options;
}

class ServerImpl final : public Server {
 public:
  ServerImpl(ConnectionTable& table, ServerContext context, const ServerOptions& options)
      : context_(std::move(context)),
        options_(Complete(options)),
        pump_(&table,
              {.heartbeat = Duration{options.heartbeat_ms} * kMillisecond,
               .write_stall = options.limits.write_stall},
              context_.stats) {
    shared_ = {
        &table,    &context_,
        &options_, &pump_,
        &lists_,   [this] { return acceptor_ ? acceptor_->counters() : AcceptorCounters(); }};
  }
  ~ServerImpl() override { Shutdown(); }

  Status Start(UniqueFd listener) {
    auto acceptor =
        Acceptor::Start(std::move(listener), options_.limits,
                        [this](UniqueFd connection, const PeerIdentity& peer, std::string refusal) {
                          Deliver(std::move(connection), peer, std::move(refusal));
                        });
    if (!acceptor.ok()) return acceptor.status();
    acceptor_ = std::move(acceptor).value();
    return Ok();
  }

  void Shutdown() override;
  AcceptorCounters connections() const override { return acceptor_->counters(); }
  uint64_t subscribers_cut() const override { return pump_.cut(); }

 private:
  struct Entry {
    std::unique_ptr<UserServer> server;
    Time used = 0;
  };

  void Deliver(UniqueFd connection, const PeerIdentity& peer, std::string refusal);
  void Refuse(UniqueFd connection, const Status& status);
  void DropIdle(Time now);
  UserServer* ServerFor(const Caller& caller, Status* status);
  void Log(const std::string& line) {
    if (context_.log) context_.log(line);
  }

  const ServerContext context_;
  const ServerOptions options_;
  PageLists lists_;
  StreamPump pump_;
  Shared shared_;
  std::mutex mutex_;
  std::map<Caller, Entry> servers_;                              // guarded by mutex_
  std::map<std::string, std::unique_ptr<UserServer>> refusing_;  // by sentence
  std::map<uint32_t, Time> logged_;  // when a refusal of this uid was last logged
  bool down_ = false;
  std::unique_ptr<Acceptor> acceptor_;
};

// On the acceptor's thread, one connection after the other.
void ServerImpl::Deliver(UniqueFd connection, const PeerIdentity& peer, std::string refusal) {
  const std::lock_guard lock(mutex_);
  if (down_) return;
  Status status = refusal.empty() ? Ok() : ResourceExhausted(refusal);
  Caller caller{AccessLevel::kRefused, peer.uid};
  if (status.ok()) {
    std::string sentence;
    caller.level = Classify(peer, options_.access, &sentence);
    if (caller.level == AccessLevel::kRefused) status = PermissionDenied(sentence);
  }
  if (status.ok()) {
    UserServer* server = ServerFor(caller, &status);
    if (server != nullptr) {
      server->Hand(std::move(connection));
      return;
    }
  }
  // Clients try again and again: one line a minute is enough.
  Time& logged = logged_[peer.uid];
  const Time now = MonotonicNow();
  if (logged == 0 || now - logged > 60 * kSecond) {
    logged = now;
    Log("refused uid " + std::to_string(peer.uid) + " (pid " + std::to_string(peer.pid) +
        "): " + Message(status));
  }
  if (logged_.size() > 1000) logged_.clear();
  Refuse(std::move(connection), status);
}

UserServer* ServerImpl::ServerFor(const Caller& caller, Status* status) {
  const Time now = MonotonicNow();
  const auto found = servers_.find(caller);
  if (found != servers_.end()) {
    found->second.used = now;
    return found->second.server.get();
  }
  DropIdle(now);
  if (servers_.size() >= options_.most_users) {
    *status = ResourceExhausted("too many users are connected to rustnetd; try again later");
    return nullptr;
  }
  auto server = MakeUserServer(shared_, caller);
  if (!server.ok()) {
    *status = server.status();
    return nullptr;
  }
  Entry& entry = servers_[caller];
  entry.server = std::move(server).value();
  entry.used = now;
  return entry.server.get();
}

// Each server costs a thread; a user who has gone needs none.
void ServerImpl::DropIdle(Time now) {
  std::erase_if(servers_, [&](const auto& entry) {
    return now - entry.second.used > options_.idle_user_kept &&
           acceptor_->ConnectionsOf(entry.first.uid) == 0;
  });
}

void ServerImpl::Refuse(UniqueFd connection, const Status& status) {
  const std::string sentence = Message(status);
  auto found = refusing_.find(sentence);
  if (found == refusing_.end()) {
    constexpr size_t kMostSentences = 8;
    if (refusing_.size() >= kMostSentences) return;
    auto server = MakeRefusingServer(options_, status);
    if (!server.ok()) return;
    found = refusing_.emplace(sentence, std::move(server).value()).first;
  }
  found->second->Hand(std::move(connection));
}

void ServerImpl::Shutdown() {
  {
    const std::lock_guard lock(mutex_);
    if (down_) return;
    down_ = true;
  }
  if (acceptor_) acceptor_->StopAccepting();
  pump_.Stop();
  // gRPC waits for a stopped client for ever, unless its connection is cut.
  std::mutex mutex;
  std::condition_variable condition;
  bool ended = false;
  std::thread cutter([&] {
    std::unique_lock lock(mutex);
    condition.wait_for(lock, std::chrono::nanoseconds(kCutAfter), [&] { return ended; });
    if (!ended && acceptor_) acceptor_->CutAll();
  });
  std::vector<std::thread> enders;
  for (auto& [caller, entry] : servers_) {
    enders.emplace_back([&server = entry.server] { server->Shutdown(kShutdownDeadline); });
  }
  for (auto& [sentence, server] : refusing_) {
    enders.emplace_back([&server] { server->Shutdown(0); });
  }
  for (std::thread& ender : enders) ender.join();
  {
    const std::lock_guard lock(mutex);
    ended = true;
  }
  condition.notify_all();
  cutter.join();
  servers_.clear();
  refusing_.clear();
}

}  // namespace

StatusOr<std::unique_ptr<Server>> StartServer(UniqueFd listener, ConnectionTable& table,
                                              ServerContext context, const ServerOptions& options) {
  auto server = std::make_unique<ServerImpl>(table, std::move(context), options);
  RN_RETURN_IF_ERROR(server->Start(std::move(listener)));
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace rustnet
