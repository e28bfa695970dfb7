// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/uid_attribution_linux.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace rustnet {
namespace {

constexpr Duration kDumpEvery = kSecond;
constexpr Duration kGrace = 2 * kSecond;
constexpr Duration kKeep = 90 * kSecond;
constexpr size_t kMaxEntries = 500'000;
constexpr int kDatagramsPerPoll = 256;
constexpr size_t kBuffer = 32 * 1024;  // NLMSG_GOODSIZE of the kernel's dumps

struct Dump {
  uint8_t family;
  uint8_t ip_protocol;
  net::Protocol protocol;
};
constexpr Dump kDumps[] = {
    {AF_INET, IPPROTO_TCP, net::Protocol::kTcp},
    {AF_INET6, IPPROTO_TCP, net::Protocol::kTcp},
    {AF_INET, IPPROTO_UDP, net::Protocol::kUdp},
    {AF_INET6, IPPROTO_UDP, net::Protocol::kUdp},
};

template <typename T>
bool Read(Bytes bytes, T* value) {
  if (bytes.size() < sizeof *value) return false;
  std::memcpy(value, bytes.data(), sizeof *value);
  return true;
}

IpAddress AddressOf(const __be32 (&words)[4], uint8_t family) {
  std::array<uint8_t, 16> bytes;
  std::memcpy(bytes.data(), words, sizeof words);
  return IpAddress(Bytes(bytes).first(family == AF_INET ? 4 : 16)).Unmapped();
}

}  // namespace

void UidTable::LearnSocket(Bytes message, net::Protocol protocol, Time now) {
  inet_diag_msg info;
  if (!Read(message, &info)) return;
  TupleKey key;
  key.protocol = protocol;
  key.local = AddressOf(info.id.idiag_src, info.idiag_family);
  key.local_port = ntohs(info.id.idiag_sport);
  key.remote_port = ntohs(info.id.idiag_dport);
  if (info.idiag_inode == 0 || size() >= kMaxEntries) return;  // no process has it any more
  if (key.remote_port == 0) {
    by_port_[key] = {.uid = info.idiag_uid, .seen = now};
    return;
  }
  key.remote = AddressOf(info.id.idiag_dst, info.idiag_family);
  by_tuple_[key] = {.uid = info.idiag_uid, .seen = now};
}

UidTable::Answer UidTable::Learn(Bytes datagram, net::Protocol protocol, uint32_t sequence,
                                 Time now) {
  nlmsghdr header;
  while (Read(datagram, &header)) {
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > datagram.size()) break;
    const Bytes body = datagram.subspan(sizeof header, header.nlmsg_len - sizeof header);
    if (header.nlmsg_seq == sequence) {
      if (header.nlmsg_type == NLMSG_DONE) return Answer::kDone;
      if (header.nlmsg_type == NLMSG_ERROR) return Answer::kError;
      if (header.nlmsg_type == SOCK_DIAG_BY_FAMILY) LearnSocket(body, protocol, now);
    }
    const size_t aligned = (size_t{header.nlmsg_len} + NLMSG_ALIGNTO - 1) & ~(NLMSG_ALIGNTO - 1UL);
    datagram = datagram.subspan(std::min(aligned, datagram.size()));
  }
  return Answer::kMore;
}

void UidTable::Expire(Time now) {
  const auto old = [now](const auto& entry) { return entry.second.seen + kKeep <= now; };
  std::erase_if(by_tuple_, old);
  std::erase_if(by_port_, old);
}

const uint32_t* UidTable::Find(const TupleKey& key) const {
  if (const auto found = by_tuple_.find(key); found != by_tuple_.end()) return &found->second.uid;
  TupleKey bound = key;
  bound.remote = IpAddress();
  bound.remote_port = 0;
  const std::array<uint8_t, 16> zero{};
  for (const IpAddress& local : {key.local, IpAddress(Bytes(zero).first(4)), IpAddress(zero)}) {
    bound.local = local;
    if (const auto found = by_port_.find(bound); found != by_port_.end()) {
      return &found->second.uid;
    }
  }
  return nullptr;
}

namespace {

class UidAttribution : public Attribution {
 public:
  UidAttribution(const Handles& handles, BackendState refusal)
      : fd_(handles.sock_diag.get()),
        host_netns_(handles.host_netns_cookie),
        refusal_(std::move(refusal)) {}

