// SPDX-License-Identifier: Apache-2.0
#include "client/text/facts.h"

#include <algorithm>
#include <array>
#include <bit>

#include "client/text/format.h"

namespace rustnet::client {
namespace {

std::string Number(uint64_t number) { return std::to_string(number); }

// linux/capability.h, by bit.
constexpr std::array<std::string_view, 41> kCapabilities = {"chown",
                                                            "dac_override",
                                                            "dac_read_search",
                                                            "fowner",
                                                            "fsetid",
                                                            "kill",
                                                            "setgid",
                                                            "setuid",
                                                            "setpcap",
                                                            "linux_immutable",
                                                            "net_bind_service",
                                                            "net_broadcast",
                                                            "net_admin",
                                                            "net_raw",
                                                            "ipc_lock",
                                                            "ipc_owner",
                                                            "sys_module",
                                                            "sys_rawio",
                                                            "sys_chroot",
                                                            "sys_ptrace",
                                                            "sys_pacct",
                                                            "sys_admin",
                                                            "sys_boot",
                                                            "sys_nice",
                                                            "sys_resource",
                                                            "sys_time",
                                                            "sys_tty_config",
                                                            "mknod",
                                                            "lease",
                                                            "audit_write",
                                                            "audit_control",
                                                            "setfcap",
                                                            "mac_override",
                                                            "mac_admin",
                                                            "syslog",
                                                            "wake_alarm",
                                                            "block_suspend",
                                                            "audit_read",
                                                            "perfmon",
                                                            "bpf",
                                                            "checkpoint_restore"};

std::string Signed(uint64_t packets, uint64_t kernel, std::string (*text)(uint64_t)) {
  if (packets == kernel) return "0";
  return packets > kernel ? "+" + text(packets - kernel) : "-" + text(kernel - packets);
}

std::string MicrosText(uint64_t microseconds) {
  return PreciseRtt(static_cast<uint32_t>(std::min<uint64_t>(microseconds, UINT32_MAX)));
}

std::string OrDash(std::optional<uint32_t> microseconds) {
  return microseconds ? PreciseRtt(*microseconds) : "-";
}

// A row of which the kernel knows nothing, or of which it alone knows.
TwoSided Captured(std::string_view label, std::string value) {
  return {label, std::move(value), "-", "-"};
}
TwoSided Told(std::string_view label, std::string value) {
  return {label, "-", std::move(value), "-"};
}

TwoSided Compared(std::string_view label, uint64_t packets, uint64_t kernel) {
  return {label, Grouped(packets), Grouped(kernel), Signed(packets, kernel, &Grouped)};
}

void AddKernel(const model::KernelTcp& kernel, std::vector<TwoSided>* rows) {
  if (kernel.minimum_rtt_us) rows->push_back(Told("Minimum RTT", OrDash(kernel.minimum_rtt_us)));
  if (kernel.rtt_variance_us) rows->push_back(Told("RTT variance", OrDash(kernel.rtt_variance_us)));
  if (kernel.congestion_window) {
    rows->push_back(Told("Congestion", Grouped(*kernel.congestion_window) + " segments"));
  }
  if (kernel.mss) rows->push_back(Told("MSS", Grouped(*kernel.mss) + " bytes"));
  if (kernel.delivery_rate) {
    rows->push_back(Told("Delivery", RateText(*kernel.delivery_rate) + "/s"));
  }
  rows->push_back(Told("Acknowledged", Grouped(kernel.bytes_acked)));
}

}  // namespace

std::string Joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string joined;
  for (const std::string& text : texts) {
    if (!joined.empty()) joined += between;
    joined += text;
  }
  return joined;
}

