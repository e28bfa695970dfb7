// SPDX-License-Identifier: Apache-2.0
// MQTT 3.1, 3.1.1 and 5.0 (OASIS): packets of a type and flags in one byte, a length in one to
// four, a body.  CONNECT has version and client id, PUBLISH, SUBSCRIBE and UNSUBSCRIBE have topics;
// the properties of 5.0 stand in between and are skipped.
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"

namespace rustnet::net {
namespace {

constexpr Field kMqttClientId{"mqtt_client_id"};
constexpr Field kMqttTopic{"mqtt_topic"};
constexpr Field kMqttVersion{"mqtt_version"};

constexpr uint8_t kConnect = 1, kPublish = 3, kSubscribe = 8, kUnsubscribe = 10;
constexpr uint8_t kVersion5 = 5;
constexpr size_t kMostHeld = 4096;

// Section 1.5.5: seven bits a byte, the lowest first, at most four.  False: not whole, or too long.
bool ReadVarInt(ByteReader* reader, uint32_t* value) {
  *value = 0;
  for (uint32_t shift = 0; shift < 28; shift += 7) {
    const uint8_t byte = reader->U8();
    *value |= (byte & 0x7fU) << shift;
    if ((byte & 0x80) == 0) return reader->ok();
  }
  return false;
}

size_t MqttSize(Bytes start) {
  ByteReader reader(start);
  if (reader.U8() >> 4 == 0) return 0;
  uint32_t length = 0;
  if (!ReadVarInt(&reader, &length)) return start.size() < 5 ? kFrameSizeUnknown : 0;
  return start.size() - reader.size() + length;
}

std::string_view ReadString(ByteReader* reader) {
  const uint16_t length = reader->U16();
  return AsText(reader->Take(length));
}

class MqttSession : public FramedSession {
 public:
  MqttSession() : FramedSession(&MqttSize, kMostHeld) {}

  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Bytes packet;
    while (framer(direction).Next(&bytes, &packet)) {
      OnPacket(ByteReader(packet), facts);
      Spoke(direction);
    }
    return framer(direction).broken() ? Progress::kDone : Progress::kMore;
  }
  size_t memory() const override { return sizeof *this + held(); }

 private:
  void OnPacket(ByteReader packet, Facts* facts) {
    const uint8_t head = packet.U8();
    uint32_t length = 0;
    ReadVarInt(&packet, &length);
    switch (head >> 4) {
      case kConnect:
        return OnConnect(packet, facts);
      case kPublish:
        return AddTopic(&packet, facts);
      case kSubscribe:
      case kUnsubscribe:
        packet.Skip(2);  // packet id
        SkipProperties(&packet);
        while (packet.ok() && !packet.empty()) {
          AddTopic(&packet, facts);
          if (head >> 4 == kSubscribe) packet.Skip(1);  // options
        }
        return;
      default:
        return;
    }
  }

  void OnConnect(ByteReader packet, Facts* facts) {
    ReadString(&packet);  // the protocol's name
    version_ = packet.U8();
    packet.Skip(3);  // flags, keep-alive
    SkipProperties(&packet);
    const std::string_view client = ReadString(&packet);
    if (!packet.ok()) return;
    facts->Add(kMqttVersion, version_ == 3 ? "3.1" : version_ == 4 ? "3.1.1" : "5.0");
    facts->Add(kMqttClientId, client);
  }

  static void AddTopic(ByteReader* packet, Facts* facts) {
    const std::string_view topic = ReadString(packet);
    if (packet->ok()) facts->Add(kMqttTopic, topic);
  }

  void SkipProperties(ByteReader* packet) const {
    uint32_t length = 0;
    if (version_ == kVersion5 && ReadVarInt(packet, &length)) packet->Skip(length);
  }

  uint8_t version_ = 4;
};

}  // namespace

Verdict ProbeMqtt(Bytes opening) {
  constexpr std::string_view kNames[] = {std::string_view("\0\4MQTT", 6),
                                         std::string_view("\0\6MQIsdp", 8)};
  ByteReader reader(opening);
  if (reader.U8() != kConnect << 4) return Verdict::kNotMine;
  uint32_t length = 0;
  if (!ReadVarInt(&reader, &length)) {
    return opening.size() < 5 ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  const std::string_view body = AsText(reader.rest());
  for (const std::string_view name : kNames) {
    if (body.size() <= name.size() && name.starts_with(body)) return Verdict::kNeedMore;
    if (!body.starts_with(name)) continue;
    const uint8_t version = static_cast<uint8_t>(body[name.size()]);
    return version >= 3 && version <= kVersion5 ? Verdict::kMatch : Verdict::kNotMine;
  }
  return Verdict::kNotMine;
}

// Any packet: its flags must be those of its type (section 2.1.3), its length not absurd.
Verdict ProbeMqttPort(Bytes opening) {
  constexpr uint32_t kLongest = 1 << 20;
  ByteReader reader(opening);
  const uint8_t head = reader.U8();
  const uint8_t type = head >> 4;
  const bool asks = type == 6 || type == kSubscribe || type == kUnsubscribe;
  if (type == 0 || (type != kPublish && (head & 0xf) != (asks ? 2 : 0))) return Verdict::kNotMine;
  if (type == kPublish && (head & 6) == 6) return Verdict::kNotMine;  // QoS 3
  uint32_t length = 0;
  if (!ReadVarInt(&reader, &length)) {
    return opening.size() < 5 ? Verdict::kNeedMore : Verdict::kNotMine;
  }
  const bool ping = type == 12 || type == 13;
  return length <= kLongest && (length == 0) == (ping || (type == 14 && length == 0))
             ? Verdict::kMatch
             : Verdict::kNotMine;
}

FieldList MqttFields() { return FieldsOf<kMqttClientId, kMqttTopic, kMqttVersion>(); }

std::unique_ptr<Session> StartMqtt() { return std::make_unique<MqttSession>(); }

}  // namespace rustnet::net
