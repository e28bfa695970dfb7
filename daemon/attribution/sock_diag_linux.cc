// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/sock_diag_linux.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "common/base/netlink.h"

namespace rustnet {
namespace {

// Every state but TIME_WAIT, CLOSE, LISTEN and NEW_SYN_RECV (include/net/tcp_states.h).
constexpr uint32_t kStatesWithNumbers =
    1U << 1 | 1U << 2 | 1U << 3 | 1U << 4 | 1U << 5 | 1U << 8 | 1U << 9 | 1U << 11;
constexpr uint32_t kNone = UINT32_MAX;

IpAddress AddressOf(const __be32 (&words)[4], uint8_t family) {
  std::array<uint8_t, 16> bytes;
  std::memcpy(bytes.data(), words, sizeof words);
  return IpAddress(Bytes(bytes).first(family == AF_INET ? 4 : 16)).Unmapped();
}

bool ReadSocket(Bytes message, net::Protocol protocol, DiagSocket* out) {
  if (message.size() < sizeof(inet_diag_msg)) return false;
  const auto info = HostValue<inet_diag_msg>(message);
  out->tuple.protocol = protocol;
  out->tuple.local = AddressOf(info.id.idiag_src, info.idiag_family);
  out->tuple.local_port = ntohs(info.id.idiag_sport);
  out->tuple.remote_port = ntohs(info.id.idiag_dport);
  if (out->tuple.remote_port != 0) {
    out->tuple.remote = AddressOf(info.id.idiag_dst, info.idiag_family);
  }
  out->cookie = uint64_t{info.id.idiag_cookie[1]} << 32 | info.id.idiag_cookie[0];
  out->uid = info.idiag_uid;
  out->inode = info.idiag_inode;
  ForEachAttribute(message, sizeof info, [out](uint16_t type, Bytes value) {
    if (type == INET_DIAG_INFO) out->tcp = ReadTcpInfo(value);
  });
  return true;
}

}  // namespace

const std::array<DiagDump, 2> kTcpDumps = {{
    {AF_INET, IPPROTO_TCP, net::Protocol::kTcp, kStatesWithNumbers, true},
    {AF_INET6, IPPROTO_TCP, net::Protocol::kTcp, kStatesWithNumbers, true},
}};

KernelTcp ReadTcpInfo(Bytes bytes) {
  tcp_info info{};
  std::memcpy(&info, bytes.data(), std::min(bytes.size(), sizeof info));
  KernelTcp tcp;
  tcp.bytes_acked = info.tcpi_bytes_acked;
  tcp.bytes_sent = info.tcpi_bytes_sent;
  tcp.bytes_received = info.tcpi_bytes_received;
  tcp.delivery_rate = info.tcpi_delivery_rate;
  tcp.smoothed_rtt_us = info.tcpi_rtt;
  tcp.rtt_variance_us = info.tcpi_rttvar;
  tcp.minimum_rtt_us = info.tcpi_min_rtt == kNone ? 0 : info.tcpi_min_rtt;
  tcp.retransmissions = info.tcpi_total_retrans;
  tcp.congestion_window = info.tcpi_snd_cwnd;
  tcp.mss = info.tcpi_snd_mss;
  return tcp;
}

DiagAnswer ReadDiag(Bytes datagram, net::Protocol protocol, uint32_t sequence,
                    const DiagVisitor& visit) {
  DiagAnswer answer = DiagAnswer::kMore;
  ForEachMessage(datagram, [&](const NetlinkMessage& message) {
    if (message.sequence != sequence || answer != DiagAnswer::kMore) return;
    if (message.type == NLMSG_DONE) answer = DiagAnswer::kDone;
    if (message.type == NLMSG_ERROR) answer = DiagAnswer::kError;
    DiagSocket socket;
    if (message.type == SOCK_DIAG_BY_FAMILY && ReadSocket(message.body, protocol, &socket)) {
      visit(socket);
    }
  });
  return answer;
}

void SockDiag::Begin() {
  next_ = 0;
  Ask();
}

// Sends the request for dump `next_`, passing over those that cannot be sent.
void SockDiag::Ask() {
  for (; fd_ >= 0 && next_ < dumps_.size(); ++next_) {
    const DiagDump& dump = dumps_[next_];
    struct {
      nlmsghdr header;
      inet_diag_req_v2 request;
    } message{};
    message.header.nlmsg_len = sizeof message;
    message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    message.header.nlmsg_seq = ++sequence_;
    message.request.sdiag_family = dump.family;
    message.request.sdiag_protocol = dump.ip_protocol;
    message.request.idiag_states = dump.states;
    if (dump.tcp_info) message.request.idiag_ext = 1U << (INET_DIAG_INFO - 1);
    if (send(fd_, &message, sizeof message, MSG_DONTWAIT) == sizeof message) return;
    error_ = errno;
  }
  next_ = dumps_.size();
}

void SockDiag::Read(int datagrams, const DiagVisitor& visit) {
  for (int i = 0; i < datagrams && !idle(); ++i) {
    const ssize_t n = recv(fd_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    DiagAnswer answer = DiagAnswer::kError;
    if (n >= 0) {
      const Bytes datagram(buffer_.data(), static_cast<size_t>(n));
      answer = ReadDiag(datagram, dumps_[next_].protocol, sequence_, visit);
    } else {
      error_ = errno;
    }
    if (answer == DiagAnswer::kMore) continue;
    if (answer == DiagAnswer::kDone) error_ = 0;
    if (++next_ == dumps_.size()) ++rounds_;
    Ask();
  }
}

}  // namespace rustnet
