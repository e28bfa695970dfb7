// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/tcp_analysis.h"

#include <algorithm>

namespace rustnet::net {
namespace {

// Thresholds of tshark: how soon after the newest segment an older one is late rather than sent
// again, where no handshake told the round trip; and how soon after the duplicate ACKs a
// retransmission answers them.
constexpr uint32_t kLateUs = 3'000;
constexpr uint32_t kFastUs = 20'000;
// RFC 6298 leaves the bound to us; a later answer says nothing of the path.
constexpr uint32_t kLongestProbeUs = 10'000'000;

struct Segment {
  const TcpHeader& header;
  uint32_t length;  // payload
  uint32_t end;     // sequence number behind it
  uint32_t now_us;
  bool syn_fin_rst;
  bool occupies;  // sequence numbers: data, SYN or FIN

  bool has(uint8_t flag) const { return (header.flags & flag) != 0; }
};

// An ACK without news, unless a keep-alive or a window probe asked for it.
void CheckDuplicateAck(const Segment& segment, const TcpSide& other, TcpSide* mine,
                       TcpAnalysis* tcp) {
  const TcpHeader& header = segment.header;
  if (segment.length != 0 || segment.syn_fin_rst || header.window == 0 ||
      header.window != mine->window || header.seq != mine->next || header.ack != mine->ack ||
      !mine->last.acked || other.last.kept_alive) {
    return;
  }
  ++tcp->duplicate_acks;
  if (mine->duplicates < UINT8_MAX) ++mine->duplicates;
}

// Data that was sent before, or late.
void CheckRepeated(const Segment& segment, bool keep_alive, const TcpSide& mine,
                   const TcpSide& other, TcpAnalysis* tcp) {
  const uint32_t seq = segment.header.seq;
  bool old = SeqBefore(seq, mine.next);
  if (old && keep_alive) return;
  if (segment.length > 1 && mine.next - 1 == seq) old = false;  // behind a window probe
  if (segment.length > 0 && other.last.acked && SeqAtMost(seq + segment.length, other.ack)) {
    ++tcp->retransmissions;  // the other side had it
    return;
  }
  if (!old) return;
  const uint32_t late_us = tcp->handshake_us != 0 ? tcp->handshake_us : kLateUs;
  if (other.duplicates >= 2 && other.ack == seq && segment.now_us - other.ack_us < kFastUs) {
    ++tcp->fast_retransmissions;
    ++tcp->retransmissions;
  } else if (segment.now_us - mine.next_us < late_us && mine.next != segment.end) {
    ++tcp->out_of_order;
  } else {
    ++tcp->retransmissions;
  }
}

void Remember(const Segment& segment, bool keep_alive, bool window_probe, TcpSide* mine) {
  const TcpHeader& header = segment.header;
  if (segment.has(tcp_flag::kSyn)) {
    mine->syn = true;
    mine->first = header.seq;
    mine->scale = header.window_scale;
  }
  if (segment.has(tcp_flag::kFin)) mine->fin = true;
  const bool advances = !mine->began || SeqBefore(mine->next, segment.end);
  if (advances && !window_probe) {
    // Karn: only what was sent once is timed.
    if (segment.occupies) StartProbe(segment.end, segment.now_us, mine);
    if (!mine->began) mine->began = true;
    mine->next = segment.end;
    mine->next_us = segment.now_us;
  } else if (segment.occupies && !keep_alive && mine->probing &&
             SeqBefore(header.seq, mine->probe)) {
    mine->probing = false;
  }
  mine->window = header.window;
  mine->ack = header.ack;
  mine->ack_us = segment.now_us;
  mine->last = {.acked = segment.has(tcp_flag::kAck),
                .kept_alive = keep_alive,
                .probed_window = window_probe,
                .plain = !segment.has(tcp_flag::kSyn)};
}

void Forget(TcpSide* side) {
  const bool local = side->local;
  *side = {};
  side->local = local;
}

// At the ACK that ends the handshake; the packet before it from the same side was its SYN.
void EndHandshake(const Segment& segment, TcpSide* mine, TcpSide* other, TcpAnalysis* tcp) {
  if (!mine->syn || !other->syn || mine->last.plain || !segment.has(tcp_flag::kAck) ||
      segment.has(tcp_flag::kSyn) || segment.has(tcp_flag::kRst) || !other->last.acked ||
      other->ack != mine->first + 1) {
    return;
  }
  tcp->handshake_us = std::max(segment.now_us - mine->ack_us, 1U);
  // SYN to SYN-ACK is the way on from here and back, SYN-ACK to ACK the other part.
  const bool here = uint64_t{mine->rtt_us} * 2 >= tcp->handshake_us;
  mine->near = here;
  other->near = !here;
}

}  // namespace

void AnswerProbe(const TcpHeader& header, uint32_t now_us, TcpSide* other) {
  const uint32_t waited = now_us - other->probe_us;
  if (waited > kLongestProbeUs) {
    other->probing = false;
    return;
  }
  if ((header.flags & tcp_flag::kAck) == 0 || SeqBefore(header.ack, other->probe)) return;
  other->probing = false;
  // RFC 6298 section 2 with alpha = 1/8.
  const uint32_t sample = std::max(waited, 1U);
  uint32_t& rtt = other->rtt_us;
  rtt = rtt == 0 ? sample : static_cast<uint32_t>((uint64_t{rtt} * 7 + sample + 4) / 8);
}

void AnalyseAny(const TcpHeader& header, uint32_t length, uint32_t now_us, Direction from,
                TcpAnalysis* tcp) {
  TcpSide& mine = tcp->side[static_cast<size_t>(from)];
  TcpSide& other = tcp->side[static_cast<size_t>(Opposite(from))];
  constexpr uint8_t kOccupying = tcp_flag::kSyn | tcp_flag::kFin;
  Segment segment{.header = header,
                  .length = length,
                  .end = header.seq + length + ((header.flags & kOccupying) != 0 ? 1 : 0),
                  .now_us = now_us,
                  .syn_fin_rst = (header.flags & (kOccupying | tcp_flag::kRst)) != 0,
                  .occupies = length > 0 || (header.flags & kOccupying) != 0};
  const bool accepted =
      mine.another && !segment.has(tcp_flag::kSyn) && header.seq == mine.first + 1;
  if (accepted || (segment.has(tcp_flag::kSyn) && IsAnotherSyn(*tcp, header, from))) {
    // Nothing of before can be compared with what follows.
    Forget(&mine);
    if (accepted || !segment.has(tcp_flag::kAck)) Forget(&other);
  }
  const bool window_probe =
      length == 1 && mine.began && header.seq == mine.next && other.began && other.window == 0;
  bool keep_alive = false;
  if (mine.began && !window_probe) {
    if (SeqBefore(mine.next, header.seq) && !segment.has(tcp_flag::kRst)) ++tcp->gaps;
    keep_alive = length <= 1 && header.seq == mine.next - 1 && !segment.syn_fin_rst;
    CheckDuplicateAck(segment, other, &mine, tcp);
  }
  if (header.ack != mine.ack) mine.duplicates = 0;
  if (segment.occupies && mine.began) CheckRepeated(segment, keep_alive, mine, other, tcp);
  if (other.probing) AnswerProbe(header, now_us, &other);
  if (tcp->handshake_us == 0) EndHandshake(segment, &mine, &other, tcp);
  Remember(segment, keep_alive, window_probe, &mine);
}

void AddTcpFragment(uint32_t length, Direction from, TcpAnalysis* tcp) {
  TcpSide& mine = tcp->side[static_cast<size_t>(from)];
  if (mine.began) mine.next += length;
}

bool IsAnotherSyn(const TcpAnalysis& tcp, const TcpHeader& header, Direction from) {
  // A SYN that was only captured late stands close before the data.
  constexpr uint32_t kLate = 65'536;
  const TcpSide& mine = tcp.side[static_cast<size_t>(from)];
  if (!mine.began || (header.flags & tcp_flag::kSyn) == 0) return false;
  return mine.syn ? mine.first != header.seq : mine.next - header.seq >= kLate;
}

void NoteAnotherSyn(const TcpHeader& header, Direction from, TcpAnalysis* tcp) {
  TcpSide& mine = tcp->side[static_cast<size_t>(from)];
  mine.syn = true;
  mine.another = true;
  mine.first = header.seq;
}

bool ResetInWindow(const TcpAnalysis& tcp, const TcpHeader& header, Direction from) {
  const TcpSide& mine = tcp.side[static_cast<size_t>(from)];
  const TcpSide& other = tcp.side[static_cast<size_t>(Opposite(from))];
  if (!mine.began) {
    // Nothing of this side was seen: its RST must at least answer what it was sent.
    const bool acks = (header.flags & tcp_flag::kAck) != 0;
    return !acks || !other.began || header.ack == other.next || !other.syn;
  }
  if (header.seq == mine.next || !other.last.acked) return true;
  const int scale = other.last.plain && mine.scale >= 0 && other.scale >= 0 ? other.scale : 0;
  const uint32_t window = std::max(uint32_t{other.window} << std::min(scale, 14), 1U);
  return header.seq - other.ack < window;
}

bool AcksFin(const TcpAnalysis& tcp, const TcpHeader& header, Direction from) {
  const TcpSide& other = tcp.side[static_cast<size_t>(Opposite(from))];
  return other.fin && (header.flags & tcp_flag::kAck) != 0 && SeqAtMost(other.next, header.ack);
}

TcpMetrics Metrics(const TcpAnalysis& tcp) {
  const TcpSide& client = tcp.side[0];
  const TcpSide& server = tcp.side[1];
  TcpMetrics metrics{.handshake_rtt_us = tcp.handshake_us,
                     .retransmissions = tcp.retransmissions,
                     .out_of_order = tcp.out_of_order,
                     .duplicate_acks = tcp.duplicate_acks,
                     .fast_retransmissions = tcp.fast_retransmissions,
                     .gaps = tcp.gaps,
                     .window_bytes = server.window};
  // The answers that the near endpoint gives tell its delayed ACKs, not the path.
  const bool client_near = client.local != server.local ? client.local : client.near;
  const bool server_near = client.local != server.local ? server.local : server.near;
  metrics.smoothed_rtt_us = client_near   ? client.rtt_us
                            : server_near ? server.rtt_us
                                          : std::max(client.rtt_us, server.rtt_us);
  if (server.last.plain && server.scale > 0 && client.scale >= 0) {
    metrics.window_bytes <<= std::min<int>(server.scale, 14);
  }
  return metrics;
}

}  // namespace rustnet::net