std::string PreciseRtt(uint32_t microseconds) {
  if (microseconds < 1'000) return Number(microseconds) + "us";
  if (microseconds >= 100'000) return RttText(microseconds);
  return Number(microseconds / 1'000) + "." + Number(microseconds % 1'000 / 100) + "ms";
}

std::string_view SourceText(model::RttSource source) {
  switch (source) {
    case model::RttSource::kKernel:
      return "kernel";
    case model::RttSource::kPackets:
      return "captured";
    case model::RttSource::kHandshake:
      return "captured handshake";
    case model::RttSource::kApplication:
      return "request to answer";
    case model::RttSource::kUnspecified:
      break;
  }
  return "";
}

std::string_view SourceText(model::NameSource source) {
  switch (source) {
    case model::NameSource::kSni:
      return "SNI";
    case model::NameSource::kHttpHost:
      return "Host header";
    case model::NameSource::kDnsAnswer:
      return "DNS answer";
    case model::NameSource::kMdns:
      return "mDNS";
    case model::NameSource::kPtr:
      return "PTR answer";
    case model::NameSource::kLlmnr:
      return "LLMNR";
    case model::NameSource::kNetbios:
      return "NetBIOS";
    case model::NameSource::kDhcp:
      return "DHCP";
    case model::NameSource::kUnspecified:
      break;
  }
  return "";
}

std::string_view EvidenceText(model::Evidence evidence) {
  switch (evidence) {
    case model::Evidence::kHandshake:
      return "handshake";
    case model::Evidence::kSignature:
      return "signature";
    case model::Evidence::kPort:
      return "guess by port";
    case model::Evidence::kUnspecified:
      break;
  }
  return "";
}

std::string_view Meaning(model::Quality quality) {
  switch (quality) {
    case model::Quality::kExact:
      return "it was seen to make, connect or accept the socket";
    case model::Quality::kHandoff:
      return "it was seen to use a socket that another made";
    case model::Quality::kListenerInherited:
      return "it listens where this came in";
    case model::Quality::kScanned:
      return "it held the socket when rustnetd looked";
    case model::Quality::kUidOnly:
      return "the user is known, the process is not";
    case model::Quality::kKernel:
      return "the kernel's own socket";
    case model::Quality::kNetnsUnique:
      return "the only namespace that has this tuple";
    case model::Quality::kNone:
    case model::Quality::kUnspecified:
      break;
  }
  return "";
}

std::string_view Meaning(model::NoOwner reason) {
  switch (reason) {
    case model::NoOwner::kPending:
      return "it is young and may still be found";
    case model::NoOwner::kNotLocal:
      return "no socket here has these addresses";
    case model::NoOwner::kForwarded:
      return "it passes through this host";
    case model::NoOwner::kSocketClosedBeforeStart:
      return "the socket was closed before rustnetd started";
    case model::NoOwner::kOtherNetns:
      return "the socket is in another network namespace";
    case model::NoOwner::kLostEvent:
      return "events were lost at that time";
    case model::NoOwner::kKernel:
      return "the kernel itself answers";
    case model::NoOwner::kBackendLimit:
      return "attribution here cannot see it";
    case model::NoOwner::kReplay:
      return "a capture file has no processes";
    case model::NoOwner::kUnspecified:
      break;
  }
  return "";
}

std::string ContainerText(const model::Process& process, bool whole) {
  constexpr size_t kShort = 12;  // as docker ps and podman ps print it
  if (process.container_id.empty()) return "";
  std::string text = whole ? process.container_id : process.container_id.substr(0, kShort);
  if (!process.container_runtime.empty()) text += " (" + process.container_runtime + ")";
  return text;
}

std::string RefText(const model::ProcessRef& ref) {
  std::string text = ref.name + " (" + Number(ref.pid) + ")";
  return ref.executable.empty() ? text : text + " " + ref.executable;
}

std::string TreeText(const model::Process& process) {
  if (process.parents.empty()) return "";
  std::vector<std::string> texts;
  for (auto parent = process.parents.rbegin(); parent != process.parents.rend(); ++parent) {
    texts.push_back(parent->name + " (" + Number(parent->pid) + ")");
  }
  texts.push_back(process.name);
  return Joined(texts, " > ");
}

std::string CapabilitiesText(uint64_t capabilities) {
  constexpr size_t kFew = 10;
  const uint64_t all = (uint64_t{1} << kCapabilities.size()) - 1;
  const uint64_t lacking = all & ~capabilities;
  if (capabilities == 0) return "none";
  if (lacking == 0) return "all";
  const bool nearly = static_cast<size_t>(std::popcount(lacking)) <= kFew;
  const uint64_t shown = nearly ? lacking : capabilities;
  std::vector<std::string> names;
  for (size_t bit = 0; bit < 64; ++bit) {
    if ((shown >> bit & 1) == 0) continue;
    names.push_back(bit < kCapabilities.size() ? std::string(kCapabilities[bit])
                                               : "bit " + Number(bit));
  }
  return (nearly ? "all but " : "") + Joined(names, ", ");
}

std::string VolumeText(uint64_t bytes, uint64_t packets) {
  return Grouped(bytes) + " bytes in " + Grouped(packets) + (packets == 1 ? " packet" : " packets");
}

std::vector<TwoSided> TransportTable(const model::TcpMetrics& tcp) {
  std::vector<TwoSided> rows;
  if (!tcp.kernel) {
    if (tcp.smoothed_rtt_us) rows.push_back(Captured("RTT", OrDash(tcp.smoothed_rtt_us)));
    rows.push_back(Captured("Retransmits", Grouped(tcp.retransmissions)));
    rows.push_back(Captured("Sent", Grouped(tcp.payload_sent)));
    rows.push_back(Captured("Received", Grouped(tcp.payload_received)));
  } else {
    const model::KernelTcp& kernel = *tcp.kernel;
    TwoSided rtt{"RTT", OrDash(tcp.smoothed_rtt_us), OrDash(kernel.smoothed_rtt_us), "-"};
    if (tcp.smoothed_rtt_us && kernel.smoothed_rtt_us) {
      rtt.difference = Signed(*tcp.smoothed_rtt_us, *kernel.smoothed_rtt_us, &MicrosText);
    }
    rows.push_back(std::move(rtt));
    rows.push_back(Compared("Retransmits", tcp.retransmissions, kernel.retransmissions));
    rows.push_back(Compared("Sent", tcp.payload_sent, kernel.bytes_sent));
    rows.push_back(Compared("Received", tcp.payload_received, kernel.bytes_received));
    // The kernel counts the FIN, and nothing that came again.
    if (kernel.bytes_received == tcp.payload_received + 1) rows.back().difference += " (FIN)";
  }
  if (tcp.handshake_rtt_us) rows.push_back(Captured("Handshake", OrDash(tcp.handshake_rtt_us)));
  if (tcp.kernel) AddKernel(*tcp.kernel, &rows);
  if (tcp.window_bytes) rows.push_back(Captured("Window", Grouped(*tcp.window_bytes) + " bytes"));
  rows.push_back(Captured("Fast retrans", Grouped(tcp.fast_retransmissions)));
  rows.push_back(Captured("Out of order", Grouped(tcp.out_of_order)));
  rows.push_back(Captured("Dup. ACKs", Grouped(tcp.duplicate_acks)));
  rows.push_back(Captured("Not captured", Grouped(tcp.gaps)));
  return rows;
}

}  // namespace rustnet::client
