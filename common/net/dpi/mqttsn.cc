// SPDX-License-Identifier: Apache-2.0
// MQTT-SN (version 1.2, section 5): length of the message, one byte or 1 and two more, its type,
// and what each type has.  What is published is not read.
#include <algorithm>
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kMqttsnClientId{"mqttsn_client_id"};
constexpr Field kMqttsnMessage{"mqttsn_message"};

constexpr uint8_t kConnect = 4, kForwarded = 0xfe, kProtocol = 1, kLongForm = 1;
constexpr size_t kUnbounded = 0xffff;

// What stands behind the type: bytes, at least and at most; bits of the first, flags, that are
// never set; from where on it is text.
struct Kind {
  std::string_view name;
  size_t least = 0;
  size_t most = 0;
  uint8_t never = 0;
  size_t text = kUnbounded;
};
constexpr std::array<Kind, 30> kKinds = {{
    {"advertise", 3, 3},
    {"searchgw", 1, 1},
    {"gwinfo", 1, 17},
    {},
    {"connect", 5, 68, 0xf3, 4},
    {"connack", 1, 1, 0xfc},
    {"willtopicreq", 0, 0},
    {"willtopic", 0, kUnbounded, 0x8f, 1},
    {"willmsgreq", 0, 0},
    {"willmsg", 1, kUnbounded, 0, 0},
    {"register", 5, kUnbounded, 0, 4},
    {"regack", 5, 5},
    {"publish", 5, kUnbounded, 0x0c},
    {"puback", 5, 5},
    {"pubcomp", 2, 2},
    {"pubrec", 2, 2},
    {"pubrel", 2, 2},
    {},
    {"subscribe", 4, kUnbounded, 0x1c},
    {"suback", 6, 6, 0x9f},
    {"unsubscribe", 4, kUnbounded, 0xfc},
    {"unsuback", 2, 2},
    {"pingreq", 0, 64, 0, 0},
    {"pingresp", 0, 0},
    {"disconnect", 0, 2},
    {},
    {"willtopicupd", 0, kUnbounded, 0x8f, 1},
    {"willtopicresp", 1, 1, 0xfc},
    {"willmsgupd", 1, kUnbounded, 0, 0},
    {"willmsgresp", 1, 1, 0xfc},
}};

bool IsKind(uint8_t type) { return type < kKinds.size() && !kKinds[type].name.empty(); }

bool IsBody(const Kind& kind, Bytes body) {
  if (!body.empty() && (body.front() & kind.never) != 0) return false;
  if (kind.text >= body.size()) return true;
  const Bytes text = body.subspan(kind.text);
  return std::all_of(text.begin(), text.end(), [](uint8_t byte) { return byte >= 0x20; });
}

// Splits a message into its type and what stands behind; kMatch: it fills the datagram.
Verdict ReadHeader(Bytes datagram, uint8_t* type, Bytes* body) {
  ByteReader reader(datagram);
  size_t length = reader.U8();
  size_t header = 2;
  if (length == kLongForm) {
    length = reader.U16();
    header = 4;
  }
  if (!reader.ok()) return Verdict::kNeedMore;
  if (length < header || length < datagram.size()) return Verdict::kNotMine;
  if (reader.empty()) return Verdict::kNeedMore;
  *type = reader.U8();
  if (!IsKind(*type)) return Verdict::kNotMine;
  const size_t size = length - header;
  if (size < kKinds[*type].least || size > kKinds[*type].most) return Verdict::kNotMine;
  *body = reader.rest();
  return length == datagram.size() ? Verdict::kMatch : Verdict::kNeedMore;
}

// A forwarder puts a message behind a header: its length, fe, a radius, the node (section 5.4.20).
Verdict Unwrap(Bytes* datagram) {
  if (datagram->size() < 2 || (*datagram)[1] != kForwarded) return Verdict::kMatch;
  uint8_t length = 0;
  Shape shape(*datagram);
  shape.U8([&](uint8_t n) { return (length = n) >= 3; }).Skip(1).U8(Between(0, 3));
  if (shape.verdict() == Verdict::kMatch) shape.Skip(length - 3U);
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  *datagram = shape.rest();
  return datagram->empty() ? Verdict::kNeedMore : Verdict::kMatch;
}

bool ReadMqttsn(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeMqttsn(datagram) != Verdict::kMatch) return false;
  Unwrap(&datagram);
  uint8_t type = 0;
  Bytes body;
  ReadHeader(datagram, &type, &body);
  facts->Add(kMqttsnMessage, kKinds[type].name);
  if (type == kConnect) facts->Add(kMqttsnClientId, AsText(body.subspan(4)));
  return true;
}

}  // namespace

Verdict ProbeMqttsn(Bytes datagram) {
  const Verdict unwrapped = Unwrap(&datagram);
  if (unwrapped != Verdict::kMatch) return unwrapped;
  uint8_t type = 0;
  Bytes body;
  const Verdict verdict = ReadHeader(datagram, &type, &body);
  if (verdict == Verdict::kNotMine) return verdict;
  if (!IsBody(kKinds[type], body)) return Verdict::kNotMine;
  const bool other = type == kConnect && body.size() > 1 && body[1] != kProtocol;
  return other ? Verdict::kNotMine : verdict;
}

FieldList MqttsnFields() { return FieldsOf<kMqttsnClientId, kMqttsnMessage>(); }

std::unique_ptr<Session> StartMqttsn() { return StartDatagrams<&ReadMqttsn>(); }

}  // namespace rustnet::net
