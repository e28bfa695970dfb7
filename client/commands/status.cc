// SPDX-License-Identifier: Apache-2.0
// `status`, `stats`, `interfaces`: what the daemon says about itself.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>

#include "client/commands/oneshot.h"
#include "client/stream/row.h"
#include "client/text/format.h"
#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/model/convert.h"

namespace rustnet::client {
namespace {

void Pair(Output* out, std::string_view key, std::string_view value) {
  std::string line(key);
  line.resize(std::max<size_t>(20, line.size() + 1), ' ');
  out->Line(line.append(value));
}

// "STATE_VERIFIED" → "verified".
std::string Word(std::string_view name, std::string_view prefix) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  std::string word = ToLower(name);
  std::replace(word.begin(), word.end(), '_', ' ');
  return word;
}

std::string Plural(uint64_t n, std::string_view one, std::string_view many) {
  return Grouped(n) + " " + std::string(n == 1 ? one : many);
}

void PrintSandbox(const v1::Sandbox& sandbox, Output* out) {
  int verified = 0;
  for (const v1::SandboxControl& control : sandbox.controls()) {
    verified += control.state() == v1::SandboxControl::STATE_VERIFIED ? 1 : 0;
  }
  Pair(out, "sandbox",
       Word(v1::Sandbox::Mode_Name(sandbox.mode()), "MODE_") + ": " + std::to_string(verified) +
           " of " + std::to_string(sandbox.controls_size()) + " controls verified, " +
           std::to_string(sandbox.acts_refused()) + " of " + std::to_string(sandbox.acts_tried()) +
           " forbidden acts refused");
  for (const v1::SandboxControl& control : sandbox.controls()) {
    std::string text = Word(v1::SandboxControl::State_Name(control.state()), "STATE_");
    text.resize(std::max<size_t>(12, text.size() + 1), ' ');
    text += control.value();
    if (!control.evidence().empty()) text += " (" + control.evidence() + ")";
    Pair(out, "  " + control.control(), text);
  }
}

void PrintBackends(const v1::GetServerInfoResponse& info, Output* out) {
  if (info.backends().empty()) return;
  out->Line("sources");
  for (const v1::Backend& backend : info.backends()) {
    std::string text = Word(v1::Backend::State_Name(backend.state()), "STATE_");
    if (backend.reason() != v1::Backend::REASON_UNSPECIFIED) {
      text += ", " + Word(v1::Backend::Reason_Name(backend.reason()), "REASON_");
    }
    if (!backend.text().empty()) text += ": " + backend.text();
    Pair(out, "  " + backend.name(), text);
  }
}

struct LossRow {
  const char* name;
  uint64_t count;
};

void PrintLosses(const v1::LossLedger& losses, Output* out) {
  const v1::PacketLedger& packets = losses.packets();
  Pair(out, "packets",
       Grouped(packets.received()) + " received, " + Grouped(packets.processed()) + " processed");
  const LossRow rows[] = {
      {"kernel ring", packets.kernel_ring_dropped()},
      {"worker", packets.worker_dropped()},
      {"malformed", packets.malformed()},
      {"nic", packets.nic_dropped()},
      {"interface", packets.interface_dropped()},
      {"flows evicted", losses.flows_evicted()},
      {"prefix bytes", losses.prefix_bytes_dropped()},
      {"fragments", losses.fragments_dropped()},
      {"datagrams incomplete", losses.datagrams_incomplete()},
      {"tunnels", losses.tunnels_unread()},
      {"bpf ring", losses.bpf_ring_dropped()},
      {"udp events capped", losses.udp_events_capped()},
      {"conntrack", losses.conntrack_losses()},
      {"translations", losses.translations_forgotten()},
      {"sockets", losses.sockets_forgotten()},
      {"malformed events", losses.events_malformed()},
      {"facts", losses.facts_dropped()},
      {"dissections", losses.dissections_dropped()},
      {"stream gaps", losses.stream_gaps()},
      {"names evicted", losses.names_evicted()},
      {"history evicted", losses.history_evicted()},
      {"subscriber rows", losses.subscriber_rows_missed()},
      {"events", losses.events_dropped()},
      {"subscribers cut", losses.subscribers_cut()},
      {"connections refused", losses.connections_refused()},
  };
  std::string lost;
  for (const LossRow& row : rows) {
    if (row.count == 0) continue;
    lost += (lost.empty() ? "" : ", ") + std::string(row.name) + " " + Grouped(row.count);
  }
  Pair(out, "lost", lost.empty() ? "nothing" : lost);
}

// "1 234 of 1 240 ends with a socket here have an owner (99.51 %)".
std::string CompletenessText(const v1::AttributionCompleteness& part) {
  if (part.local() == 0) return "no connection with a socket here";
  const double percent =
      100.0 * static_cast<double>(part.attributed()) / static_cast<double>(part.local());
  // Rounded down: 100 % is all of them.
  char share[16];
  snprintf(share, sizeof share, "%.2f", std::floor(percent * 100) / 100);
  std::string text = Grouped(part.attributed()) + " of " + Grouped(part.local()) +
                     " ends with a socket here have an owner (" + share + " %)";
  if (part.has_p50_us() && part.has_p99_us()) {
    text += ", half within " + Grouped(part.p50_us() / 1000) + " ms, 99 % within " +
            Grouped(part.p99_us() / 1000) + " ms";
  }
  return text;
}

std::string CountText(const v1::AttributionCount& count) {
  std::string name = Word(v1::Quality_Name(count.quality()), "QUALITY_");
  if (count.reason() != v1::NO_OWNER_UNSPECIFIED) {
    name += ": " + Word(v1::NoOwner_Name(count.reason()), "NO_OWNER_");
  }
  return Grouped(count.flows()) + " " + name;
}

void PrintCompleteness(std::string_view title, const v1::AttributionCompleteness& part,
                       Output* out) {
  Pair(out, "  " + std::string(title), CompletenessText(part));
  std::string known;
  std::string unknown;
  for (const v1::AttributionCount& count : part.counts()) {
    const bool none = count.quality() == v1::QUALITY_NONE;
    const bool apart =
        count.quality() == v1::QUALITY_KERNEL ||
        (none &&
         (count.reason() == v1::NO_OWNER_PENDING || count.reason() == v1::NO_OWNER_NOT_LOCAL ||
          count.reason() == v1::NO_OWNER_FORWARDED || count.reason() == v1::NO_OWNER_REPLAY));
    if (apart) continue;
    std::string& list = none ? unknown : known;
    list += (list.empty() ? "" : ", ") + CountText(count);
  }
  if (!known.empty()) Pair(out, "    known", known);
  if (!unknown.empty()) Pair(out, "    unknown", unknown);
  std::string apart;
  const auto add = [&apart](uint64_t ends, std::string_view what) {
    if (ends == 0) return;
    apart += (apart.empty() ? "" : ", ") + Grouped(ends) + " " + std::string(what);
  };
  add(part.not_local(), "without a socket here");
  add(part.kernel(), "the kernel's own");
  add(part.pending(), "too young to tell");
  if (!apart.empty()) Pair(out, "    not counted", apart);
}

void PrintAttribution(const v1::Stats& stats, Output* out) {
  if (stats.has_attribution_since_start()) {
    out->Line("owners found");
    PrintCompleteness("last minute", stats.attribution_last_minute(), out);
    PrintCompleteness("since start", stats.attribution_since_start(), out);
  }
  uint64_t all = 0;
  for (const v1::AttributionCount& count : stats.attribution()) all += count.flows();
  if (all == 0) return;
  out->Line("owners of live connections");
  for (const v1::AttributionCount& count : stats.attribution()) {
    if (count.flows() == 0) continue;
    std::string name = Word(v1::Quality_Name(count.quality()), "QUALITY_");
    if (count.reason() != v1::NO_OWNER_UNSPECIFIED) {
      name += ": " + Word(v1::NoOwner_Name(count.reason()), "NO_OWNER_");
    }
    Pair(out, "  " + Grouped(count.flows()), name);
  }
}

void PrintStats(const v1::Stats& stats, Output* out) {
  if (stats.has_losses()) PrintLosses(stats.losses(), out);
  PrintAttribution(stats, out);
  const v1::SelfCost& self = stats.self();
  Pair(out, "cost",
       Grouped(self.cpu_ns() / 1'000'000) + " ms CPU, " + Grouped(self.rss_bytes() / 1024) +
           " KiB resident, " + Plural(self.threads(), "thread", "threads") + ", " +
           Plural(self.subscribers(), "subscriber", "subscribers"));
  if (self.bpf_runs() > 0) {
    Pair(out, "bpf cost",
         Grouped(self.bpf_run_ns() / self.bpf_runs()) + " ns a run, " + Grouped(self.bpf_runs()) +
             " runs");
  }
}

std::optional<int> GetStats(Session* session, v1::GetStatsResponse* response) {
  grpc::ClientContext context;
  SetDeadline(&context, kCallMs);
  const grpc::Status status = session->monitor->GetStats(&context, v1::GetStatsRequest(), response);
  if (!status.ok()) return Fail(Diagnose(status, session->socket));
  return std::nullopt;
}

}  // namespace

