// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/generate/captures.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "tests/golden/generate/conversation.h"
#include "tests/golden/generate/messages.h"

namespace rustnet::frame {
namespace {

constexpr uint32_t kEthernetLink = 1, kNullLink = 0, kRawLink = 101, kSllLink = 113;

Ends On(uint16_t client_port, uint16_t server_port) {
  return {.client_port = client_port, .server_port = server_port, .vlans = {}};
}

Ends OnV6(uint16_t client_port, uint16_t server_port) {
  Ends ends = On(client_port, server_port);
  ends.client = kV6Source;
  ends.server = kV6Destination;
  return ends;
}

// An IPv4 packet from 10.0.0.1:40000 to 10.0.0.2:80.
Buffer Syn() { return Ipv4({}, Checked(Tcp({.flags = kSyn}), 16, {})); }

void Http(PcapWriter* out) {
  TcpConversation tcp(out, On(40001, 80));
  tcp.Handshake();
  tcp.Send(Side::kClient, HttpRequest("www.example.com", "/index.html"));
  tcp.Send(Side::kServer, HttpResponse(4'000));
  tcp.Close(Side::kClient);
}

// A connection that ends by a reset, one that is refused, and one that nobody answers.
void Resets(PcapWriter* out) {
  TcpConversation tcp(out, On(40002, 8080));
  tcp.Handshake();
  tcp.Send(Side::kClient, Text("hello"));
  tcp.Reset(Side::kServer);
  const Ends refused = On(40003, 81);
  const TcpFields syn{.source = 40003, .destination = 81, .seq = 5, .flags = kSyn};
  out->Write(SegmentFrom(Side::kClient, refused, syn));
  const TcpFields no{.source = 81, .destination = 40003, .ack = 6, .flags = kRst | kAck};
  out->Write(SegmentFrom(Side::kServer, refused, no));
  TcpFields again{.source = 40004, .destination = 82, .seq = 7, .flags = kSyn};
  for (int i = 0; i < 3; ++i) {
    out->Write(SegmentFrom(Side::kClient, On(40004, 82), again), (1 << i) * kSecond);
  }
}

// The ClientHello comes in three segments; its SNI is cut in the middle of the name.
void TlsSplitHello(PcapWriter* out) {
  TcpConversation tcp(out, On(40005, 443));
  tcp.Handshake();
  tcp.Send(Side::kClient, ClientHello("secure.example.com", {"h2", "http/1.1"}), 64);
  tcp.Send(Side::kServer, Join(ServerHello(), TlsData(1'200)));
  tcp.Send(Side::kClient, TlsData(300));
  tcp.Send(Side::kServer, TlsData(2'500));
  tcp.Close(Side::kServer);
}

// Larger than a segment, and the first of its segments comes last.
void TlsOutOfOrder(PcapWriter* out) {
  TcpConversation tcp(out, OnV6(40006, 443));
  tcp.Handshake();
  tcp.SendOutOfOrder(Side::kClient, ClientHello("large.example.com", {"h2"}, 2'000), 1'000,
                     {1, 2, 0});
  tcp.Send(Side::kServer, ServerHello());
  tcp.Close(Side::kClient);
}

void Ssh(PcapWriter* out) {
  TcpConversation tcp(out, On(40007, 22));
  tcp.Handshake();
  tcp.Send(Side::kServer, Text("SSH-2.0-OpenSSH_9.6\r\n"));
  tcp.Send(Side::kClient, Text("SSH-2.0-generator_1.0 comment\r\n"));
  tcp.Close(Side::kClient);
}

void Dns(PcapWriter* out) {
  Ends ends = On(40008, 53);
  const IpAddress v4 = IpAddress::V4(0xcb007105);  // 203.0.113.5
  out->Write(Datagram(Side::kClient, ends, DnsQuery(1, "www.example.com", 1)));
  out->Write(Datagram(Side::kServer, ends, DnsAnswer(1, "www.example.com", 1, v4)));
  ends.client_port = 40009;
  out->Write(Datagram(Side::kClient, ends, DnsQuery(2, "www.example.com", 28)));
  out->Write(Datagram(Side::kServer, ends, DnsAnswer(2, "www.example.com", 28, kV6Destination)));
  ends.client_port = 40010;
  out->Write(Datagram(Side::kClient, ends, DnsQuery(3, "missing.example.com", 1)));
  out->Write(Datagram(Side::kServer, ends, DnsAnswer(3, "missing.example.com", 1, IpAddress())));
}

void Vlans(PcapWriter* out) {
  Ends ends = On(40011, 80);
  ends.vlans = {100};
  TcpConversation one(out, ends);
  one.Handshake();
  one.Send(Side::kClient, HttpRequest("vlan.example.com", "/"));
  one.Send(Side::kServer, HttpResponse(10));
  one.Close(Side::kClient);
  ends.client_port = 40012;
  ends.vlans = {200, 300};
  TcpConversation two(out, ends);
  two.Handshake();
  two.Send(Side::kClient, HttpRequest("qinq.example.com", "/"));
  two.Send(Side::kServer, HttpResponse(10));
  two.Close(Side::kClient);
}

// A datagram of 3000 bytes in the fragments `order`, of 1000 bytes and the rest.
void WriteFragments(PcapWriter* out, bool v6, uint16_t id, const std::vector<size_t>& order) {
  Ip ip{.protocol = 17};
  if (v6) ip.source = kV6Source, ip.destination = kV6Destination;
  const Buffer datagram =
      Checked(Udp(static_cast<uint16_t>(41'000 + id), 9'999, Buffer(3'000, 'f')), 6, ip);
  for (const size_t index : order) {
    const size_t begin = index * 1'000;
    const size_t end = std::min(begin + 1'000, datagram.size());
    const bool more = end < datagram.size();
    const Buffer part(datagram.begin() + static_cast<ptrdiff_t>(begin),
                      datagram.begin() + static_cast<ptrdiff_t>(end));
    const auto offset = static_cast<uint16_t>(begin);
    if (v6) {
      out->Write(Ethernet(kIpv6, Ipv6({.protocol = 44}, Ipv6Fragment(17, offset, more, id, part))));
    } else {
      out->Write(
          Ethernet(kIpv4, Ipv4({.protocol = 17, .id = id, .offset = offset, .more = more}, part)));
    }
  }
}

// A request of HTTP in fragments of 32 bytes.
void WriteFragmentedRequest(PcapWriter* out, uint16_t id) {
  const Ip ip;
  const Buffer segment =
      Checked(Tcp({.source = 42'000}, HttpRequest("fragments.example.com", "/in/pieces")), 16, ip);
  for (size_t begin = 0; begin < segment.size(); begin += 32) {
    const size_t end = std::min(begin + 32, segment.size());
    const Buffer part(segment.begin() + static_cast<ptrdiff_t>(begin),
                      segment.begin() + static_cast<ptrdiff_t>(end));
    const auto offset = static_cast<uint16_t>(begin);
    out->Write(
        Ethernet(kIpv4, Ipv4({.id = id, .offset = offset, .more = end < segment.size()}, part)));
  }
}

void Fragments(PcapWriter* out) {
  WriteFragments(out, false, 1, {0, 1, 2, 3});
  WriteFragments(out, false, 2, {3, 1, 2, 0});
  WriteFragments(out, true, 3, {0, 1, 2, 3});
  WriteFragments(out, true, 4, {2, 0, 3, 1});
  WriteFragments(out, false, 5, {1, 2});  // the first one never comes
  WriteFragmentedRequest(out, 6);
}

// A browser at servers of something else; the last is on a port of HTTP.
void HttpElsewhere(PcapWriter* out) {
  uint16_t client_port = 40'040;
  for (const auto& [port, answer] : {std::pair(22, "SSH-2.0-OpenSSH_9.6\r\n"),
                                     std::pair(25, "502 5.5.2 unrecognized command\r\n"),
                                     std::pair(8080, "502 5.5.2 unrecognized command\r\n")}) {
    TcpConversation tcp(out, On(client_port++, static_cast<uint16_t>(port)));
    tcp.Handshake();
    tcp.Send(Side::kClient, HttpRequest("www.example.com", "/"));
    tcp.Send(Side::kServer, Text(answer));
    tcp.Close(Side::kServer);
  }
}

void ArpAndPing(PcapWriter* out) {
  const IpAddress host = IpAddress::V4(0xc0a8010a);
  const IpAddress router = IpAddress::V4(0xc0a80101);
  Mac broadcast;
  broadcast.destination.fill(0xff);
  Mac back;
  std::swap(back.source, back.destination);
  out->Write(Padded(Ethernet(kArp, Arp(1, host, router), broadcast)));
  out->Write(Padded(Ethernet(kArp, Arp(2, router, host, back), back)));
  for (uint16_t i = 1; i <= 3; ++i) {
    const Buffer data(56, 'p');
    out->Write(Ethernet(kIpv4, Ipv4({.protocol = 1, .source = host, .destination = router},
                                    Echo(8, 4'242, i, data))),
               5 * kMillisecond);
    out->Write(Ethernet(kIpv4,
                        Ipv4({.protocol = 1, .source = router, .destination = host},
                             Echo(0, 4'242, i, data)),
                        back),
               kSecond);
  }
}

void Retransmissions(PcapWriter* out) {
  TcpConversation tcp(out, On(40013, 9'000));
  tcp.Handshake();
  tcp.Send(Side::kClient, Buffer(3'000, 'a'), 1'000);
  tcp.Send(Side::kServer, Buffer(500, 'b'));
  tcp.Retransmit(Side::kClient);
  tcp.Lose(Side::kServer, 700);
  tcp.Send(Side::kServer, Buffer(100, 'c'));
  tcp.Close(Side::kServer);
}

// What a snaplen of 96 leaves: the lengths of the wire must be counted all the same.
void Cut(PcapWriter* out) { Http(out); }

// RFC 3032, RFC 2516.
void Carriers(PcapWriter* out) {
  const Buffer packet = Syn();
  out->Write(Ethernet(kMpls, Join(Hex("00064040 0006513f"), packet)));
  out->Write(Ethernet(kPppoe, Join(Hex("11000001002a 0021"), packet)));
  out->Write(Ethernet(0x8863, Hex("110900000004 01010000")));
  out->Write(Ethernet(0x88cc, Hex("0207 04020000000001 0403 07 6531 0602 0078 0000")));
}

void RawIp(PcapWriter* out) {
  const Ip six{.source = kV6Source, .destination = kV6Destination};
  out->Write(Syn());
  out->Write(Ipv6(six, Checked(Tcp({.flags = kSyn}), 16, six)));
}

void Loopback(PcapWriter* out) {
  const IpAddress self = IpAddress::V4(0x7f000001);
  const Ip ip{.protocol = 17, .source = self, .destination = self};
  out->Write(Join(Hex("02000000"), Ipv4(ip, Checked(Udp(40014, 40015, Text("to myself")), 6, ip))));
  out->Write(Join(Hex("02000000"), Ipv4(ip, Checked(Udp(40015, 40014, Text("and back")), 6, ip))));
}

void Cooked(PcapWriter* out) {
  const Buffer packet = Syn();
  out->Write(Join(Hex("0004 0001 0006 020000000001 0000 0800"), packet));
  const Ip back{.source = IpAddress::V4(0x0a000002), .destination = IpAddress::V4(0x0a000001)};
  const TcpFields answer{.source = 80, .destination = 40000, .ack = 1'001, .flags = kSyn | kAck};
  out->Write(Join(Hex("0000 0001 0006 020000000002 0000 0800"),
                  Ipv4(back, Checked(Tcp(answer), 16, back))));
}

constexpr Capture kCaptures[] = {
    {"arp_ping", kEthernetLink, 65535, &ArpAndPing},
    {"carriers", kEthernetLink, 65535, &Carriers},
    {"cut", kEthernetLink, 96, &Cut},
    {"dns", kEthernetLink, 65535, &Dns},
    {"fragments", kEthernetLink, 65535, &Fragments},
    {"http", kEthernetLink, 65535, &Http},
    {"http_elsewhere", kEthernetLink, 65535, &HttpElsewhere},
    {"loopback", kNullLink, 65535, &Loopback},
    {"raw_ip", kRawLink, 65535, &RawIp},
    {"resets", kEthernetLink, 65535, &Resets},
    {"retransmissions", kEthernetLink, 65535, &Retransmissions},
    {"sll", kSllLink, 65535, &Cooked},
    {"ssh", kEthernetLink, 65535, &Ssh},
    {"tls_out_of_order", kEthernetLink, 65535, &TlsOutOfOrder},
    {"tls_split_hello", kEthernetLink, 65535, &TlsSplitHello},
    {"vlans", kEthernetLink, 65535, &Vlans},
};

}  // namespace

std::span<const Capture> Captures() { return kCaptures; }

}  // namespace rustnet::frame
