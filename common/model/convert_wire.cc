// SPDX-License-Identifier: Apache-2.0
// A row as bytes on the wire, without a message in between: what goes to clients each tick.
// convert_test.cc holds it against the messages.
#include <string>

#include "common/model/convert.h"
#include "common/model/wire_writer.h"

namespace rustnet::model {
namespace {

void AppendTimestamp(uint32_t field, Time time, WireWriter& writer) {
  if (time == 0) return;
  const google::protobuf::Timestamp timestamp = ToTimestamp(time);
  writer.Sub(field, [&](WireWriter& sub) {
    sub.UInt(1, static_cast<uint64_t>(timestamp.seconds()));
    sub.UInt(2, static_cast<uint64_t>(timestamp.nanos()));
  });
}

template <typename Enum>
uint64_t Number(Enum value) {
  return static_cast<uint64_t>(value);
}

void AppendEndpoint(uint32_t field, const Endpoint& endpoint, WireWriter& writer) {
  writer.Sub(field, [&](WireWriter& sub) {
    sub.Text(1, endpoint.address);
    sub.UInt(2, endpoint.port);
    sub.UInt(3, Number(endpoint.kind));
    if (!endpoint.names.empty()) {
      sub.Sub(4, [&](WireWriter& name) {
        name.Text(1, endpoint.names.front().name);
        name.UInt(2, Number(endpoint.names.front().source));
      });
    }
    sub.Text(5, endpoint.country);
    sub.UInt(6, endpoint.asn);
  });
}

void AppendProcess(uint32_t field, const Process& process, WireWriter& writer) {
  writer.Sub(field, [&](WireWriter& sub) {
    if (process.pid) sub.Always(1, *process.pid);
    sub.Text(2, process.name);
    sub.Text(3, process.executable);
    if (process.uid) sub.Always(4, *process.uid);
    sub.UInt(5, Number(process.quality));
    sub.UInt(6, Number(process.reason));
    sub.UInt(7, process.start_time_ns);
    sub.UInt(8, process.exec_id);
    sub.Text(9, process.unit);
    if (process.container_id.empty() && process.pod_uid.empty()) return;
    sub.Sub(10, [&](WireWriter& container) {
      container.Text(1, process.container_id);
      container.Text(2, process.container_runtime);
      container.Text(3, process.pod_uid);
    });
  });
}

void AppendTcp(uint32_t field, const TcpMetrics& tcp, WireWriter& writer) {
  writer.Sub(field, [&](WireWriter& sub) {
    if (tcp.handshake_rtt_us) sub.Always(1, *tcp.handshake_rtt_us);
    sub.UInt(2, tcp.retransmissions);
    sub.UInt(3, tcp.out_of_order);
    sub.UInt(4, tcp.duplicate_acks);
    sub.UInt(5, tcp.fast_retransmissions);
    sub.UInt(6, tcp.gaps);
  });
}

}  // namespace

void AppendFacts(const Connection& connection, std::string* out) {
  WireWriter writer(out);
  writer.Fixed64(1, connection.id);
  writer.UInt(2, Number(connection.protocol));
  writer.UInt(3, Number(connection.direction));
  AppendEndpoint(5, connection.local, writer);
  AppendEndpoint(6, connection.remote, writer);
  if (connection.process.present()) AppendProcess(7, connection.process, writer);
  if (connection.peer_process) AppendProcess(8, *connection.peer_process, writer);
  const Application& application = connection.application;
  if (application.present()) {
    writer.Sub(9, [&](WireWriter& sub) {
      sub.Text(1, application.protocol);
      sub.Text(2, application.name);
      sub.Text(3, application.summary);
      for (const std::string& protocol : application.protocols) sub.Bytes(4, protocol);
      sub.UInt(5, Number(application.evidence));
    });
  }
  if (connection.tcp) AppendTcp(11, *connection.tcp, writer);
  AppendTimestamp(12, connection.first_seen, writer);
  writer.Text(14, connection.interface);
  writer.UInt(15, connection.historic ? 1 : 0);
  if (!connection.vlan_ids.empty()) {
    writer.Sub(16, [&](WireWriter& sub) {
      for (const uint32_t vlan : connection.vlan_ids) sub.Varint(vlan);
    });
  }
  writer.UInt(18, Number(connection.rtt_source));
  writer.Text(19, connection.state_text);
  writer.UInt(20, connection.ip_protocol);
  for (const std::string& carrier : connection.tunnel) writer.Bytes(21, carrier);
  writer.UInt(22, connection.idle_timeout_seconds);
  writer.UInt(23, connection.netns);
}

void AppendNumbers(const Numbers& numbers, std::string* out) {
  WireWriter writer(out);
  writer.UInt(4, Number(numbers.state));
  writer.Sub(10, [&](WireWriter& sub) {
    sub.UInt(1, numbers.bytes_sent);
    sub.UInt(2, numbers.bytes_received);
    sub.UInt(3, numbers.packets_sent);
    sub.UInt(4, numbers.packets_received);
    sub.UInt(5, numbers.send_rate);
    sub.UInt(6, numbers.receive_rate);
  });
  AppendTimestamp(13, numbers.last_seen, writer);
  if (numbers.rtt_us != 0) writer.Always(17, numbers.rtt_us);
}

}  // namespace rustnet::model
