// SPDX-License-Identifier: Apache-2.0
// A capture file served as if it were live: same pipeline, same seal, same API.  Capture time is
// what the file says, so the table at each tick is the same in every replay; `--speed` decides only
// how long that takes.
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/net/names/passive_dns.h"
#include "common/net/names/services.h"
#include "daemon/capture/capture_file.h"
#include "daemon/log.h"
#include "daemon/report.h"
#include "daemon/run.h"
#include "daemon/serving.h"

namespace rustnet {
namespace {

constexpr size_t kFramesPerRead = 256;

// Reads the file on a thread of its own and ticks the table.
class Player {
 public:
  Player(const Sealed&, net::FlowOptions options, double speed, FrameSource* source,
         ConnectionTable* table)
      : pipeline_(options),
        speed_(speed),
        source_(source),
        table_(table),
        attribution_(MakeNoAttribution()) {}
  ~Player() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }

  void Start() {
    thread_ = std::thread([this] { Run(); });
  }

  WorkerCounters counters() const {
    const std::lock_guard lock(mutex_);
    return counters_;
  }
  Status status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  void Run() {
    pthread_setname_np(pthread_self(), "replay");
    while (!stop_ && source_->state() == SourceState::kActive) {
      source_->Read(kFramesPerRead, [this](std::span<const net::Frame> frames) { Play(frames); });
    }
    Tick(pipeline_.newest());
    {
      const std::lock_guard lock(mutex_);
      status_ = source_->status();
    }
    // The file has ended and its time stands still; deadlines of the streams do not.
    while (!stop_) {
      std::this_thread::sleep_for(std::chrono::nanoseconds(kTick));
      Tick(pipeline_.newest());
    }
  }

  // Cuts `frames` at the ticks that lie between them.
  void Play(std::span<const net::Frame> frames) {
    size_t begin = 0;
    for (size_t i = 0; i < frames.size() && !stop_; ++i) {
      if (next_tick_ == 0) BeginAt(frames[i].time);
      if (frames[i].time < next_tick_) continue;
      pipeline_.Add(frames.subspan(begin, i - begin));
      begin = i;
      // One tick for the whole pause before this frame.
      const Time boundary = next_tick_ + (frames[i].time - next_tick_) / kTick * kTick;
      WaitUntil(boundary);
      Tick(boundary);
      next_tick_ = boundary + kTick;
    }
    if (!stop_) pipeline_.Add(frames.subspan(begin));
  }

  void BeginAt(Time first) {
    first_ = first;
    next_tick_ = first + kTick;
    began_ = MonotonicNow();
  }

  void WaitUntil(Time capture_time) {
    if (speed_ <= 0) return;
    const Time due =
        began_ + static_cast<Time>(static_cast<double>(capture_time - first_) / speed_);
    while (!stop_ && MonotonicNow() < due) {
      std::this_thread::sleep_for(std::chrono::nanoseconds(std::min(due - MonotonicNow(), kTick)));
    }
  }

  void Tick(Time now) {
    pipeline_.flows().Advance(now);
    flows_.clear();
    pipeline_.flows().TakeChanges(now, &flows_);
    for (const NameAnswer& answer : pipeline_.TakeAnswers()) {
      names_.Add(answer.client, answer.name, answer.address, answer.ttl_seconds, now);
    }
    TickInput input;
    input.now = now;
    input.monotonic = MonotonicNow();
    input.flows = flows_;
    input.attribution = attribution_.get();
    input.name = [this, now](const IpAddress& local,
                             const IpAddress& remote) -> std::optional<SeenName> {
      const auto found = names_.Find(local, remote, now);
      if (!found) return std::nullopt;
      return SeenName{std::string(found->name), model::NameSource::kDnsAnswer};
    };
    table_->Tick(input);
    const std::lock_guard lock(mutex_);
    counters_.decode = pipeline_.decode_counters();
    counters_.flow = pipeline_.flows().counters();
    counters_.answers_dropped = pipeline_.answers_dropped();
    counters_.handles[0] = pipeline_.counts(0);
  }

  Pipeline pipeline_;
  const double speed_;
  FrameSource* source_;
  ConnectionTable* table_;
  std::unique_ptr<Attribution> attribution_;
  net::PassiveDns names_;
  std::vector<net::FlowView> flows_;
  Time first_ = 0;
  Time next_tick_ = 0;
  Time began_ = 0;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  WorkerCounters counters_;  // guarded by mutex_
  Status status_;            // guarded by mutex_
  std::thread thread_;
};

ServerContext ContextOf(const Sealed& sealed, const SelfCostReader& self, const std::string& file,
                        const Player& player, const std::shared_ptr<spdlog::logger>& log) {
  ServerContext context;
  const Time started = WallNow();
  context.info = [&sealed, &player, file, started](v1::GetServerInfoResponse* out) {
    FillInfo(sealed, started, out);
    out->set_replay(file);
    v1::Backend* backend = out->add_backends();
    backend->set_name("capture/" + file);
    const Status status = player.status();
    backend->set_state(status.ok() ? v1::Backend::STATE_ACTIVE : v1::Backend::STATE_DEGRADED);
    backend->set_text(Message(status));
  };
  context.stats = [&self, &player](v1::Stats* out) {
    const WorkerCounters counters = player.counters();
    Report({}, {&counters, 1}, {}, {}, 0, out->mutable_losses());
    v1::PacketLedger* packets = out->mutable_losses()->mutable_packets();
    packets->set_processed(counters.handles[0].processed);
    packets->set_malformed(counters.handles[0].malformed);
    packets->set_received(packets->processed() + packets->malformed());
    Report(self.Read(), {}, out->mutable_self());
  };
  context.interfaces = [](v1::ListInterfacesResponse*) {};
  context.reset = [] {
    return FailedPrecondition("a replay has nothing to reset; start it again");
  };
  context.log = [log](const std::string& line) { log->info(line); };
  return context;
}

}  // namespace

Status Replay(const Config& config) {
  const EndSignals signals;
  const SelfCostReader self;
  const std::unique_ptr<Os> os = MakeOs();
  RN_ASSIGN_OR_RETURN(Sealed sealed, AcquireAndSeal(config.seal, *os));
  Handles& handles = sealed.handles();
  if (!handles.capture_file_errors[0].empty()) return DataLoss(handles.capture_file_errors[0]);
  const std::string& file = config.seal.read_files[0];
  CaptureFile source(handles.capture_files[0].get(), file);
  const std::shared_ptr<spdlog::logger> log = MakeLog(std::move(handles.log), config.log_level);
  TableOptions table_options;
  table_options.historic = config.historic;
  table_options.service = &net::ServiceName;
  ConnectionTable table(table_options);
  net::FlowOptions flow_options;
  flow_options.capacity = config.connections;
  Player player(sealed, flow_options, config.speed, &source, &table);
  player.Start();
  RN_ASSIGN_OR_RETURN(
      const std::unique_ptr<Server> server,
      StartServer(std::move(handles.listener), table, ContextOf(sealed, self, file, player, log),
                  OptionsFor(config, sealed)));
  log->info("replaying {}; serving on {}", file, handles.socket_path);
  signals.Wait();
  server->Shutdown();
  return Ok();
}

}  // namespace rustnet
