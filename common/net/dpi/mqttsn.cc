// SPDX-License-Identifier: Apache-2.0
// MQTT-SN (version 1.2, section 5): length of the message, one byte or 1 and two more, its type,
// and what each type has.  What is published is not read.
#include <array>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kMqttsnClientId{"mqttsn_client_id"};
constexpr Field kMqttsnMessage{"mqttsn_message"};

constexpr uint8_t kConnect = 4, kLongForm = 1;
constexpr size_t kUnbounded = 0xffff;

// Bytes behind the type, at least and at most.
struct Kind {
  std::string_view name;
  size_t least = 0;
  size_t most = 0;
};
constexpr std::array<Kind, 30> kKinds = {{
    {"advertise", 3, 3},
    {"searchgw", 1, 1},
    {"gwinfo", 1, 17},
    {},
    {"connect", 5, 68},
    {"connack", 1, 1},
    {"willtopicreq", 0, 0},
    {"willtopic", 0, kUnbounded},
    {"willmsgreq", 0, 0},
    {"willmsg", 0, kUnbounded},
    {"register", 5, kUnbounded},
    {"regack", 5, 5},
    {"publish", 5, kUnbounded},
    {"puback", 5, 5},
    {"pubcomp", 2, 2},
    {"pubrec", 2, 2},
    {"pubrel", 2, 2},
    {},
    {"subscribe", 4, kUnbounded},
    {"suback", 6, 6},
    {"unsubscribe", 4, kUnbounded},
    {"unsuback", 2, 2},
    {"pingreq", 0, 64},
    {"pingresp", 0, 0},
    {"disconnect", 0, 2},
    {},
    {"willtopicupd", 0, kUnbounded},
    {"willtopicresp", 1, 1},
    {"willmsgupd", 0, kUnbounded},
    {"willmsgresp", 1, 1},
}};

bool IsKind(uint8_t type) { return type < kKinds.size() && !kKinds[type].name.empty(); }

// Flags (a will, a clean session), protocol 1, a time, a printable name.
Verdict ProbeConnect(Bytes body) {
  Shape shape(body);
  shape.U8([](uint8_t flags) { return (flags & ~0x0c) == 0; }).U8(Equal(1)).Skip(2);
  for (size_t i = 4; i < body.size(); ++i) shape.U8(Between(0x20, 0x7e));
  return shape.verdict();
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

bool ReadMqttsn(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeMqttsn(datagram) != Verdict::kMatch) return false;
  uint8_t type = 0;
  Bytes body;
  ReadHeader(datagram, &type, &body);
  facts->Add(kMqttsnMessage, kKinds[type].name);
  if (type == kConnect) facts->Add(kMqttsnClientId, AsText(body.subspan(4)));
  return true;
}

}  // namespace

Verdict ProbeMqttsn(Bytes datagram) {
  uint8_t type = 0;
  Bytes body;
  const Verdict verdict = ReadHeader(datagram, &type, &body);
  if (verdict == Verdict::kNotMine || type != kConnect) return verdict;
  const Verdict connect = ProbeConnect(body);
  return connect == Verdict::kMatch ? verdict : connect;
}

FieldList MqttsnFields() { return FieldsOf<kMqttsnClientId, kMqttsnMessage>(); }

std::unique_ptr<Session> StartMqttsn() { return StartDatagrams<&ReadMqttsn>(); }

}  // namespace rustnet::net
