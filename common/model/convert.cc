// SPDX-License-Identifier: Apache-2.0
#include "common/model/convert.h"

#include <google/protobuf/util/json_util.h>

#include <algorithm>

namespace rustnet::model {
namespace {

template <typename Ours, typename Theirs>
constexpr bool Same(Ours ours, Theirs theirs) {
  return static_cast<int>(ours) == static_cast<int>(theirs);
}
// First and last of a dense enum, and each of a sparse one.
static_assert(Same(Protocol::kUnspecified, v1::PROTOCOL_UNSPECIFIED));
static_assert(Same(Protocol::kSctp, v1::PROTOCOL_SCTP));
static_assert(Same(Protocol::kLink, v1::PROTOCOL_LINK) && Same(Protocol::kLink, v1::Protocol_MAX));
static_assert(Same(Direction::kOutgoing, v1::DIRECTION_OUTGOING));
static_assert(Same(Direction::kTransit, v1::DIRECTION_TRANSIT) &&
              Same(Direction::kTransit, v1::Direction_MAX));
static_assert(Same(Quality::kExact, v1::QUALITY_EXACT) && Same(Quality::kNone, v1::QUALITY_NONE));
static_assert(Same(Quality::kNetnsUnique, v1::QUALITY_NETNS_UNIQUE) &&
              Same(Quality::kNetnsUnique, v1::Quality_MAX));
static_assert(Same(NoOwner::kPending, v1::NO_OWNER_PENDING));
static_assert(Same(NoOwner::kReplay, v1::NO_OWNER_REPLAY) &&
              Same(NoOwner::kReplay, v1::NoOwner_MAX));
static_assert(Same(NameSource::kSni, v1::RemoteName::SOURCE_SNI) &&
              Same(NameSource::kDhcp, v1::RemoteName::SOURCE_DHCP) &&
              Same(NameSource::kDhcp, v1::RemoteName::Source_MAX));
static_assert(Same(AddressKind::kUnicast, v1::Endpoint::KIND_UNICAST) &&
              Same(AddressKind::kGateway, v1::Endpoint::KIND_GATEWAY) &&
              Same(AddressKind::kGateway, v1::Endpoint::Kind_MAX));
static_assert(Same(Evidence::kHandshake, v1::EVIDENCE_HANDSHAKE) &&
              Same(Evidence::kPort, v1::EVIDENCE_PORT) && Same(Evidence::kPort, v1::Evidence_MAX));
static_assert(Same(RttSource::kKernel, v1::RTT_SOURCE_KERNEL) &&
              Same(RttSource::kApplication, v1::RTT_SOURCE_APPLICATION) &&
              Same(RttSource::kApplication, v1::RttSource_MAX));
static_assert(Same(State::kTcpSynSent, v1::Connection::STATE_TCP_SYN_SENT) &&
              Same(State::kTcpUnknown, v1::Connection::STATE_TCP_UNKNOWN) &&
              Same(State::kUdpActive, v1::Connection::STATE_UDP_ACTIVE) &&
              Same(State::kUdpStale, v1::Connection::STATE_UDP_STALE) &&
              Same(State::kQuicInitial, v1::Connection::STATE_QUIC_INITIAL) &&
              Same(State::kQuicClosed, v1::Connection::STATE_QUIC_CLOSED) &&
              Same(State::kQuicClosed, v1::Connection::State_MAX));

template <typename Theirs, typename Ours>
Theirs To(Ours ours) {
  return static_cast<Theirs>(static_cast<int>(ours));
}
template <typename Ours>
Ours From(int number, bool known) {
  return known ? static_cast<Ours>(number) : Ours::kUnspecified;
}

void ToProto(const ProcessRef& ref, v1::ProcessRef* out) {
  out->set_pid(ref.pid);
  out->set_start_time_ns(ref.start_time_ns);
  out->set_exec_id(ref.exec_id);
  out->set_name(ref.name);
  out->set_executable(ref.executable);
}

void ToProto(const Endpoint& endpoint, Extent extent, v1::Endpoint* out) {
  out->set_address(endpoint.address);
  out->set_port(endpoint.port);
  out->set_kind(To<v1::Endpoint::Kind>(endpoint.kind));
  for (const RemoteName& name : endpoint.names) {
    v1::RemoteName* proto = out->add_names();
    proto->set_name(name.name);
    proto->set_source(To<v1::RemoteName::Source>(name.source));
    if (extent == Extent::kRow) break;
  }
  out->set_country(endpoint.country);
  out->set_asn(endpoint.asn);
  if (extent == Extent::kDetail) out->set_mac(endpoint.mac);
}

void ToProto(const Application& application, Extent extent, v1::Application* out) {
  out->set_protocol(application.protocol);
  out->set_name(application.name);
  out->set_summary(application.summary);
  for (const std::string& protocol : application.protocols) out->add_protocols(protocol);
  out->set_evidence(To<v1::Evidence>(application.evidence));
  if (extent == Extent::kRow) return;
  for (const Application::Field& field : application.fields) {
    v1::ApplicationField* proto = out->add_fields();
    proto->set_name(field.name);
    for (const std::string& value : field.values) proto->add_values(value);
  }
}

void ToProto(const KernelTcp& kernel, v1::KernelTcp* out) {
  if (kernel.smoothed_rtt_us) out->set_smoothed_rtt_us(*kernel.smoothed_rtt_us);
  if (kernel.rtt_variance_us) out->set_rtt_variance_us(*kernel.rtt_variance_us);
  if (kernel.minimum_rtt_us) out->set_minimum_rtt_us(*kernel.minimum_rtt_us);
  if (kernel.congestion_window) out->set_congestion_window(*kernel.congestion_window);
  if (kernel.delivery_rate) out->set_delivery_rate(*kernel.delivery_rate);
  out->set_retransmissions(kernel.retransmissions);
  out->set_bytes_acked(kernel.bytes_acked);
  out->set_bytes_received(kernel.bytes_received);
  out->set_bytes_sent(kernel.bytes_sent);
  out->set_final(kernel.final);
  if (kernel.mss) out->set_mss(*kernel.mss);
}

void ToProto(const TcpMetrics& tcp, Extent extent, v1::TcpMetrics* out) {
  if (tcp.handshake_rtt_us) out->set_handshake_rtt_us(*tcp.handshake_rtt_us);
  out->set_retransmissions(tcp.retransmissions);
  out->set_out_of_order(tcp.out_of_order);
  out->set_duplicate_acks(tcp.duplicate_acks);
  out->set_fast_retransmissions(tcp.fast_retransmissions);
  out->set_gaps(tcp.gaps);
  if (extent == Extent::kRow) return;
  if (tcp.smoothed_rtt_us) out->set_smoothed_rtt_us(*tcp.smoothed_rtt_us);
  if (tcp.window_bytes) out->set_window_bytes(*tcp.window_bytes);
  if (tcp.kernel) ToProto(*tcp.kernel, out->mutable_kernel());
  out->set_payload_sent(tcp.payload_sent);
  out->set_payload_received(tcp.payload_received);
}

ProcessRef FromProto(const v1::ProcessRef& proto) {
  return {proto.pid(), proto.start_time_ns(), proto.exec_id(), proto.name(), proto.executable()};
}

Endpoint FromProto(const v1::Endpoint& proto) {
  Endpoint out;
  out.address = proto.address();
  out.ip = IpAddress::Parse(proto.address()).value_or(IpAddress());
  out.port = proto.port();
  out.kind = From<AddressKind>(proto.kind(), v1::Endpoint::Kind_IsValid(proto.kind()));
  for (const v1::RemoteName& name : proto.names()) {
    out.names.push_back(
        {name.name(),
         From<NameSource>(name.source(), v1::RemoteName::Source_IsValid(name.source()))});
  }
  out.country = proto.country();
  out.asn = proto.asn();
  out.mac = proto.mac();
  return out;
}

Application FromProto(const v1::Application& proto) {
  Application out;
  out.protocol = proto.protocol();
  out.name = proto.name();
  out.summary = proto.summary();
  out.protocols.assign(proto.protocols().begin(), proto.protocols().end());
  out.evidence = From<Evidence>(proto.evidence(), v1::Evidence_IsValid(proto.evidence()));
  for (const v1::ApplicationField& field : proto.fields()) {
    out.fields.push_back({field.name(), {field.values().begin(), field.values().end()}});
  }
  return out;
}

KernelTcp FromProto(const v1::KernelTcp& proto) {
  KernelTcp out;
  if (proto.has_smoothed_rtt_us()) out.smoothed_rtt_us = proto.smoothed_rtt_us();
  if (proto.has_rtt_variance_us()) out.rtt_variance_us = proto.rtt_variance_us();
  if (proto.has_minimum_rtt_us()) out.minimum_rtt_us = proto.minimum_rtt_us();
  if (proto.has_congestion_window()) out.congestion_window = proto.congestion_window();
  if (proto.has_delivery_rate()) out.delivery_rate = proto.delivery_rate();
  out.retransmissions = proto.retransmissions();
  out.bytes_acked = proto.bytes_acked();
  out.bytes_received = proto.bytes_received();
  out.bytes_sent = proto.bytes_sent();
  out.final = proto.final();
  if (proto.has_mss()) out.mss = proto.mss();
  return out;
}

TcpMetrics FromProto(const v1::TcpMetrics& proto) {
  TcpMetrics out;
  if (proto.has_handshake_rtt_us()) out.handshake_rtt_us = proto.handshake_rtt_us();
  out.retransmissions = proto.retransmissions();
  out.out_of_order = proto.out_of_order();
  out.duplicate_acks = proto.duplicate_acks();
  out.fast_retransmissions = proto.fast_retransmissions();
  out.gaps = proto.gaps();
  if (proto.has_smoothed_rtt_us()) out.smoothed_rtt_us = proto.smoothed_rtt_us();
  if (proto.has_window_bytes()) out.window_bytes = proto.window_bytes();
  if (proto.has_kernel()) out.kernel = FromProto(proto.kernel());
  out.payload_sent = proto.payload_sent();
  out.payload_received = proto.payload_received();
  return out;
}

}  // namespace

google::protobuf::Timestamp ToTimestamp(Time time) {
  google::protobuf::Timestamp out;
  int64_t seconds = time / kSecond;
  int64_t nanos = time % kSecond;
  if (nanos < 0) {
    nanos += kSecond;
    --seconds;
  }
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(nanos));
  return out;
}

