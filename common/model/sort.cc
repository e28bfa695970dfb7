// SPDX-License-Identifier: Apache-2.0
#include "common/model/sort.h"

#include <algorithm>
#include <string>

#include "common/base/text.h"
#include "common/model/nearest.h"
#include "common/model/service.h"

namespace rustnet::model {
namespace {

using C = const Connection&;
using Order = std::weak_ordering;

// By letters first, whatever their case.
Order Texts(std::string_view a, std::string_view b) {
  const size_t shorter = std::min(a.size(), b.size());
  for (size_t i = 0; i < shorter; ++i) {
    const auto x = static_cast<unsigned char>(ToLower(a[i]));
    const auto y = static_cast<unsigned char>(ToLower(b[i]));
    if (x != y) return x <=> y;
  }
  return a.size() <=> b.size();
}

Order Ends(const Endpoint& a, const Endpoint& b) {
  if (const auto order = a.ip <=> b.ip; order != 0) return order;
  if (const Order order = Texts(a.address, b.address); order != 0) return order;
  return a.port <=> b.port;
}

std::string_view FirstName(const Endpoint& end) {
  return end.names.empty() ? std::string_view() : std::string_view(end.names.front().name);
}

std::string_view HostName(C c) {
  const std::string_view name = FirstName(c.remote);
  return name.empty() ? std::string_view(c.application.name) : name;
}

uint64_t Rate(C c) { return c.counters.send_rate + c.counters.receive_rate; }
uint64_t AllBytes(C c) { return c.counters.bytes_sent + c.counters.bytes_received; }
uint64_t AllPackets(C c) { return c.counters.packets_sent + c.counters.packets_received; }
uint32_t Retransmissions(C c) { return c.tcp ? c.tcp->retransmissions : 0; }
std::string_view StateOf(C c) {
  return c.state_text.empty() ? Name(c.state) : std::string_view(c.state_text);
}
std::string_view ApplicationOf(C c) {
  return c.application.summary.empty() ? c.application.protocol : c.application.summary;
}

}  // namespace

// An absent value (no process, no round-trip time) is the lowest.
const std::vector<SortKeyInfo>& SortKeys() {
  static const auto* const kKeys = new std::vector<SortKeyInfo>{
      {"id", false, "the connection's number", [](C a, C b) -> Order { return a.id <=> b.id; }},
      {"process", false, "process name",
       [](C a, C b) { return Texts(a.process.name, b.process.name); }},
      {"pid", false, "process id",
       [](C a, C b) -> Order { return a.process.pid <=> b.process.pid; }},
      {"exe", false, "path of the executable",
       [](C a, C b) { return Texts(a.process.executable, b.process.executable); }},
      {"user", false, "user id", [](C a, C b) -> Order { return a.process.uid <=> b.process.uid; }},
      {"container", false, "container id",
       [](C a, C b) { return Texts(a.process.container_id, b.process.container_id); }},
      {"unit", false, "systemd unit",
       [](C a, C b) { return Texts(a.process.unit, b.process.unit); }},
      {"remote", false, "remote address and port",
       [](C a, C b) { return Ends(a.remote, b.remote); }},
      {"local", false, "local address and port", [](C a, C b) { return Ends(a.local, b.local); }},
      {"host", false, "name of the remote end",
       [](C a, C b) { return Texts(HostName(a), HostName(b)); }},
      {"sport", false, "local port",
       [](C a, C b) -> Order { return a.local.port <=> b.local.port; }},
      {"dport", false, "remote port",
       [](C a, C b) -> Order { return a.remote.port <=> b.remote.port; }},
      {"country", false, "country of the remote end",
       [](C a, C b) { return Texts(a.remote.country, b.remote.country); }},
      {"asn", false, "autonomous system of the remote end",
       [](C a, C b) -> Order { return a.remote.asn <=> b.remote.asn; }},
      {"service", false, "service by port",
       [](C a, C b) { return Texts(ServiceName(a), ServiceName(b)); }},
      {"app", false, "application",
       [](C a, C b) { return Texts(ApplicationOf(a), ApplicationOf(b)); }},
      {"proto", false, "protocol",
       [](C a, C b) { return Texts(Name(a.protocol), Name(b.protocol)); }},
      {"state", false, "state", [](C a, C b) { return Texts(StateOf(a), StateOf(b)); }},
      {"dir", false, "direction",
       [](C a, C b) { return Texts(Name(a.direction), Name(b.direction)); }},
      {"iface", false, "interface", [](C a, C b) { return Texts(a.interface, b.interface); }},
      {"rtt", true, "round-trip time", [](C a, C b) -> Order { return a.rtt_us <=> b.rtt_us; }},
      {"down", true, "bytes per second received",
       [](C a, C b) -> Order { return a.counters.receive_rate <=> b.counters.receive_rate; }},
      {"up", true, "bytes per second sent",
       [](C a, C b) -> Order { return a.counters.send_rate <=> b.counters.send_rate; }},
      {"rate", true, "bytes per second, both ways",
       [](C a, C b) -> Order { return Rate(a) <=> Rate(b); }},
      {"bytes", true, "bytes so far, both ways",
       [](C a, C b) -> Order { return AllBytes(a) <=> AllBytes(b); }},
      {"total", true, "the same as bytes",
       [](C a, C b) -> Order { return AllBytes(a) <=> AllBytes(b); }},
      {"packets", true, "packets so far, both ways",
       [](C a, C b) -> Order { return AllPackets(a) <=> AllPackets(b); }},
      {"retrans", true, "TCP segments sent again",
       [](C a, C b) -> Order { return Retransmissions(a) <=> Retransmissions(b); }},
      // The older a connection, the earlier it was first seen.
      {"age", true, "since the first packet",
       [](C a, C b) -> Order { return b.first_seen <=> a.first_seen; }},
      {"idle", true, "since the last packet",
       [](C a, C b) -> Order { return b.last_seen <=> a.last_seen; }},
      {"duration", true, "from the first packet to the last",
       [](C a, C b) -> Order { return a.last_seen - a.first_seen <=> b.last_seen - b.first_seen; }},
  };
  return *kKeys;
}

namespace {

const SortKeyInfo* Find(std::string_view name) {
  for (const SortKeyInfo& info : SortKeys()) {
    if (EqualsIgnoreCase(info.name, name)) return &info;
  }
  return nullptr;
}

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Status Unknown(std::string_view name) {
  std::vector<std::string_view> words;
  for (const SortKeyInfo& info : SortKeys()) words.push_back(info.name);
  const std::string_view near = Nearest(name, words);
  std::string sentence = "sort: unknown key '" + std::string(name) + "'";
  sentence += near.empty() ? "; known are e.g. down, rate, age, process, remote"
                           : "; did you mean '" + std::string(near) + "'?";
  return InvalidArgument(sentence);
}

}  // namespace

StatusOr<SortOrder> SortOrder::Parse(std::string_view text) {
  SortOrder order;
  if (Trimmed(text).empty()) return order;
  for (bool more = true; more;) {
    const size_t comma = text.find(',');
    const std::string_view item = Trimmed(text.substr(0, comma));
    more = comma != std::string_view::npos;
    if (more) text.remove_prefix(comma + 1);
    const size_t colon = item.find(':');
    const std::string_view name = Trimmed(item.substr(0, colon));
    const SortKeyInfo* key = Find(name);
    if (key == nullptr) return Unknown(name);
    bool descending = key->descending_first;
    if (colon != std::string_view::npos) {
      const std::string_view way = Trimmed(item.substr(colon + 1));
      descending = EqualsIgnoreCase(way, "desc");
      if (!descending && !EqualsIgnoreCase(way, "asc")) {
        return InvalidArgument("sort: '" + std::string(way) + "' is neither asc nor desc");
      }
    }
    const bool known = std::any_of(order.terms_.begin(), order.terms_.end(),
                                   [key](const Term& term) { return term.key == key; });
    if (!known) order.terms_.push_back({key, descending});
  }
  return order;
}

bool SortOrder::Less(const Connection& a, const Connection& b) const {
  for (const Term& term : terms_) {
    const auto order = term.key->compare(a, b);
    if (order != 0) return term.descending ? order > 0 : order < 0;
  }
  return a.id < b.id;
}

std::string SortOrder::Canonical() const {
  std::string text;
  for (const Term& term : terms_) {
    if (!text.empty()) text += ',';
    text += std::string(term.key->name) + (term.descending ? ":desc" : ":asc");
    if (term.key->name == "id") return text;  // no two rows are equal behind it
  }
  return text.empty() ? "id:asc" : text;
}

}  // namespace rustnet::model
