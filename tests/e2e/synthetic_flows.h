// SPDX-License-Identifier: Apache-2.0
// Flows that nobody sent: a busy host's table for tests, benches and the fake daemon.  The same
// seed gives the same flows.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "daemon/attribution/attribution.h"
#include "daemon/table/local_network.h"

namespace rustnet::synthetic {

inline constexpr net::Field kSni{"sni"};
inline constexpr net::Field kVersion{"tls_version"};
inline constexpr net::Field kHost{"http_host"};
inline constexpr net::Field kMethod{"http_method"};
inline constexpr net::Field kPath{"http_path"};
inline constexpr net::Field kQuery{"dns_qname"};
inline constexpr net::Field kSshServer{"ssh_server"};

struct Kind {
  net::Dissector dissector;
  net::Protocol transport;
  uint16_t port;
  std::vector<std::pair<const net::Field*, const char*>> facts;  // %: a number
};

inline const std::vector<Kind>& Kinds() {
  static const std::vector<Kind> kinds = {
      {{"tls", net::Protocol::kTcp, {443}, true, nullptr, nullptr, nullptr, ""},
       net::Protocol::kTcp,
       443,
       {{&kSni, "host%.example.com"}, {&kVersion, "TLS1.3"}}},
      {{"http", net::Protocol::kTcp, {80}, true, nullptr, nullptr, nullptr, ""},
       net::Protocol::kTcp,
       80,
       {{&kHost, "www%.example.org"}, {&kMethod, "GET"}, {&kPath, "/index.html"}}},
      {{"dns", net::Protocol::kUdp, {53}, true, nullptr, nullptr, nullptr, ""},
       net::Protocol::kUdp,
       53,
       {{&kQuery, "name%.example.net"}}},
      {{"ssh", net::Protocol::kTcp, {22}, true, nullptr, nullptr, nullptr, ""},
       net::Protocol::kTcp,
       22,
       {{&kSshServer, "OpenSSH_9.6"}}},
      {{"quic", net::Protocol::kUdp, {443}, true, nullptr, nullptr, nullptr, ""},
       net::Protocol::kUdp,
       443,
       {{&kSni, "cdn%.example.com"}}},
  };
  return kinds;
}

// 10.0.0.1 is this host, and so are the loopback addresses.
inline LocalNetwork ThisHost() {
  LocalNetwork network;
  network.AddAddress(IpAddress::V4(0x0a000001));
  network.AddGateway(IpAddress::V4(0x0a0000fe));
  return network;
}

// Owners by local port: process 1000 + port % 50, uid 1000 + port % `uids`.
class Owners : public Attribution {
 public:
  explicit Owners(uint32_t uids) {
    constexpr const char* kNames[] = {"firefox", "curl", "sshd", "nginx", "postgres"};
    for (uint32_t i = 0; i < 50; ++i) {
      auto process = std::make_shared<ProcessInfo>();
      process->pid = 1000 + i;
      process->start_time_ns = uint64_t{1'000'000'000} * i;
      process->name = kNames[i % 5];
      process->comm = process->name;
      process->executable = "/usr/bin/" + process->name;
      process->cmdline = {process->executable, "--instance", std::to_string(i)};
      process->uid = 1000 + i % uids;
      process->gid = process->uid;
      process->parents = {{1, 0, "systemd", "/usr/lib/systemd/systemd"}};
      processes_.push_back(std::move(process));
    }
  }
  int poll_fd() const override { return -1; }
  void Poll(Time) override {}
  Owner Find(const SocketTuple& tuple, Duration age) override {
    Owner owner;
    if (tuple.local_port % 97 == 0) {  // never known
      owner.reason = age < 2 * kSecond ? NoOwner::kPending : NoOwner::kLostEvent;
      return owner;
    }
    if (age < 200 * kMillisecond && tuple.local_port % 7 == 0)
      return owner;  // known a little later
    owner.process = processes_[tuple.local_port % processes_.size()];
    owner.uid = owner.process->uid;
    owner.quality = tuple.local_port % 5 == 0 ? Quality::kListenerInherited : Quality::kExact;
    owner.reason = NoOwner::kUnspecified;
    return owner;
  }
  std::vector<BackendState> backends() const override {
    return {{"attribution/fake", BackendState::State::kActive, BackendState::Reason::kUnspecified,
             "synthetic owners"}};
  }
  AttributionCounters counters() const override { return {}; }

 private:
  std::vector<std::shared_ptr<const ProcessInfo>> processes_;
};

class Flows {
 public:
  Flows(uint32_t seed, size_t count, Time now) : rng_(seed) {
    for (size_t i = 0; i < count; ++i) Open(now);
  }

