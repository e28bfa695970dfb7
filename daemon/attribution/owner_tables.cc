// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/owner_tables.h"

#include <cstring>
#include <string_view>

#include "common/base/text.h"

namespace rustnet {
namespace {

static_assert(sizeof(bpf::SocketRecord) == bpf::kSocketRecordSize);
static_assert(sizeof(bpf::CloseRecord) == bpf::kCloseRecordSize);
static_assert(sizeof(bpf::TcpRecord) == bpf::kTcpRecordSize);
static_assert(sizeof(bpf::ImageRecord) == bpf::kImageRecordSize);
static_assert(sizeof(bpf::ProcessRecord) == bpf::kProcessRecordSize);

// Records and packets of one moment reach us by different ways; until then nothing is known.
constexpr Duration kGrace = 2 * kSecond;
// So long an event of the flow's own namespace is waited for before another's socket is believed.
constexpr Duration kOtherNetnsAfter = 300 * kMillisecond;
constexpr Duration kExpireEvery = 5 * kSecond;

template <typename Record>
bool Read(Bytes bytes, Record* record) {
  if (bytes.size() < sizeof *record) return false;
  std::memcpy(record, bytes.data(), sizeof *record);
  return true;
}

std::string ThreadName(const Socket& socket) {
  const std::string_view whole(socket.thread.data(), socket.thread.size());
  return Printable(whole.substr(0, whole.find('\0')));
}

bool KernelSpeaks(net::Protocol protocol) {
  return protocol == net::Protocol::kIcmp || protocol == net::Protocol::kIcmpv6 ||
         protocol == net::Protocol::kIgmp;
}

}  // namespace

void OwnerTables::Consume(Bytes bytes) {
  ++records_;
  bpf::RecordHeader header{};
  if (!Read(bytes, &header) || !Apply(header, bytes)) ++malformed_;
}

bool OwnerTables::Apply(const bpf::RecordHeader& header, Bytes bytes) {
  switch (header.type) {
    case bpf::kRecordProcess: {
      bpf::ProcessRecord process;
      if (!Read(bytes, &process)) return false;
      processes_.Learn(process);
      return true;
    }
    case bpf::kRecordClose: {
      bpf::CloseRecord close;
      if (!Read(bytes, &close)) return false;
      sockets_.Apply(close);
      return true;
    }
    case bpf::kRecordTcp: {
      bpf::TcpRecord tcp;
      if (!Read(bytes, &tcp)) return false;
      sockets_.Apply(tcp);
      return true;
    }
    case bpf::kRecordExec:
    case bpf::kRecordExit:
      return ApplyImage(bytes);
    case bpf::kRecordConnect:
    case bpf::kRecordAccept:
    case bpf::kRecordListen:
    case bpf::kRecordBind:
    case bpf::kRecordFlow:
    case bpf::kRecordHandoff:
    case bpf::kRecordScan: {
      bpf::SocketRecord socket;
      if (!Read(bytes, &socket)) return false;
      sockets_.Apply(socket);
      return true;
    }
    default:
      return false;
  }
}

bool OwnerTables::ApplyImage(Bytes bytes) {
  bpf::ImageRecord image;
  if (!Read(bytes, &image)) return false;
  const ProcessKey key = {.start = image.start, .pid = image.tgid, .exec_id = image.exec_id};
  const Time time = static_cast<Time>(image.header.time);
  if (image.header.type == bpf::kRecordExit) {
    processes_.LearnExit(key, time);
    return true;
  }
  processes_.LearnExec(key, time);
  sockets_.ApplyExec(key);
  return true;
}

void OwnerTables::Expire(Time now) {
  if (now < expired_at_ + kExpireEvery) return;
  expired_at_ = now;
  sockets_.Expire(now);
  processes_.Expire(now);
}

std::shared_ptr<const ProcessInfo> OwnerTables::CreatorOf(const Socket& socket) const {
  if (socket.creator.pid == 0 || socket.creator.SameProcess(socket.process)) return nullptr;
  if (auto known = processes_.Find(socket.creator)) return known;
  ProcessInfo info;
  info.pid = socket.creator.pid;
  info.start_time_ns = socket.creator.start;
  info.exec_id = socket.creator.exec_id;
  return std::make_shared<const ProcessInfo>(std::move(info));
}

Owner OwnerTables::OwnerOf(const Socket& socket) const {
  Owner owner;
  owner.quality = socket.quality;
  owner.reason = socket.quality == Quality::kKernel ? NoOwner::kKernel : NoOwner::kUnspecified;
  if (socket.process.pid == 0) return owner;
  owner.uid = socket.uid;
  owner.process = processes_.Find(socket.process);
  const std::string thread = ThreadName(socket);
  if (owner.process == nullptr) {
    // Its record was lost: what the socket itself says of it.
    ProcessInfo info;
    info.pid = socket.process.pid;
    info.start_time_ns = socket.process.start;
    info.exec_id = socket.process.exec_id;
    if (socket.tid == socket.process.pid) info.name = info.comm = thread;
    info.uid = socket.uid;
    owner.process = std::make_shared<const ProcessInfo>(std::move(info));
  }
  owner.creator = CreatorOf(socket);
  if (socket.tid != socket.process.pid && thread != owner.process->comm) {
    owner.thread_name = thread;
  }
  return owner;
}

Owner OwnerTables::Unknown(const SocketTuple& tuple, const SocketTable::Match& match,
                           Duration flow_age, Time began) const {
  Owner owner;
  if (tuple.protocol == net::Protocol::kArp || tuple.protocol == net::Protocol::kLink) {
    owner.reason = NoOwner::kBackendLimit;  // packet sockets are not followed
  } else if (flow_age < kGrace) {
    owner.reason = NoOwner::kPending;
  } else if (match.ambiguous_netns) {
    owner.reason = NoOwner::kOtherNetns;
  } else if (match.ambiguous_port) {
    owner.reason = NoOwner::kBackendLimit;
  } else if (KernelSpeaks(tuple.protocol) && !tuple.elsewhere) {
    owner.quality = Quality::kKernel;  // no socket sent it or waits for it
    owner.reason = NoOwner::kKernel;
  } else if (lost_at_ != 0 && lost_at_ + kGrace >= began) {
    owner.reason = NoOwner::kLostEvent;
  } else if (began < started_ + kGrace) {
    owner.reason = NoOwner::kSocketClosedBeforeStart;
  } else {
    owner.reason = NoOwner::kNotLocal;
  }
  return owner;
}

Owner OwnerTables::Find(const SocketTuple& tuple, Duration flow_age, Time now) const {
  const Time began = now - flow_age;
  const TupleKey key = TupleOf(tuple);
  const SocketTable::Match match = tuple.elsewhere ? sockets_.FindByTuple(key, tuple.netns, began)
                                                   : sockets_.Find(key, tuple.netns, began);
  const bool too_early = match.other_netns && !tuple.elsewhere && flow_age < kOtherNetnsAfter;
  if (match.socket == nullptr || too_early) {
    return Unknown(tuple, match, flow_age, began);
  }
  Owner owner = OwnerOf(*match.socket);
  const bool followed =
      tuple.protocol == net::Protocol::kTcp || tuple.protocol == net::Protocol::kUdp;
  if (followed && !match.by_port) {
    owner.socket = match.socket->cookie;
    if (match.socket->tcp != nullptr) owner.tcp = *match.socket->tcp;
  }
  if (owner.quality == Quality::kKernel) return owner;
  if (match.other_netns) {
    owner.quality = Quality::kNetnsUnique;
  } else if (match.by_port && tuple.protocol == net::Protocol::kTcp) {
    owner.quality = Quality::kListenerInherited;
  }
  return owner;
}

std::optional<Attribution::Successor> OwnerTables::SuccessorOf(uint64_t cookie,
                                                               const SocketTuple& tuple) const {
  const Socket* socket = sockets_.SuccessorOf(cookie, TupleOf(tuple));
  if (socket == nullptr) return std::nullopt;
  Attribution::Successor successor{.owner = OwnerOf(*socket), .opened = socket->opened};
  successor.owner.socket = socket->cookie;
  return successor;
}

}  // namespace rustnet
