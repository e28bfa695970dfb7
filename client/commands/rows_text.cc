// SPDX-License-Identifier: Apache-2.0
#include "client/commands/rows_text.h"

#include <algorithm>

#include "client/stream/row.h"
#include "client/text/facts.h"
#include "client/text/format.h"
#include "common/model/convert.h"

namespace rustnet::client {
namespace {

std::string Number(uint64_t number) { return std::to_string(number); }

std::string BytesText(uint64_t bytes) { return bytes == 0 ? "0" : RateText(bytes); }

// "4 129 bytes in 12 packets, now 3K/s".
std::string TrafficText(uint64_t bytes, uint64_t packets, uint64_t rate) {
  std::string text = Grouped(bytes) + " bytes in " + Grouped(packets) + " packets";
  return rate == 0 ? text : text + ", now " + RateText(rate) + "/s";
}

// "key           value", if there is one.
void Pair(Output* out, std::string_view key, std::string_view value) {
  if (value.empty()) return;
  std::string line(key);
  line.resize(std::max<size_t>(18, line.size() + 1), ' ');
  out->Line(line.append(value));
}

// "exact: it was seen to …".
std::string WithMeaning(std::string_view word, std::string_view meaning) {
  return std::string(word) + (meaning.empty() ? "" : ": ") + std::string(meaning);
}

void PrintProcess(Output* out, const std::string& title, const model::Process& process) {
  const auto key = [&](std::string_view name) { return title + " " + std::string(name); };
  Pair(out, key("name"), process.name);
  if (process.pid) Pair(out, key("pid"), Number(*process.pid));
  Pair(out, key("executable"), process.executable);
  Pair(out, key("command"), Joined(process.cmdline, " "));
  Pair(out, key("directory"), process.cwd);
  Pair(out, key("lsm label"), process.lsm_label);
  if (process.uid) Pair(out, key("uid"), Number(*process.uid));
  if (process.gid) Pair(out, key("gid"), Number(*process.gid));
  if (process.login_uid) Pair(out, key("login uid"), Number(*process.login_uid));
  if (process.namespace_pid && process.namespace_pid != process.pid) {
    Pair(out, key("pid inside"), Number(*process.namespace_pid));
  }
  if (process.thread_name != process.name) Pair(out, key("thread"), process.thread_name);
  Pair(out, key("unit"), process.unit);
  Pair(out, key("container"), ContainerText(process, true));
  Pair(out, key("pod"), process.pod_uid);
  Pair(out, key("cgroup"), process.cgroup);
  for (const model::ProcessRef& parent : process.parents) {
    Pair(out, key("parent"), RefText(parent));
  }
  if (process.creator) Pair(out, key("creator"), RefText(*process.creator));
  if (process.capabilities) {
    Pair(out, key("capabilities"), CapabilitiesText(*process.capabilities));
  }
  if (process.quality != model::Quality::kUnspecified) {
    Pair(out, key("quality"), WithMeaning(model::Name(process.quality), Meaning(process.quality)));
  }
  if (process.reason != model::NoOwner::kUnspecified) {
    Pair(out, key("reason"), WithMeaning(model::Name(process.reason), Meaning(process.reason)));
  }
}

// "captured 90 bytes, kernel 100 bytes: 10 not captured".  `more`: why packets can show more.
std::string PayloadText(uint64_t captured, uint64_t kernel, std::string_view more) {
  std::string text =
      "captured " + Grouped(captured) + " bytes, kernel " + Grouped(kernel) + " bytes: ";
  if (captured == kernel) return text + "no difference";
  if (captured < kernel) return text + Grouped(kernel - captured) + " not captured";
  return text + Grouped(captured - kernel) + " " + std::string(more);
}

// What packets show, what the kernel says of the local end's socket, and what lies between.
void PrintTcp(Output* out, const model::TcpMetrics& tcp) {
  std::vector<std::string> captured;
  if (tcp.smoothed_rtt_us) captured.push_back("round trip " + PreciseRtt(*tcp.smoothed_rtt_us));
  if (tcp.handshake_rtt_us) captured.push_back("handshake " + PreciseRtt(*tcp.handshake_rtt_us));
  captured.push_back("retransmissions " + Number(tcp.retransmissions));
  captured.push_back("out of order " + Number(tcp.out_of_order));
  captured.push_back("duplicate acks " + Number(tcp.duplicate_acks));
  captured.push_back("segments missed " + Number(tcp.gaps));
  Pair(out, "tcp captured", Joined(captured, ", "));
  if (!tcp.kernel) return;
  const model::KernelTcp& kernel = *tcp.kernel;
  std::vector<std::string> told;
  if (kernel.smoothed_rtt_us) told.push_back("round trip " + PreciseRtt(*kernel.smoothed_rtt_us));
  if (kernel.rtt_variance_us) told.push_back("variance " + PreciseRtt(*kernel.rtt_variance_us));
  if (kernel.minimum_rtt_us) told.push_back("minimum " + PreciseRtt(*kernel.minimum_rtt_us));
  told.push_back("retransmissions " + Number(kernel.retransmissions));
  if (kernel.congestion_window) told.push_back("window " + Number(*kernel.congestion_window));
  if (kernel.mss) told.push_back("mss " + Number(*kernel.mss));
  if (kernel.delivery_rate) told.push_back("delivers " + RateText(*kernel.delivery_rate) + "/s");
  if (kernel.final) told.emplace_back("closed");
  Pair(out, "tcp kernel", Joined(told, ", "));
  // The kernel is asked once a second: of a socket that is open it may not have told the last
  // bytes.
  const auto more = [&](std::string_view why) {
    return kernel.final ? std::string(why) : std::string(why) + " or not told yet";
  };
  Pair(out, "payload sent",
       PayloadText(tcp.payload_sent, kernel.bytes_sent, more("captured twice")));
  // The kernel counts the FIN, and nothing that came again.
  Pair(out, "payload received",
       PayloadText(tcp.payload_received, kernel.bytes_received, more("came again")));
}

void PrintEndpoint(Output* out, const std::string& title, const model::Endpoint& end) {
  Pair(out, title, end.port == 0 ? end.address : end.address + " port " + Number(end.port));
  for (const model::RemoteName& name : end.names) {
    Pair(out, title + " name", name.name + " (" + std::string(model::Name(name.source)) + ")");
  }
  Pair(out, title + " country", end.country);
  if (end.asn != 0) Pair(out, title + " asn", Number(end.asn));
  Pair(out, title + " mac", end.mac);
}

// Both, where both ends are here.
std::string OwnersText(const model::Connection& row) {
  std::string text = ProcessText(row);
  if (row.peer_process && row.peer_process->pid) {
    text += " → " + row.peer_process->name + " (" + Number(*row.peer_process->pid) + ")";
  }
  return text;
}

}  // namespace

std::vector<TextColumn> ConnectionColumns() {
  return {{"ID", false, 20},     {"PROTO", false, 5}, {"PROCESS", false, 20}, {"LOCAL", false, 21},
          {"REMOTE", false, 21}, {"APP", false, 12},  {"STATE", false, 11},   {"RTT", true, 5},
          {"DOWN/s", true, 6},   {"UP/s", true, 6},   {"RECEIVED", true, 8},  {"SENT", true, 8}};
}

std::vector<std::string> ConnectionRow(const model::Connection& row) {
  return {Number(row.id),
          std::string(model::Name(row.protocol)),
          OwnersText(row),
          LocalText(row, false).text,
          RemoteText(row, true, false).text,
          ApplicationText(row, true),
          StateText(row, false),
          RttText(row.rtt_us),
          RateText(row.counters.receive_rate),
          RateText(row.counters.send_rate),
          BytesText(row.counters.bytes_received),
          BytesText(row.counters.bytes_sent)};
}

std::vector<std::string> CsvColumns() {
  return {"id",
          "protocol",
          "direction",
          "state",
          "local_address",
          "local_port",
          "remote_address",
          "remote_port",
          "remote_name",
          "pid",
          "process",
          "executable",
          "uid",
          "quality",
          "application",
          "app_name",
          "app_summary",
          "bytes_sent",
          "bytes_received",
          "packets_sent",
          "packets_received",
          "send_rate",
          "receive_rate",
          "rtt_us",
          "first_seen",
          "last_seen",
          "interface",
          "historic"};
}

std::vector<std::string> CsvRow(const model::Connection& row) {
  const model::Process& process = row.process;
  return {Number(row.id),
          std::string(model::Name(row.protocol)),
          std::string(model::Name(row.direction)),
          model::StateText(row),
          row.local.address,
          Number(row.local.port),
          row.remote.address,
          Number(row.remote.port),
          row.remote.names.empty() ? "" : row.remote.names.front().name,
          process.pid ? Number(*process.pid) : "",
          process.name,
          process.executable,
          process.uid ? Number(*process.uid) : "",
          std::string(model::Name(process.quality)),
          row.application.protocol,
          row.application.name,
          row.application.summary,
          Number(row.counters.bytes_sent),
          Number(row.counters.bytes_received),
          Number(row.counters.packets_sent),
          Number(row.counters.packets_received),
          Number(row.counters.send_rate),
          Number(row.counters.receive_rate),
          row.rtt_us ? Number(*row.rtt_us) : "",
          Rfc3339(row.first_seen),
          Rfc3339(row.last_seen),
          row.interface,
          row.historic ? "true" : "false"};
}

void PrintDetails(const v1::GetConnectionResponse& response, Output* out) {
  const auto row = RowFromProto(response.connection());
  Pair(out, "id", Number(row->id));
  Pair(out, "protocol", model::Name(row->protocol));
  Pair(out, "state", StateText(*row, false));
  Pair(out, "direction", model::Name(row->direction));
  Pair(out, "interface", row->interface);
  PrintEndpoint(out, "local", row->local);
  PrintEndpoint(out, "remote", row->remote);
  PrintProcess(out, "process", row->process);
  if (row->peer_process) PrintProcess(out, "peer", *row->peer_process);
  Pair(out, "application", ApplicationText(*row, false));
  Pair(out, "protocols", Joined(row->application.protocols, " > "));
  for (const model::Application::Field& field : row->application.fields) {
    Pair(out, "  " + field.name, Joined(field.values, ", "));
  }
  const model::Counters& counters = row->counters;
  Pair(out, "received",
       TrafficText(counters.bytes_received, counters.packets_received, counters.receive_rate));
  Pair(out, "sent", TrafficText(counters.bytes_sent, counters.packets_sent, counters.send_rate));
  std::vector<std::string> copies;
  for (const model::InterfaceCopy& copy : row->copies) {
    copies.push_back(copy.interface + " " + TrafficText(copy.bytes, copy.packets, 0));
  }
  Pair(out, "also on", Joined(copies, " > "));
  if (row->rtt_us) {
    const std::string_view source = SourceText(row->rtt_source);
    Pair(out, "round trip",
         PreciseRtt(*row->rtt_us) + (source.empty() ? "" : " (" + std::string(source) + ")"));
  }
  if (row->tcp) PrintTcp(out, *row->tcp);
  Pair(out, "first seen", Rfc3339(row->first_seen));
  Pair(out, "last seen", Rfc3339(row->last_seen));
  Pair(out, "tunnel", Joined(row->tunnel, " > "));
}

}  // namespace rustnet::client
