// SPDX-License-Identifier: Apache-2.0
// rustnetd's API over flows that nobody sent: for the client's tests, for benches, for trying.
//
//   fake_daemon SOCKET [--rows N] [--change PERCENT] [--churn FLOWS_PER_SECOND] [--tick MS]
//               [--uids N] [--seed N] [--others none]
//
// Prints "ready" when it answers.  SIGUSR1 brings the flows to rest; SIGTERM and SIGINT end it.
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "common/base/clock.h"
#include "common/model/convert.h"
#include "daemon/rpc/server.h"
#include "tests/e2e/synthetic_flows.h"

namespace rustnet {
namespace {

struct Arguments {
  std::string socket;
  std::map<std::string, std::string> options;
  uint64_t Number(const std::string& name, uint64_t otherwise) const {
    const auto found = options.find(name);
    return found == options.end() ? otherwise : std::strtoull(found->second.c_str(), nullptr, 10);
  }
};

const std::set<std::string> kOptions = {"--rows", "--change", "--churn", "--tick",
                                        "--uids", "--seed",   "--others"};

UniqueFd Listen(const std::string& path) {
  UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  unlink(path.c_str());
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      chmod(path.c_str(), 0666) != 0 || listen(fd.get(), 128) != 0) {
    std::perror(path.c_str());
    std::exit(69);
  }
  return fd;
}

// The table thread's turn, asked for by ResetStatistics.
class ResetRequest {
 public:
  Status Ask() {
    std::unique_lock lock(mutex_);
    const uint64_t mine = ++asked_;
    done_.wait(lock, [&] { return finished_ >= mine; });
    return Ok();
  }
  template <typename Act>
  void Serve(Act act) {
    std::unique_lock lock(mutex_);
    if (asked_ == finished_) return;
    act();
    finished_ = asked_;
    done_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  uint64_t asked_ = 0;
  uint64_t finished_ = 0;
};

ServerContext Context(ResetRequest* reset) {
  const Time started = WallNow();
  ServerContext context;
  context.info = [started](v1::GetServerInfoResponse* info) {
    info->set_version("fake");
    info->set_pid(static_cast<uint32_t>(getpid()));
    *info->mutable_started() = model::ToTimestamp(started);
    info->set_platform("linux");
    v1::Sandbox* sandbox = info->mutable_sandbox();
    sandbox->set_mode(v1::Sandbox::MODE_OFF);
    v1::SandboxControl* control = sandbox->add_controls();
    control->set_control("seccomp");
    control->set_state(v1::SandboxControl::STATE_OFF);
    control->set_value("0");
    control->set_evidence("a fake daemon has nothing to confine");
    v1::Backend* backend = info->add_backends();
    backend->set_name("attribution/fake");
    backend->set_state(v1::Backend::STATE_ACTIVE);
    backend->set_text("synthetic owners");
  };
  context.stats = [](v1::Stats* stats) {
    v1::PacketLedger* packets = stats->mutable_losses()->mutable_packets();
    packets->set_received(1000);
    packets->set_processed(1000);
    stats->mutable_self()->set_threads(1);
  };
  context.interfaces = [](v1::ListInterfacesResponse* response) {
    v1::Interface* interface = response->add_interfaces();
    interface->set_name("fake0");
    interface->set_index(2);
    interface->set_link_type("ethernet");
    interface->add_addresses("10.0.0.1");
    interface->set_up(true);
    interface->mutable_capture()->set_name("capture/fake0");
    interface->mutable_capture()->set_state(v1::Backend::STATE_ACTIVE);
    interface->mutable_packets()->set_received(1000);
  };
  context.reset = [reset] { return reset->Ask(); };
  context.log = [](const std::string& line) { std::fprintf(stderr, "%s\n", line.c_str()); };
  return context;
}

int Run(const Arguments& arguments) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const UniqueFd ended(signalfd(-1, &signals, SFD_CLOEXEC));

  const size_t rows = arguments.Number("--rows", 50);
  const uint64_t percent = arguments.Number("--change", 10);
  const uint64_t churn = arguments.Number("--churn", 5);
  const uint64_t tick_ms = std::max<uint64_t>(arguments.Number("--tick", 100), 1);
  synthetic::Owners owners(
      static_cast<uint32_t>(std::max<uint64_t>(arguments.Number("--uids", 3), 1)));
  synthetic::Flows flows(static_cast<uint32_t>(arguments.Number("--seed", 1)), rows, WallNow());
  ConnectionTable table;
  table.SetInterface(0, "fake0", 0);
  table.SetLocalNetwork(synthetic::ThisHost());

  ResetRequest reset;
  ServerOptions options;
  options.tick_ms = static_cast<uint32_t>(tick_ms);
  options.access.owner_uid = static_cast<int64_t>(getuid());
  const auto others = arguments.options.find("--others");
  options.access.others_own = others == arguments.options.end() || others->second != "none";
  auto server = StartServer(Listen(arguments.socket), table, Context(&reset), options);
  if (!server.ok()) {
    std::fprintf(stderr, "%s\n", Message(server.status()).c_str());
    return ExitCode(server.status());
  }

  std::vector<net::FlowView> changes = flows.live();
  uint64_t owed = 0;  // flows to be replaced, in thousandths
  bool first = true;
  bool moving = true;
  while (true) {
    table.Tick({.now = WallNow(),
                .monotonic = MonotonicNow(),
                .flows = changes,
                .attribution = &owners,
                .name = {}});
    if (std::exchange(first, false)) {
      std::puts("ready");
      std::fflush(stdout);
    }
    pollfd polled{ended.get(), POLLIN, 0};
    if (poll(&polled, 1, static_cast<int>(tick_ms)) > 0) {
      signalfd_siginfo signal{};
      if (read(ended.get(), &signal, sizeof signal) != sizeof signal) break;
      if (signal.ssi_signo != SIGUSR1) break;
      moving = false;
    }
    changes.clear();
    reset.Serve([&] {
      table.Reset();
      changes = flows.live();
    });
    if (!moving) continue;
    const Time now = WallNow();
    for (size_t i = 0; i < flows.size() * percent / 100; ++i) {
      changes.push_back(flows.Move(flows.Number(flows.size()), now));
    }
    for (owed += churn * tick_ms; owed >= 1000 && flows.size() > 0; owed -= 1000) {
      changes.push_back(flows.Close(flows.Number(flows.size()), now));
      flows.Open(now);
      changes.push_back(flows.live().back());
    }
  }
  (*server)->Shutdown();
  unlink(arguments.socket.c_str());
  return 0;
}

}  // namespace
}  // namespace rustnet

int main(int argc, char** argv) {
  rustnet::Arguments arguments;
  bool understood = true;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word.rfind("-", 0) != 0) {
      arguments.socket = word;
    } else if (i + 1 < argc && rustnet::kOptions.contains(word)) {
      arguments.options[word] = argv[++i];
    } else {
      understood = false;
    }
  }
  if (arguments.socket.empty() || !understood) {
    std::fputs(
        "fake_daemon SOCKET [--rows N] [--change PERCENT] [--churn FLOWS_PER_SECOND] [--tick MS]\n"
        "            [--uids N] [--seed N] [--others none]\n",
        stderr);
    return 64;
  }
  return rustnet::Run(arguments);
}
