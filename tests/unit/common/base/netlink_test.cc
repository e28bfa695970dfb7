// SPDX-License-Identifier: Apache-2.0
#include "common/base/netlink.h"

#include <gtest/gtest.h>

#include <vector>

namespace rustnet {
namespace {

using Octets = std::vector<uint8_t>;

template <typename T>
void Append(T value, Octets* to) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(&value);
  to->insert(to->end(), bytes, bytes + sizeof value);
}

// An attribute of `size` bytes of 7, padded.
void AppendAttribute(uint16_t type, uint16_t size, Octets* to) {
  Append<uint16_t>(static_cast<uint16_t>(size + 4), to);
  Append(type, to);
  to->insert(to->end(), size, 7);
  to->resize((to->size() + 3) / 4 * 4);
}

Octets Message(uint16_t type, uint32_t sequence, const Octets& body) {
  Octets message;
  Append(static_cast<uint32_t>(16 + body.size()), &message);
  Append(type, &message);
  Append<uint16_t>(2, &message);
  Append(sequence, &message);
  Append<uint32_t>(0, &message);
  message.insert(message.end(), body.begin(), body.end());
  message.resize((message.size() + 3) / 4 * 4);
  return message;
}

TEST(NetlinkTest, MessagesAndAttributesInOrder) {
  Octets body = {1, 2, 3, 4};
  AppendAttribute(5, 3, &body);
  AppendAttribute(0x8000 | 6, 0, &body);  // NLA_F_NESTED is no part of the type
  Octets datagram = Message(20, 9, body);
  const Octets second = Message(3, 10, {});
  datagram.insert(datagram.end(), second.begin(), second.end());
  std::vector<uint16_t> types;
  std::vector<std::pair<uint16_t, size_t>> attributes;
  EXPECT_TRUE(ForEachMessage(datagram, [&](const NetlinkMessage& message) {
    types.push_back(message.type);
    EXPECT_EQ(message.sequence, types.size() == 1 ? 9u : 10u);
    EXPECT_EQ(message.flags, 2u);
    if (message.body.empty()) return;
    EXPECT_EQ(HostValue<uint8_t>(message.body), 1u);
    EXPECT_TRUE(ForEachAttribute(message.body, 4, [&](uint16_t type, Bytes value) {
      attributes.emplace_back(type, value.size());
    }));
  }));
  EXPECT_EQ(types, (std::vector<uint16_t>{20, 3}));
  EXPECT_EQ(attributes, (std::vector<std::pair<uint16_t, size_t>>{{5, 3}, {6, 0}}));
}

TEST(NetlinkTest, NoPrefixIsReadBeyondItsEnd) {
  Octets body;
  AppendAttribute(5, 8, &body);
  const Octets datagram = Message(20, 9, body);
  for (size_t size = 1; size < datagram.size(); ++size) {
    const Octets cut(datagram.begin(), datagram.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_FALSE(ForEachMessage(cut, [](const NetlinkMessage&) { FAIL(); })) << size;
  }
  for (size_t size = 1; size < body.size(); ++size) {
    const Octets cut(body.begin(), body.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_FALSE(ForEachAttribute(cut, 0, [](uint16_t, Bytes) { FAIL(); })) << size;
  }
}

TEST(NetlinkTest, LengthsThatLieEndTheWalk) {
  for (const uint32_t length : {0u, 15u, 17u, 0xffff'fff0u}) {
    Octets message = Message(20, 9, {});
    std::memcpy(message.data(), &length, sizeof length);
    EXPECT_FALSE(ForEachMessage(message, [](const NetlinkMessage&) { FAIL(); })) << length;
  }
  const Octets short_attribute = {3, 0, 5, 0};
  EXPECT_FALSE(ForEachAttribute(short_attribute, 0, [](uint16_t, Bytes) { FAIL(); }));
  EXPECT_FALSE(ForEachAttribute(short_attribute, 5, [](uint16_t, Bytes) { FAIL(); }));
}

}  // namespace
}  // namespace rustnet
