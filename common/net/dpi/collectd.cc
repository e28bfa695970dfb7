// SPDX-License-Identifier: Apache-2.0
// collectd's binary protocol (collectd.org: Binary protocol): parts of type, length and what they
// hold; a packet in clear begins with the host's name.  Values and messages are not read.
#include <algorithm>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kCollectdHost{"collectd_host"};

constexpr uint16_t kHost = 0, kValues = 6, kMessage = 0x100;
constexpr size_t kPartHeader = 4;
constexpr size_t kLongestText = 256;  // its NUL included

bool IsNumber(uint16_t type) { return type == 1 || (type >= 7 && type <= 9) || type == 0x101; }
bool IsText(uint16_t type) { return (type >= 2 && type <= 5) || type == kMessage; }
bool IsPart(uint16_t type) { return IsNumber(type) || IsText(type) || type == kValues; }

bool IsNameByte(uint8_t byte) { return byte > 0x20 && byte < 0x7f; }

bool ReadCollectd(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeCollectd(datagram) != Verdict::kMatch) return false;
  ByteReader reader(datagram);
  reader.Skip(2);
  const size_t length = reader.U16();
  facts->Add(kCollectdHost, AsText(reader.Take(length - kPartHeader - 1)));
  return true;
}

}  // namespace

// The host's name and the header of the part behind it.
Verdict ProbeCollectd(Bytes datagram) {
  size_t length = 0;
  Shape shape(datagram);
  shape.U16(Equal(kHost)).U16([&](uint16_t n) {
    length = n;
    return length > kPartHeader + 1 && length <= kPartHeader + kLongestText;
  });
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  const size_t name = length - kPartHeader - 1;
  const Bytes there = shape.rest().first(std::min(name, shape.rest().size()));
  if (!std::all_of(there.begin(), there.end(), &IsNameByte)) return Verdict::kNotMine;
  uint16_t type = 0;
  return shape.Skip(name)
      .U8(Equal(0))
      .U16([&](uint16_t part) { return IsPart(type = part); })
      .U16([&](uint16_t size) {
        return IsNumber(type) ? size == kPartHeader + 8 : size > kPartHeader;
      })
      .verdict();
}

FieldList CollectdFields() { return FieldsOf<kCollectdHost>(); }

std::unique_ptr<Session> StartCollectd() { return StartDatagrams<&ReadCollectd>(); }

}  // namespace rustnet::net
