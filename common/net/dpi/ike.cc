// SPDX-License-Identifier: Apache-2.0
// IKE (RFC 7296 section 3.1, RFC 2408 section 3.1): two cookies, next payload, version, exchange,
// flags, message id, length; on port 4500 behind four zeros (RFC 3948 section 2.2).
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kIkeVersion{"ike_version"};
constexpr Field kIkeExchange{"ike_exchange", false, true};

struct IkeHeader {
  uint8_t version = 0;
  uint8_t exchange = 0;
};

bool IsExchange(uint8_t version, uint8_t exchange) {
  if (version == 0x20) return exchange >= 34 && exchange <= 44;
  return (exchange >= 1 && exchange <= 6) || (exchange >= 32 && exchange <= 34);
}

Verdict ReadHeader(Bytes datagram, IkeHeader* header) {
  ByteReader reader(datagram);
  ByteReader ahead = reader;
  const bool marked = ahead.U32() == 0 && ahead.ok();
  if (marked) reader = ahead;
  const size_t size = reader.size();
  Shape shape(reader.rest());
  bool initiator = false;
  for (int i = 0; i < 8; ++i) {
    shape.U8([&](uint8_t byte) { return initiator = initiator || byte != 0, true; });
  }
  shape.Skip(8);
  shape.U8([](uint8_t payload) { return payload <= 54 || payload >= 128; });
  shape.U8([&](uint8_t version) {
    header->version = version;
    return version == 0x10 || version == 0x20;
  });
  shape.U8([&](uint8_t exchange) {
    header->exchange = exchange;
    return IsExchange(header->version, exchange);
  });
  shape.U8([](uint8_t flags) { return (flags & 0xc0) == 0; }).Skip(4);
  uint32_t length = 0;
  shape.U32([&](uint32_t n) { return (length = n) >= 28 && initiator; });
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  return length == size ? Verdict::kMatch : length > size ? Verdict::kNeedMore : Verdict::kNotMine;
}

bool ReadIke(Bytes datagram, const Moment&, Facts* facts) {
  IkeHeader header;
  if (ReadHeader(datagram, &header) != Verdict::kMatch) return false;
  facts->Add(kIkeVersion, header.version == 0x10 ? "1.0" : "2.0");
  facts->AddNumber(kIkeExchange, header.exchange);
  return true;
}

}  // namespace

Verdict ProbeIke(Bytes datagram) {
  IkeHeader header;
  return ReadHeader(datagram, &header);
}

FieldList IkeFields() { return FieldsOf<kIkeVersion, kIkeExchange>(); }

std::unique_ptr<Session> StartIke() { return StartDatagrams<&ReadIke>(); }

}  // namespace rustnet::net
