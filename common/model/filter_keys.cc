// SPDX-License-Identifier: Apache-2.0
#include "common/model/filter_keys.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/model/nearest.h"
#include "common/model/service.h"

namespace rustnet::model {
namespace {

using C = const Connection&;
using T = const TextTest&;
using N = const NumberTest&;

bool Names(const Endpoint& end, T test) {
  return std::any_of(end.names.begin(), end.names.end(),
                     [&](const RemoteName& name) { return test(name.name); });
}

// "10.0.0.1:443", "[::1]:443": as the table shows it.
bool AddressAndPort(const Endpoint& end, T test) {
  if (end.port == 0) return test(end.address);
  std::string text = end.ip.is_v6() ? "[" + end.address + "]:" : end.address + ":";
  text += std::to_string(end.port);
  return test(text) || test(end.address);
}

bool AddressTexts(const Endpoint& end, T test) { return test(end.address) || Names(end, test); }

bool AnyOf(const std::vector<std::string>& texts, T test) {
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& t) { return test(t); });
}

// A text of either end's process.
template <std::string Process::*kMember>
bool OfProcess(C c, T test) {
  if (!(c.process.*kMember).empty() && test(c.process.*kMember)) return true;
  return c.peer_process && !((*c.peer_process).*kMember).empty() &&
         test((*c.peer_process).*kMember);
}

template <std::optional<uint32_t> Process::*kMember>
bool NumberOfProcess(C c, Time, N test) {
  if (c.process.*kMember && test(*(c.process.*kMember))) return true;
  return c.peer_process && (*c.peer_process).*kMember && test(*((*c.peer_process).*kMember));
}

bool ProtocolText(C c, T test) {
  if (test(Name(c.protocol))) return true;
  return c.protocol == Protocol::kIpOther && test("ip-" + std::to_string(c.ip_protocol));
}

// Names by SNI, Host header and DNS; `all` whatever said so, and of the local end too.
bool HostNames(C c, T test, bool all) {
  if (!c.application.name.empty() && test(c.application.name)) return true;
  for (const RemoteName& name : c.remote.names) {
    const bool payload = name.source == NameSource::kSni || name.source == NameSource::kHttpHost ||
                         name.source == NameSource::kDnsAnswer;
    if ((all || payload) && test(name.name)) return true;
  }
  return all && Names(c.local, test);
}

bool ApplicationText(C c, T test) {
  const Application& a = c.application;
  if (a.protocol.empty()) return false;
  return test(a.protocol) || test(a.summary) || test(a.name) || AnyOf(a.protocols, test);
}

bool Fields(C c, T test) {
  return std::any_of(c.application.fields.begin(), c.application.fields.end(),
                     [&](const Application::Field& field) { return AnyOf(field.values, test); });
}

bool FieldNamed(C c, std::string_view name, T test) {
  return std::any_of(c.application.fields.begin(), c.application.fields.end(),
                     [&](const Application::Field& field) {
                       return field.name == name && AnyOf(field.values, test);
                     });
}

bool SshText(C c, T test) {
  const Application& a = c.application;
  const bool ssh = a.protocol == "ssh" ||
                   std::find(a.protocols.begin(), a.protocols.end(), "ssh") != a.protocols.end();
  return ssh && (ApplicationText(c, test) || Fields(c, test));
}

// As it is shown, and by RustNet's longer words.
bool StateTexts(C c, T test) {
  if (!c.state_text.empty()) return test(c.state_text);
  const std::string_view name = Name(c.state);
  if (name.empty()) return false;
  if (test(name)) return true;
  if (c.state == State::kTcpSynReceived) return test("SYN_RECEIVED");
  if (c.state >= State::kQuicInitial) return test("QUIC_" + std::string(name));
  return c.state >= State::kUdpActive && test("UDP_" + std::string(name));
}

bool NotThere(C, T) { return false; }