int RunStatus(const Options& options, Session* session, Output* out) {
  const v1::GetServerInfoResponse& info = session->info;
  if (options.format == Format::kJsonl) {
    out->Json(info);
    return 0;
  }
  Pair(out, "rustnetd",
       info.version() + ", pid " + std::to_string(info.pid()) + ", up " +
           AgeText(WallNow() - model::FromTimestamp(info.started())));
  Pair(out, "socket", session->socket);
  Pair(out, "platform", info.platform());
  Pair(out, "api",
       "revision " + std::to_string(info.api_revision()) + "; this client has " +
           std::to_string(kApiRevision));
  if (!info.replay().empty()) Pair(out, "replay", info.replay());
  std::string you = info.has_peer_uid() ? "uid " + std::to_string(info.peer_uid()) : "unknown";
  you += info.scope() == v1::SCOPE_OWN ? ", sees connections of its own processes"
                                       : ", sees every connection";
  if (info.may_control()) you += ", may control";
  Pair(out, "you", you);
  PrintSandbox(info.sandbox(), out);
  PrintBackends(info, out);
  v1::GetStatsResponse stats;
  if (const std::optional<int> failed = GetStats(session, &stats)) return *failed;
  PrintStats(stats.stats(), out);
  return 0;
}

int RunStats(const Options& options, Session* session, Output* out) {
  const Time end = MonotonicNow() + options.duration.value_or(0);
  while (true) {
    v1::GetStatsResponse response;
    if (const std::optional<int> failed = GetStats(session, &response)) return *failed;
    if (options.format == Format::kJsonl) {
      out->Json(response.stats());
    } else {
      PrintStats(response.stats(), out);
    }
    const Duration left = end - MonotonicNow();
    if (!out->Flush() || left <= 0) return 0;
    if (options.format == Format::kTable) out->Line("");
    std::this_thread::sleep_for(std::chrono::nanoseconds(std::min<Duration>(left, kSecond)));
  }
}

