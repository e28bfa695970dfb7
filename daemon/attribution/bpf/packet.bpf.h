// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0-only)
// The tuple of an outgoing packet: addresses as routing chose them, ports as sent.
#pragma once

#include "socket.bpf.h"

#define IPPROTO_HOPOPTS 0
#define IPPROTO_ICMP 1
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_ROUTING 43
#define IPPROTO_ICMPV6 58
#define IPPROTO_DSTOPTS 60
#define IPPROTO_SCTP 132
#define IPPROTO_UDPLITE 136
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86DD

struct PacketTuple {
  struct Tuple tuple;
  uint16_t family;
  uint8_t protocol;
};

// Ports of the header at `offset`; the id of an ICMP echo stands in the place of both.
INLINE void FillPorts(struct __sk_buff *skb, uint32_t offset, struct PacketTuple *packet) {
  uint16_t words[4] = {};  // RFC 768, RFC 792
  const uint8_t protocol = packet->protocol;
  if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6) {
    if (bpf_skb_load_bytes(skb, offset, words, 8) != 0) return;
    const uint8_t type = bpf_ntohs(words[0]) >> 8;
    const int echo = protocol == IPPROTO_ICMP ? type == 8 || type == 0 : type == 128 || type == 129;
    if (!echo) return;
    packet->tuple.local_port = packet->tuple.remote_port = bpf_ntohs(words[2]);
  } else if (protocol == IPPROTO_UDP || protocol == IPPROTO_UDPLITE || protocol == IPPROTO_TCP ||
             protocol == IPPROTO_SCTP) {
    if (bpf_skb_load_bytes(skb, offset, words, 4) != 0) return;
    packet->tuple.local_port = bpf_ntohs(words[0]);
    packet->tuple.remote_port = bpf_ntohs(words[1]);
  }
}

INLINE int ReadV4(struct __sk_buff *skb, struct PacketTuple *packet) {
  uint8_t header[20];  // RFC 791 section 3.1
  if (bpf_skb_load_bytes(skb, 0, header, sizeof header) != 0) return 0;
  if (((header[6] & 0x1f) | header[7]) != 0) return 0;  // a later fragment
  packet->family = AF_INET;
  packet->protocol = header[9];
  __builtin_memcpy(packet->tuple.local, header + 12, 4);
  __builtin_memcpy(packet->tuple.remote, header + 16, 4);
  FillPorts(skb, (header[0] & 15) * 4, packet);
  return 1;
}

INLINE int ReadV6(struct __sk_buff *skb, struct PacketTuple *packet) {
  uint8_t header[40];  // RFC 8200 section 3
  if (bpf_skb_load_bytes(skb, 0, header, sizeof header) != 0) return 0;
  packet->family = AF_INET6;
  __builtin_memcpy(packet->tuple.local, header + 8, 16);
  __builtin_memcpy(packet->tuple.remote, header + 24, 16);
  uint8_t next = header[6];
  uint32_t offset = sizeof header;
  for (int i = 0; i < 4; ++i) {
    if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS) break;
    uint8_t extension[2];
    if (bpf_skb_load_bytes(skb, offset, extension, sizeof extension) != 0) return 0;
    next = extension[0];
    offset += (extension[1] + 1) * 8;
  }
  packet->protocol = next;
  FillPorts(skb, offset, packet);
  return 1;
}

INLINE int ReadPacket(struct __sk_buff *skb, struct PacketTuple *packet) {
  if (skb->protocol == bpf_htons(ETH_P_IP)) return ReadV4(skb, packet);
  if (skb->protocol == bpf_htons(ETH_P_IPV6)) return ReadV6(skb, packet);
  return 0;
}

// FNV-1a over words: to tell flows of one socket apart, not against an attacker.
INLINE uint64_t HashPacket(const struct PacketTuple *packet) {
  uint64_t hash = 0xcbf29ce484222325ULL ^ packet->protocol;
  for (int i = 0; i < 4; ++i) {
    hash = (hash ^ packet->tuple.local[i]) * 0x100000001b3ULL;
    hash = (hash ^ packet->tuple.remote[i]) * 0x100000001b3ULL;
    hash ^= hash >> 29;
  }
  hash = (hash ^ packet->tuple.local_port) * 0x100000001b3ULL;
  hash = (hash ^ packet->tuple.remote_port) * 0x9e3779b97f4a7c15ULL;
  return (hash ^ hash >> 32) | 1;  // 0 is "none told"
}
