// SPDX-License-Identifier: Apache-2.0
#include "common/model/convert.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <random>

#include "common/model/read_mask.h"

namespace rustnet::model {
namespace {

using google::protobuf::util::MessageDifferencer;

class Random {
 public:
  explicit Random(uint32_t seed) : rng_(seed) {}
  bool Coin() { return rng_() % 2 == 0; }
  uint64_t Number() {  // of every magnitude, so that varints have every length
    const uint64_t wide = uint64_t{rng_()} << 32 | rng_();
    return wide >> (rng_() % 64);
  }
  uint32_t Small() { return static_cast<uint32_t>(Number()); }
  std::string Text() {
    return Coin() ? "" : std::string(rng_() % 300, static_cast<char>('a' + rng_() % 26));
  }
  template <typename Enum>
  Enum Of(Enum last) {
    return static_cast<Enum>(rng_() % (static_cast<unsigned>(last) + 1));
  }

 private:
  std::mt19937 rng_;
};

Process RandomProcess(Random& r) {
  Process p;
  if (r.Coin()) p.pid = r.Small();
  p.name = r.Text();
  p.executable = r.Text();
  if (r.Coin()) p.uid = r.Coin() ? 0 : r.Small();
  p.quality = r.Of(Quality::kNetnsUnique);
  p.reason = r.Of(NoOwner::kReplay);
  p.start_time_ns = r.Number();
  p.exec_id = r.Small();
  p.unit = r.Text();
  p.container_id = r.Text();
  if (r.Coin()) p.cmdline = {r.Text(), r.Text()};
  p.cwd = r.Text();
  p.lsm_label = r.Text();
  if (r.Coin()) p.parents = {{r.Small(), r.Number(), r.Small(), r.Text(), r.Text()}};
  p.cgroup = r.Text();
  if (r.Coin()) p.gid = r.Small();
  if (r.Coin()) p.login_uid = r.Small();
  if (r.Coin()) p.capabilities = r.Number();
  p.thread_name = r.Text();
  if (r.Coin()) p.namespace_pid = r.Small();
  p.container_runtime = r.Text();
  p.pod_uid = r.Text();
  if (r.Coin()) p.creator = {r.Small(), r.Number(), r.Small(), r.Text(), r.Text()};
  return p;
}

Endpoint RandomEndpoint(Random& r) {
  Endpoint e;
  e.ip = r.Coin() ? IpAddress::V4(r.Small()) : IpAddress();
  e.address = e.ip.family() == IpAddress::Family::kNone ? "00:11:22:33:44:55" : e.ip.ToString();
  e.port = r.Small() & 0xffff;
  e.kind = r.Of(AddressKind::kGateway);
  if (r.Coin()) e.names.push_back({r.Text(), r.Of(NameSource::kDhcp)});
  if (r.Coin()) e.names.push_back({r.Text(), r.Of(NameSource::kDhcp)});
  e.country = r.Coin() ? "DE" : "";
  e.asn = r.Small();
  e.mac = r.Text();
  return e;
}

KernelTcp RandomKernelTcp(Random& r) {
  KernelTcp k;
  if (r.Coin()) k.smoothed_rtt_us = r.Small();
  if (r.Coin()) k.rtt_variance_us = r.Small();
  if (r.Coin()) k.minimum_rtt_us = r.Small();
  if (r.Coin()) k.congestion_window = r.Small();
  if (r.Coin()) k.mss = r.Small();
  if (r.Coin()) k.delivery_rate = r.Number();
  k.retransmissions = r.Small();
  k.bytes_acked = r.Number();
  k.bytes_received = r.Number();
  k.bytes_sent = r.Number();
  k.final = r.Coin();
  return k;
}

Connection RandomConnection(Random& r) {
  Connection c;
  c.id = r.Number();
  c.protocol = r.Of(Protocol::kLink);
  c.direction = r.Of(Direction::kTransit);
  c.state = r.Of(State::kTcpUnknown);
  c.local = RandomEndpoint(r);
  c.remote = RandomEndpoint(r);
  if (r.Coin()) c.process = RandomProcess(r);
  if (r.Coin()) c.peer_process = RandomProcess(r);
  if (r.Coin()) {
    c.application.protocol = r.Text();
    c.application.name = r.Text();
    c.application.summary = r.Text();
    if (r.Coin()) c.application.protocols = {"smtp", "tls"};
    c.application.evidence = Evidence::kHandshake;
    if (r.Coin()) c.application.fields = {{"sni", {"a", "b"}}, {"alpn", {"h2"}}};
  }
  c.counters = {r.Number(), r.Number(), r.Number(), r.Number(), r.Number(), r.Number()};
  if (r.Coin()) {
    c.tcp.emplace();
    if (r.Coin()) c.tcp->handshake_rtt_us = r.Coin() ? 0 : r.Small();
    c.tcp->retransmissions = r.Small();
    c.tcp->out_of_order = r.Small();
    c.tcp->duplicate_acks = r.Small();
    c.tcp->fast_retransmissions = r.Small();
    c.tcp->gaps = r.Small();
    if (r.Coin()) c.tcp->smoothed_rtt_us = r.Small();
    if (r.Coin()) c.tcp->window_bytes = r.Small();
    c.tcp->payload_sent = r.Number();
    c.tcp->payload_received = r.Number();
    if (r.Coin()) c.tcp->kernel = RandomKernelTcp(r);
  }
  c.first_seen = static_cast<Time>(r.Number() >> 2);
  c.last_seen = static_cast<Time>(r.Number() >> 2);
  c.interface = r.Text();
  c.historic = r.Coin();
  if (r.Coin()) c.vlan_ids = {r.Small() & 0xfff, 0};
  if (r.Coin()) c.rtt_us = 1 + (r.Small() >> 1);
  c.rtt_source = r.Of(RttSource::kApplication);
  c.state_text = r.Text();
  c.ip_protocol = r.Small() & 0xff;
  if (r.Coin()) c.tunnel = {"gre", "vxlan:42"};
  c.idle_timeout_seconds = r.Small();
  c.netns = r.Number();
  return c;
}

v1::Connection Proto(const Connection& connection, Extent extent) {
  v1::Connection proto;
  ToProto(connection, extent, &proto);
  return proto;
}

// model -> proto -> model -> proto: nothing is lost on the way.
TEST(ConvertTest, DetailComesBackWhole) {
  Random random(1);
  for (int i = 0; i < 2000; ++i) {
    const v1::Connection there = Proto(RandomConnection(random), Extent::kDetail);
    const v1::Connection back = Proto(FromProto(there), Extent::kDetail);
    ASSERT_TRUE(MessageDifferencer::Equals(there, back)) << there.DebugString();
  }
}

// The hand-written bytes are what the generated class says, for every shape of row.
TEST(ConvertTest, FactsAndNumbersAreTheSerializedRow) {
  Random random(2);
  for (int i = 0; i < 5000; ++i) {
    const Connection connection = RandomConnection(random);
    std::string bytes;
    AppendFacts(connection, &bytes);
    AppendNumbers(NumbersOf(connection), &bytes);
    v1::Connection parsed;
    ASSERT_TRUE(parsed.ParseFromString(bytes));
    const v1::Connection row = Proto(connection, Extent::kRow);
    ASSERT_TRUE(MessageDifferencer::Equals(row, parsed)) << row.DebugString() << "\n---\n"
                                                         << parsed.DebugString();
  }
}

TEST(ConvertTest, ARowHasNoFieldFrom32On) {
  Random random(3);
  const std::function<void(const google::protobuf::Message&)> check =
      [&](const google::protobuf::Message& message) {
        std::vector<const google::protobuf::FieldDescriptor*> fields;
        message.GetReflection()->ListFields(message, &fields);
        for (const auto* field : fields) {
          ASSERT_LT(field->number(), 32) << field->full_name();
          if (field->message_type() == nullptr) continue;
          if (!field->is_repeated()) {
            check(message.GetReflection()->GetMessage(message, field));
            continue;
          }
          for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i) {
            check(message.GetReflection()->GetRepeatedMessage(message, field, i));
          }
        }
      };
  for (int i = 0; i < 500; ++i) check(Proto(RandomConnection(random), Extent::kRow));
}

TEST(ConvertTest, NumbersOfANewerDaemonAreUnspecified) {
  v1::Connection proto;
  ASSERT_TRUE(proto.ParseFromString(std::string("\x10\x63\x20\x63", 4)));  // protocol, state: 99
  EXPECT_EQ(FromProto(proto).protocol, Protocol::kUnspecified);
  EXPECT_EQ(FromProto(proto).state, State::kUnspecified);
}

TEST(ConvertTest, TimesOutsideOfWhatATimeHoldsAreCut) {
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(INT64_MAX);
  EXPECT_GT(FromTimestamp(timestamp), Time{9'000'000'000} * kSecond);
  timestamp.set_seconds(INT64_MIN);
  EXPECT_LT(FromTimestamp(timestamp), Time{-9'000'000'000} * kSecond);
  EXPECT_EQ(ToTimestamp(-1).seconds(), -1);
  EXPECT_EQ(ToTimestamp(-1).nanos(), 999'999'999);
  EXPECT_EQ(FromTimestamp(ToTimestamp(-1)), -1);
}

TEST(ConvertTest, JsonHasTheProtosNames) {
  Connection connection;
  connection.id = 5;
  connection.counters.bytes_sent = 7;
  const std::string json = ToJson(Proto(connection, Extent::kRow));
  EXPECT_THAT(json, testing::HasSubstr(R"("id":"5")"));
  EXPECT_THAT(json, testing::HasSubstr(R"("bytes_sent":"7")"));
  EXPECT_THAT(json, testing::Not(testing::HasSubstr("\n")));
}

v1::Connection Masked(const std::vector<std::string>& paths) {
  Connection connection;
  connection.id = 9;
  connection.protocol = Protocol::kTcp;
  connection.process.pid = 4;
  connection.process.name = "curl";
  connection.process.cmdline = {"curl", "x"};
  connection.process.unit = "a.service";
  connection.process.cwd = "/srv";
  connection.local.address = "10.0.0.1";
  connection.counters.bytes_sent = 3;
  connection.application.protocol = "tls";
  connection.application.evidence = Evidence::kHandshake;
  connection.application.fields = {{"sni", {"a"}}};
  v1::Connection proto = Proto(connection, Extent::kDetail);
  auto mask = ReadMask::Parse(paths, v1::Connection::descriptor());
  EXPECT_TRUE(mask.ok()) << Message(mask.status());
  if (mask.ok()) mask->Trim(&proto);
  return proto;
}

TEST(ReadMaskTest, NoMaskIsTheRow) {
  const v1::Connection proto = Masked({});
  EXPECT_EQ(proto.process().name(), "curl");
  EXPECT_EQ(proto.process().cmdline_size(), 0);
  EXPECT_EQ(proto.application().fields_size(), 0);
}

TEST(ReadMaskTest, NamedFieldsStay) {
  const v1::Connection proto = Masked({"process", "counters.bytes_sent"});
  EXPECT_EQ(proto.id(), 9u);  // always
  EXPECT_EQ(proto.protocol(), v1::PROTOCOL_UNSPECIFIED);
  EXPECT_EQ(proto.process().name(), "curl");
  EXPECT_EQ(proto.process().unit(), "a.service");
  EXPECT_EQ(proto.process().cwd(), "");  // detail of a message named as a whole
  EXPECT_EQ(proto.counters().bytes_sent(), 3u);
  EXPECT_FALSE(proto.has_local());
}

TEST(ReadMaskTest, DetailComesByItsName) {
  const v1::Connection proto = Masked({"process.cmdline", "application.fields"});
  EXPECT_EQ(proto.process().cmdline_size(), 2);
  EXPECT_EQ(proto.process().name(), "");
  ASSERT_EQ(proto.application().fields_size(), 1);
  EXPECT_EQ(proto.application().fields(0).values(0), "a");
}

TEST(ReadMaskTest, AWholeAndADetailOfItAddUp) {
  const v1::Connection proto = Masked({"process", "process.cwd"});
  EXPECT_EQ(proto.process().name(), "curl");
  EXPECT_EQ(proto.process().cwd(), "/srv");
  EXPECT_EQ(proto.process().cmdline_size(), 0);
}

TEST(ReadMaskTest, UnknownPathsAreOneSentence) {
  for (const char* path : {"nonsense", "process.nonsense", "id.x", "", "process.", ".process"}) {
    const auto mask = ReadMask::Parse({path}, v1::Connection::descriptor());
    ASSERT_FALSE(mask.ok()) << path;
    EXPECT_THAT(Message(mask.status()), testing::StartsWith("read_mask: '")) << path;
  }
}

TEST(ReadMaskTest, EqualMasksAreWrittenAlike) {
  const auto text = [](const std::vector<std::string>& paths) {
    return ReadMask::Parse(paths, v1::Connection::descriptor())->Canonical();
  };
  EXPECT_EQ(text({"counters", "process.unit"}), text({"process.unit", "counters", "counters"}));
  EXPECT_NE(text({"process"}), text({"process", "process.unit"}));
  EXPECT_EQ(text({}), "");
}

}  // namespace
}  // namespace rustnet::model
