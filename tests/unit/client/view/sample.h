// SPDX-License-Identifier: Apache-2.0
// The model that the golden screens are drawn from, and small ones for the other tests of the view.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "client/view/model.h"
#include "client/view/reduce.h"

namespace rustnet::client {

inline constexpr Time kWall = 1'770'000'000 * kSecond;  // 2026-02-02
inline constexpr Time kNow = 5'000 * kSecond;

struct Sample {
  const char* process;  // "" and pid 0: reason below
  uint32_t pid;
  model::Protocol protocol;
  const char* remote;
  uint32_t port;
  const char* name;  // "~x": by DNS
  const char* application;
  const char* summary;
  const char* application_name;
  model::State state;
  const char* state_text;
  bool incoming;
  uint32_t rtt_us;
  uint64_t down;
  uint64_t up;
};

inline constexpr uint64_t kKi = 1024;
inline constexpr uint64_t kMi = 1024 * 1024;
using P = model::Protocol;
using S = model::State;

inline constexpr Sample kSamples[] = {
    {"dockerd", 1022, P::kTcp, "198.51.100.7", 443, "registry.example", "tls", "1.3 h2",
     "registry.example", S::kTcpEstablished, "", false, 31'000, 64 * kMi / 10, 41 * kKi},
    {"firefox", 4803, P::kTcp, "198.51.100.8", 443, "~news.ycombinator.com", "tls", "1.3 h2", "",
     S::kTcpEstablished, "", false, 153'000, 31 * kMi / 10, 928 * kKi},
    {"api-server", 20117, P::kTcp, "10.0.0.20", 5432, "db-1.internal", "postgresql", "", "",
     S::kTcpEstablished, "", false, 400, 12 * kMi / 10, 64 * kKi},
    {"sshd", 1500, P::kTcp, "10.0.0.5", 51022, "", "ssh", "OpenSSH_9.6", "", S::kTcpEstablished, "",
     true, 1'200, 410 * kKi, 17 * kMi / 10},
    {"postgres", 2201, P::kTcp, "172.18.0.5", 40112, "", "postgresql", "", "", S::kTcpEstablished,
     "", true, 400, 64 * kKi, 12 * kMi / 10},
    {"rsync", 30021, P::kTcp, "198.51.100.9", 22, "backup.example.net", "ssh", "OpenSSH_9.2", "",
     S::kTcpEstablished, "", false, 24'000, 18 * kKi, 98 * kMi / 10},
    {"nginx", 1188, P::kTcp, "203.0.113.77", 51822, "", "tls", "1.3", "shop.example",
     S::kTcpEstablished, "", true, 38'000, 12 * kKi, 24 * kMi / 10},
    {"tailscaled", 880, P::kUdp, "192.0.2.44", 41641, "", "wireguard", "", "", S::kUdpActive, "",
     false, 18'000, 4 * kKi, 4 * kKi},
    {"firefox", 4803, P::kTcp, "2a04:4e42:8d::347", 443, "", "tls", "1.3 ECH", "",
     S::kTcpEstablished, "", false, 21'000, 215, 298},
    {"firefox", 4803, P::kUdp, "198.51.100.10", 443, "lobste.rs", "quic", "v1 h3", "lobste.rs",
     S::kQuicConnected, "", false, 41'000, 160, 270},
    {"", 0, P::kUdp, "192.168.1.4", 137, "", "netbios", "NS", "WORKGROUP", S::kUdpIdle, "", false,
     0, 102, 0},
    {"avahi-daemon", 590, P::kUdp, "224.0.0.251", 5353, "", "mdns", "", "_ipp._tcp.local",
     S::kUdpIdle, "", false, 0, 96, 0},
    {"ping", 106330, P::kIcmp, "1.1.1.1", 53, "one.one.one.one", "icmp", "echo", "",
     S::kUnspecified, "REPLIED", false, 3'300, 84, 84},
    {"systemd-resolved", 820, P::kUdp, "1.1.1.1", 53, "", "dns", "", "example.com", S::kUnspecified,
     "ANSWERED", false, 9'100, 47, 82},
    {"nginx", 1188, P::kTcp, "198.51.100.23", 40110, "", "tls", "1.2", "shop.example",
     S::kTcpFinWait2, "", true, 184'000, 0, 0},
    {"curl", 106312, P::kTcp, "2606:4700:10::ac42:e1a", 443, "", "tls", "1.3", "example.org",
     S::kTcpTimeWait, "", false, 5'300, 0, 0},
    {"python3", 31900, P::kTcp, "198.51.100.11", 443, "pypi.example", "https", "", "",
     S::kTcpSynSent, "", false, 0, 0, 60},
    {"日本語アプリ", 777, P::kTcp, "198.51.100.12", 8443, "例え.テスト", "tls", "1.3", "",
     S::kTcpEstablished, "", false, 250'000, 0, 0},
    {"code", 15110, P::kTcp, "198.51.100.13", 443, "update.code.example", "tls", "1.3 h2", "",
     S::kTcpCloseWait, "", false, 66'000, 0, 0},
    {"chronyd", 611, P::kUdp, "198.51.100.14", 123, "time.cloudflare.com", "ntp", "v4", "",
     S::kUnspecified, "ANSWERED", false, 12'000, 0, 0},
    {"thunderbird", 9921, P::kTcp, "198.51.100.15", 993, "imap.example.org", "tls", "1.3", "",
     S::kTcpEstablished, "", false, 29'000, 0, 0},
    {"wpa_supplicant", 702, P::kIcmpv6, "ff02::16", 0, "", "icmpv6", "MLDv2", "", S::kUnspecified,
     "", false, 0, 0, 86},
};

// Where the processes of the samples run.
inline void Place(model::Process* process) {
  const std::string& name = process->name;
  const bool desktop = name == "firefox" || name == "code" || name == "thunderbird";
  process->uid = desktop ? 1000 : 0;
  if (desktop) process->unit = "app-" + name + ".scope";
  if (name == "sshd") process->unit = "ssh.service";
  if (name == "nginx") process->container_id = "4f1c9d0b7a2e66";
  if (name == "api-server") process->container_id = "90be1f2a3c4d77";
  if (!process->container_id.empty()) {
    process->container_runtime = "docker";
    process->unit = "docker-" + process->container_id + ".scope";
  }
}

inline std::unique_ptr<model::Connection> RowOf(const Sample& sample, uint64_t id) {
  auto row = std::make_unique<model::Connection>();
  row->id = id;
  row->protocol = sample.protocol;
  row->direction = sample.incoming ? model::Direction::kIncoming : model::Direction::kOutgoing;
  row->state = sample.state;
  row->state_text = sample.state_text;
  row->local.address = "192.168.1.10";
  row->local.ip = *IpAddress::Parse("192.168.1.10");
  row->local.port = static_cast<uint32_t>(47'000 + id);
  row->remote.address = sample.remote;
  row->remote.ip = *IpAddress::Parse(sample.remote);
  row->remote.port = sample.port;
  row->remote.kind =
      row->remote.ip.IsMulticast() ? model::AddressKind::kMulticast : model::AddressKind::kUnicast;
  std::string name = sample.name;
  if (!name.empty()) {
    const bool by_dns = name[0] == '~';
    row->remote.names = {{by_dns ? name.substr(1) : name,
                          by_dns ? model::NameSource::kDnsAnswer : model::NameSource::kSni}};
  }
  if (sample.pid != 0) {
    row->process.pid = sample.pid;
    row->process.name = sample.process;
    row->process.quality = model::Quality::kExact;
    Place(&row->process);
  } else {
    row->process.quality = model::Quality::kNone;
    row->process.reason = model::NoOwner::kSocketClosedBeforeStart;
  }
  row->application.protocol = sample.application;
  row->application.summary = sample.summary;
  row->application.name = sample.application_name;
  row->application.evidence =
      row->application.protocol == "https" ? model::Evidence::kPort : model::Evidence::kHandshake;
  row->counters.receive_rate = sample.down;
  row->counters.send_rate = sample.up;
  row->counters.bytes_received = 90 * sample.down;
  row->counters.bytes_sent = 90 * sample.up;
  row->counters.packets_received = row->counters.bytes_received / kKi;
  row->counters.packets_sent = row->counters.bytes_sent / kKi;
  if (sample.rtt_us != 0) row->rtt_us = sample.rtt_us;
  row->first_seen = kWall - 100 * kSecond;
  row->last_seen = kWall;
  row->idle_timeout_seconds = 300;
  row->interface = "eth0";
  return row;
}

inline std::string SampleUser(uint32_t uid) { return uid == 0 ? "root" : uid == 1000 ? "ana" : ""; }

// A model that a live daemon has just filled.
inline std::unique_ptr<Model> MakeModel(Size size) {
  auto model = std::make_unique<Model>();
  model->now = kNow;
  model->wall = kWall;
  model->size = size;
  model->socket = "/run/rustnet/rustnetd.sock";
  model->user_name = SampleUser;
  LinkState& link = model->link;
  link.phase = LinkState::Phase::kLive;
  link.ever_live = true;
  link.last_message = kNow;
  link.info.set_version("0.1.0");
  link.info.set_api_revision(1);
  link.info.set_pid(741);
  link.info.set_scope(v1::SCOPE_ALL);
  v1::Backend* backend = link.info.add_backends();
  backend->set_name("capture/eth0");
  backend->set_state(v1::Backend::STATE_ACTIVE);
  backend = link.info.add_backends();
  backend->set_name("attribution/L1");
  backend->set_state(v1::Backend::STATE_ACTIVE);
  backend->set_text("eBPF");
  v1::Sandbox* sandbox = link.info.mutable_sandbox();
  sandbox->set_mode(v1::Sandbox::MODE_STRICT);
  for (const char* name : {"uid", "seccomp", "landlock", "netns"}) {
    v1::SandboxControl* control = sandbox->add_controls();
    control->set_control(name);
    control->set_state(std::string(name) == "landlock" ? v1::SandboxControl::STATE_UNSUPPORTED
                                                       : v1::SandboxControl::STATE_VERIFIED);
  }
  sandbox->set_acts_tried(9);
  sandbox->set_acts_refused(9);
  model->side.valid = true;
  v1::Stats& stats = model->side.stats;
  stats.mutable_time()->set_seconds(1'770'000'000);
  stats.mutable_losses()->mutable_packets()->set_processed(4'129);
  stats.mutable_self()->set_subscribers(2);
  v1::AttributionCount* count = stats.add_attribution();
  count->set_quality(v1::QUALITY_EXACT);
  count->set_flows(21);
  count = stats.add_attribution();
  count->set_quality(v1::QUALITY_NONE);
  count->set_flows(1);
  model->side.before = stats;
  model->side.before.mutable_time()->set_seconds(1'769'999'998);
  model->side.before.mutable_losses()->mutable_packets()->set_processed(4'129 - 908);
  v1::Interface* interface = model->side.interfaces.add_interfaces();
  interface->set_name("eth0");
  interface->set_link_type("Ethernet");
  return model;
}

inline void Fill(Model* model) {
  Batch batch;
  batch.reset = true;
  batch.revision = 48'211;
  uint64_t id = 1;
  for (const Sample& sample : kSamples) {
    batch.Put(id, RowOf(sample, id), false);
    ++id;
  }
  batch.totals = Totals{22, 22, 11'953'766, 16'878'899};
  Absorb(model, std::move(batch));
}

// The daemon's answer for the sample's row of that id, with all that a TCP connection can have.
inline void Answer(Model* model, uint64_t id) {
  auto row = RowOf(kSamples[id - 1], id);
  row->remote.names.push_back({"cdn.example", model::NameSource::kDnsAnswer});
  row->remote.mac = "4c:1b:86:90:fd:b1";
  row->local.mac = "68:5e:dd:09:15:5e";
  row->remote.country = "CA";
  row->remote.asn = 14061;
  row->copies = {{"veth1a2b", 12, 3'100}, {"docker0", 12, 3'100}};
  model::Process& process = row->process;
  if (process.pid) {
    process.executable = "/usr/lib/firefox/firefox";
    process.cmdline = {"firefox", "--new-window", "https://news.example/a/page/with/a/long/path"};
    process.cwd = "/home/ana";
    process.parents = {{900, 0, 0, "gnome-shell", "/usr/bin/gnome-shell"},
                       {1, 0, 0, "systemd", "/usr/lib/systemd/systemd"}};
    process.cgroup = "/user.slice/user-1000.slice/app-firefox.scope";
    process.gid = 1000;
    process.login_uid = 1001;
    process.capabilities = 0;
    process.thread_name = "Socket Thread";
    process.namespace_pid = 12;
    process.pod_uid = "6f1d7b0e-0000-4000-8000-000000000000";
    process.creator = model::ProcessRef{4700, 0, 0, "firefox-bin", "/usr/lib/firefox/firefox-bin"};
  }
  row->application.protocols = {"tls", "http2"};
  row->application.fields = {{"alpn", {"h2"}},
                             {"cipher", {"TLS_AES_128_GCM_SHA256"}},
                             {"ja4", {"t13d1516h2_8daaf6152771_02713d6af862"}}};
  if (row->protocol == model::Protocol::kTcp) {
    row->tcp = model::TcpMetrics();
    row->tcp->handshake_rtt_us = 31'000;
    row->tcp->smoothed_rtt_us = 30'500;
    row->tcp->retransmissions = 3;
    row->tcp->out_of_order = 4;
    row->tcp->payload_sent = 150'000;
    row->tcp->payload_received = 3'400'000;
    row->tcp->window_bytes = 65'536;
    model::KernelTcp kernel;
    kernel.smoothed_rtt_us = 31'200;
    kernel.rtt_variance_us = 800;
    kernel.minimum_rtt_us = 29'000;
    kernel.congestion_window = 10;
    kernel.mss = 1'448;
    kernel.delivery_rate = 7 * kMi;
    kernel.retransmissions = 2;
    kernel.bytes_sent = 150'000;
    kernel.bytes_acked = 150'001;
    kernel.bytes_received = 3'401'448;
    row->tcp->kernel = kernel;
  }
  model->detail.id = id;
  model->detail.row = std::move(row);
  model->detail.answered = model->now;
  model->detail.gone = false;
  for (uint64_t i = 0; i < 60; ++i) {
    model->detail.down.push_back((i * 7919 % 23) * (i * 7919 % 23) * 8 * kKi);
    model->detail.up.push_back(i % 9 < 3 ? 900 * kKi : 10 * kKi);
  }
}

inline KeyPress Press(std::string_view name) { return *ParseKey(name); }

inline Effects Send(Model* model, const InputEvent& event) {
  Effects effects;
  Reduce(model, event, &effects);
  Settle(model);
  return effects;
}

inline void Type(Model* model, std::string_view text) {
  for (const char c : text) {
    Send(model, KeyPress{Key::kChar, static_cast<char32_t>(c), false, false, false});
  }
}

// The connection ends.
inline void Remove(Model* model, uint64_t id) {
  Batch batch;
  batch.Put(id, nullptr, true);
  batch.Remove(id);
  Absorb(model, std::move(batch));
  Settle(model);
}

}  // namespace rustnet::client