bool Ports(C c, T test) { return test(c.local.port) || test(c.remote.port); }
bool HasPorts(C c) { return c.local.port != 0 || c.remote.port != 0; }

uint64_t Since(Time then, Time now) { return now > then ? static_cast<uint64_t>(now - then) : 0; }

Key Text(std::string_view name, std::vector<std::string_view> aliases, std::string_view help,
         bool (*texts)(C, T), bool searched = true) {
  return {.info = {name, std::move(aliases), help}, .searched = searched, .texts = texts};
}

Key Number(std::string_view name, std::vector<std::string_view> aliases, std::string_view help,
           Unit unit, bool (*numbers)(C, Time, N)) {
  return {.info = {name, std::move(aliases), help},
          .kind = KeyKind::kNumber,
          .numbers = numbers,
          .unit = unit};
}

Key Measure(std::string_view name, std::vector<std::string_view> aliases, std::string_view help,
            Unit unit, bool (*numbers)(C, Time, N), bool age = false) {
  Key key = Number(name, std::move(aliases), help, unit, numbers);
  key.counters = true;
  key.age = age;
  return key;
}

Key Address(std::string_view name, std::vector<std::string_view> aliases, std::string_view help,
            bool local, bool remote, bool (*texts)(C, T)) {
  Key key = Text(name, std::move(aliases), help, texts, false);
  key.kind = KeyKind::kAddress;
  key.local = local;
  key.remote = remote;
  return key;
}

void AddEndpoints(std::vector<Key>* keys) {
  Key port = Number("port", {}, "either port", Unit::kIdentity, [](C c, Time, N test) {
    return HasPorts(c) && (test(c.local.port) || test(c.remote.port));
  });
  port.texts = [](C c, T test) { return HasPorts(c) && Ports(c, test); };
  keys->push_back(std::move(port));
  Key sport = Number("sport", {"srcport", "source-port"}, "local port", Unit::kIdentity,
                     [](C c, Time, N test) { return HasPorts(c) && test(c.local.port); });
  sport.texts = [](C c, T test) { return HasPorts(c) && test(c.local.port); };
  keys->push_back(std::move(sport));
  Key dport =
      Number("dport", {"dstport", "dest-port", "destination-port"}, "remote port", Unit::kIdentity,
             [](C c, Time, N test) { return HasPorts(c) && test(c.remote.port); });
  dport.texts = [](C c, T test) { return HasPorts(c) && test(c.remote.port); };
  keys->push_back(std::move(dport));
  keys->push_back(Address("src", {"source", "local"}, "local address, network (10/8) or name", true,
                          false, [](C c, T test) { return AddressTexts(c.local, test); }));
  keys->push_back(Address("dst", {"dest", "destination", "remote"},
                          "remote address, network (10/8) or name", false, true,
                          [](C c, T test) { return AddressTexts(c.remote, test); }));
  keys->push_back(Address(
      "ip", {"addr", "address"}, "either address, network or name", true, true,
      [](C c, T test) { return AddressTexts(c.local, test) || AddressTexts(c.remote, test); }));
  keys->push_back(Text("host", {"hostname", "name"}, "any name of either end",
                       [](C c, T test) { return HostNames(c, test, true); }));
  keys->push_back(Text(
      "sni", {}, "name that the client asked for: SNI, Host header, DNS",
      [](C c, T test) { return HostNames(c, test, false); }, false));
  keys->push_back(Text("mac", {}, "MAC address of either end",
                       [](C c, T test) { return test(c.local.mac) || test(c.remote.mac); }));
  keys->push_back(Text("country", {"cc"}, "country of either end, two letters", [](C c, T test) {
    return test(c.remote.country) || test(c.local.country);
  }));
  keys->push_back(Number(
      "asn", {"as"}, "autonomous system of either end", Unit::kIdentity, [](C c, Time, N test) {
        return (c.remote.asn != 0 && test(c.remote.asn)) || (c.local.asn != 0 && test(c.local.asn));
      }));
}

