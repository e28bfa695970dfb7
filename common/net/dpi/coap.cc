// SPDX-License-Identifier: Apache-2.0
// CoAP (RFC 7252 section 3): version 1, type and length of the token in a byte, code, message id,
// token, then options, each a difference of numbers, a length and a value, up to ff or the end.
// Over TCP (RFC 8323 section 3.2) a length stands first and there is no message id; both ends begin
// with a message of their capabilities.
#include <string>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kCoapCode{"coap_code"};
constexpr Field kCoapPath{"coap_path"};
constexpr Field kCoapQuery{"coap_query", true};  // it may carry a password or a token

constexpr uint8_t kPayload = 0xff;
constexpr uint32_t kLongest = 1 << 24;  // bytes of a message over TCP
constexpr uint32_t kUriPath = 11, kUriQuery = 15;

// Section 12.1: 0.00 to 0.07, 2.xx, 4.xx, 5.xx.
bool IsCode(uint8_t code) {
  const uint8_t group = code >> 5;
  return group == 0 ? code <= 7 : (group == 2 || group == 4 || group == 5) && (code & 0x1f) <= 31;
}

// Section 3.1: 13 and 14 say that a byte or two follow.
uint32_t Extended(uint32_t nibble, ByteReader* reader) {
  if (nibble == 13) return reader->U8() + 13U;
  if (nibble == 14) return reader->U16() + 269U;
  return nibble;
}

void AddCode(uint8_t code, Facts* facts) {
  const char text[] = {static_cast<char>('0' + (code >> 5)), '.',
                       static_cast<char>('0' + (code & 0x1f) / 10),
                       static_cast<char>('0' + (code & 0x1f) % 10)};
  facts->Add(kCoapCode, {text, sizeof text});
}

Verdict ReadOptions(ByteReader reader, Facts* facts) {
  uint32_t number = 0;
  std::string path;
  while (!reader.empty()) {
    const uint8_t head = reader.U8();
    if (head == kPayload) break;
    if (head >> 4 == 15 || (head & 15) == 15) return Verdict::kNotMine;
    number += Extended(head >> 4, &reader);
    const Bytes value = reader.Take(Extended(head & 15U, &reader));
    if (!reader.ok()) return Verdict::kNeedMore;
    if (facts != nullptr && number == kUriPath) path.append(1, '/').append(AsText(value));
    if (facts != nullptr && number == kUriQuery) facts->Add(kCoapQuery, AsText(value));
  }
  if (facts != nullptr) facts->Add(kCoapPath, path);
  return Verdict::kMatch;
}

// With `facts` null it only judges.
Verdict ReadMessage(Bytes datagram, Facts* facts) {
  ByteReader reader(datagram);
  const uint8_t first = reader.U8();
  if (first >> 6 != 1 || (first & 0x0f) > 8) return Verdict::kNotMine;
  const uint8_t code = reader.U8();
  if (reader.ok() && !IsCode(code)) return Verdict::kNotMine;
  reader.Skip(2 + (first & 0x0fU));
  if (!reader.ok()) return Verdict::kNeedMore;
  if (code == 0 && datagram.size() != 4) return Verdict::kNotMine;
  if (facts != nullptr) AddCode(code, facts);
  return ReadOptions(reader, facts);
}

// Of a message over TCP: length and kind of it, code, token.
size_t HeadOverTcp(Bytes start, uint32_t* length) {
  ByteReader reader(start);
  const uint8_t first = reader.U8();
  *length = first >> 4 == 15 ? reader.U32() + 65805U : Extended(first >> 4, &reader);
  reader.Skip(1);  // code
  return reader.ok() ? start.size() - reader.size() + (first & 0x0fU) : kFrameSizeUnknown;
}

size_t SizeOverTcp(Bytes start) {
  uint32_t length = 0;
  if ((start.front() & 0x0f) > 8) return 0;
  const size_t head = HeadOverTcp(start, &length);
  if (head == kFrameSizeUnknown) return head;
  return length <= kLongest ? head + length : 0;
}

bool ReadOverTcp(Bytes frame, const Moment&, Facts* facts) {
  uint32_t length = 0;
  const size_t head = HeadOverTcp(frame, &length);
  if (head > frame.size()) return false;
  AddCode(frame[head - (frame.front() & 0x0fU) - 1], facts);
  ReadOptions(ByteReader(frame.subspan(head)), facts);
  return true;
}

bool ReadCoap(Bytes datagram, const Moment&, Facts* facts) {
  return ReadMessage(datagram, nullptr) == Verdict::kMatch &&
         ReadMessage(datagram, facts) == Verdict::kMatch;
}

}  // namespace

// RFC 8323 section 5.3: what each end begins with, without a token; options 2 and 4 are known.
Verdict ProbeCoapTcp(Bytes opening) {
  constexpr uint8_t kCapabilities = 0xe1, kLongestMessage = 0xc0;
  uint8_t length = 0;
  Shape shape(opening);
  shape.U8([&](uint8_t first) {
    length = first >> 4;
    return first <= kLongestMessage && (first & 0x0f) == 0;
  });
  shape.U8(Equal(kCapabilities));
  if (length != 0) shape.U8([](uint8_t head) { return head >> 4 == 2 || head >> 4 == 4; });
  return shape.verdict();
}

Verdict ProbeCoap(Bytes datagram) { return ReadMessage(datagram, nullptr); }

FieldList CoapFields() { return FieldsOf<kCoapCode, kCoapPath, kCoapQuery>(); }

std::unique_ptr<Session> StartCoap() { return StartDatagrams<&ReadCoap>(); }
std::unique_ptr<Session> StartCoapTcp() { return StartFrames<&SizeOverTcp, &ReadOverTcp>(); }

}  // namespace rustnet::net
