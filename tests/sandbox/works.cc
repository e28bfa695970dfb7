// SPDX-License-Identifier: Apache-2.0
#include "tests/sandbox/works.h"

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_packet.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <ctime>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "daemon/seal/interfaces.h"
#include "daemon/seal/open_capture_filter.h"
#include "daemon/seal/open_capture_socket.h"

namespace rustnet {
namespace {

std::string Errno(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

std::string Threads(Handles&) {
  std::mutex mutex;
  std::condition_variable changed;
  int done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      std::vector<char> own(1 << 20, 'x');  // an arena of its own
      pthread_setname_np(pthread_self(), "worker");
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      const std::lock_guard lock(mutex);
      done += own.back() == 'x' ? 1 : 0;
      changed.notify_one();
    });
  }
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return done == 8; });
  }
  for (std::thread& thread : threads) thread.join();
  return "";
}

std::string Memory(Handles&) {
  for (size_t size = 1; size <= size_t{64} << 20; size *= 4) {
    std::string block(size, 'x');
    block.resize(size * 2, 'y');
    if (block.back() != 'y') return "a block does not hold what was written";
  }
  return "";
}

std::string Waiting(Handles&) {
  const UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
  const UniqueFd event(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const UniqueFd timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
  if (!epoll || !event || !timer) return Errno("making epoll, eventfd and timerfd");
  epoll_event want{};
  want.events = EPOLLIN;
  for (const int fd : {event.get(), timer.get()}) {
    want.data.fd = fd;
    if (epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &want) != 0) return Errno("epoll_ctl");
  }
  const itimerspec soon{{0, 0}, {0, 1'000'000}};
  if (timerfd_settime(timer.get(), 0, &soon, nullptr) != 0) return Errno("timerfd_settime");
  std::array<epoll_event, 2> got{};
  if (epoll_wait(epoll.get(), got.data(), 2, 5'000) != 1) return Errno("epoll_wait for a timer");
  const uint64_t one = 1;
  if (write(event.get(), &one, sizeof one) != sizeof one) return Errno("writing an eventfd");
  pollfd poll_event{event.get(), POLLIN, 0};
  return poll(&poll_event, 1, 5'000) == 1 ? "" : Errno("poll");
}

std::string Clocks(Handles&) {
  const std::time_t now = std::time(nullptr);
  std::tm* const local = std::localtime(&now);
  if (local == nullptr) return "localtime fails";
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return Errno("getrusage");
  std::random_device random;
  return random() == random() && random() == random() ? "random_device repeats itself" : "";
}

std::string Links(Handles& handles) {
  const auto interfaces = DumpInterfaces(handles.link_dump.get());
  if (!interfaces.ok()) return Message(interfaces.status());
  const bool host = std::any_of(interfaces->begin(), interfaces->end(),
                                [](const NetworkInterface& i) { return i.loopback && i.up; });
  return host ? "" : "the dump does not show the host's loopback, which is up";
}

std::string SockDiag(Handles& handles) {
  if (!handles.sock_diag) return "there is no sock_diag socket";
  struct {
    nlmsghdr header;
    inet_diag_req_v2 query;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.query.sdiag_family = AF_INET;
  request.query.sdiag_protocol = IPPROTO_TCP;
  request.query.idiag_states = 1U << 10;  // TCP_LISTEN: the test has a listener in the host
  if (send(handles.sock_diag.get(), &request, sizeof request, 0) < 0) return Errno("asking");
  size_t sockets = 0;
  std::array<char, 32768> answer{};
  pollfd readable{handles.sock_diag.get(), POLLIN, 0};
  while (poll(&readable, 1, 2'000) == 1) {
    const ssize_t got = recv(handles.sock_diag.get(), answer.data(), answer.size(), 0);
    if (got < static_cast<ssize_t>(sizeof(nlmsghdr))) return Errno("reading the answer");
    nlmsghdr first{};
    std::memcpy(&first, answer.data(), sizeof first);
    if (first.nlmsg_type == NLMSG_DONE) break;
    if (first.nlmsg_type != SOCK_DIAG_BY_FAMILY) return "the answer is an error";
    ++sockets;
  }
  return sockets > 0 ? "" : "no listening socket of the host is in the dump";
}

// What the kernel told before can be read; asked again, it refuses.
std::string Conntrack(Handles& handles) {
  if (!handles.conntrack_dump) return "";  // this kernel has none: `conntrack_refusal`
  std::array<char, 65536> answer{};
  const int fd = handles.conntrack_dump.get();
  if (recv(fd, answer.data(), answer.size(), MSG_DONTWAIT) <= 0) return Errno("reading the dump");
  while (recv(fd, answer.data(), answer.size(), MSG_DONTWAIT) > 0) continue;
  struct {
    nlmsghdr header;
    nfgenmsg family;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  if (send(fd, &request, sizeof request, 0) < 0) return Errno("asking");
  struct {
    nlmsghdr header;
    nlmsgerr error;
  } refusal{};
  if (recv(fd, &refusal, sizeof refusal, 0) < static_cast<ssize_t>(sizeof refusal.header)) {
    return Errno("reading the refusal");
  }
  const bool refused = refusal.header.nlmsg_type == NLMSG_ERROR && refusal.error.error == -EPERM;
  return refused ? "" : "a second dump was not refused";
}

std::string Capture(Handles& handles) {
  if (handles.captures.empty()) return "there is no capture";
  CaptureHandle& capture = handles.captures[0];
  const auto interfaces = DumpInterfaces(handles.link_dump.get());
  if (!interfaces.ok()) return Message(interfaces.status());
  for (const NetworkInterface& interface : *interfaces) {
    if (interface.name != capture.name) continue;
    const auto program = ProgramFor(capture.plan->filter, interface);
    if (!program.ok()) return Message(program.status());
    if (const Status s = BindCapture(interface, false, &capture); !s.ok()) return Message(s);
    if (const Status s = AttachFilter(capture.fd, *program); !s.ok()) return Message(s);
  }
  // The test sends to loopback all the while.
  pollfd readable{capture.fd, POLLIN, 0};
  if (poll(&readable, 1, 30'000) != 1) return "no packet was captured in 30 s";
  tpacket_stats_v3 statistics{};
  socklen_t size = sizeof statistics;
  if (getsockopt(capture.fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) {
    return Errno("PACKET_STATISTICS");
  }
  return statistics.tp_packets > 0 ? "" : "the kernel counts no packet";
}

std::string BpfIterator(Handles& handles) {
  if (handles.bpf.task_file_link < 0) return "no link: " + handles.bpf.refusal;
  for (int i = 0; i < 2; ++i) {
    bpf_attr attributes{};
    attributes.iter_create.link_fd = static_cast<uint32_t>(handles.bpf.task_file_link);
    const UniqueFd iterator(
        static_cast<int>(syscall(SYS_bpf, BPF_ITER_CREATE, &attributes, sizeof attributes)));
    if (!iterator) return Errno("bpf_iter_create");
    size_t total = 0;
    std::vector<char> buffer(65536);
    ssize_t got = 0;
    while ((got = read(iterator.get(), buffer.data(), buffer.size())) > 0) {
      total += static_cast<size_t>(got);
    }
    if (got < 0 && errno != EAGAIN) return Errno("reading the iterator");
    static_cast<void>(total);
  }
  return "";
}

std::string Replay(Handles& handles) {
  if (handles.capture_files.empty() || !handles.capture_files[0]) return "there is no file";
  FILE* const file = fdopen(handles.capture_files[0].release(), "rb");
  if (file == nullptr) return Errno("fdopen");
  std::array<char, 4> magic{};
  const size_t got = fread(magic.data(), 1, magic.size(), file);
  return got == magic.size() ? "" : "the file cannot be read";
}

std::string Output(Handles& handles) {
  if (handles.output_files.empty()) return "there is no output file";
  return write(handles.output_files[0].get(), "flow\n", 5) == 5 ? "" : Errno("writing");
}

std::string StateDirectory(Handles& handles) {
  const int dir = handles.state_dir.get();
  if (dir < 0) return "there is no state directory";
  {
    const UniqueFd file(openat(dir, "history", O_CREAT | O_RDWR | O_CLOEXEC, 0600));
    if (!file) return Errno("making a file");
    if (write(file.get(), "x", 1) != 1 || fdatasync(file.get()) != 0) return Errno("writing");
  }
  if (renameat(dir, "history", dir, "history.1") != 0) return Errno("renaming");
  if (unlinkat(dir, "history.1", 0) != 0) return Errno("removing");
  const UniqueFd outside(openat(dir, "../outside", O_RDONLY | O_CLOEXEC));
  if (outside || errno != EACCES) return "a file beside the state directory can be opened";
  const UniqueFd absolute(openat(dir, "/", O_RDONLY | O_CLOEXEC));
  return absolute || errno != EACCES ? "the root directory can be opened" : "";
}

std::string Signals(Handles&) {
  sigset_t set{};
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  raise(SIGUSR1);
  const timespec timeout{5, 0};
  return sigtimedwait(&set, nullptr, &timeout) == SIGUSR1 ? "" : Errno("sigtimedwait");
}

struct NamedWork {
  std::string_view name;
  std::string (*run)(Handles&);
};

constexpr NamedWork kWorks[] = {
    {"threads", &Threads},     {"memory", &Memory},        {"waiting", &Waiting},
    {"clocks", &Clocks},       {"links", &Links},          {"sock_diag", &SockDiag},
    {"capture", &Capture},     {"bpf", &BpfIterator},      {"replay", &Replay},
    {"output", &Output},       {"state", &StateDirectory}, {"signals", &Signals},
    {"conntrack", &Conntrack},
};

}  // namespace

std::string TryWork(std::string_view name, Handles& handles) {
  for (const NamedWork& work : kWorks) {
    if (work.name == name) return work.run(handles);
  }
  return "no such work";
}

}  // namespace rustnet
