// SPDX-License-Identifier: Apache-2.0
// The dump of what was there at the start, and then the events, as they come.
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "daemon/nat/nat_table.h"

namespace rustnet {
namespace {

// The kernel's dumps come in pieces of at most 32 KiB; an event has some 250 bytes.
constexpr size_t kBuffer = size_t{64} * 1024;
// A tick must end, however much comes; what is left comes with the next one.
constexpr int kMostReads = 16'384;

class ConntrackNat : public Nat {
 public:
  ConntrackNat(int events, int dump, std::string refusal)
      : events_(events), dump_(dump), refusal_(std::move(refusal)), buffer_(kBuffer) {}

  void Poll(Time now) override {
    if (events_ < 0) return;
    // Events after the dump: they are the newer ones.
    ReadAll(&dump_, now);
    ReadAll(&events_, now);
    table_.Expire(now);
  }

  const Translation* Find(const net::FlowKey& key) const override { return table_.Find(key); }
  Time lost_at() const override { return lost_at_; }

  BackendState backend() const override {
    BackendState state;
    state.name = "nat/conntrack";
    if (!refusal_.empty()) {
      state.state = BackendState::State::kOff;
      state.reason = BackendState::Reason::kNotFound;
      state.text = refusal_ + "; a translated connection has a row for each of its addresses.";
    } else if (lost_ != 0) {
      state.state = BackendState::State::kDegraded;
      state.reason = BackendState::Reason::kSystemError;
      state.text = "The kernel dropped conntrack events " + std::to_string(lost_) +
                   " times; connections that were translated then may have two rows, and none has "
                   "its container's process.";
    } else {
      state.state = BackendState::State::kActive;
    }
    return state;
  }

  NatCounters counters() const override {
    NatCounters counters;
    counters.events = messages_;
    counters.lost = lost_;
    counters.malformed = malformed_;
    counters.translations = table_.size();
    counters.forgotten = table_.forgotten();
    return counters;
  }

 private:
  // Until nothing is there.  `fd` becomes -1 where a dump is done.
  void ReadAll(int* fd, Time now) {
    for (int reads = 0; *fd >= 0 && reads < kMostReads; ++reads) {
      const ssize_t got = recv(*fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT | MSG_TRUNC);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == ENOBUFS) {
        ++lost_;
        lost_at_ = now;
        continue;
      }
      if (got <= 0) return;
      const size_t size = std::min(static_cast<size_t>(got), buffer_.size());
      if (!Apply(Bytes(buffer_).first(size), now) || static_cast<size_t>(got) > size) ++malformed_;
      if (done_ && fd == &dump_) *fd = -1;
    }
  }

  // The kernel does not list connections, so it has no events of them either.
  void Refuse(int error) {
    refusal_ = std::string("the kernel does not tell which addresses it translates (") +
               std::strerror(error) + "; module nf_conntrack_netlink)";
    events_ = dump_ = -1;
  }

  bool Apply(Bytes datagram, Time now) {
    done_ = false;
    bool understood = true;
    const bool whole = ForEachMessage(datagram, [&](const NetlinkMessage& message) {
      if (message.type == NLMSG_DONE || message.type == NLMSG_ERROR) {
        done_ = true;
        if (message.type == NLMSG_ERROR) Refuse(-HostValue<int32_t>(message.body));
        return;
      }
      ++messages_;
      ConntrackEvent event;
      if (ParseConntrack(message, &event)) {
        table_.Apply(event, now);
      } else {
        understood = false;
      }
    });
    return whole && understood;
  }

  int events_;
  int dump_;
  std::string refusal_;  // not empty: nothing can be read, as it says
  NatTable table_;
  std::vector<uint8_t> buffer_;
  bool done_ = false;
  uint64_t messages_ = 0;
  uint64_t malformed_ = 0;
  uint64_t lost_ = 0;
  Time lost_at_ = 0;
};

}  // namespace

std::unique_ptr<Nat> MakeNat(const Handles& handles) {
  return std::make_unique<ConntrackNat>(handles.conntrack_events.get(),
                                        handles.conntrack_dump.get(), handles.conntrack_refusal);
}

}  // namespace rustnet