  int poll_fd() const override { return -1; }

  void Poll(Time now) override {
    now_ = now;
    if (next_ < std::size(kDumps)) {
      ReadDumps();
    } else if (unresolved_ && now >= dumped_at_ + kDumpEvery) {
      unresolved_ = false;
      dumped_at_ = now;
      next_ = 0;
      table_.Expire(now);
      Ask();
      ReadDumps();
    }
  }

  Owner Find(const SocketTuple& tuple, Duration flow_age) override {
    Owner owner;
    const bool here =
        !tuple.elsewhere && (tuple.netns == 0 || host_netns_ == 0 || tuple.netns == host_netns_);
    if (const uint32_t* uid = here ? table_.Find(TupleOf(tuple)) : nullptr) {
      owner.uid = *uid;
      owner.quality = Quality::kUidOnly;
      owner.reason = NoOwner::kUnspecified;
      return owner;
    }
    if (flow_age < kGrace) {
      unresolved_ = unresolved_ || here;
      return owner;
    }
    owner.reason = here ? NoOwner::kBackendLimit : NoOwner::kOtherNetns;
    return owner;
  }

  std::vector<BackendState> backends() const override {
    BackendState state;
    state.name = "attribution/UID";
    state.state = fd_ < 0 ? BackendState::State::kFailed : BackendState::State::kActive;
    state.text = "Connections have a user but no process, and short ones have neither.";
    if (fd_ < 0) {
      state.reason = BackendState::Reason::kNotFound;
      state.text =
          "The kernel has no sock_diag (modules tcp_diag, udp_diag): connections have no "
          "user.";
    } else if (error_ != 0) {
      state.state = BackendState::State::kDegraded;
      state.reason = BackendState::Reason::kSystemError;
      state.text = std::string("Sockets cannot be listed: ") + strerror(error_) + ".";
    }
    return {refusal_, state};
  }

  AttributionCounters counters() const override {
    AttributionCounters counters;
    counters.scans = scans_;
    counters.sockets = table_.size();
    return counters;
  }

 private:
  // Sends the request for dump `next_`, passing over those that cannot be sent.
  void Ask() {
    for (; fd_ >= 0 && next_ < std::size(kDumps); ++next_) {
      struct {
        nlmsghdr header;
        inet_diag_req_v2 request;
      } message{};
      message.header.nlmsg_len = sizeof message;
      message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
      message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
      message.header.nlmsg_seq = ++sequence_;
      message.request.sdiag_family = kDumps[next_].family;
      message.request.sdiag_protocol = kDumps[next_].ip_protocol;
      message.request.idiag_states = UINT32_MAX;
      if (send(fd_, &message, sizeof message, MSG_DONTWAIT) == sizeof message) return;
      error_ = errno;
    }
    if (fd_ < 0) next_ = std::size(kDumps);
  }

  void ReadDumps() {
    for (int i = 0; i < kDatagramsPerPoll && next_ < std::size(kDumps); ++i) {
      const ssize_t n = recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
      UidTable::Answer answer = UidTable::Answer::kError;
      if (n >= 0) {
        const Bytes datagram(buffer_.data(), static_cast<size_t>(n));
        answer = table_.Learn(datagram, kDumps[next_].protocol, sequence_, now_);
      } else {
        error_ = errno;
      }
      if (answer == UidTable::Answer::kMore) continue;
      if (answer == UidTable::Answer::kDone) error_ = 0;
      if (++next_ == std::size(kDumps)) ++scans_;
      Ask();
    }
  }

  int fd_;
  uint64_t host_netns_;
  BackendState refusal_;
  UidTable table_;
  Time now_ = 0;
  Time dumped_at_ = -kDumpEvery;
  bool unresolved_ = true;
  size_t next_ = std::size(kDumps);  // the dump under way; none: all are done
  uint32_t sequence_ = 0;
  int error_ = 0;
  uint64_t scans_ = 0;
  std::array<uint8_t, kBuffer> buffer_;
};

}  // namespace

std::unique_ptr<Attribution> MakeUidAttribution(const Handles& handles, BackendState refusal) {
  return std::make_unique<UidAttribution>(handles, std::move(refusal));
}

}  // namespace rustnet
