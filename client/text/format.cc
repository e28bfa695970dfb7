// SPDX-License-Identifier: Apache-2.0
#include "client/text/format.h"

#include <cinttypes>
#include <cstdio>

#include "common/base/text.h"
#include "common/model/service.h"

namespace rustnet::client {
namespace {

using model::Connection;

template <typename... Args>
std::string Print(const char* format, Args... args) {
  char buffer[64];
  const int length = std::snprintf(buffer, sizeof(buffer), format, args...);
  return std::string(buffer, static_cast<size_t>(length));
}

std::string_view ReasonText(model::NoOwner reason) {
  switch (reason) {
    case model::NoOwner::kPending:
      return "? pending";
    case model::NoOwner::kNotLocal:
      return "? not local";
    case model::NoOwner::kForwarded:
      return "? forwarded";
    case model::NoOwner::kSocketClosedBeforeStart:
      return "? socket closed";
    case model::NoOwner::kOtherNetns:
      return "? other namespace";
    case model::NoOwner::kLostEvent:
      return "? event lost";
    case model::NoOwner::kKernel:
      return "kernel";
    case model::NoOwner::kBackendLimit:
      return "? not visible";
    case model::NoOwner::kReplay:
      return "? capture file";
    case model::NoOwner::kUnspecified:
      break;
  }
  return "?";
}

struct Spelling {
  std::string_view name;
  std::string_view label;
};

// Names that are not simply written in capitals.
constexpr Spelling kSpellings[] = {
    {"postgresql", "PostgreSQL"}, {"postgres", "PostgreSQL"},
    {"mysql", "MySQL"},           {"redis", "Redis"},
    {"mongodb", "MongoDB"},       {"wireguard", "WireGuard"},
    {"bittorrent", "BitTorrent"}, {"mdns", "mDNS"},
    {"openvpn", "OpenVPN"},       {"memcached", "Memcached"},
    {"kafka", "Kafka"},           {"netbios", "NetBIOS"},
    {"dnscrypt", "DNSCrypt"},     {"doh", "DoH"},
    {"http2", "HTTP/2"},          {"cassandra", "Cassandra"},
    {"telnet", "Telnet"},         {"icmpv6", "ICMPv6"},
    {"dhcpv6", "DHCPv6"},         {"sctp", "SCTP"},
};

std::string ProtocolLabel(std::string_view name) {
  for (const Spelling& spelling : kSpellings) {
    if (spelling.name == name) return std::string(spelling.label);
  }
  std::string label(name);
  for (char& c : label) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return label;
}

bool HasPorts(model::Protocol protocol) {
  return protocol == model::Protocol::kTcp || protocol == model::Protocol::kUdp ||
         protocol == model::Protocol::kSctp;
}

const model::RemoteName* NameOf(const model::Endpoint& end) {
  return end.names.empty() || end.names.front().name.empty() ? nullptr : &end.names.front();
}

// "192.0.2.1", "[2001:db8::1]" before a port.
std::string Bare(const model::Endpoint& end, bool ports) {
  if (end.address.empty()) return "-";
  return ports && end.ip.is_v6() ? "[" + end.address + "]" : end.address;
}

AddressText EndText(const Connection& row, const model::Endpoint& end, bool names, bool services) {
  AddressText result;
  const model::RemoteName* name = names ? NameOf(end) : nullptr;
  const bool ports = HasPorts(row.protocol) && end.port != 0;
  if (end.kind == model::AddressKind::kMulticast) result.text = "mcast ";
  if (end.kind == model::AddressKind::kBroadcast) result.text = "bcast ";
  if (name != nullptr) {
    const bool stated =
        name->source == model::NameSource::kSni || name->source == model::NameSource::kHttpHost;
    if (!stated) result.text += '~';
    result.text += name->name;
  } else {
    result.text += Bare(end, ports);
  }
  if (ports) {
    const std::string_view service = services ? model::ServiceName(row.protocol, end.port) : "";
    const std::string tail =
        ":" + (service.empty() ? std::to_string(end.port) : std::string(service));
    result.text += tail;
    result.tail = tail.size();
  }
  if (end.kind == model::AddressKind::kGateway) result.text += " (gw)";
  return result;
}

struct Short {
  model::State state;
  std::string_view text;
};

constexpr Short kShortStates[] = {
    {model::State::kTcpSynSent, "SYN→"},      {model::State::kTcpSynReceived, "SYN←"},
    {model::State::kTcpEstablished, "ESTAB"}, {model::State::kTcpFinWait1, "FIN-W1"},
    {model::State::kTcpFinWait2, "FIN-W2"},   {model::State::kTcpCloseWait, "C-WAIT"},
    {model::State::kTcpLastAck, "L-ACK"},     {model::State::kTcpTimeWait, "T-WAIT"},
    {model::State::kQuicInitial, "INIT"},     {model::State::kQuicHandshake, "HSHAKE"},
    {model::State::kQuicConnected, "CONN"},   {model::State::kQuicDraining, "DRAIN"},
};

}  // namespace

std::string RateText(uint64_t rate) {
  if (rate == 0) return "-";
  if (rate < 1024) return std::to_string(rate) + "B";
  static constexpr char kUnits[] = "KMGTPE";
  // In tenths of the unit, so that rounding never shows a sixth cell ("1024.0K").
  double value = static_cast<double>(rate) / 1024;
  size_t unit = 0;
  while (value >= 1023.5 && unit + 1 < sizeof(kUnits) - 1) {
    value /= 1024;
    ++unit;
  }
  if (unit == 0 || value >= 99.95) return Print("%.0f%c", value, kUnits[unit]);
  return Print("%.1f%c", value, kUnits[unit]);
}

std::string RttText(std::optional<uint32_t> microseconds) {
  if (!microseconds) return "-";
  const double ms = static_cast<double>(*microseconds) / 1000;
  if (ms < 9.95) return Print("%.1fms", ms);
  if (ms < 999.5) return Print("%.0fms", ms);
  const double seconds = ms / 1000;
  return seconds < 99.95 ? Print("%.1fs", seconds) : Print("%.0fs", seconds);
}

std::string Grouped(uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ' ';
    text += digits[i];
  }
  return text;
}

