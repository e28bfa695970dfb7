// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

const Setting kOdd{.server_port = 12345};
const Setting kPort1883{.server_port = 1883};

std::string Str(const std::string& text) { return U16(text.size()) + text; }
std::string Packet(int head, const std::string& body) {
  std::string length;
  size_t left = body.size();
  do {
    length += static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    left >>= 7;
  } while (left != 0);
  return std::string(1, static_cast<char>(head)) + length + body;
}
std::string Connect(const std::string& name, int version, const std::string& properties = "") {
  return Packet(0x10, Str(name) + static_cast<char>(version) + S("\x02\0\x3c") + properties +
                          Str("client-7"));
}

TEST(MqttTest, Probes) {
  CheckProbe(&ProbeMqtt, {{"3.1.1", Connect("MQTT", 4), Verdict::kMatch},
                          {"3.1", Connect("MQIsdp", 3), Verdict::kMatch},
                          {"Version 9", Connect("MQTT", 9), Verdict::kNotMine},
                          {"Name", Connect("MQXX", 4), Verdict::kNotMine},
                          {"Length", S("\x10\xff\xff\xff\xff\xff"), Verdict::kNotMine},
                          {"Publish", Packet(0x30, Str("a") + "x"), Verdict::kNotMine}});
  CheckProbe(&ProbeMqttPort, {{"Publish", Packet(0x30, Str("a") + "x"), Verdict::kMatch},
                              {"Ping", S("\xc0\0"), Verdict::kMatch},
                              {"QoS 3", Packet(0x36, Str("a") + "x"), Verdict::kNotMine},
                              {"Flags", S("\xc1\0"), Verdict::kNotMine},
                              {"TLS", S("\x16\x03\x01\x02\0\1"), Verdict::kNotMine}});
}

TEST(MqttTest, ConnectPublishSubscribe) {
  const Conversation conversation = {
      {kClient, Connect("MQTT", 4)},
      {kServer, S("\x20\x02\0\0")},
      {kClient, Packet(0x82, U16(1) + Str("a/b") + S("\0") + Str("c/#") + S("\1")) +
                    Packet(0x32, Str("d/e") + U16(2) + std::string(300, 'p'))},
      {kServer, Packet(0x30, Str("a/b") + "payload")}};
  const Result result = CheckEveryCut(conversation, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("mqtt"));
  EXPECT_THAT(result.facts, ElementsAre("mqtt_version=3.1.1", "mqtt_client_id=client-7",
                                        "mqtt_topic=a/b", "mqtt_topic=c/#", "mqtt_topic=d/e"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST(MqttTest, PropertiesOfVersion5AreSkipped) {
  const Conversation conversation = {
      {kClient, Connect("MQTT", 5, S("\x05\x11\0\0\0\x1e")) +
                    Packet(0x82, U16(1) + S("\x02\x0b\x01") + Str("t/5") + S("\0")) +
                    Packet(0xa2, U16(2) + S("\0") + Str("t/6"))}};
  EXPECT_THAT(CheckEveryCut(conversation, kOdd).facts,
              ElementsAre("mqtt_version=5.0", "mqtt_client_id=client-7", "mqtt_topic=t/5",
                          "mqtt_topic=t/6"));
}

TEST(MqttTest, LargePacketsAreSkippedNotHeld) {
  const std::string big = Packet(0x30, Str("big") + std::string(200'000, 'x'));
  const Result result = Feed({{kClient, big.substr(0, 10)},
                              {kClient, big.substr(10)},
                              {kClient, Packet(0x30, Str("next"))}},
                             kPort1883);
  EXPECT_THAT(result.facts, ElementsAre("mqtt_topic=big", "mqtt_topic=next"));
}

TEST(MqttTest, LyingLengthsTeachNothing) {
  EXPECT_THAT(Feed({{kClient, Packet(0x30, U16(60000) + "x")}}, kPort1883).facts, IsEmpty());
  EXPECT_THAT(Feed({{kClient, Packet(0x82, U16(1) + U16(60000))}}, kPort1883).facts, IsEmpty());
}

}  // namespace
}  // namespace rustnet::net