Time FromTimestamp(const google::protobuf::Timestamp& timestamp) {
  // What a Time can hold: about 1678 to 2262.
  constexpr int64_t kMost = INT64_MAX / kSecond - 1;
  const int64_t seconds = std::min(std::max(timestamp.seconds(), -kMost), kMost);
  return seconds * kSecond + timestamp.nanos();
}

void ToProto(const Process& process, Extent extent, v1::Process* out) {
  if (process.pid) out->set_pid(*process.pid);
  out->set_name(process.name);
  out->set_executable(process.executable);
  if (process.uid) out->set_uid(*process.uid);
  out->set_quality(To<v1::Quality>(process.quality));
  out->set_reason(To<v1::NoOwner>(process.reason));
  out->set_start_time_ns(process.start_time_ns);
  out->set_exec_id(process.exec_id);
  out->set_unit(process.unit);
  if (!process.container_id.empty() || !process.pod_uid.empty()) {
    out->mutable_container()->set_id(process.container_id);
    out->mutable_container()->set_runtime(process.container_runtime);
    out->mutable_container()->set_pod_uid(process.pod_uid);
  }
  if (extent == Extent::kRow) return;
  for (const std::string& argument : process.cmdline) out->add_cmdline(argument);
  out->set_cwd(process.cwd);
  out->set_lsm_label(process.lsm_label);
  for (const ProcessRef& parent : process.parents) ToProto(parent, out->add_parents());
  out->set_cgroup(process.cgroup);
  if (process.gid) out->set_gid(*process.gid);
  if (process.login_uid) out->set_login_uid(*process.login_uid);
  if (process.capabilities) out->set_capabilities(*process.capabilities);
  out->set_thread_name(process.thread_name);
  if (process.namespace_pid) out->set_namespace_pid(*process.namespace_pid);
  if (process.creator) ToProto(*process.creator, out->mutable_creator());
}

