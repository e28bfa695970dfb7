// SPDX-License-Identifier: Apache-2.0
// Fragments count with their datagram's flow, in whatever order they come.
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "common/net/packet/decoder.h"
#include "common/net/packet/reassembly.h"
#include "tests/golden/generate/frame.h"

namespace rustnet::net {
namespace {

using frame::Buffer;

struct Sums {
  uint64_t packets = 0;
  uint64_t frame_bytes = 0;
  uint64_t ip_bytes = 0;
  uint64_t payload_bytes = 0;
  friend bool operator==(const Sums&, const Sums&) = default;
};

// What a flow table would count for the flows of port 53, and how many packets for others.
class Counting {
 public:
  void Add(const Buffer& bytes, Time time = 0, uint8_t handle = 0) {
    if (decoder_.Decode({.time = time,
                         .bytes = bytes,
                         .length = static_cast<uint32_t>(bytes.size()),
                         .handle = handle},
                        packets_) == 0) {
      return;
    }
    const Packet& p = packets_[0];
    if (p.key.port[1] != 53) {
      ++others;
      return;
    }
    from = p.from;
    headers += p.fragment ? 0 : 1;
    sums.packets += 1 + p.earlier.packets;
    sums.frame_bytes += p.frame_bytes + p.earlier.frame_bytes;
    sums.ip_bytes += p.ip_bytes + p.earlier.ip_bytes;
    sums.payload_bytes += p.payload_bytes + p.earlier.payload_bytes;
  }
  Decoder& decoder() { return decoder_; }

  Sums sums;
  int others = 0;
  int headers = 0;
  int from = -1;

