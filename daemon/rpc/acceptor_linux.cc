// SPDX-License-Identifier: Apache-2.0
#include <linux/sock_diag.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "common/base/clock.h"
#include "daemon/rpc/acceptor.h"

#ifndef SO_PEERGROUPS
#define SO_PEERGROUPS 59  // Linux 4.13
#endif
#ifndef SO_MEMINFO
#define SO_MEMINFO 55  // Linux 4.12
#endif

namespace rustnet {
namespace {

constexpr Duration kPause = 100 * kMillisecond;
constexpr Duration kLookEvery = kSecond;

// SO_PEERCRED (unix(7)), SO_PEERGROUPS (net/core/sock.c: gid_t array, ERANGE with the length
// wanted).
bool ReadPeer(int connection, PeerIdentity* peer) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return false;
  peer->uid = credentials.uid;
  peer->pid = static_cast<uint32_t>(credentials.pid);
  peer->gids.assign(64, 0);
  for (int attempt = 0; attempt < 2; ++attempt) {
    size = static_cast<socklen_t>(peer->gids.size() * sizeof(gid_t));
    const int result = getsockopt(connection, SOL_SOCKET, SO_PEERGROUPS, peer->gids.data(), &size);
    if (result != 0 && errno != ERANGE) size = 0;
    peer->gids.resize(size / sizeof(gid_t));
    if (result == 0 || size == 0) break;
  }
  peer->gids.push_back(credentials.gid);
  return true;
}

// Bytes that were sent and not yet taken by the peer.
uint32_t Queued(int connection) {
  std::array<uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  if (getsockopt(connection, SOL_SOCKET, SO_MEMINFO, memory.data(), &size) != 0) return 0;
  return memory[SK_MEMINFO_WMEM_ALLOC];
}

}  // namespace

Acceptor::Acceptor(UniqueFd listener, const AcceptorLimits& limits, Deliver deliver)
    : limits_(limits), deliver_(std::move(deliver)), listener_(std::move(listener)) {}

StatusOr<std::unique_ptr<Acceptor>> Acceptor::Start(UniqueFd listener, const AcceptorLimits& limits,
                                                    Deliver deliver) {
  std::unique_ptr<Acceptor> acceptor(new Acceptor(std::move(listener), limits, std::move(deliver)));
  RN_RETURN_IF_ERROR(acceptor->Prepare());
  acceptor->thread_ = std::thread([raw = acceptor.get()] { raw->Run(); });
  return acceptor;
}

Status Acceptor::Prepare() {
  epoll_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  wake_ = UniqueFd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!epoll_ || !wake_) return FromErrno(errno, "cannot prepare to accept clients");
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener_.get()}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event) != 0) {
    return FromErrno(errno, "cannot accept clients on the API's socket");
  }
  Watch(wake_.get(), EPOLLIN);
  return Ok();
}

Acceptor::~Acceptor() {
  stop_ = true;
  const uint64_t one = 1;
  if (wake_) static_cast<void>(!write(wake_.get(), &one, sizeof one));
  if (thread_.joinable()) thread_.join();
}

void Acceptor::StopAccepting() {
  accepting_ = false;
  const uint64_t one = 1;
  static_cast<void>(!write(wake_.get(), &one, sizeof one));
}

void Acceptor::CutAll() {
  const std::lock_guard lock(mutex_);
  for (const auto& [descriptor, connection] : connections_) shutdown(descriptor, SHUT_RDWR);
}

size_t Acceptor::ConnectionsOf(uint32_t uid) const {
  const std::lock_guard lock(mutex_);
  return static_cast<size_t>(
      std::count_if(connections_.begin(), connections_.end(),
                    [uid](const auto& entry) { return entry.second.uid == uid; }));
}

AcceptorCounters Acceptor::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void Acceptor::Watch(int descriptor, uint32_t events) {
  epoll_event event{.events = events, .data = {.fd = descriptor}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event);
}