void ToProto(const Counters& counters, v1::Counters* out) {
  out->set_bytes_sent(counters.bytes_sent);
  out->set_bytes_received(counters.bytes_received);
  out->set_packets_sent(counters.packets_sent);
  out->set_packets_received(counters.packets_received);
  out->set_send_rate(counters.send_rate);
  out->set_receive_rate(counters.receive_rate);
}

void ToProto(const Connection& connection, Extent extent, v1::Connection* out) {
  out->Clear();
  out->set_id(connection.id);
  out->set_protocol(To<v1::Protocol>(connection.protocol));
  out->set_direction(To<v1::Direction>(connection.direction));
  out->set_state(To<v1::Connection::State>(connection.state));
  ToProto(connection.local, extent, out->mutable_local());
  ToProto(connection.remote, extent, out->mutable_remote());
  if (connection.process.present()) ToProto(connection.process, extent, out->mutable_process());
  if (connection.peer_process) {
    ToProto(*connection.peer_process, extent, out->mutable_peer_process());
  }
  if (connection.application.present()) {
    ToProto(connection.application, extent, out->mutable_application());
  }
  ToProto(connection.counters, out->mutable_counters());
  if (connection.tcp) ToProto(*connection.tcp, extent, out->mutable_tcp());
  if (connection.first_seen != 0) *out->mutable_first_seen() = ToTimestamp(connection.first_seen);
  if (connection.last_seen != 0) *out->mutable_last_seen() = ToTimestamp(connection.last_seen);
  out->set_interface(connection.interface);
  out->set_historic(connection.historic);
  for (const uint32_t vlan : connection.vlan_ids) out->add_vlan_ids(vlan);
  if (connection.rtt_us) out->set_rtt_us(*connection.rtt_us);
  out->set_rtt_source(To<v1::RttSource>(connection.rtt_source));
  out->set_state_text(connection.state_text);
  out->set_ip_protocol(connection.ip_protocol);
  for (const std::string& carrier : connection.tunnel) out->add_tunnel(carrier);
  out->set_idle_timeout_seconds(connection.idle_timeout_seconds);
  out->set_netns(connection.netns);
  if (extent == Extent::kRow) return;
  for (const InterfaceCopy& copy : connection.copies) {
    v1::InterfaceCopy* row = out->add_copies();
    row->set_interface(copy.interface);
    row->set_packets(copy.packets);
    row->set_bytes(copy.bytes);
  }
}

