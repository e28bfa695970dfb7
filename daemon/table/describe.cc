// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/describe.h"

#include <algorithm>

#include "common/base/text.h"
#include "daemon/table/application_text.h"

namespace rustnet {
namespace {

// Bounds that keep a row below 8 KiB, whoever chose its texts.
constexpr size_t kLongestName = 255;
constexpr size_t kLongestPath = 1024;
constexpr size_t kLongestArgument = 4096;
constexpr size_t kMostArguments = 64;

template <typename Ours, typename Theirs>
Ours Same(Theirs value) {
  return static_cast<Ours>(value);
}
static_assert(static_cast<int>(Quality::kNetnsUnique) ==
              static_cast<int>(model::Quality::kNetnsUnique));
static_assert(static_cast<int>(NoOwner::kReplay) == static_cast<int>(model::NoOwner::kReplay));
static_assert(static_cast<int>(net::Protocol::kLink) == static_cast<int>(model::Protocol::kLink));
static_assert(static_cast<int>(net::Protocol::kIgmp) == static_cast<int>(model::Protocol::kIgmp));

void DescribeProcess(const Party& party, model::Extent extent, model::Process* out) {
  *out = model::Process();
  out->quality = Same<model::Quality>(party.quality);
  if (party.quality == Quality::kNone || party.quality == Quality::kKernel) {
    out->reason = Same<model::NoOwner>(party.reason);
  }
  out->uid = party.owner();
  if (party.process == nullptr) return;
  const ProcessInfo& process = *party.process;
  out->pid = process.pid;
  out->name = Printable(process.name, kLongestName);
  out->executable = Printable(process.executable, kLongestPath);
  out->start_time_ns = process.start_time_ns;
  out->exec_id = process.exec_id;
  out->cgroup = Printable(process.cgroup, kLongestPath);
  out->unit = Printable(process.place.unit, kLongestName);
  out->container_id = Printable(process.place.container_id, kLongestName);
  out->container_runtime = process.place.container_runtime;
  out->pod_uid = process.place.pod_uid;
  if (extent == model::Extent::kRow) return;
  for (const std::string& argument : process.cmdline) {
    if (out->cmdline.size() == kMostArguments) break;
    out->cmdline.push_back(Printable(argument, kLongestArgument));
  }
  for (const ParentInfo& parent : process.parents) {
    out->parents.push_back({.pid = parent.pid,
                            .start_time_ns = parent.start_time_ns,
                            .name = Printable(parent.name, kLongestName),
                            .executable = Printable(parent.executable, kLongestPath)});
  }
  out->cwd = Printable(process.directory, kLongestPath);
  out->lsm_label = Printable(process.lsm_label, kLongestName);
  out->gid = process.gid;
  out->login_uid = process.login_uid;
  out->capabilities = process.capabilities;
  out->namespace_pid = process.namespace_pid;
  if (party.creator) {
    const ProcessInfo& creator = *party.creator;
    out->creator = {.pid = creator.pid,
                    .start_time_ns = creator.start_time_ns,
                    .exec_id = creator.exec_id,
                    .name = Printable(creator.name, kLongestName),
                    .executable = Printable(creator.executable, kLongestPath)};
  }
  if (party.thread_name) out->thread_name = Printable(*party.thread_name, kLongestName);
}

void DescribeEndpoint(const Record& record, uint8_t end, const Surroundings& around,
                      model::Endpoint* out) {
  out->names.clear();
  out->mac.clear();
  out->port = record.key.port[end];
  if (record.key.family == 0) {
    MacAddress mac{};
    std::copy_n(record.key.address[end].begin(), mac.size(), mac.begin());
    out->address = ToString(mac);
    out->ip = IpAddress();
    out->kind = (mac[0] & 1) != 0 ? model::AddressKind::kMulticast : model::AddressKind::kUnicast;
    return;
  }
  out->ip = record.key.ip(end);
  out->address = out->ip.ToString();
  out->kind = around.network.Kind(out->ip);
}

// Best first: what this flow itself says of its server, then what was seen elsewhere.
void DescribeNames(const Record& record, model::Endpoint* remote) {
  const bool remote_is_server = record.direction != model::Direction::kIncoming;
  if (remote_is_server && record.application) {
    const OwnName own = NameIn(*record.application);
    if (!own.name.empty()) remote->names.push_back({std::string(own.name), own.source});
  }
  if (!record.seen_name) return;
  if (!remote->names.empty() && remote->names.front().name == record.seen_name->name) return;
  remote->names.push_back({record.seen_name->name, record.seen_name->source});
}

void ProvedOrGuessed(const Record& record, const Surroundings& around, model::Extent extent,
                     model::Application* out) {
  *out = model::Application();
  if (record.application && !record.application->protocols.empty()) {
    DescribeApplication(*record.application, record.stage, extent == model::Extent::kDetail, out);
    return;
  }
  if (record.key.protocol == net::Protocol::kLink) {
    out->protocol = net::ProtocolName(record.key.protocol, record.key.ip_protocol);
    out->evidence = model::Evidence::kSignature;
    return;
  }
  if (around.service == nullptr) return;
  // The server's port: of the end that did not begin, else of the other.
  const uint8_t server =
      record.direction == model::Direction::kIncoming ? record.local : record.remote();
  for (const uint8_t end : {server, static_cast<uint8_t>(server ^ 1)}) {
    const std::string_view guess = around.service(record.key.port[end], record.key.protocol);
    if (guess.empty()) continue;
    out->protocol = guess;
    out->evidence = model::Evidence::kPort;
    return;
  }
}

template <typename Number>
std::optional<Number> IfAny(Number value) {
  return value == 0 ? std::nullopt : std::optional(value);
}

model::KernelTcp DescribeKernelTcp(const KernelTcp& tcp) {
  model::KernelTcp out;
  out.smoothed_rtt_us = IfAny(tcp.smoothed_rtt_us);
  out.rtt_variance_us = IfAny(tcp.rtt_variance_us);
  out.minimum_rtt_us = IfAny(tcp.minimum_rtt_us);
  out.congestion_window = IfAny(tcp.congestion_window);
  out.mss = IfAny(tcp.mss);
  out.delivery_rate = IfAny(tcp.delivery_rate);
  out.retransmissions = tcp.retransmissions;
  out.bytes_acked = tcp.bytes_acked;
  out.bytes_received = tcp.bytes_received;
  out.bytes_sent = tcp.bytes_sent;
  out.final = tcp.final;
  return out;
}

void DescribeTcp(const Record& record, model::Extent extent, model::Connection* out) {
  if (record.key.protocol != net::Protocol::kTcp) {
    out->tcp.reset();
    return;
  }
  const net::TcpMetrics& metrics = record.metrics;
  model::TcpMetrics tcp;
  if (metrics.handshake_rtt_us != 0) tcp.handshake_rtt_us = metrics.handshake_rtt_us;
  tcp.retransmissions = metrics.retransmissions;
  tcp.out_of_order = metrics.out_of_order;
  tcp.duplicate_acks = metrics.duplicate_acks;
  tcp.fast_retransmissions = metrics.fast_retransmissions;
  tcp.gaps = metrics.gaps;
  if (extent == model::Extent::kDetail) {
    if (metrics.smoothed_rtt_us != 0) tcp.smoothed_rtt_us = metrics.smoothed_rtt_us;
    if (metrics.window_bytes != 0) tcp.window_bytes = metrics.window_bytes;
    tcp.payload_sent = record.payload_sent;
    tcp.payload_received = record.payload_received;
    if (record.kernel_tcp) tcp.kernel = DescribeKernelTcp(*record.kernel_tcp);
  }
  out->tcp = tcp;
}

// From the socket's side to the other, without the interface that the row names.
// The innermost carrier has its number: "gre", "vxlan:42".
void DescribeTunnel(const Record& record, std::vector<std::string>* out) {
  out->clear();
  for (const net::Carrier carrier : record.carriers) {
    if (carrier != net::Carrier::kNone) out->push_back(net::CarrierName(carrier));
  }
  if (!out->empty() && record.carrier_id != 0) {
    out->back() += ":" + std::to_string(record.carrier_id);
  }
}

void DescribePath(const Path& path, const Surroundings& around, model::Connection* out) {
  for (const Copy& copy : path.copies()) {
    if (&copy == &path.nearest()) continue;
    out->copies.push_back({.interface = around.handles[copy.sighting.key.handle].interface,
                           .packets = copy.counters[0].packets + copy.counters[1].packets,
                           .bytes = copy.counters[0].bytes + copy.counters[1].bytes});
  }
}

model::State QuicStateOf(net::Stage stage) {
  switch (stage) {
    case net::Stage::kQuicInitial:
      return model::State::kQuicInitial;
    case net::Stage::kQuicHandshake:
      return model::State::kQuicHandshake;
    case net::Stage::kQuicConnected:
      return model::State::kQuicConnected;
    case net::Stage::kQuicDraining:
      return model::State::kQuicDraining;
    case net::Stage::kQuicClosed:
      return model::State::kQuicClosed;
    default:
      return model::State::kUnspecified;
  }
}

model::State TcpStateOf(net::TcpState state) {
  switch (state) {
    case net::TcpState::kNone:
      return model::State::kTcpUnknown;
    case net::TcpState::kSynSent:
      return model::State::kTcpSynSent;
    case net::TcpState::kSynReceived:
      return model::State::kTcpSynReceived;
    case net::TcpState::kEstablished:
      return model::State::kTcpEstablished;
    case net::TcpState::kFinWait1:
      return model::State::kTcpFinWait1;
    case net::TcpState::kFinWait2:
      return model::State::kTcpFinWait2;
    case net::TcpState::kCloseWait:
      return model::State::kTcpCloseWait;
    case net::TcpState::kClosing:
      return model::State::kTcpClosing;
    case net::TcpState::kLastAck:
      return model::State::kTcpLastAck;
    case net::TcpState::kTimeWait:
      return model::State::kTcpTimeWait;
    case net::TcpState::kClosed:
      return model::State::kTcpClosed;
    case net::TcpState::kReset:
      return model::State::kTcpReset;
  }
  return model::State::kTcpUnknown;
}

}  // namespace

model::State StateOf(const net::FlowView& flow, uint8_t local) {
  if (flow.key.protocol == net::Protocol::kTcp) {
    const bool began = local == (flow.initiator & 1);
    const bool peer_known = flow.tcp_peer != net::TcpState::kNone;
    return TcpStateOf(began || !peer_known ? flow.tcp : flow.tcp_peer);
  }
  if (flow.key.protocol != net::Protocol::kUdp) return model::State::kUnspecified;
  if (net::IsQuic(flow.stage)) return QuicStateOf(flow.stage);
  if (flow.udp == net::UdpState::kIdle) return model::State::kUdpIdle;
  if (flow.udp == net::UdpState::kStale) return model::State::kUdpStale;
  return model::State::kUdpActive;
}

void Describe(const Record& record, const Surroundings& around, model::Extent extent,
              model::Connection* out) {
  out->id = record.id;
  out->protocol = Same<model::Protocol>(record.key.protocol);
  out->direction = record.direction;
  DescribeEndpoint(record, record.local, around, &out->local);
  DescribeEndpoint(record, record.remote(), around, &out->remote);
  DescribeNames(record, &out->remote);
  if (extent == model::Extent::kDetail && record.remote_mac != MacAddress{}) {
    out->remote.mac = ToString(record.remote_mac);
  }
  DescribeProcess(record.party, extent, &out->process);
  if (record.peer) {
    if (!out->peer_process) out->peer_process.emplace();
    DescribeProcess(*record.peer, extent, &*out->peer_process);
  } else {
    out->peer_process.reset();
  }
  ProvedOrGuessed(record, around, extent, &out->application);
  model::SetNumbers(record.numbers, out);
  DescribeTcp(record, extent, out);
  out->first_seen = record.first;
  const Surroundings::Handle& handle = around.handles[record.key.handle];
  out->interface = handle.interface;
  out->netns = handle.netns;
  out->historic = record.historic;
  out->vlan_ids.assign(record.vlans.begin(),
                       record.vlans.begin() + std::min<int>(record.vlan_count, 4));
  out->rtt_source = record.rtt_source;
  out->state_text = ControlStateText(record);
  out->ip_protocol =
      record.key.protocol == net::Protocol::kIpOther ? record.key.ip_protocol : uint32_t{0};
  DescribeTunnel(record, &out->tunnel);
  out->idle_timeout_seconds = record.idle_timeout_seconds;
  out->copies.clear();
  if (record.path && extent == model::Extent::kDetail) DescribePath(*record.path, around, out);
}

bool NeedsMask(const Record& record, uint32_t uid) {
  const auto hidden = [uid](const Party& party) {
    return party.quality != Quality::kUnspecified && party.owner() != uid;
  };
  return hidden(record.party) || (record.peer && hidden(*record.peer));
}

}  // namespace rustnet