int RunInterfaces(const Options& options, Session* session, Output* out) {
  v1::ListInterfacesResponse response;
  grpc::ClientContext context;
  SetDeadline(&context, kCallMs);
  const grpc::Status status =
      session->monitor->ListInterfaces(&context, v1::ListInterfacesRequest(), &response);
  if (!status.ok()) return Fail(Diagnose(status, session->socket));
  if (options.format == Format::kCsv) {
    out->Csv({"name", "index", "link_type", "up", "capture", "received", "processed",
              "kernel_ring_dropped", "worker_dropped", "malformed", "addresses"});
  }
  TextTable table({{"NAME", false, 10},
                   {"UP", false, 3},
                   {"TYPE", false, 10},
                   {"CAPTURE", false, 10},
                   {"RECEIVED", true, 8},
                   {"PROCESSED", true, 9},
                   {"LOST", true, 4},
                   {"ADDRESSES", false, 0}},
                  out);
  for (v1::Interface& one : *response.mutable_interfaces()) {
    if (options.format == Format::kJsonl) {
      out->Json(one);
      continue;
    }
    MakeSafe(one.mutable_name());
    MakeSafe(one.mutable_link_type());
    MakeSafe(one.mutable_capture()->mutable_text());
    std::string addresses;
    for (std::string address : one.addresses()) {
      MakeSafe(&address);
      addresses += (addresses.empty() ? "" : " ") + address;
    }
    const v1::PacketLedger& packets = one.packets();
    const std::string state = Word(v1::Backend::State_Name(one.capture().state()), "STATE_");
    const std::string capture =
        one.capture().text().empty() ? state : state + ": " + one.capture().text();
    if (options.format == Format::kCsv) {
      out->Csv({one.name(), std::to_string(one.index()), one.link_type(),
                one.up() ? "true" : "false", capture, std::to_string(packets.received()),
                std::to_string(packets.processed()), std::to_string(packets.kernel_ring_dropped()),
                std::to_string(packets.worker_dropped()), std::to_string(packets.malformed()),
                addresses});
      continue;
    }
    table.Add({one.name(), one.up() ? "up" : "down", one.link_type(), capture,
               Grouped(packets.received()), Grouped(packets.processed()),
               Grouped(packets.kernel_ring_dropped() + packets.worker_dropped()), addresses});
  }
  if (options.format == Format::kTable) table.EndPage();
  return 0;
}

}  // namespace rustnet::client