Process FromProto(const v1::Process& proto) {
  Process out;
  if (proto.has_pid()) out.pid = proto.pid();
  out.name = proto.name();
  out.executable = proto.executable();
  if (proto.has_uid()) out.uid = proto.uid();
  out.quality = From<Quality>(proto.quality(), v1::Quality_IsValid(proto.quality()));
  out.reason = From<NoOwner>(proto.reason(), v1::NoOwner_IsValid(proto.reason()));
  out.start_time_ns = proto.start_time_ns();
  out.exec_id = proto.exec_id();
  out.unit = proto.unit();
  out.container_id = proto.container().id();
  out.container_runtime = proto.container().runtime();
  out.pod_uid = proto.container().pod_uid();
  out.cmdline.assign(proto.cmdline().begin(), proto.cmdline().end());
  out.cwd = proto.cwd();
  out.lsm_label = proto.lsm_label();
  for (const v1::ProcessRef& parent : proto.parents()) out.parents.push_back(FromProto(parent));
  out.cgroup = proto.cgroup();
  if (proto.has_gid()) out.gid = proto.gid();
  if (proto.has_login_uid()) out.login_uid = proto.login_uid();
  if (proto.has_capabilities()) out.capabilities = proto.capabilities();
  out.thread_name = proto.thread_name();
  if (proto.has_namespace_pid()) out.namespace_pid = proto.namespace_pid();
  if (proto.has_creator()) out.creator = FromProto(proto.creator());
  return out;
}