// A level-triggered listener that cannot be served would keep this thread spinning.
void Acceptor::Pause(bool paused) {
  epoll_event event{.events = paused ? 0U : EPOLLIN, .data = {.fd = listener_.get()}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, listener_.get(), &event);
  paused_until_ = paused ? MonotonicNow() + kPause : 0;
}

void Acceptor::Run() {
  pthread_setname_np(pthread_self(), "accept");
  std::array<epoll_event, 64> events{};
  Time next_look = MonotonicNow() + kLookEvery;
  while (!stop_) {
    Time until = next_look;
    if (paused_until_ != 0) until = std::min(until, paused_until_);
    const Duration left = std::clamp<Duration>(until - MonotonicNow(), 0, kLookEvery);
    const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 static_cast<int>((left + kMillisecond - 1) / kMillisecond));
    const Time now = MonotonicNow();
    if (paused_until_ != 0 && now >= paused_until_ && accepting_) Pause(false);
    if (now >= next_look) {
      next_look = now + kLookEvery;
      CutStalled(now);
    }
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events[static_cast<size_t>(i)].data.fd;
      if (descriptor == listener_.get()) {
        AcceptSome();
      } else if (descriptor == wake_.get()) {
        uint64_t count = 0;
        static_cast<void>(!read(wake_.get(), &count, sizeof count));
        if (!accepting_) Pause(true);
      } else {
        const std::lock_guard lock(mutex_);
        connections_.erase(descriptor);  // its end; closing takes it out of the epoll set
      }
    }
  }
}

void Acceptor::AcceptSome() {
  for (int i = 0; i < 16 && accepting_; ++i) {
    if (!AcceptOne()) return;
  }
}

bool Acceptor::AcceptOne() {
  UniqueFd connection(accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (connection) {
    Admit(std::move(connection));
    return true;
  }
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    {
      const std::lock_guard lock(mutex_);
      ++counters_.paused;
    }
    Pause(true);
  }
  return errno == ECONNABORTED || errno == EINTR;
}

void Acceptor::Admit(UniqueFd connection) {
  PeerIdentity peer;
  if (!ReadPeer(connection.get(), &peer)) return;
  UniqueFd duplicate(dup(connection.get()));
  if (!duplicate) {
    Pause(true);
    return;
  }
  std::string sentence;
  {
    const std::lock_guard lock(mutex_);
    size_t own = 0;
    size_t refused = 0;
    for (const auto& [descriptor, other] : connections_) {
      if (other.refused) {
        ++refused;
      } else if (other.uid == peer.uid) {
        ++own;
      }
    }
    if (own >= limits_.connections_per_uid) {
      sentence = "you have " + std::to_string(own) +
                 " connections to rustnetd, which is the most for one user; end some of them";
    } else if (connections_.size() - refused >= limits_.connections) {
      sentence = "rustnetd has as many clients as it can serve; try again later";
    }
    if (!sentence.empty()) {
      ++counters_.refused;
      if (refused >= limits_.refused) return;
    } else {
      ++counters_.accepted;
    }
    const int descriptor = duplicate.get();
    connections_[descriptor] = {std::move(duplicate), peer.uid, !sentence.empty(), 0,
                                MonotonicNow()};
    Watch(descriptor, EPOLLRDHUP);
  }
  deliver_(std::move(connection), peer, std::move(sentence));
}

void Acceptor::CutStalled(Time now) {
  const std::lock_guard lock(mutex_);
  for (auto& [descriptor, connection] : connections_) {
    const uint32_t queued = Queued(descriptor);
    if (queued == 0 || queued != connection.queued) {
      connection.queued = queued;
      connection.since = now;
    } else if (now - connection.since >= limits_.write_stall) {
      ++counters_.cut;
      shutdown(descriptor, SHUT_RDWR);
      connection.since = now;
    }
  }
}

}  // namespace rustnet
