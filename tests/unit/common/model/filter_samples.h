// SPDX-License-Identifier: Apache-2.0
// Three connections, and filters with the ids that they match.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/model/filter.h"

namespace rustnet::model {

inline constexpr Time kNow = 1'000 * kSecond;

inline Endpoint End(std::string_view address, uint32_t port) {
  Endpoint end;
  end.address = address;
  end.ip = IpAddress::Parse(address).value_or(IpAddress());
  end.port = port;
  return end;
}

// An established HTTPS connection of Firefox.
inline Connection Browser() {
  Connection c;
  c.id = 1;
  c.protocol = Protocol::kTcp;
  c.direction = Direction::kOutgoing;
  c.state = State::kTcpEstablished;
  c.local = End("192.168.1.10", 51234);
  c.remote = End("151.101.1.140", 443);
  c.remote.names = {{"www.Example.com", NameSource::kSni}};
  c.remote.country = "US";
  c.remote.asn = 54113;
  c.remote.mac = "02:00:00:00:00:02";
  c.process.pid = 4803;
  c.process.name = "firefox";
  c.process.executable = "/usr/lib/firefox/firefox";
  c.process.uid = 1000;
  c.process.unit = "session-2.scope";
  c.process.container_id = "0a1b2c3d";
  c.process.container_runtime = "docker";
  c.process.pod_uid = "6f1d7b0e";
  c.process.quality = Quality::kExact;
  c.application.protocol = "tls";
  c.application.protocols = {"tls"};
  c.application.name = "www.Example.com";
  c.application.summary = "TLS 1.3 h2";
  c.application.fields = {{"ja4", {"t13d1516h2_8daaf6152771_02713d6af862"}}};
  c.counters = {.bytes_sent = 1'000,
                .bytes_received = 9'000'000,
                .packets_sent = 10,
                .packets_received = 6'000,
                .send_rate = 100'000,
                .receive_rate = 3'100'000};
  c.tcp = TcpMetrics();
  c.tcp->retransmissions = 3;
  c.rtt_us = 153'000;
  c.first_seen = kNow - 240 * kSecond;
  c.last_seen = kNow - 2 * kSecond;
  c.interface = "eth0";
  c.vlan_ids = {10, 20};
  return c;
}

// SSH from outside over IPv6, owner unknown, now closed.
inline Connection Login() {
  Connection c;
  c.id = 2;
  c.protocol = Protocol::kTcp;
  c.direction = Direction::kIncoming;
  c.state = State::kTcpSynReceived;
  c.local = End("2001:db8::10", 22);
  c.remote = End("2001:db8::99", 40022);
  c.process.quality = Quality::kNone;
  c.process.reason = NoOwner::kForwarded;
  c.application.protocol = "ssh";
  c.application.protocols = {"ssh"};
  c.application.fields = {{"ssh_server", {"OpenSSH_9.6"}}};
  c.first_seen = kNow - 7200 * kSecond;
  c.last_seen = kNow - 3600 * kSecond;
  c.historic = true;
  c.interface = "wlan0";
  c.netns = 4026;
  return c;
}

// A local DNS query, both ends on this host.
inline Connection Query() {
  Connection c;
  c.id = 3;
  c.protocol = Protocol::kUdp;
  c.direction = Direction::kLocal;
  c.state = State::kUdpIdle;
  c.local = End("127.0.0.1", 40000);
  c.remote = End("127.0.0.53", 53);
  c.remote.names = {{"localhost", NameSource::kPtr}};
  c.process.pid = 77;
  c.process.name = "curl";
  c.process.uid = 1001;
  c.peer_process = Process();
  c.peer_process->pid = 500;
  c.peer_process->name = "systemd-resolve";
  c.peer_process->uid = 101;
  c.application.protocol = "dns";
  c.application.summary = "A news.example";
  c.first_seen = kNow;
  c.last_seen = kNow;
  c.interface = "lo";
  return c;
}

inline const std::vector<Connection>& Rows() {
  static const std::vector<Connection> kRows = {Browser(), Login(), Query()};
  return kRows;
}

inline std::optional<uint32_t> Users(std::string_view name) {
  if (name == "alice") return 1000;
  if (name == "bob") return 1001;
  return std::nullopt;
}

inline std::unique_ptr<Filter> Parse(std::string_view text, FilterError* error) {
  return Filter::Parse(text, error, &Users);
}

// The ids that match, "13", or the error.
inline std::string Matching(std::string_view text) {
  FilterError error;
  const auto filter = Parse(text, &error);
  if (filter == nullptr) return std::to_string(error.offset) + ": " + error.sentence;
  std::string ids;
  for (const Connection& row : Rows()) {
    if (filter->Matches(row, kNow)) ids += std::to_string(row.id);
  }
  return ids;
}

struct Case {
  const char* text;
  const char* matches;
};

inline constexpr Case kMatches[] = {
    {"", "123"},
    {"   ", "123"},
    // Ports: exact, ranges, regular expressions.
    {"port:443", "1"},
    {"port:44", ""},
    {"port:22", "2"},
    {"port:53", "3"},
    {"sport:51234", "1"},
    {"dport:443", "1"},
    {"sport:443", ""},
    {"srcport:22", "2"},
    {"source-port:22", "2"},
    {"dest-port:53", "3"},
    {"destination-port:53", "3"},
    {"port:1..100", "23"},
    {"port:50000-", "1"},
    {"port:..52", "2"},
    {"port:>50000", "1"},
    {"port>50000", "1"},
    {"port:>=51234", "1"},
    {"port<=22", "2"},
    {"port<23", "2"},
    {"port=22", "2"},
    {"port:=22", "2"},
    {"port:\"22\"", "2"},
    {"sport:/^(22|40000)$/", "23"},
    // Addresses, networks, names.
    {"src:192.168.1.10", "1"},
    {"src:192.168.1.1", ""},
    {"dst:151.101", "1"},
    {"src:10/8", ""},
    {"src:192.168/16", "1"},
    {"dst:127/8", "3"},
    {"dst:2001:db8::/32", "2"},
    {"dst:2001:db8::99", "2"},
    {"dst:2001:DB8:0::99", "2"},
    {"dst:example.com", "1"},
    {"dst:/^www\\./", "1"},
    {"dst:localhost", "3"},
    {"ip:127.0.0.0/8", "3"},
    {"destination:151.101.1.140", "1"},
    {"local:127.0.0.1", "3"},
    {"host:example", "1"},
    {"host:localhost", "3"},
    {"sni:example", "1"},
    {"sni:localhost", ""},
    {"hostname:localhost", "3"},
    // Texts, without regard to case.
    {"proto:TCP", "12"},
    {"protocol:udp", "3"},
    {"process:FIRE", "1"},
    {"proc:resolve", "3"},
    {"process=fire", ""},
    {"process=Firefox", "1"},
    {"process:unknown", "2"},
    {"process:\"unknown\"", ""},
    {"not process:unknown", "13"},
    {"exe:/usr/lib/firefox", "1"},
    {"exe:/^\\/usr/", "1"},
    {"service:https", "1"},
    {"svc:dns", "3"},
    {"app:\"tls 1.3\"", "1"},
    {"app:ssh", "2"},
    {"application:dns", "3"},
    {"ssh:openssh_9", "2"},
    {"ssh:tls", ""},
    {"state:established", "1"},
    {"state:syn_recv", "2"},
    {"state:syn_received", "2"},
    {"state:udp_idle", "3"},
    {"state:idle", "3"},
    {"dir:out", "1"},
    {"dir:incoming", "2"},
    {"dir:local", "3"},
    {"country:us", "1"},
    {"mac:02:00:00", "1"},
    {"iface:eth", "1"},
    {"interface:lo", "3"},
    {"unit:session", "1"},
    {"container:0a1b", "1"},
    {"cont:0a1b", "1"},
    {"ja4:t13d", "1"},
    {"quality:exact", "1"},
    {"reason:forwarded", "2"},
    {"pod:6f1d", "1"},
    {"pod:x", ""},
    {"ns:x", ""},
    {"namespace:x", ""},
    {"runtime:docker", "1"},
    {"runtime:podman", ""},
    {"not unit:session container:0a1b", ""},
    {"unit=session-2.scope", "1"},
    {"container:/^0a1b2c3d$/", "1"},
    {"alert:x", ""},
    // Numbers and units.
    {"pid:4803", "1"},
    {"pid:48", ""},
    {"pid:500", "3"},
    {"pid:/^48/", "1"},
    {"uid:1000", "1"},
    {"uid:101", "3"},
    {"uid:1000..1001", "13"},
    {"user:alice", "1"},
    {"user:1000", "1"},
    {"user=bob", "3"},
    {"asn:54113", "1"},
    {"vlan:20", "1"},
    {"netns:4026", "2"},
    {"netns:0", "13"},
    {"rtt:>50ms", "1"},
    {"rtt>50ms", "1"},
    {"rtt:>153ms", ""},
    {"rtt:>=153ms", "1"},
    {"rtt:100..200", "1"},
    {"rtt:<0.2s", "1"},
    {"rtt:153000us", "1"},
    {"rtt:154", ""},
    {"rate:>1MB", "1"},
    {"rate:>3.2MB", ""},
    {"down:>=3.1MB/s", "1"},
    {"down:>24.7Mbit", "1"},
    {"up:>100k", ""},
    {"up:>=100k", "1"},
    {"bytes:>8MiB", "1"},
    {"total:>9M", "1"},
    {"bytes:<1", "23"},
    {"packets:>6k", "1"},
    {"retrans:3", "1"},
    {"age:<5m", "13"},
    {"age:>1h", "2"},
    {"idle:>1m", "2"},
    {"duration:>3m", "12"},
    {"historic:yes", "2"},
    {"historic:no", "13"},
    // Everything is searched by a bare word.
    {"firefox", "1"},
    {"FIREFOX", "1"},
    {"151.101.1.140:443", "1"},
    {"[2001:db8::99]:40022", "2"},
    {"2001:db8::99", "2"},
    {"02:00:00:00:00:02", "1"},
    {"openssh", "2"},
    {"example", "13"},
    {"https", "1"},
    {"4803", "1"},
    {"\"TLS 1.3\"", "1"},
    {"\"port:443\"", ""},
    {"~ffx", "1"},
    {"~sysres", "3"},
    {"process:~ffx", "1"},
    {"/^fire/", "1"},
    {"/^FIRE/", ""},
    {"/^FIRE/i", "1"},
    {"/\\d+\\.\\d+\\.\\d+\\.53/", "3"},
    {"/usr/lib", "1"},
    // Operators.
    {"proto:tcp port:443", "1"},
    {"proto:tcp and port:443", "1"},
    {"port:443 or port:53", "13"},
    {"proto:tcp port:443 or port:53", "13"},
    {"proto:tcp (port:443 or port:53)", "1"},
    {"not proto:tcp", "3"},
    {"-proto:tcp", "3"},
    {"!proto:tcp", "3"},
    {"not not proto:tcp", "12"},
    {"-(port:443 or port:53)", "2"},
    {"not port:443 port:53", "3"},
    {"NOT proto:tcp OR port:22", "23"},
    {"(proto:tcp)(port:22)", "2"},
    {"process:/fox|curl/ not dst:10/8", "13"},
};

inline constexpr Case kErrors[] = {
    {"prt:443", "0: unknown key 'prt'; did you mean 'port'?"},
    {"port:22 prcess:x", "8: unknown key 'prcess'; did you mean 'process'?"},
    {"destinaton:x", "0: unknown key 'destinaton'; did you mean 'destination'?"},
    {"xyzzy:1", "0: unknown key 'xyzzy'; put the text in quotes to look for it"},
    {"rttt>5", "0: unknown key 'rttt'; did you mean 'rtt'?"},
    {"port:x", "5: port: 'x' is not a number"},
    {"port:4k", "5: port: '4k' is not a number"},
    {"port:", "5: port: number or range, e.g. 443 or 1024..65535"},
    {"port:>", "5: port: number or range, e.g. 443 or 1024..65535"},
    {"port:9..1", "5: port: the range 9..1 is empty"},
    {"port:1.5", "5: port: '1.5' is not a whole number"},
    {"port:99999999999999999999999", "5: port: '99999999999999999999999' is too large"},
    {"rtt:>5parsec", "4: rtt: 'parsec' is not a unit here, e.g. >50ms or 1..20ms"},
    {"rate:>5m/h", "5: rate: 'm/h' is not a unit here, e.g. >1MB or >8Mbit"},
    {"user:carol", "5: user: there is no user 'carol'"},
    {"process:", "8: process: a text to look for is missing"},
    {"process:>5", "8: process: is a text and cannot be compared"},
    {"historic:maybe", "9: historic: yes or no"},
    {"\"open", "0: the quote is not closed"},
    {"process:\"open", "8: the quote is not closed"},
    {"process:/(/", "8: not a regular expression: missing ): ("},
    {"//", "0: the regular expression is empty"},
    {"(port:22", "0: '(' is not closed"},
    {"port:22)", "7: ')' closes nothing"},
    {"()", "1: something to look for is missing before ')'"},
    {"not", "3: something to look for is missing here"},
    {"port:22 or", "10: something to look for is missing here"},
    {"or port:22", "0: something to look for is missing before 'or'"},
    {"port:22 or or port:23", "11: something to look for is missing before 'or'"},
    {"~", "1: a text to look for is missing"},
    {"\"\"", "2: a text to look for is missing"},
};

inline constexpr Case kCanonical[] = {
    {"", ""},
    {" Port:443   FIREFOX ", "firefox port:443"},
    {"b a", "a b"},
    {"a and b and a", "a b"},
    {"a or (b or c)", "a or b or c"},
    {"(a or b) c", "(a or b) c"},
    {"-(a b)", "not (a b)"},
    {"not -a", "a"},
    {"dst:10/8", "dst:10/8"},
    {"destination:\"10/8\"", "dst:\"10/8\""},
    {"src:\"10.0.0.1\"", "src:\"10.0.0.1\""},
    {"process:\"two words\"", "process:\"two words\""},
    {"\"or\" \"x\\\"y\\\\z\"", "\"or\" \"x\\\"y\\\\z\""},
    {"rtt:>0.05s", "rtt>50ms"},
    {"rtt:50", "rtt>=50ms"},
    {"rate:>1MB", "rate>1000000b"},
    {"total:1k..2k", "bytes:1000b..2000b"},
    {"port:1024-", "port:1024.."},
    {"port:<0", "port<0"},
    {"user:alice", "uid:1000"},
    {"process:unknown", "process:unknown"},
    {"process:\"unknown\"", "process:\"unknown\""},
    {"/A.b/i ~Fx", "/A.b/i ~fx"},
    {"process=X", "process=x"},
    {"historic:true", "historic:yes"},
};

}  // namespace rustnet::model