Connection FromProto(const v1::Connection& proto) {
  Connection out;
  out.id = proto.id();
  out.protocol = From<Protocol>(proto.protocol(), v1::Protocol_IsValid(proto.protocol()));
  out.direction = From<Direction>(proto.direction(), v1::Direction_IsValid(proto.direction()));
  out.state = From<State>(proto.state(), v1::Connection::State_IsValid(proto.state()));
  out.local = FromProto(proto.local());
  out.remote = FromProto(proto.remote());
  out.process = FromProto(proto.process());
  if (proto.has_peer_process()) out.peer_process = FromProto(proto.peer_process());
  out.application = FromProto(proto.application());
  const v1::Counters& counters = proto.counters();
  out.counters = {counters.bytes_sent(),       counters.bytes_received(), counters.packets_sent(),
                  counters.packets_received(), counters.send_rate(),      counters.receive_rate()};
  if (proto.has_tcp()) out.tcp = FromProto(proto.tcp());
  if (proto.has_first_seen()) out.first_seen = FromTimestamp(proto.first_seen());
  if (proto.has_last_seen()) out.last_seen = FromTimestamp(proto.last_seen());
  out.interface = proto.interface();
  out.historic = proto.historic();
  out.vlan_ids.assign(proto.vlan_ids().begin(), proto.vlan_ids().end());
  if (proto.has_rtt_us()) out.rtt_us = proto.rtt_us();
  out.rtt_source = From<RttSource>(proto.rtt_source(), v1::RttSource_IsValid(proto.rtt_source()));
  out.state_text = proto.state_text();
  out.ip_protocol = proto.ip_protocol();
  out.tunnel.assign(proto.tunnel().begin(), proto.tunnel().end());
  out.idle_timeout_seconds = proto.idle_timeout_seconds();
  out.netns = proto.netns();
  for (const v1::InterfaceCopy& copy : proto.copies()) {
    out.copies.push_back({copy.interface(), copy.packets(), copy.bytes()});
  }
  return out;
}

Numbers NumbersOf(const Connection& connection) {
  const Counters& c = connection.counters;
  return {.bytes_sent = c.bytes_sent,
          .bytes_received = c.bytes_received,
          .packets_sent = c.packets_sent,
          .packets_received = c.packets_received,
          .send_rate = c.send_rate,
          .receive_rate = c.receive_rate,
          .last_seen = connection.last_seen,
          .rtt_us = connection.rtt_us.value_or(0),
          .state = connection.state};
}

void SetNumbers(const Numbers& numbers, Connection* connection) {
  connection->counters = {numbers.bytes_sent,       numbers.bytes_received, numbers.packets_sent,
                          numbers.packets_received, numbers.send_rate,      numbers.receive_rate};
  connection->last_seen = numbers.last_seen;
  connection->rtt_us = numbers.rtt_us == 0 ? std::nullopt : std::optional(numbers.rtt_us);
  connection->state = numbers.state;
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  // Fails only for messages with Any or bad timestamps, which the API does not have.
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "{}";
  return json;
}

}  // namespace rustnet::model
