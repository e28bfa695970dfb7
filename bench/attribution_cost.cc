// SPDX-License-Identifier: Apache-2.0
// What attribution costs the processes that are watched.  Needs root and BPF; Linux.
//
//   attribution_cost [--pairs N]
//
// First, time to load and attach; then the time of each program for each operation, as the kernel
// counts it; then blocks with the programs attached and without, by turns, on one CPU and not
// interrupted by other programs.  The interval of a median is that of its order statistics
// (binomial, at least 95 %).
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "daemon/attribution/attribution.h"
#include "daemon/seal/load_bpf.h"

namespace rustnet {
namespace {

[[noreturn]] void Die(const char* what) {
  perror(what);
  exit(1);
}

void PinTo(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) Die("sched_setaffinity");
}

sockaddr_in At(uint32_t address, uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(address);
  out.sin_port = htons(port);
  return out;
}

const sockaddr* Any(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

int Bound(int type) {
  const int fd = socket(AF_INET, type, 0);
  const sockaddr_in address = At(INADDR_ANY, 0);
  if (fd < 0 || bind(fd, Any(address), sizeof address) != 0) Die("bind");
  if (type == SOCK_STREAM && listen(fd, 128) != 0) Die("listen");
  return fd;
}

uint16_t PortOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

// The operations, each with its own sockets.
class Operations {
 public:
  Operations()
      : listener_(Bound(SOCK_STREAM)),
        receiver_(Bound(SOCK_DGRAM)),
        sender_(socket(AF_INET, SOCK_DGRAM, 0)),
        tcp_port_(PortOf(listener_)),
        peer_(At(INADDR_LOOPBACK, PortOf(receiver_))) {
    client_ = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in to = At(INADDR_LOOPBACK, tcp_port_);
    if (connect(client_, Any(to), sizeof to) != 0) Die("connect");
    server_ = accept(listener_, nullptr, nullptr);
  }

  // socket, connect, accept, two closes.  Another address now and then, so that ports last.
  void TcpCycle() {
    const sockaddr_in to = At(0x7f020000U + cycles_++ / 1000 % 65'000, tcp_port_);
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(client, Any(to), sizeof to) != 0) Die("connect");
    const int server = accept(listener_, nullptr, nullptr);
    close(client);
    close(server);
  }
  void UdpSend() {
    sendto(sender_, "x", 1, 0, Any(peer_), sizeof peer_);
    Drain();
  }
  void UdpSocket() {
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    sendto(fd, "x", 1, 0, Any(peer_), sizeof peer_);
    close(fd);
    Drain();
  }
  void TcpTransfer() {
    char bytes[100] = {};
    if (send(client_, bytes, sizeof bytes, 0) != sizeof bytes) Die("send");
    if (recv(server_, bytes, sizeof bytes, 0) != sizeof bytes) Die("recv");
  }

 private:
  // A full receive buffer would make the later ones cheaper.
  void Drain() {
    char byte = 0;
    if (++sends_ % 64 != 0) return;
    while (recv(receiver_, &byte, 1, MSG_DONTWAIT) >= 0) continue;
  }

  int listener_;
  int receiver_;
  int sender_;
  int client_;
  int server_;
  uint16_t tcp_port_;
  sockaddr_in peer_;
  uint32_t cycles_ = 0;
  uint32_t sends_ = 0;
};

struct Operation {
  const char* name;
  void (Operations::*run)();
  int count;  // in one block
};
constexpr Operation kOperations[] = {
    {"TCP cycle", &Operations::TcpCycle, 3000},
    {"UDP send", &Operations::UdpSend, 30'000},
    {"UDP socket+send+close", &Operations::UdpSocket, 5000},
    {"TCP 100 B send+recv", &Operations::TcpTransfer, 10'000},
};

std::set<uint32_t> ProgramIds() {
  std::set<uint32_t> ids;
  uint32_t id = 0;
  while (bpf_prog_get_next_id(id, &id) == 0) ids.insert(id);
  return ids;
}

// Loaded and attached, and read as the daemon reads: ten times a second, on the other CPU.
class Attached {
 public:
  Attached() {
    const std::set<uint32_t> before = ProgramIds();
    const Time began = MonotonicNow();
    handles_.bpf = LoadBpf();
    load_ = MonotonicNow() - began;
    if (handles_.bpf.ring_map < 0) {
      fprintf(stderr, "%s\n", handles_.bpf.refusal.c_str());
      exit(77);
    }
    for (const uint32_t id : ProgramIds()) {
      if (!before.contains(id)) programs_.push_back(bpf_prog_get_fd_by_id(id));
    }
    reader_ = std::thread([this] { Read(); });
  }
  ~Attached() {
    end_ = true;
    reader_.join();
    for (const int fd : programs_) close(fd);
    UnloadBpf(&handles_.bpf);
  }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

  struct Cost {
    uint64_t runs = 0;
    uint64_t ns = 0;
  };
  std::map<std::string, Cost> Costs() const {
    std::map<std::string, Cost> costs;
    for (const int fd : programs_) {
      bpf_prog_info info{};
      uint32_t size = sizeof info;
      if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0) continue;
      costs[info.name] = {info.run_cnt, info.run_time_ns};
    }
    return costs;
  }
  Duration load() const { return load_; }
  const std::string& rung() const { return handles_.bpf.rung; }

 private:
  void Read() {
    PinTo(1);
    const std::unique_ptr<Attribution> attribution = MakeAttribution(handles_);
    while (!end_) {
      attribution->Poll(MonotonicNow());
      usleep(100'000);
    }
  }

  Handles handles_;
  Duration load_ = 0;
  std::vector<int> programs_;
  std::atomic<bool> end_ = false;
  std::thread reader_;
};

struct Block {
  double cpu_us = 0;  // of one operation
  double p50_us = 0;
  double p99_us = 0;
};

// getrusage() is brought up to date at the timer's tick alone.
double CpuMicroseconds() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

// Other programs of the machine would make the slowest hundredth.  A block is far shorter than what
// the kernel grants to a real-time thread without a break.
void SetRealTime(bool on) {
  const sched_param parameters = {.sched_priority = on ? 1 : 0};
  if (sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &parameters) != 0) {
    Die("sched_setscheduler");
  }
}

Block Measure(const Operation& operation, Operations* operations) {
  SetRealTime(true);
  for (int i = 0; i < operation.count / 10; ++i) (operations->*operation.run)();
  std::vector<Duration> times(static_cast<size_t>(operation.count));
  const double before = CpuMicroseconds();
  for (Duration& time : times) {
    const Time began = MonotonicNow();
    (operations->*operation.run)();
    time = MonotonicNow() - began;
  }
  const double cpu = CpuMicroseconds() - before;
  SetRealTime(false);
  std::sort(times.begin(), times.end());
  return {cpu / operation.count, static_cast<double>(times[times.size() / 2]) / 1000,
          static_cast<double>(times[times.size() * 99 / 100]) / 1000};
}

struct Estimate {
  double median = 0;
  double low = 0;
  double high = 0;
};

Estimate MedianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  // The most that can be cut from either end: P(Binomial(n, 1/2) < cut) <= 2.5 %.
  double probability = 1;
  for (size_t i = 0; i < n; ++i) probability /= 2;
  double below = 0;
  size_t cut = 0;
  for (; cut < n / 2; ++cut) {
    below += probability;
    if (below > 0.025) break;
    probability *= static_cast<double>(n - cut) / static_cast<double>(cut + 1);
  }
  if (cut > 0) --cut;
  const double median = n % 2 != 0 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
  return {median, values[cut], values[n - 1 - cut]};
}

void PrintProgramTimes() {
  const int statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);
  if (statistics < 0) Die("BPF_ENABLE_STATS");
  Operations operations;
  const Attached attached;
  printf("%s: loaded and attached in %.2f s\n\n", attached.rung().c_str(),
         static_cast<double>(attached.load()) / kSecond);
  for (const Operation& operation : kOperations) {
    for (int i = 0; i < operation.count / 10; ++i) (operations.*operation.run)();
    const auto before = attached.Costs();
    for (int i = 0; i < operation.count; ++i) (operations.*operation.run)();
    const auto after = attached.Costs();
    double all = 0;
    std::string text;
    for (const auto& [name, cost] : after) {
      const Attached::Cost& old = before.at(name);
      const double runs = static_cast<double>(cost.runs - old.runs) / operation.count;
      const double ns = static_cast<double>(cost.ns - old.ns) / operation.count;
      all += ns;
      char line[128];
      snprintf(line, sizeof line, "    %-16s %6.2f runs %7.0f ns\n", name.c_str(), runs, ns);
      if (runs >= 0.01) text += line;
    }
    printf("%-22s program time %.0f ns\n%s", operation.name, all, text.c_str());
  }
  close(statistics);
}

void Compare(int pairs) {
  std::map<const char*, std::vector<Block>> off;
  std::map<const char*, std::vector<Block>> on;
  Operations operations;
  const auto round = [&](auto* blocks) {
    for (const Operation& operation : kOperations) {
      (*blocks)[operation.name].push_back(Measure(operation, &operations));
    }
  };
  for (int pair = 0; pair < pairs; ++pair) {
    if (pair % 2 == 0) round(&off);
    {
      const Attached attached;
      round(&on);
    }
    if (pair % 2 != 0) round(&off);
  }
  printf("\n%d pairs of blocks; medians of the pairs, 95 %% intervals\n", pairs);
  for (const Operation& operation : kOperations) {
    const auto paired = [&](auto&& value) {
      std::vector<double> values;
      for (size_t i = 0; i < off[operation.name].size(); ++i) {
        values.push_back(value(off[operation.name][i], on[operation.name][i]));
      }
      return MedianOf(values);
    };
    const Estimate cpu = paired([](const Block& a, const Block& b) { return b.cpu_us - a.cpu_us; });
    const Estimate p50 = paired([](const Block& a, const Block& b) { return b.p50_us - a.p50_us; });
    const Estimate p99 = paired([](const Block& a, const Block& b) { return b.p99_us / a.p99_us; });
    const double cpu_off = paired([](const Block& a, const Block&) { return a.cpu_us; }).median;
    const double p99_off = paired([](const Block& a, const Block&) { return a.p99_us; }).median;
    const double p99_on = paired([](const Block&, const Block& b) { return b.p99_us; }).median;
    printf(
        "%-22s CPU %.2f us %+.2f (%+.2f..%+.2f)  p50 %+.2f us (%+.2f..%+.2f)"
        "  p99 %.1f -> %.1f us, ratio %.2f (%.2f..%.2f)\n",
        operation.name, cpu_off, cpu.median, cpu.low, cpu.high, p50.median, p50.low, p50.high,
        p99_off, p99_on, p99.median, p99.low, p99.high);
  }
}

int Main(int argc, char** argv) {
  int pairs = 24;
  if (argc == 3 && std::string_view(argv[1]) == "--pairs") pairs = atoi(argv[2]);
  if (geteuid() != 0 || (argc != 1 && argc != 3) || pairs < 6) {
    fprintf(stderr, "usage (as root): attribution_cost [--pairs N], N at least 6\n");
    return 64;
  }
  PinTo(0);
  PrintProgramTimes();
  Compare(pairs);
  return 0;
}

}  // namespace
}  // namespace rustnet

int main(int argc, char** argv) { return rustnet::Main(argc, argv); }