void AddTraffic(std::vector<Key>* keys) {
  keys->push_back(Text("proto", {"protocol"}, "protocol: tcp, udp, icmp, arp", &ProtocolText));
  keys->push_back(Text("service", {"svc"}, "service by port: https", [](C c, T test) {
    const std::string_view name = ServiceName(c);
    return !name.empty() && test(name);
  }));
  keys->push_back(Text("app", {"application"}, "application, proved or guessed", &ApplicationText));
  keys->push_back(Text("ssh", {}, "any text of an SSH connection", &SshText, false));
  keys->push_back(Text(
      "ja4", {}, "JA4 fingerprint", [](C c, T test) { return FieldNamed(c, "ja4", test); }, false));
  Key state = Text("state", {}, "state: established, udp_idle", &StateTexts);
  state.counters = true;
  keys->push_back(std::move(state));
  keys->push_back(Text("dir", {"direction"}, "outgoing, incoming, local, transit",
                       [](C c, T test) { return test(Name(c.direction)); }));
  keys->push_back(Text("iface", {"interface", "if"}, "interface",
                       [](C c, T test) { return test(c.interface); }));
  keys->push_back(Number("vlan", {}, "VLAN id", Unit::kIdentity, [](C c, Time, N test) {
    return std::any_of(c.vlan_ids.begin(), c.vlan_ids.end(), test);
  }));
  keys->push_back(
      Text("tunnel", {}, "carrier: vxlan, gre", [](C c, T test) { return AnyOf(c.tunnel, test); }));
  keys->push_back(Text("alert", {}, "alert rule that fired", &NotThere, false));
  Key historic = {.info = {"historic", {}, "closed or timed out: yes, no"}, .kind = KeyKind::kFlag};
  keys->push_back(std::move(historic));
}

void AddProcesses(std::vector<Key>* keys) {
  Key process = Text("process", {"proc"}, "process name; 'unknown' where none was found",
                     &OfProcess<&Process::name>);
  process.kind = KeyKind::kProcess;
  keys->push_back(std::move(process));
  keys->push_back(
      Text("exe", {"executable"}, "path of the executable", &OfProcess<&Process::executable>));
  Key pid = Number("pid", {}, "process id", Unit::kIdentity, &NumberOfProcess<&Process::pid>);
  pid.texts = [](C c, T test) {
    return (c.process.pid && test(*c.process.pid)) ||
           (c.peer_process && c.peer_process->pid && test(*c.peer_process->pid));
  };
  keys->push_back(std::move(pid));
  keys->push_back(Number("uid", {}, "user id", Unit::kIdentity, &NumberOfProcess<&Process::uid>));
  Key user =
      Number("user", {}, "user name or id", Unit::kIdentity, &NumberOfProcess<&Process::uid>);
  user.kind = KeyKind::kUser;
  keys->push_back(std::move(user));
  keys->push_back(Text("unit", {}, "systemd unit", &OfProcess<&Process::unit>));
  keys->push_back(Text("container", {"cont"}, "container id", &OfProcess<&Process::container_id>));
  keys->push_back(Text("pod", {}, "Kubernetes pod, by its uid", &OfProcess<&Process::pod_uid>));
  keys->push_back(Text("ns", {"namespace"}, "Kubernetes namespace", &NotThere, false));
  keys->push_back(
      Text("runtime", {}, "docker, podman, lxc", &OfProcess<&Process::container_runtime>, false));
  keys->push_back(Number("netns", {}, "network namespace, as its cookie; 0 is the host's",
                         Unit::kIdentity, [](C c, Time, N test) { return test(c.netns); }));
  keys->push_back(Text(
      "quality", {}, "how the process was found: exact, scanned",
      [](C c, T test) { return test(Name(c.process.quality)); }, false));
  keys->push_back(Text(
      "reason", {"why"}, "why no process was found: forwarded, pending",
      [](C c, T test) { return test(Name(c.process.reason)); }, false));
}