std::string AgeText(Duration age) {
  const int64_t seconds = age / kSecond;
  if (seconds < 120) return Print("%" PRId64 " s", seconds < 0 ? int64_t{0} : seconds);
  if (seconds < 2 * 3600) return Print("%" PRId64 " min", seconds / 60);
  if (seconds < 48 * 3600) return Print("%" PRId64 " h", seconds / 3600);
  return Print("%" PRId64 " d", seconds / 86400);
}

std::string ProcessName(const Connection& row) {
  const model::Process& process = row.process;
  if (!process.name.empty()) return process.name;
  if (process.quality == model::Quality::kKernel) return "kernel";
  if (process.pid) return "?";
  if (process.uid) return "uid " + std::to_string(*process.uid);
  return std::string(ReasonText(process.reason));
}

std::string ProcessText(const Connection& row) {
  std::string text = ProcessName(row);
  if (row.process.pid) text += " (" + std::to_string(*row.process.pid) + ")";
  return text;
}

AddressText RemoteText(const Connection& row, bool names, bool services) {
  return EndText(row, row.remote, names, services);
}

std::string CopyText(const Connection& row) {
  const bool ports = HasPorts(row.protocol) && row.remote.port != 0;
  return Bare(row.remote, ports) + (ports ? ":" + std::to_string(row.remote.port) : "");
}

AddressText LocalText(const Connection& row, bool services) {
  return EndText(row, row.local, false, services);
}

std::string ApplicationLabel(const Connection& row) {
  const model::Application& application = row.application;
  if (application.protocol.empty()) return ProtocolLabel(model::Name(row.protocol));
  if (application.evidence == model::Evidence::kPort) return application.protocol + "?";
  return ProtocolLabel(application.protocol);
}

std::string ApplicationText(const Connection& row, bool names) {
  const model::Application& application = row.application;
  std::string text = ApplicationLabel(row);
  std::string_view summary = application.summary;
  if (StartsWithIgnoreCase(summary, text)) {
    summary.remove_prefix(text.size());
    if (summary.starts_with(' ')) summary.remove_prefix(1);
  }
  if (!summary.empty()) text.append(" ").append(summary);
  if (row.direction == model::Direction::kIncoming) text += " ←";
  const model::RemoteName* shown = names ? NameOf(row.remote) : nullptr;
  const bool repeated = shown != nullptr && EqualsIgnoreCase(shown->name, application.name);
  if (!application.name.empty() && !repeated)
    text.append(" (").append(application.name).append(")");
  return text;
}

std::string StateText(const Connection& row, bool compact) {
  if (row.historic) return "closed";
  if (compact && row.state_text.empty()) {
    for (const Short& entry : kShortStates) {
      if (entry.state == row.state) return std::string(entry.text);
    }
  }
  std::string text = model::StateText(row);
  if (text.empty()) return "-";
  if (compact && text == "REPLIED") return "REPLD";
  if (compact && text == "ANSWERED") return "ANSWD";
  return text;
}

Staleness StalenessOf(const Connection& row, Time now) {
  if (row.historic || row.idle_timeout_seconds == 0) return Staleness::kFresh;
  const Duration idle = now - row.last_seen;
  const Duration timeout = static_cast<Duration>(row.idle_timeout_seconds) * kSecond;
  if (idle >= timeout / 10 * 9) return Staleness::kVeryStale;
  return idle >= timeout / 4 * 3 ? Staleness::kStale : Staleness::kFresh;
}

}  // namespace rustnet::client