  size_t size() const { return live_.size(); }
  const std::vector<net::FlowView>& live() const { return live_; }

  void Open(Time now) {
    net::FlowView flow;
    const Kind& kind = Kinds()[Number(Kinds().size())];
    const uint64_t n = ++opened_;
    flow.id = n;
    flow.key.protocol = kind.transport;
    flow.key.family = 4;
    const bool incoming = n % 11 == 0;
    const bool loopback = n % 23 == 0;
    const uint32_t here = loopback ? 0x7f000001 : 0x0a000001;
    const uint32_t there = loopback ? 0x7f000001 : 0xc6336400 + static_cast<uint32_t>(n % 5000);
    const auto own = static_cast<uint16_t>(20'000 + n % 40'000);
    // Index 0: the end that began.
    SetEnd(&flow.key, 0, incoming ? there : here, own);
    SetEnd(&flow.key, 1, incoming ? here : there, kind.port);
    flow.tcp =
        kind.transport == net::Protocol::kTcp ? net::TcpState::kEstablished : net::TcpState::kNone;
    flow.tcp_peer = flow.tcp;
    flow.local_began = !incoming;
    flow.first = flow.last = now;
    flow.idle_timeout_seconds = 300;
    if (kind.transport == net::Protocol::kTcp) {
      flow.metrics.handshake_rtt_us = 500 + static_cast<uint32_t>(Number(50'000));
    }
    auto facts = std::make_shared<net::ApplicationFacts>();
    facts->protocols = {&kind.dissector};
    facts->evidence = net::Evidence::kHandshake;
    std::vector<std::string> texts;
    for (const auto& [field, pattern] : kind.facts) {
      std::string text = pattern;
      const size_t at = text.find('%');
      if (at != std::string::npos) text.replace(at, 1, std::to_string(n % 2000));
      texts.push_back(std::move(text));
    }
    std::vector<net::Fact> values;
    for (size_t i = 0; i < texts.size(); ++i) values.push_back({kind.facts[i].first, texts[i]});
    facts->SetValues(values);
    flow.application = std::move(facts);
    live_.push_back(std::move(flow));
    Move(live_.size() - 1, now);
  }

  // Traffic on a flow.
  const net::FlowView& Move(size_t i, Time now) {
    net::FlowView& flow = live_[i];
    for (size_t way = 0; way < 2; ++way) {
      const uint64_t packets = 1 + Number(20);
      flow.counters[way].packets += packets;
      flow.counters[way].bytes += packets * (60 + Number(1400));
      flow.rate[way] = Number(1'000'000);
    }
    if (flow.key.protocol == net::Protocol::kTcp) {
      flow.metrics.smoothed_rtt_us = 500 + static_cast<uint32_t>(Number(50'000));
      if (Number(50) == 0) ++flow.metrics.retransmissions;
    }
    flow.last = now;
    return flow;
  }

  net::FlowView Close(size_t i, Time now) {
    net::FlowView flow = live_[i];
    live_[i] = std::move(live_.back());
    live_.pop_back();
    flow.ended = true;
    flow.tcp = flow.tcp_peer =
        flow.key.protocol == net::Protocol::kTcp ? net::TcpState::kClosed : net::TcpState::kNone;
    flow.last = now;
    return flow;
  }

  size_t Number(size_t below) { return below == 0 ? 0 : rng_() % below; }

 private:
  static void SetEnd(net::FlowKey* key, size_t end, uint32_t address, uint16_t port) {
    key->address[end] = IpAddress::V4(address).raw();
    key->port[end] = port;
  }

  std::mt19937 rng_;
  uint64_t opened_ = 0;
  std::vector<net::FlowView> live_;
};

}  // namespace rustnet::synthetic
