// SPDX-License-Identifier: Apache-2.0
// Both ends of a TCP connection, or of UDP datagrams, as they would be captured on one link.
#pragma once

#include <vector>

#include "tests/golden/generate/pcap_writer.h"

namespace rustnet::frame {

enum class Side : uint8_t { kClient, kServer };
inline Side Other(Side side) { return side == Side::kClient ? Side::kServer : Side::kClient; }

struct Ends {
  IpAddress client = IpAddress::V4(0xc0a8010a);  // 192.168.1.10
  IpAddress server = IpAddress::V4(0xc6336407);  // 198.51.100.7
  uint16_t client_port = 40000;
  uint16_t server_port = 80;
  std::vector<uint16_t> vlans;  // outermost first: 802.1ad, then 802.1Q
};

// The Ethernet frame of an IP payload from `side`.
Buffer FrameFrom(Side side, const Ends& ends, uint8_t protocol, const Buffer& payload);

// A UDP datagram, with its checksum.
Buffer Datagram(Side side, const Ends& ends, const Buffer& payload);

// A TCP segment, with its checksum.
Buffer SegmentFrom(Side side, const Ends& ends, const TcpFields& tcp, const Buffer& payload = {});

class TcpConversation {
 public:
  TcpConversation(PcapWriter* out, const Ends& ends, uint32_t client_seq = 1'000,
                  uint32_t server_seq = 900'000);

  // SYN with MSS and window scale 7, SYN-ACK, ACK.
  void Handshake();
  // In segments of at most `segment` bytes; the other side acknowledges the last.
  void Send(Side from, const Buffer& payload, size_t segment = 1460);
  // As Send, but the segments appear in the order of `order` (indices).
  void SendOutOfOrder(Side from, const Buffer& payload, size_t segment,
                      const std::vector<size_t>& order);
  // The last segment of `from` that had data once more.
  void Retransmit(Side from);
  // `bytes` that were sent, but not captured.
  void Lose(Side from, uint32_t bytes);
  void Acknowledge(Side from);
  // FIN, FIN-ACK, ACK.
  void Close(Side from);
  void Reset(Side from);

 private:
  struct State {
    uint32_t next;
    TcpFields last;  // with data
    Buffer last_payload;
  };
  State& Of(Side side) { return side == Side::kClient ? client_ : server_; }
  // Remembers the segment and moves the sequence number on, without writing it.
  Buffer Segment(Side from, uint8_t flags, const Buffer& payload, const Buffer& options = {});

  PcapWriter& out_;
  Ends ends_;
  State client_;
  State server_;
};

}  // namespace rustnet::frame
