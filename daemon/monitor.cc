// SPDX-License-Identifier: Apache-2.0
// Live monitoring: seal, then workers, table and server.  The order of this file is the order in
// which things come to life; they end the other way round.
#include <sys/random.h>

#include <memory>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/free_memory.h"
#include "common/net/names/services.h"
#include "daemon/log.h"
#include "daemon/report.h"
#include "daemon/run.h"
#include "daemon/seal/notify.h"
#include "daemon/serving.h"
#include "daemon/table_loop.h"

namespace rustnet {
namespace {

std::vector<std::unique_ptr<Worker>> MakeWorkers(const Config& config, const Sealed& sealed,
                                                 const LiveCapture& capture) {
  net::FlowOptions options;
  options.capacity = config.connections / static_cast<uint32_t>(capture.workers());
  if (getrandom(&options.hash_seed, sizeof options.hash_seed, 0) < 0) options.hash_seed = 0;
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < capture.workers(); ++i) {
    options.worker = static_cast<uint8_t>(i);
    workers.push_back(std::make_unique<Worker>(sealed, options, capture.Sources(i)));
  }
  return workers;
}

ServerContext ContextOf(const Sealed& sealed, const SelfCostReader& self, LiveCapture* capture,
                        TableLoop* loop, const std::shared_ptr<spdlog::logger>& log) {
  ServerContext context;
  const Time started = WallNow();
  context.info = [&sealed, capture, loop, started](v1::GetServerInfoResponse* out) {
    FillInfo(sealed, started, out);
    for (const InterfaceReport& interface : capture->Interfaces()) {
      if (interface.captured || !interface.status.ok())
        ReportCapture(interface, out->add_backends());
    }
    for (const BackendState& backend : loop->backends()) Report(backend, out->add_backends());
  };
  context.stats = [&self, loop](v1::Stats* out) {
    loop->FillLosses(out->mutable_losses());
    Report(self.Read(), loop->attribution_counters(), out->mutable_self());
  };
  context.interfaces = [loop](v1::ListInterfacesResponse* out) { loop->FillInterfaces(out); };
  context.reset = [loop] { return loop->Reset(); };
  context.log = [log](const std::string& line) { log->info(line); };
  return context;
}

std::string Capturing(LiveCapture* capture) {
  std::string names;
  for (const InterfaceReport& interface : capture->Interfaces()) {
    if (interface.captured) names += (names.empty() ? "" : ", ") + interface.interface.name;
  }
  return "capturing on " + names;
}

}  // namespace

Status Monitor(const Config& config) {
  ReturnLargeBlocks();
  const EndSignals signals;
  const SelfCostReader self;
  const std::unique_ptr<Os> os = MakeOs();
  RN_ASSIGN_OR_RETURN(Sealed sealed, AcquireAndSeal(config.seal, *os));
  Handles& handles = sealed.handles();
  const std::shared_ptr<spdlog::logger> log = MakeLog(std::move(handles.log), config.log_level);

  LiveCapture capture(std::move(handles.captures), std::move(handles.spares),
                      handles.link_events.get(), handles.link_dump.get());
  RN_RETURN_IF_ERROR(capture.Start());
  const std::unique_ptr<Attribution> attribution = MakeAttribution(handles);
  const std::unique_ptr<Nat> nat = MakeNat(handles);
  TableOptions table_options;
  table_options.historic = config.historic;
  table_options.service = &net::ServiceName;
  ConnectionTable table(table_options);
  std::vector<std::unique_ptr<Worker>> workers = MakeWorkers(config, sealed, capture);
  for (const std::unique_ptr<Worker>& worker : workers) worker->Start();
  TableLoop loop(&capture, attribution.get(), nat.get(), &table, &workers);
  loop.Start();

  RN_ASSIGN_OR_RETURN(
      const std::unique_ptr<Server> server,
      StartServer(std::move(handles.listener), table, ContextOf(sealed, self, &capture, &loop, log),
                  OptionsFor(config, sealed)));
  log->info("{}; sealed, {} of {} forbidden acts refused; serving on {}", Capturing(&capture),
            sealed.attestation().acts_refused, sealed.attestation().acts_tried,
            handles.socket_path);
  for (const BackendState& backend : loop.backends()) {
    if (!backend.text.empty()) log->info("{}: {}", backend.name, backend.text);
  }
  for (const std::string& line : handles.bpf.log) log->info("libbpf: {}", line);
  Notify(handles.notify, "READY=1\nSTATUS=" + Capturing(&capture));
  signals.Wait();
  Notify(handles.notify, "STOPPING=1");
  log->info("ending");
  server->Shutdown();
  return Ok();
}

}  // namespace rustnet
