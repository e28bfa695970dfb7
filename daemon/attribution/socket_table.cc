// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/socket_table.h"

#include <algorithm>
#include <cstring>

namespace rustnet {
namespace {

constexpr uint8_t kTcpClose = 7;  // include/net/tcp_states.h
constexpr uint8_t kTcpListen = 10;

uint64_t HashAddress(const IpAddress& address) {
  uint64_t words[2];
  std::memcpy(words, address.raw().data(), sizeof words);
  return MixHash(words[0], words[1] + static_cast<uint64_t>(address.family()));
}

IpAddress AddressOf(const uint8_t (&bytes)[16], uint8_t family) {
  return IpAddress(Bytes(bytes, family == 4 ? 4 : 16)).Unmapped();
}

bool HasPorts(net::Protocol protocol) {
  return protocol == net::Protocol::kTcp || protocol == net::Protocol::kUdp ||
         protocol == net::Protocol::kSctp;
}

bool IsIcmp(net::Protocol protocol) {
  return protocol == net::Protocol::kIcmp || protocol == net::Protocol::kIcmpv6;
}

Time OpenedBy(const bpf::SocketRecord& record) {
  return record.header.type == bpf::kRecordScan ? 0 : static_cast<Time>(record.header.time);
}

// Units as in tcp_get_info() of the kernel.
KernelTcp TcpOf(const bpf::TcpRecord& record) {
  KernelTcp tcp;
  tcp.bytes_acked = record.bytes_acked;
  tcp.bytes_sent = record.bytes_sent;
  tcp.bytes_received = record.bytes_received;
  if (record.delivery_interval != 0) {
    tcp.delivery_rate =
        uint64_t{record.delivered} * record.mss * 1'000'000 / record.delivery_interval;
  }
  tcp.smoothed_rtt_us = record.srtt >> 3;
  tcp.rtt_variance_us = record.mdev >> 2;
  tcp.minimum_rtt_us = record.min_rtt == UINT32_MAX ? 0 : record.min_rtt;
  tcp.retransmissions = record.retransmissions;
  tcp.congestion_window = record.congestion_window;
  tcp.mss = record.mss;
  tcp.final = record.header.state == kTcpClose;
  return tcp;
}

// What the owner of a record is known by.
Quality QualityOf(const bpf::SocketRecord& record) {
  const uint8_t role = record.owner.role;
  if (role == bpf::kRoleNone || record.owner.flags & bpf::kOwnerKernelThread) {
    return Quality::kKernel;
  }
  const bool scanned = record.header.type == bpf::kRecordScan;
  // A listener's child that nobody has used yet.
  const bool child = (record.header.type == bpf::kRecordAccept &&
                      (role == bpf::kRoleListen || role == bpf::kRoleScan)) ||
                     (scanned && role == bpf::kRoleListen && record.header.state != kTcpListen);
  if (child) return Quality::kListenerInherited;
  return role == bpf::kRoleScan ? Quality::kScanned : Quality::kExact;
}

}  // namespace

size_t TupleKeyHash::operator()(const TupleKey& key) const {
  const uint64_t ports = static_cast<uint64_t>(key.local_port) << 32 |
                         static_cast<uint64_t>(key.remote_port) << 8 |
                         static_cast<uint64_t>(key.protocol);
  return MixHash(MixHash(HashAddress(key.local), HashAddress(key.remote)), ports);
}

net::Protocol ProtocolOf(uint8_t ip_protocol) {
  switch (ip_protocol) {  // IANA protocol numbers
    case 1:
      return net::Protocol::kIcmp;
    case 2:
      return net::Protocol::kIgmp;
    case 6:
      return net::Protocol::kTcp;
    case 17:
      return net::Protocol::kUdp;
    case 47:
      return net::Protocol::kGre;
    case 50:
      return net::Protocol::kEsp;
    case 51:
      return net::Protocol::kAh;
    case 58:
      return net::Protocol::kIcmpv6;
    case 132:
      return net::Protocol::kSctp;
    default:
      return net::Protocol::kIpOther;
  }
}

TupleKey TupleOf(const bpf::SocketRecord& record) {
  TupleKey key;
  key.protocol = ProtocolOf(record.header.protocol);
  key.local = AddressOf(record.local, record.header.family);
  key.remote = AddressOf(record.remote, record.header.family);
  key.local_port = record.local_port;
  key.remote_port = IsIcmp(key.protocol) ? uint16_t{0} : record.remote_port;
  return key;
}

TupleKey TupleOf(const SocketTuple& tuple) {
  TupleKey key;
  key.protocol = tuple.protocol;
  key.local = tuple.local.Unmapped();
  key.remote = tuple.remote.Unmapped();
  key.local_port = tuple.local_port;
  key.remote_port = IsIcmp(tuple.protocol) ? uint16_t{0} : tuple.remote_port;
  return key;
}

Socket* SocketTable::FindOrMake(const bpf::SocketRecord& record) {
  const auto found = sockets_.find(record.cookie);
  if (found != sockets_.end()) return &found->second;
  if (sockets_.size() >= limits_.sockets && !MakeRoom()) {
    ++refused_;
    return nullptr;
  }
  Socket& socket = sockets_[record.cookie];
  socket.cookie = record.cookie;
  socket.netns = record.netns;
  socket.protocol = ProtocolOf(record.header.protocol);
  socket.opened = OpenedBy(record);
  socket.scan = scan_;
  socket.accepted = record.header.type == bpf::kRecordAccept;
  SetOwner(record, &socket);
  if (record.owner.role == bpf::kRoleNone) NoteKernel(record.cookie);
  return &socket;
}

void SocketTable::NoteKernel(uint64_t cookie) {
  kernel_.push_back(cookie);
  if (kernel_.size() <= limits_.kernel_sockets) return;
  const auto oldest = sockets_.find(kernel_.front());
  kernel_.pop_front();
  if (oldest != sockets_.end() && oldest->second.process.pid == 0) Forget(oldest);
}

void SocketTable::SetOwner(const bpf::SocketRecord& record, Socket* socket) {
  const bpf::RecordOwner& owner = record.owner;
  if (owner.role == bpf::kRoleNone && socket->process.pid != 0) return;
  const Time time = static_cast<Time>(record.header.time);
  ProcessKey process = {.start = owner.start, .pid = owner.tgid, .exec_id = owner.exec_id};
  // A child of a listener has the listener's owner as it was when it called listen().
  if (record.header.type == bpf::kRecordAccept) process = processes_.LatestImage(process);
  if (!(process == socket->process)) {
    if (socket->process.pid != 0) processes_.CountSocket(socket->process, -1, time);
    if (process.pid != 0) processes_.CountSocket(process, +1, time);
  }
  const bool same = process.SameProcess(socket->process);
  const bool moved = record.header.type == bpf::kRecordHandoff && !same;
  if (moved && socket->creator.pid == 0) socket->creator = socket->process;
  const bool handed = same ? socket->quality == Quality::kHandoff
                           : record.header.type == bpf::kRecordHandoff && socket->process.pid != 0;
  socket->process = process;
  socket->tid = owner.tid;
  socket->uid = owner.uid;
  socket->role = owner.role;
  socket->kernel_thread = (owner.flags & bpf::kOwnerKernelThread) != 0;
  socket->quality = handed ? Quality::kHandoff : QualityOf(record);
  std::copy(std::begin(owner.thread), std::end(owner.thread), socket->thread.begin());
}

void SocketTable::AddTuple(const TupleKey& key, Socket* socket) {
  std::vector<TupleKey>& tuples = socket->tuples;
  if (std::find(tuples.begin(), tuples.end(), key) != tuples.end()) return;
  if (tuples.size() >= limits_.tuples_per_socket) {
    Unindex(tuples.front(), socket);
    tuples.erase(tuples.begin());
  }
  tuples.push_back(key);
  by_tuple_.emplace(key, socket);
}

void SocketTable::Bind(const IpAddress& address, uint16_t port, Socket* socket) {
  if (port == 0 || !HasPorts(socket->protocol) ||
      (socket->bound_port == port && socket->bound == address))
    return;
  if (socket->bound_port == 0) {
    by_port_.emplace(PortKey{socket->protocol, port}, socket);
  } else if (socket->bound_port != port) {
    return;  // cannot be: a socket keeps its port until it is closed
  }
  socket->bound = address;
  socket->bound_port = port;
}

void SocketTable::ApplyScan(const bpf::SocketRecord& record) {
  const auto known = sockets_.find(record.cookie);
  if (known != sockets_.end()) {
    Socket& socket = known->second;
    if (socket.closed != 0 && !socket.lost) return;  // closed since the scan looked at it
    socket.closed = 0;
    socket.lost = false;
    socket.scan = scan_;
    const ProcessKey owner = {
        .start = record.owner.start, .pid = record.owner.tgid, .exec_id = record.owner.exec_id};
    // The kernel's own until now, or a hand-over that was lost.  A former image is no news: the
    // kernel's record is of the time when it was written.
    const bool former =
        owner.SameProcess(socket.process) && owner.exec_id <= socket.process.exec_id;
    if (!former) SetOwner(record, &socket);
  }
  Socket* socket = FindOrMake(record);
  // The number of a raw socket is its protocol's, not a port.
  if (socket == nullptr || !HasPorts(socket->protocol)) return;
  const TupleKey key = TupleOf(record);
  if (key.remote_port == 0) {
    const bool receives =
        socket->protocol != net::Protocol::kTcp || record.header.state == kTcpListen;
    if (receives) Bind(key.local, key.local_port, socket);
  } else {
    AddTuple(key, socket);
  }
}

void SocketTable::Apply(const bpf::SocketRecord& record) {
  if (record.header.type == bpf::kRecordScan) return ApplyScan(record);
  if (record.header.type == bpf::kRecordHandoff) {
    const auto found = sockets_.find(record.cookie);
    if (found == sockets_.end()) return;  // its tuple was lost: the next scan brings it
    SetOwner(record, &found->second);
    if (found->second.lost) found->second.closed = 0;
    found->second.lost = false;
    return;
  }
  Socket* socket = FindOrMake(record);
  if (socket == nullptr) return;
  if (socket->closed != 0) {  // connected or bound again, after a disconnect
    Detach(socket);
    socket->closed = 0;
    socket->opened = OpenedBy(record);
    socket->creator = ProcessKey();
    socket->tcp.reset();
  }
  SetOwner(record, socket);
  const TupleKey key = TupleOf(record);
  switch (record.header.type) {
    case bpf::kRecordListen:
    case bpf::kRecordBind:
      Bind(key.local, key.local_port, socket);
      break;
    case bpf::kRecordFlow:
      // Bound by its first packet, to no address: anybody may answer.
      if (record.owner.role == bpf::kRoleSend) {
        Bind(socket->bound_port != 0 ? socket->bound : IpAddress(), key.local_port, socket);
      }
      AddTuple(key, socket);
      break;
    default:
      AddTuple(key, socket);
  }
}

void SocketTable::Apply(const bpf::CloseRecord& record) {
  Close(record.cookie, static_cast<Time>(record.header.time), false);
}

void SocketTable::Apply(const bpf::TcpRecord& record) {
  SetTcp(record.cookie, TcpOf(record));
  if (record.header.state != kTcpClose) return;
  Close(record.cookie, static_cast<Time>(record.header.time), false);
}

void SocketTable::SetTcp(uint64_t cookie, const KernelTcp& tcp) {
  const auto found = sockets_.find(cookie);
  if (found == sockets_.end()) return;
  Socket& socket = found->second;
  if ((socket.closed != 0 && !socket.lost) || (socket.tcp != nullptr && *socket.tcp == tcp)) return;
  socket.tcp = std::make_unique<KernelTcp>(tcp);
  if (socket.tcp_told) tcp_changes_.push_back(cookie);
  socket.tcp_told = false;
}

void SocketTable::TakeTcpChanges(std::vector<TcpChange>* out) {
  for (const uint64_t cookie : tcp_changes_) {
    const auto found = sockets_.find(cookie);
    if (found == sockets_.end()) continue;
    found->second.tcp_told = true;
    if (found->second.tcp != nullptr) out->push_back({cookie, *found->second.tcp});
  }
  tcp_changes_.clear();
}

bool SocketTable::HasTcpOutside(uint64_t netns) const {
  return std::any_of(sockets_.begin(), sockets_.end(), [netns](const auto& entry) {
    const Socket& socket = entry.second;
    return socket.protocol == net::Protocol::kTcp && socket.closed == 0 && socket.netns != netns &&
           socket.netns != 0 && socket.bound_port == 0;
  });
}

void SocketTable::ApplyExec(const ProcessKey& key) {
  ProcessKey before = key;
  --before.exec_id;
  if (processes_.sockets(before) == 0) return;
  for (auto& [cookie, socket] : sockets_) {
    if (socket.closed != 0 || !(socket.process == before)) continue;
    processes_.CountSocket(before, -1, 0);
    processes_.CountSocket(key, +1, 0);
    socket.process = key;
  }
}

void SocketTable::EndScan(Time began, Time now, bool close_missing) {
  if (!close_missing) return;
  std::vector<uint64_t> missing;
  for (const auto& [cookie, socket] : sockets_) {
    const bool found = socket.scan == scan_ || socket.closed != 0;
    if (!found && socket.opened < began && socket.process.pid != 0) missing.push_back(cookie);
  }
  for (const uint64_t cookie : missing) Close(cookie, now, true);
}

void SocketTable::Close(uint64_t cookie, Time time, bool lost) {
  const auto found = sockets_.find(cookie);
  if (found == sockets_.end() || found->second.closed != 0) return;
  found->second.closed = std::max<Time>(time, 1);
  found->second.lost = lost;
  closed_.emplace_back(found->second.closed, cookie);
  if (closed_.size() > limits_.closed_sockets && MakeRoom()) ++forgotten_;
}

void SocketTable::Unindex(const TupleKey& key, Socket* socket) {
  const auto [begin, end] = by_tuple_.equal_range(key);
  const auto entry = std::find_if(begin, end, [&](const auto& e) { return e.second == socket; });
  if (entry != end) by_tuple_.erase(entry);
}

// Takes a socket out of the indices.
void SocketTable::Detach(Socket* socket) {
  for (const TupleKey& key : socket->tuples) Unindex(key, socket);
  socket->tuples.clear();
  if (socket->bound_port == 0) return;
  const auto [begin, end] = by_port_.equal_range(PortKey{socket->protocol, socket->bound_port});
  const auto entry = std::find_if(begin, end, [&](const auto& e) { return e.second == socket; });
  if (entry != end) by_port_.erase(entry);
  socket->bound_port = 0;
}

void SocketTable::Forget(Sockets::iterator socket) {
  Detach(&socket->second);
  if (socket->second.process.pid != 0) {
    processes_.CountSocket(socket->second.process, -1, socket->second.closed);
  }
  sockets_.erase(socket);
}

// The socket that closed first makes room; false: all are open.
bool SocketTable::MakeRoom() {
  while (!closed_.empty()) {
    const auto [time, cookie] = closed_.front();
    closed_.pop_front();
    const auto found = sockets_.find(cookie);
    if (found == sockets_.end() || found->second.closed != time) continue;
    Forget(found);
    return true;
  }
  return false;
}

void SocketTable::Expire(Time now) {
  while (!closed_.empty() && closed_.front().first + limits_.keep_closed <= now) {
    const auto [time, cookie] = closed_.front();
    closed_.pop_front();
    const auto found = sockets_.find(cookie);
    if (found != sockets_.end() && found->second.closed == time) Forget(found);
  }
}

}  // namespace rustnet