void AddMeasures(std::vector<Key>* keys) {
  keys->push_back(
      Measure("rtt", {}, "round-trip time: >50ms", Unit::kMillis,
              [](C c, Time, N test) { return c.rtt_us && test(uint64_t{*c.rtt_us} * 1'000); }));
  keys->push_back(Measure("down", {"rx"}, "bytes per second received: >1MB", Unit::kRate,
                          [](C c, Time, N test) { return test(c.counters.receive_rate); }));
  keys->push_back(Measure("up", {"tx"}, "bytes per second sent", Unit::kRate,
                          [](C c, Time, N test) { return test(c.counters.send_rate); }));
  keys->push_back(Measure(
      "rate", {"speed"}, "bytes per second, both ways", Unit::kRate,
      [](C c, Time, N test) { return test(c.counters.receive_rate + c.counters.send_rate); }));
  keys->push_back(Measure(
      "bytes", {"total", "size"}, "bytes so far, both ways: >10MB", Unit::kBytes,
      [](C c, Time, N test) { return test(c.counters.bytes_received + c.counters.bytes_sent); }));
  keys->push_back(Measure("packets", {"pkts"}, "packets so far, both ways", Unit::kCount,
                          [](C c, Time, N test) {
                            return test(c.counters.packets_received + c.counters.packets_sent);
                          }));
  keys->push_back(Measure("retrans", {"retransmissions"}, "TCP segments sent again", Unit::kCount,
                          [](C c, Time, N test) { return c.tcp && test(c.tcp->retransmissions); }));
  keys->push_back(
      Measure("duration", {"dur"}, "from the first packet to the last: >1h", Unit::kSeconds,
              [](C c, Time, N test) { return test(Since(c.first_seen, c.last_seen)); }));
  Key age = Measure(
      "age", {}, "since the first packet: <5m", Unit::kSeconds,
      [](C c, Time now, N test) { return test(Since(c.first_seen, now)); }, true);
  age.counters = false;
  keys->push_back(std::move(age));
  keys->push_back(Measure(
      "idle", {}, "since the last packet: >30s", Unit::kSeconds,
      [](C c, Time now, N test) { return test(Since(c.last_seen, now)); }, true));
}

std::vector<std::string_view> AllWords() {
  std::vector<std::string_view> words;
  for (const Key& key : Keys()) {
    words.push_back(key.info.name);
    words.insert(words.end(), key.info.aliases.begin(), key.info.aliases.end());
  }
  return words;
}

}  // namespace

const std::vector<Key>& Keys() {
  static const auto* const kKeys = [] {
    auto* keys = new std::vector<Key>;
    AddEndpoints(keys);
    AddTraffic(keys);
    AddProcesses(keys);
    AddMeasures(keys);
    return keys;
  }();
  return *kKeys;
}

const Key* FindKey(std::string_view name) {
  const std::string lower = ToLower(name);
  for (const Key& key : Keys()) {
    const auto& aliases = key.info.aliases;
    if (key.info.name == lower ||
        std::find(aliases.begin(), aliases.end(), lower) != aliases.end()) {
      return &key;
    }
  }
  return nullptr;
}

std::string_view NearestKey(std::string_view name) {
  static const auto* const kWords = new std::vector<std::string_view>(AllWords());
  return Nearest(name, *kWords);
}

bool AnyText(const Connection& connection, const TextTest& test) {
  if (AddressAndPort(connection.remote, test) || AddressAndPort(connection.local, test))
    return true;
  for (const Key& key : Keys()) {
    if (key.searched && key.texts(connection, test)) return true;
  }
  const Process& process = connection.process;
  return (process.pid && test(*process.pid)) || Fields(connection, test);
}

const std::vector<FilterKey>& FilterKeys() {
  static const auto* const kInfos = [] {
    auto* infos = new std::vector<FilterKey>;
    for (const Key& key : Keys()) infos->push_back(key.info);
    return infos;
  }();
  return *kInfos;
}

}  // namespace rustnet::model
