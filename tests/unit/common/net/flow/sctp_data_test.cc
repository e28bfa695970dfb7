// SPDX-License-Identifier: Apache-2.0
#include "common/net/flow/sctp_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "common/net/flow/flow_table.h"
#include "common/net/packet/decoder.h"
#include "tests/golden/generate/frame.h"

namespace rustnet::net {
namespace {

using frame::Buffer;
using frame::Hex;
using frame::Join;
using frame::Text;
using testing::ElementsAre;

Buffer DataChunk(uint32_t tsn, uint16_t stream, std::string_view text) {
  Buffer out = Hex("0003");
  frame::Put16(&out, 16 + text.size());
  frame::Put32(&out, tsn);
  frame::Put16(&out, stream);
  frame::Put16(&out, 0);
  frame::Put32(&out, 0);
  out = Join(out, Text(text));
  out.resize((out.size() + 3) / 4 * 4);
  return out;
}

std::vector<std::string> DataOf(const Buffer& chunks) {
  std::vector<std::string> out;
  ByteReader in{Bytes(chunks)};
  while (const auto data = NextSctpData(&in)) {
    out.push_back(std::to_string(data->tsn) + "/" + std::to_string(data->stream) + " " +
                  std::string(AsText(data->data)));
  }
  return out;
}

TEST(SctpDataTest, DataStandsBetweenOtherChunks) {
  const Buffer sack = Hex("0300 0010 00000001 00010000 00000000");
  const Buffer both = Join(Join(DataChunk(7, 1, "hello"), sack), DataChunk(8, 2, "you"));
  EXPECT_THAT(DataOf(both), ElementsAre("7/1 hello", "8/2 you"));
  EXPECT_THAT(DataOf(Hex("4003 0018 00000009 0001 0000 00000001 00000000 61626364")),
              ElementsAre("9/1 abcd"))
      << "I-DATA";
  EXPECT_TRUE(DataOf(Hex("0003 0010 00000001 0000 0000 00000000")).empty()) << "no bytes";
  EXPECT_TRUE(DataOf(Hex("0003 0000 00000001")).empty()) << "a length of nothing ends it";
  for (size_t size = 0; size < both.size(); ++size) {
    DataOf(Buffer(both.begin(), both.begin() + static_cast<ptrdiff_t>(size)));
  }
}

TEST(SctpDataTest, EachByteOnceAndOfOneStream) {
  using Place = SctpOrder::Place;
  SctpOrder order;
  const auto take = [&](uint32_t tsn, uint16_t stream) {
    return order.Take({.tsn = tsn, .stream = stream, .data = {}});
  };
  EXPECT_EQ(take(UINT32_MAX, 3), Place::kNext);
  EXPECT_EQ(take(UINT32_MAX, 3), Place::kOther) << "again";
  EXPECT_EQ(take(0, 3), Place::kNext) << "numbers wrap";
  EXPECT_EQ(take(1, 4), Place::kOther) << "another stream";
  EXPECT_EQ(take(2, 3), Place::kNext);
  EXPECT_EQ(take(4, 3), Place::kBehind);
}

TEST(SctpDataTest, AnApplicationOfTcpIsKnown) {
  Decoder decoder;
  FlowTable table{FlowOptions{}};
  const auto send = [&](bool client, const Buffer& chunks) {
    Buffer packet =
        client ? Hex("9c40 0050 00000001 00000000") : Hex("0050 9c40 00000002 00000000");
    frame::Ip ip{.protocol = 132};
    if (!client) std::swap(ip.source, ip.destination);
    const Buffer bytes = frame::Ethernet(0x0800, frame::Ipv4(ip, Join(packet, chunks)));
    std::array<Packet, kMaxLayers> packets;
    const Frame frame{.bytes = bytes, .length = static_cast<uint32_t>(bytes.size())};
    table.Add(std::span(packets).first(decoder.Decode(frame, packets)));
  };
  send(true, Hex("01000014 00000001 00010000 000a000a 00000001"));
  send(true, DataChunk(1, 0, "GET / HTTP/1.1\r\nHost: a.example\r\n"));
  send(true, DataChunk(2, 0, "\r\n"));
  send(false, DataChunk(9, 0, "HTTP/1.1 204 No Content\r\n\r\n"));
  std::vector<FlowView> views;
  table.TakeChanges(kSecond, &views);
  ASSERT_EQ(views.size(), 1U);
  ASSERT_NE(views[0].application, nullptr);
  EXPECT_EQ(views[0].application->protocols.front()->name, "http");
  EXPECT_EQ(views[0].application->evidence, Evidence::kHandshake);
}

}  // namespace
}  // namespace rustnet::net
