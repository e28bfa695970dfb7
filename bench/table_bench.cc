// SPDX-License-Identifier: Apache-2.0
// What a table of 50 000 rows costs: a tick with 1 % of them changed (G10: 1 ms, with the delta
// that is made of it), the first full picture for a new client (G10: 50 ms), memory for each row
// (G8), one more watcher (G16).
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "common/net/names/services.h"
#include "daemon/table/connection_table.h"
#include "tests/e2e/synthetic_flows.h"

namespace rustnet {
namespace {

constexpr Time kStart = Time{1'700'000'000} * kSecond;

// Private memory of this process, bytes (proc(5), RssAnon).
int64_t PrivateBytes() {
  int64_t kilobytes = 0;
  char line[256];
  std::FILE* file = std::fopen("/proc/self/status", "re");
  if (file == nullptr) return 0;
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::strncmp(line, "RssAnon:", 8) == 0) kilobytes = std::atoll(line + 8);
  }
  std::fclose(file);
  return kilobytes * 1024;
}

class Fixture {
 public:
  // `several`: other interfaces are captured too, so that each row might have copies.
  explicit Fixture(size_t rows, bool several = false) : flows_(1, rows, kStart), owners_(3) {
    TableOptions options;
    options.service = &net::ServiceName;
    table_ = std::make_unique<ConnectionTable>(options);
    table_->SetInterface(0, "eth0", 0, several ? 2 : 0);
    table_->SetInterface(1, "lo", 0, several ? 1 : 0);
    table_->SetLocalNetwork(synthetic::ThisHost());
    const int64_t before = PrivateBytes();
    changes_ = flows_.live();
    Tick();
    // Owners that are known late.
    now_ += kSecond;
    Tick();
    bytes_ = PrivateBytes() - before;
  }

  void Tick() {
    now_ += 100 * kMillisecond;
    table_->Tick({now_, now_, changes_, &owners_, {}});
    changes_.clear();
  }
  void Move(size_t rows) {
    for (size_t i = 0; i < rows; ++i) {
      changes_.push_back(flows_.Move(flows_.Number(flows_.size()), now_));
    }
  }
  std::unique_ptr<Subscription> Subscribe(bool columns, const char* filter = "") {
    ViewSpec spec;
    spec.columns = columns;
    spec.filter = filter;
    auto subscription = table_->Subscribe({}, 0, spec);
    if (!subscription.ok()) return nullptr;
    (*subscription)->Begin({});
    return std::move(subscription).value();
  }
  // Everything that is to be sent.  Bytes.
  static size_t Drain(Subscription* subscription) {
    size_t bytes = 0;
    while (true) {
      const Step step = subscription->Next();
      if (step.kind != Step::Kind::kDelta) return bytes;
      bytes += step.delta->message().size();
    }
  }

  ConnectionTable& table() { return *table_; }
  int64_t bytes() const { return bytes_; }
  size_t size() const { return flows_.size(); }

 private:
  synthetic::Flows flows_;
  synthetic::Owners owners_;
  std::unique_ptr<ConnectionTable> table_;
  std::vector<net::FlowView> changes_;
  Time now_ = kStart;
  int64_t bytes_ = 0;
};

void BM_TickOnePercent(benchmark::State& state) {
  Fixture fixture(static_cast<size_t>(state.range(0)), state.range(2) != 0);
  const auto subscription = fixture.Subscribe(state.range(1) != 0);
  Fixture::Drain(subscription.get());
  size_t bytes = 0;
  for (auto _ : state) {
    state.PauseTiming();
    fixture.Move(fixture.size() / 100);
    state.ResumeTiming();
    fixture.Tick();
    bytes = Fixture::Drain(subscription.get());
  }
  state.counters["delta_bytes"] = static_cast<double>(bytes);
}
BENCHMARK(BM_TickOnePercent)
    ->ArgNames({"rows", "columns", "several"})
    ->Args({50'000, 1, 0})
    ->Args({50'000, 0, 0})
    ->Args({50'000, 1, 1})
    ->Args({100'000, 1, 0})
    ->Unit(benchmark::kMicrosecond);

void BM_TickFiltered(benchmark::State& state) {
  Fixture fixture(50'000);
  const auto subscription = fixture.Subscribe(true, "bytes>100kB process:firefox");
  Fixture::Drain(subscription.get());
  for (auto _ : state) {
    state.PauseTiming();
    fixture.Move(fixture.size() / 100);
    state.ResumeTiming();
    fixture.Tick();
    Fixture::Drain(subscription.get());
  }
}
BENCHMARK(BM_TickFiltered)->Unit(benchmark::kMicrosecond);

// The first client of all pays for the facts of each row, later ones do not.
void BM_FirstPictureEver(benchmark::State& state) {
  size_t bytes = 0;
  double per_row = 0;
  double unwatched = 0;  // of the first time: later ones get the memory that was freed
  for (auto _ : state) {
    state.PauseTiming();
    auto fixture =
        std::make_unique<Fixture>(static_cast<size_t>(state.range(0)), state.range(1) != 0);
    const int64_t before = PrivateBytes();
    state.ResumeTiming();
    auto subscription = fixture->Subscribe(true);
    bytes = Fixture::Drain(subscription.get());
    state.PauseTiming();
    const auto rows = static_cast<double>(fixture->size());
    per_row =
        std::max(per_row, static_cast<double>(PrivateBytes() - before + fixture->bytes()) / rows);
    unwatched = std::max(unwatched, static_cast<double>(fixture->bytes()) / rows);
    subscription.reset();
    fixture.reset();
    state.ResumeTiming();
  }
  state.counters["sent_bytes"] = static_cast<double>(bytes);
  state.counters["row_bytes_unwatched"] = unwatched;
  state.counters["row_bytes_watched"] = per_row;
}
BENCHMARK(BM_FirstPictureEver)
    ->ArgNames({"rows", "several"})
    ->Args({50'000, 0})
    ->Args({50'000, 1})
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);

void BM_LaterPicture(benchmark::State& state) {
  Fixture fixture(static_cast<size_t>(state.range(0)));
  Fixture::Drain(fixture.Subscribe(true).get());
  for (auto _ : state) {
    const auto subscription = fixture.Subscribe(true);
    benchmark::DoNotOptimize(Fixture::Drain(subscription.get()));
  }
}
BENCHMARK(BM_LaterPicture)->Arg(50'000)->Unit(benchmark::kMillisecond);

// 10 000 rows, 1 000 moving: what watcher N + 1 adds to a tick.
void BM_Watchers(benchmark::State& state) {
  Fixture fixture(10'000);
  std::vector<std::unique_ptr<Subscription>> watchers;
  for (int64_t i = 0; i < state.range(0); ++i) watchers.push_back(fixture.Subscribe(true));
  for (const auto& watcher : watchers) Fixture::Drain(watcher.get());
  for (auto _ : state) {
    state.PauseTiming();
    fixture.Move(1000);
    state.ResumeTiming();
    fixture.Tick();
    for (const auto& watcher : watchers) Fixture::Drain(watcher.get());
  }
}
BENCHMARK(BM_Watchers)->Arg(1)->Arg(64)->Unit(benchmark::kMicrosecond);

// ListConnections, page 1, of all rows in an order.
void BM_List(benchmark::State& state) {
  Fixture fixture(50'000);
  ViewSpec spec;
  spec.order_by = "down:desc";
  const auto selection = Selection::From(spec);
  for (auto _ : state) benchmark::DoNotOptimize(fixture.table().Select({}, *selection));
}
BENCHMARK(BM_List)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rustnet