 private:
  Decoder decoder_;
  std::array<Packet, kMaxLayers> packets_;
};

// A UDP datagram of 3000 payload bytes to port 53 in four fragments.
std::vector<Buffer> Pieces(int family, uint16_t id, uint32_t source = 0x0a000001) {
  const Buffer datagram = frame::Udp(5353, 53, Buffer(3000, 'x'));
  std::vector<Buffer> pieces;
  for (size_t at = 0; at < datagram.size(); at += 800) {
    const size_t end = std::min(at + 800, datagram.size());
    const Buffer part(datagram.begin() + static_cast<ptrdiff_t>(at),
                      datagram.begin() + static_cast<ptrdiff_t>(end));
    const bool more = end < datagram.size();
    if (family == 4) {
      pieces.push_back(frame::Ethernet(0x0800, frame::Ipv4({.protocol = 17,
                                                            .source = IpAddress::V4(source),
                                                            .id = id,
                                                            .offset = static_cast<uint16_t>(at),
                                                            .more = more},
                                                           part)));
    } else {
      pieces.push_back(frame::Ethernet(
          0x86dd, frame::Ipv6({.protocol = 44},
                              frame::Ipv6Fragment(17, static_cast<uint16_t>(at), more, id, part))));
    }
  }
  return pieces;
}

Sums Expected(int family) {
  const uint64_t header = family == 4 ? 20 : 48;
  return {4, 3008 + 4 * (14 + header), 3008 + 4 * header, 3000};
}

TEST(FragmentsTest, EveryOrderCountsTheSame) {
  for (const int family : {4, 6}) {
    const std::vector<Buffer> pieces = Pieces(family, 7);
    std::vector<size_t> order(pieces.size());
    std::iota(order.begin(), order.end(), size_t{0});
    do {
      Counting counting;
      for (const size_t i : order) counting.Add(pieces[i]);
      EXPECT_EQ(counting.sums, Expected(family));
      EXPECT_EQ(counting.headers, 1);
      EXPECT_EQ(counting.others, 0);
      EXPECT_EQ(counting.from, 0);
      EXPECT_TRUE(counting.decoder().TakeOrphans().empty());
      EXPECT_EQ(counting.decoder().counters().malformed, 0u);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

// The payload of the packet that made the datagram whole; the others have none.
class Payloads {
 public:
  void Add(const Buffer& bytes, Time time = 0) {
    const Frame frame{.time = time, .bytes = bytes, .length = static_cast<uint32_t>(bytes.size())};
    if (decoder_.Decode(frame, packets_) == 0 || packets_[0].payload.empty()) return;
    const Bytes payload = packets_[0].payload;
    all.emplace_back(payload.begin(), payload.end());
  }
  const DecodeCounters& counters() const { return decoder_.counters(); }

  std::vector<Buffer> all;

 private:
  Decoder decoder_;
  std::array<Packet, kMaxLayers> packets_;
};

TEST(FragmentsTest, TheLastPieceBringsTheWholeInEveryOrder) {
  const Buffer whole(3000, 'x');
  for (const int family : {4, 6}) {
    const std::vector<Buffer> pieces = Pieces(family, 7);
    std::vector<size_t> order(pieces.size());
    std::iota(order.begin(), order.end(), size_t{0});
    do {
      Payloads payloads;
      for (const size_t i : order) payloads.Add(pieces[i]);
      EXPECT_EQ(payloads.all, std::vector<Buffer>{whole});
      EXPECT_EQ(payloads.counters().datagrams_incomplete, 0U);
    } while (std::next_permutation(order.begin(), order.end()));
  }
}

// The transport stands behind an extension header that is in the first fragment alone.
TEST(FragmentsTest, ExtensionsBehindTheFragmentHeader) {
  const Buffer carried = frame::Extension(17, frame::Udp(5353, 53, Buffer(1000, 'x')));
  Payloads payloads;
  for (const size_t at : {size_t{0}, size_t{800}}) {
    const Buffer part(carried.begin() + static_cast<ptrdiff_t>(at),
                      at == 0 ? carried.begin() + 800 : carried.end());
    payloads.Add(frame::Ethernet(
        0x86dd, frame::Ipv6({.protocol = 44},
                            frame::Ipv6Fragment(60, static_cast<uint16_t>(at), at == 0, 9, part))));
  }
  EXPECT_EQ(payloads.all, std::vector<Buffer>{Buffer(1000, 'x')});
}

TEST(FragmentsTest, RepeatedPiecesChangeNothing) {
  const std::vector<Buffer> pieces = Pieces(4, 7);
  Payloads payloads;
  for (const Buffer& piece : pieces) {
    payloads.Add(piece);
    payloads.Add(piece);
  }
  EXPECT_EQ(payloads.all, std::vector<Buffer>{Buffer(3000, 'x')});
  EXPECT_EQ(payloads.counters().datagrams_incomplete, 0U);
}

TEST(FragmentsTest, TheFirstPieceAgainAfterTheWholeIsNotReadAlone) {
  const std::vector<Buffer> pieces = Pieces(4, 7);
  Payloads payloads;
  for (const Buffer& piece : pieces) payloads.Add(piece);
  payloads.Add(pieces[0]);
  EXPECT_EQ(payloads.all.size(), 1U);
  for (const Buffer& piece : pieces) payloads.Add(piece, 2 * kSecond);
  EXPECT_EQ(payloads.all.size(), 2U) << "the id was used again";
}

// RFC 5722: an overlap makes the datagram worthless; what had been held back stays so.
TEST(FragmentsTest, AnOverlapEndsTheDatagram) {
  std::vector<Buffer> pieces = Pieces(4, 7);
  Buffer other = pieces[1];
  other.back() ^= 1;
  Payloads payloads;
  payloads.Add(pieces[0]);
  payloads.Add(pieces[1]);
  payloads.Add(other);
  payloads.Add(pieces[2]);
  payloads.Add(pieces[3]);
  EXPECT_TRUE(payloads.all.empty());
  EXPECT_EQ(payloads.counters().datagrams_incomplete, 1U);
}

// A fragment that was cut can never be completed: the first one is read as far as it goes.
TEST(FragmentsTest, ACutFirstFragmentIsReadAtOnce) {
  const Buffer first = Pieces(4, 7)[0];
  Decoder decoder;
  std::array<Packet, kMaxLayers> packets;
  const Frame frame{.bytes = Bytes(first).first(100),
                    .length = static_cast<uint32_t>(first.size())};
  ASSERT_EQ(decoder.Decode(frame, packets), 1U);
  EXPECT_EQ(packets[0].payload.size(), 100U - 14 - 20 - 8);
  EXPECT_EQ(decoder.counters().datagrams_incomplete, 1U);
}

// More datagrams at once than there is room for: the one that was silent longest goes.
TEST(FragmentsTest, ReassemblyIsBoundedAndCounted) {
  Payloads payloads;
  constexpr uint16_t kDatagrams = 200;
  for (uint16_t id = 0; id < kDatagrams; ++id) payloads.Add(Pieces(4, id)[0]);
  EXPECT_EQ(payloads.counters().datagrams_incomplete, kDatagrams - Reassembly::kSlots);
  for (uint16_t id = kDatagrams - 8; id < kDatagrams; ++id) {
    const std::vector<Buffer> pieces = Pieces(4, id);
    for (size_t i = 1; i < pieces.size(); ++i) payloads.Add(pieces[i]);
  }
  EXPECT_EQ(payloads.all.size(), 8U);
}

TEST(FragmentsTest, DatagramsAreToldApart) {
  Counting counting;
  const std::vector<Buffer> a = Pieces(4, 7);
  counting.Add(a[0]);
  counting.Add(Pieces(4, 8)[1]);              // another id
  counting.Add(Pieces(4, 7, 0x0a000003)[1]);  // another source
  counting.Add(Pieces(6, 7)[1]);              // another family
  counting.Add(a[1], 0, 1);                   // another handle
  EXPECT_EQ(counting.sums.packets, 1u);
  EXPECT_EQ(counting.decoder().TakeOrphans().size(), 4u);
  EXPECT_EQ(counting.decoder().counters().fragments_waiting, 4u);
}

TEST(FragmentsTest, OrphansSayWhatWasHeld) {
  Counting counting;
  const std::vector<Buffer> pieces = Pieces(4, 7);
  counting.Add(pieces[1], 1 * kSecond);
  counting.Add(pieces[3], 2 * kSecond);
  const std::vector<OrphanFragments> orphans = counting.decoder().TakeOrphans();
  ASSERT_EQ(orphans.size(), 1u);
  EXPECT_EQ(orphans[0].key.ip(orphans[0].from).ToString(), "10.0.0.1");
  EXPECT_EQ(ProtocolName(orphans[0].key.protocol, orphans[0].key.ip_protocol), "udp");
  EXPECT_EQ(orphans[0].key.port[0], 0);
  EXPECT_EQ(orphans[0].first, 1 * kSecond);
  EXPECT_EQ(orphans[0].last, 2 * kSecond);
  EXPECT_EQ(orphans[0].counted.packets, 2u);
  EXPECT_EQ(orphans[0].counted.frame_bytes, pieces[1].size() + pieces[3].size());
  EXPECT_TRUE(counting.decoder().TakeOrphans().empty());
}

TEST(FragmentsTest, AfterThirtySecondsItIsAnotherDatagram) {
  Counting counting;
  const std::vector<Buffer> pieces = Pieces(4, 7);
  counting.Add(pieces[1], 0);
  counting.Add(pieces[0], 31 * kSecond);
  EXPECT_EQ(counting.sums.packets, 1u);
  EXPECT_EQ(counting.decoder().counters().fragments_dropped, 1u);
  counting.Add(pieces[2], 50 * kSecond);
  EXPECT_EQ(counting.sums.packets, 2u);
  counting.Add(pieces[3], 62 * kSecond);
  EXPECT_EQ(counting.sums.packets, 2u);
}

TEST(FragmentsTest, AFloodIsBoundedAndCounted) {
  Counting counting;
  constexpr uint32_t kFlood = 20'000;
  for (uint32_t i = 0; i < kFlood; ++i) {
    counting.Add(Pieces(4, static_cast<uint16_t>(i), 0x0a000000 + i)[1], i);
  }
  uint64_t held = 0;
  for (const OrphanFragments& orphan : counting.decoder().TakeOrphans())
    held += orphan.counted.packets;
  EXPECT_GT(held, 3000u);
  EXPECT_EQ(held + counting.decoder().counters().fragments_dropped, kFlood);
}

TEST(FragmentsTest, OtherProtocolsAreJoinedToo) {
  // A fragmented echo: only its first fragment has the id.
  Decoder decoder;
  std::array<Packet, kMaxLayers> packets;
  const Buffer echo = frame::Echo(8, 77, 1, Buffer(1592, 'x'));
  const Buffer first =
      frame::Ethernet(0x0800, frame::Ipv4({.protocol = 1, .id = 5, .more = true},
                                          Buffer(echo.begin(), echo.begin() + 800)));
  const Buffer second = frame::Ethernet(
      0x0800,
      frame::Ipv4({.protocol = 1, .id = 5, .offset = 800}, Buffer(echo.begin() + 800, echo.end())));
  EXPECT_EQ(decoder.Decode({.bytes = second, .length = 834}, packets), 0u);
  ASSERT_EQ(decoder.Decode({.bytes = first, .length = 834}, packets), 1u);
  EXPECT_EQ(packets[0].key.port[0], 77);
  EXPECT_EQ(packets[0].earlier.packets, 1u);
  ASSERT_EQ(decoder.Decode({.bytes = second, .length = 834}, packets), 1u);
  EXPECT_EQ(packets[0].key.port[0], 77);
  EXPECT_TRUE(packets[0].fragment);
  EXPECT_EQ(packets[0].payload_bytes, 0u);
}

// One that came late, cut by the capture or of a header that was cut is not in its place.
TEST(FragmentsTest, ThoseOfTcpKnowTheirPlaceInTheStream) {
  Buffer text;
  for (size_t i = 0; i < 1000; ++i) text.push_back(static_cast<uint8_t>('a' + i % 26));
  const Buffer options(4, 1);
  const uint8_t kSynToo = tcp_flag::kSyn | tcp_flag::kAck;
  for (const uint8_t flags : {frame::kAck, kSynToo}) {
    const Buffer segment =
        frame::Tcp({.seq = 0xffffff00, .flags = flags, .options = options}, text);
    const uint32_t begin = 0xffffff00 + (flags == kSynToo ? 1 : 0);
    for (const size_t size : {size_t{8}, size_t{24}, size_t{160}}) {
      for (const int family : {4, 6}) {
        Decoder decoder;
        std::array<Packet, kMaxLayers> packets;
        for (size_t at = 0; at < segment.size(); at += size) {
          const size_t end = std::min(at + size, segment.size());
          const Buffer part(segment.begin() + static_cast<ptrdiff_t>(at),
                            segment.begin() + static_cast<ptrdiff_t>(end));
          const bool more = end < segment.size();
          const auto offset = static_cast<uint16_t>(at);
          const Buffer bytes =
              family == 4
                  ? frame::Ethernet(0x0800,
                                    frame::Ipv4({.id = 9, .offset = offset, .more = more}, part))
                  : frame::Ethernet(0x86dd,
                                    frame::Ipv6({.protocol = 44},
                                                frame::Ipv6Fragment(6, offset, more, 9, part)));
          const uint32_t length = static_cast<uint32_t>(bytes.size());
          ASSERT_EQ(decoder.Decode({.bytes = bytes, .length = length}, packets), 1u);
          const Packet& packet = packets[0];
          if (size == 8) {
            EXPECT_TRUE(packet.payload.empty());
            continue;
          }
          const uint32_t place = packet.tcp.seq + (at == 0 ? begin - 0xffffff00 : 0) - begin;
          ASSERT_LE(place + packet.payload.size(), text.size());
          EXPECT_TRUE(
              std::equal(packet.payload.begin(), packet.payload.end(), text.begin() + place));
          EXPECT_EQ(packet.payload.size(), packet.payload_bytes);
          if (at != 0) EXPECT_EQ(packet.tcp.flags, 0);
        }
      }
    }
  }
}

TEST(FragmentsTest, EveryPrefixIsSafe) {
  for (const int family : {4, 6}) {
    for (const Buffer& piece : Pieces(family, 7)) {
      Decoder decoder;
      std::array<Packet, kMaxLayers> packets;
      for (size_t n = 0; n < 100; ++n) {
        const Buffer heap(piece.begin(), piece.begin() + static_cast<ptrdiff_t>(n));
        decoder.Decode({.bytes = heap, .length = static_cast<uint32_t>(piece.size())}, packets);
      }
      EXPECT_EQ(decoder.counters().frames, 100u);
    }
  }
}

}  // namespace
}  // namespace rustnet::net
