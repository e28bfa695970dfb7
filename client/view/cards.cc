// SPDX-License-Identifier: Apache-2.0
#include "client/view/cards.h"

#include <algorithm>
#include <utility>

#include "client/text/facts.h"
#include "client/text/format.h"
#include "common/model/service.h"

namespace rustnet::client {
namespace {

using model::Connection;

std::string Number(uint64_t number) { return std::to_string(number); }

class Builder {
 public:
  Builder(std::string title, bool right) : card_{std::move(title), right, {}} {}

  void Add(std::string_view label, std::string_view value, Token token = Token::kText) {
    if (value.empty()) return;
    card_.lines.push_back({std::string(label), std::string(value), token, false});
  }
  void AddColumns(std::string_view label, std::string value, Token token) {
    card_.lines.push_back({std::string(label), std::move(value), token, true});
  }
  void MoveTo(std::vector<Card>* cards) {
    if (!card_.lines.empty()) cards->push_back(std::move(card_));
  }

 private:
  Card card_;
};

bool Gone(const Model& model) {
  if (!model.selected) return false;
  const std::optional<Slot> slot = model.table.Find(*model.selected);
  return slot && model.table.Gone(*slot);
}

std::string AddressKindText(const model::Endpoint& end) {
  if (end.kind == model::AddressKind::kMulticast) return "  multicast";
  if (end.kind == model::AddressKind::kBroadcast) return "  broadcast";
  if (end.kind == model::AddressKind::kGateway) return "  gateway";
  if (end.ip.IsLoopback()) return "  loopback";
  return end.ip.IsLinkLocal() ? "  link-local" : "";
}

// "" while it goes on.
std::string_view EndOf(const Connection& row) {
  switch (row.state) {
    case model::State::kTcpClosed:
    case model::State::kTcpReset:
    case model::State::kQuicClosed:
      return "closed";
    case model::State::kTcpFinWait1:
    case model::State::kTcpFinWait2:
    case model::State::kTcpCloseWait:
    case model::State::kTcpClosing:
    case model::State::kTcpLastAck:
    case model::State::kTcpTimeWait:
    case model::State::kQuicDraining:
      return "closing";
    default:
      return "";
  }
}

void AddStatus(const Model& model, const Connection& row, Builder* card) {
  std::string last = ", last packet " + AgeText(model.wall - row.last_seen) + " ago";
  if (row.historic) return card->Add("Status", "closed" + last, Token::kClosed);
  if (Gone(model)) return card->Add("Status", "ended" + last, Token::kClosed);
  if (row.idle_timeout_seconds != 0) {
    last += ", times out after " + Number(row.idle_timeout_seconds) + " s";
  }
  const std::string_view end = EndOf(row);
  if (!end.empty()) return card->Add("Status", std::string(end) + last, Token::kClosed);
  switch (StalenessOf(row, model.wall)) {
    case Staleness::kFresh:
      return card->Add("Status", "active" + last);
    case Staleness::kStale:
      return card->Add("Status", "idle" + last, Token::kStale1);
    case Staleness::kVeryStale:
      return card->Add("Status", "about to time out" + last, Token::kStale2);
  }
}

std::string NamesText(const model::Endpoint& end) {
  std::vector<std::string> texts;
  for (const model::RemoteName& name : end.names) {
    texts.push_back(name.name + " (" + std::string(SourceText(name.source)) + ")");
  }
  return Joined(texts, ", ");
}

std::string ServiceText(const Connection& row) {
  const std::string_view name = model::ServiceName(row);
  if (name.empty()) return "";
  const bool of_remote = model::ServiceName(row.protocol, row.remote.port) == name;
  const uint32_t port = of_remote ? row.remote.port : row.local.port;
  return std::string(name) + " (" + Number(port) + "/" + std::string(model::Name(row.protocol)) +
         ")";
}

std::string StateLine(const Connection& row) {
  std::string text = model::StateText(row);
  if (!text.empty() && row.tcp && row.tcp->handshake_rtt_us) {
    text += " (handshake " + PreciseRtt(*row.tcp->handshake_rtt_us) + ")";
  }
  return text;
}

// Where its packets passed, beside the interface that they are counted at.
std::string PathText(const Connection& row) {
  std::vector<std::string> texts;
  for (const model::InterfaceCopy& copy : row.copies) {
    texts.push_back(copy.interface + " " + VolumeText(copy.bytes, copy.packets));
  }
  return Joined(texts, " > ");
}

void AddConnection(const Model& model, const Connection& row, std::vector<Card>* cards) {
  Builder card("Connection", false);
  Connection bare;
  bare.protocol = row.protocol;
  std::string protocol = ApplicationLabel(bare);
  if (!row.application.protocol.empty()) {
    std::string application = ApplicationLabel(row);
    if (!row.application.summary.empty()) application += " " + row.application.summary;
    if (application != protocol) protocol += " · " + application;
  }
  card.Add("Protocol", protocol);
  AddStatus(model, row, &card);
  // The arrow of the title tells the others apart.
  if (row.direction == model::Direction::kLocal) card.Add("Direction", "local, both ends are here");
  if (row.direction == model::Direction::kTransit) card.Add("Direction", "transit, no end is here");
  card.Add("Local", LocalText(row, false).text + "  " + row.interface);
  card.Add("Remote", RemoteText(row, true, false).text, Token::kInfo);
  if (!row.remote.names.empty()) {
    card.Add("Address", row.remote.address + AddressKindText(row.remote));
    card.Add("Name from", NamesText(row.remote));
  }
  card.Add("State", StateLine(row));
  card.Add("Service", ServiceText(row));
  card.Add("Tunnel", Joined(row.tunnel, " > "));
  if (row.netns != 0) card.Add("Namespace", "network namespace " + Number(row.netns));
  card.MoveTo(cards);
}

std::string UserText(const Model& model, uint32_t uid) {
  std::string text = "uid " + Number(uid);
  const std::string name = model.user_name == nullptr ? "" : model.user_name(uid);
  return name.empty() ? text : text + " " + name;
}

std::string ProcessLine(const Model& model, const model::Process& process) {
  Connection carrier;
  carrier.process = process;
  std::string text = ProcessName(carrier);
  if (process.pid) text += "  pid " + Number(*process.pid);
  if (process.namespace_pid && process.namespace_pid != process.pid) {
    text += " (" + Number(*process.namespace_pid) + " in its namespace)";
  }
  if (process.uid) text += "  " + UserText(model, *process.uid);
  return text;
}

void AddMatch(const model::Process& process, Builder* card) {
  if (process.quality != model::Quality::kUnspecified && process.quality != model::Quality::kNone) {
    const std::string_view meaning = Meaning(process.quality);
    card->Add("Match", std::string(model::Name(process.quality)) +
                           (meaning.empty() ? "" : ": " + std::string(meaning)));
  }
  if (process.reason != model::NoOwner::kUnspecified &&
      process.quality != model::Quality::kKernel) {
    card->Add(
        "Unknown",
        std::string(model::Name(process.reason)) + ": " + std::string(Meaning(process.reason)),
        Token::kWarn);
  }
}

void AddProcess(const Model& model, const model::Process& process, std::string title,
                std::vector<Card>* cards) {
  Builder card(std::move(title), false);
  card.Add("Process", ProcessLine(model, process));
  if (process.thread_name != process.name) card.Add("Thread", process.thread_name);
  card.Add("Executable", process.executable);
  card.Add("Command", Joined(process.cmdline, " "));
  card.Add("Directory", process.cwd);
  card.Add("LSM label", process.lsm_label);
  card.Add("Tree", TreeText(process));
  card.Add("Unit", process.unit);
  card.Add("Container", ContainerText(process, true));
  card.Add("Pod", process.pod_uid);
  card.Add("Cgroup", process.cgroup);
  if (process.gid) card.Add("Group", "gid " + Number(*process.gid));
  if (process.login_uid && process.login_uid != process.uid) {
    card.Add("Logged in", UserText(model, *process.login_uid));
  }
  if (process.creator) card.Add("Creator", RefText(*process.creator));
  AddMatch(process, &card);
  if (process.capabilities) card.Add("Security", "caps " + CapabilitiesText(*process.capabilities));
  card.MoveTo(cards);
}

void AddApplication(const Connection& row, std::vector<Card>* cards) {
  const model::Application& application = row.application;
  if (application.protocol.empty()) return;
  Builder card("Application: " + ApplicationLabel(row), true);
  if (application.protocols.size() > 1) {
    card.Add("Protocols", Joined(application.protocols, " > "));
  }
  card.Add("Name", application.name, Token::kInfo);
  card.Add("Told by", EvidenceText(application.evidence));
  for (const model::Application::Field& field : application.fields) {
    card.Add(field.name, Joined(field.values, ", "));
  }
  card.MoveTo(cards);
}

void AddNetwork(const Connection& row, std::vector<Card>* cards) {
  Builder card("Network", true);
  const model::Counters& counters = row.counters;
  card.Add("Received", VolumeText(counters.bytes_received, counters.packets_received));
  card.Add("Sent", VolumeText(counters.bytes_sent, counters.packets_sent));
  card.Add("Also on", PathText(row));
  card.Add("Local MAC", row.local.mac);
  card.Add("Remote MAC", row.remote.mac);
  card.Add("Country", row.remote.country);
  if (row.remote.asn != 0) card.Add("ASN", "AS" + Number(row.remote.asn));
  std::vector<std::string> vlans;
  for (const uint32_t id : row.vlan_ids) vlans.push_back(Number(id));
  card.Add("VLAN", Joined(vlans, " > "));
  card.MoveTo(cards);
}

void AddTransport(const Connection& row, bool detailed, std::vector<Card>* cards) {
  Builder card("Transport", true);
  if (!row.tcp || !detailed) {
    if (row.rtt_us) {
      const std::string_view source = SourceText(row.rtt_source);
      card.Add("RTT",
               PreciseRtt(*row.rtt_us) + (source.empty() ? "" : " (" + std::string(source) + ")"));
    }
    return card.MoveTo(cards);
  }
  const bool kernel = row.tcp->kernel.has_value();
  const auto columns = [&](std::string_view a, std::string_view b, std::string_view c) {
    constexpr size_t kWidth = 14;
    std::string text(a);
    if (!kernel) return text;
    text.resize(std::max(kWidth, text.size() + 1), ' ');
    text += b;
    text.resize(std::max(2 * kWidth, text.size() + 1), ' ');
    return text.append(c);
  };
  card.AddColumns("", columns("Packets", "Kernel", "Difference"), Token::kLabel);
  for (const TwoSided& one : TransportTable(*row.tcp)) {
    const bool lost = one.difference.size() > 1 && one.difference[0] == '-';
    card.AddColumns(one.label, columns(one.packets, one.kernel, one.difference),
                    lost && one.label != "RTT" ? Token::kWarn : Token::kText);
  }
  if (kernel && row.tcp->kernel->final) card.Add("Socket", "closed: the kernel's last numbers");
  card.MoveTo(cards);
}

}  // namespace

std::optional<Connection> KnownOf(const Model& model) {
  const Connection* row = LookedAt(model);
  if (row == nullptr) return std::nullopt;
  if (model.detail.row == nullptr || model.detail.id != row->id) return *row;
  Connection known = *model.detail.row;
  if (Gone(model)) return known;
  // The stream is ahead of the last answer.
  known.counters = row->counters;
  known.state = row->state;
  known.state_text = row->state_text;
  known.last_seen = row->last_seen;
  known.rtt_us = row->rtt_us;
  known.rtt_source = row->rtt_source;
  known.historic = row->historic;
  return known;
}

std::vector<Card> CardsOf(const Model& model, const Connection& row) {
  const bool detailed = model.detail.row != nullptr && model.detail.id == row.id;
  std::vector<Card> cards;
  AddConnection(model, row, &cards);
  AddProcess(model, row.process, "Process", &cards);
  if (row.peer_process) AddProcess(model, *row.peer_process, "Peer process", &cards);
  AddApplication(row, &cards);
  AddNetwork(row, &cards);
  AddTransport(row, detailed, &cards);
  return cards;
}

}  // namespace rustnet::client
