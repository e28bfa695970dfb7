// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/generate/conversation.h"

#include <algorithm>
#include <utility>

namespace rustnet::frame {
namespace {

Ip Header(Side side, const Ends& ends, uint8_t protocol) {
  const bool client = side == Side::kClient;
  return {.protocol = protocol,
          .source = client ? ends.client : ends.server,
          .destination = client ? ends.server : ends.client};
}

}  // namespace

Buffer FrameFrom(Side side, const Ends& ends, uint8_t protocol, const Buffer& payload) {
  const Ip ip = Header(side, ends, protocol);
  Mac mac;
  if (side == Side::kServer) std::swap(mac.source, mac.destination);
  const bool v6 = ip.source.is_v6();
  uint16_t type = v6 ? kIpv6 : kIpv4;
  Buffer packet = v6 ? Ipv6(ip, payload) : Ipv4(ip, payload);
  for (size_t i = ends.vlans.size(); i-- > 0;) {
    packet = Vlan(ends.vlans[i], type, packet);
    type = i > 0 || ends.vlans.size() == 1 ? kVlan : kQinQ;
  }
  return Padded(Ethernet(type, packet, mac));
}

Buffer Datagram(Side side, const Ends& ends, const Buffer& payload) {
  const bool client = side == Side::kClient;
  const Buffer udp = Udp(client ? ends.client_port : ends.server_port,
                         client ? ends.server_port : ends.client_port, payload);
  return FrameFrom(side, ends, 17, Checked(udp, 6, Header(side, ends, 17)));
}

Buffer SegmentFrom(Side side, const Ends& ends, const TcpFields& tcp, const Buffer& payload) {
  return FrameFrom(side, ends, 6, Checked(Tcp(tcp, payload), 16, Header(side, ends, 6)));
}

TcpConversation::TcpConversation(PcapWriter* out, const Ends& ends, uint32_t client_seq,
                                 uint32_t server_seq)
    : out_(*out), ends_(ends), client_{client_seq, {}, {}}, server_{server_seq, {}, {}} {}

Buffer TcpConversation::Segment(Side from, uint8_t flags, const Buffer& payload,
                                const Buffer& options) {
  const bool client = from == Side::kClient;
  State& mine = Of(from);
  const uint32_t ack = (flags & kAck) != 0 ? Of(Other(from)).next : 0;
  const TcpFields tcp{.source = client ? ends_.client_port : ends_.server_port,
                      .destination = client ? ends_.server_port : ends_.client_port,
                      .seq = mine.next,
                      .ack = ack,
                      .flags = flags,
                      .window = 502,
                      .options = options};
  if (!payload.empty()) {
    mine.last = tcp;
    mine.last_payload = payload;
  }
  const uint32_t marks = (flags & (kSyn | kFin)) != 0 ? 1 : 0;
  mine.next += static_cast<uint32_t>(payload.size()) + marks;
  return SegmentFrom(from, ends_, tcp, payload);
}

void TcpConversation::Handshake() {
  const Buffer options = Hex("020405b4 01 030307");
  out_.Write(Segment(Side::kClient, kSyn, {}, options), 10 * kMillisecond);
  out_.Write(Segment(Side::kServer, kSyn | kAck, {}, options));
  out_.Write(Segment(Side::kClient, kAck, {}));
}

void TcpConversation::Send(Side from, const Buffer& payload, size_t segment) {
  SendOutOfOrder(from, payload, segment, {});
}

void TcpConversation::SendOutOfOrder(Side from, const Buffer& payload, size_t segment,
                                     const std::vector<size_t>& order) {
  std::vector<Buffer> segments;
  for (size_t at = 0; at < payload.size(); at += segment) {
    const size_t end = std::min(at + segment, payload.size());
    const Buffer part(payload.begin() + static_cast<ptrdiff_t>(at),
                      payload.begin() + static_cast<ptrdiff_t>(end));
    const bool last = end == payload.size();
    segments.push_back(Segment(from, last ? kAck | kPsh : kAck, part));
  }
  if (order.empty()) {
    for (const Buffer& frame : segments) out_.Write(frame);
  }
  for (const size_t index : order) out_.Write(segments[index]);
  out_.Wait(4 * kMillisecond);
  Acknowledge(Other(from));
}

void TcpConversation::Retransmit(Side from) {
  out_.Wait(200 * kMillisecond);  // the least timeout of Linux
  out_.Write(SegmentFrom(from, ends_, Of(from).last, Of(from).last_payload));
}

void TcpConversation::Lose(Side from, uint32_t bytes) { Of(from).next += bytes; }

void TcpConversation::Acknowledge(Side from) { out_.Write(Segment(from, kAck, {})); }

void TcpConversation::Close(Side from) {
  out_.Write(Segment(from, kFin | kAck, {}), 10 * kMillisecond);
  out_.Write(Segment(Other(from), kFin | kAck, {}));
  out_.Write(Segment(from, kAck, {}));
}

void TcpConversation::Reset(Side from) { out_.Write(Segment(from, kRst | kAck, {})); }

}  // namespace rustnet::frame
