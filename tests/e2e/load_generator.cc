// SPDX-License-Identifier: Apache-2.0
// Ground truth for process attribution: many processes that live for about a millisecond.
//
//   load_generator [--processes N] [--parallel N]
//
// Each runs a copy of this program under one of five names (one of 22 characters), makes one TCP
// connection to us and sends us one UDP datagram, by IPv4, IPv4-mapped and IPv6 in turn, prints
// both ends of both as JSON lines and exits.  No tuple is used twice.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

extern char** environ;

namespace {

constexpr std::string_view kNames[] = {"rn-a", "rn-worker", "rn_fifteen_char", "rn-sixteen-chars",
                                       "a-name-of-22-character"};
constexpr int kPortsFd = 3;  // of a child: one byte for each UDP port, 1 if used before
using UsedPorts = std::array<std::atomic<uint8_t>, 65536>;

[[noreturn]] void Die(const char* what) {
  perror(what);
  exit(1);
}

std::string Executable() {
  std::string path(4096, '\0');
  const ssize_t n = readlink("/proc/self/exe", path.data(), path.size());
  if (n <= 0) Die("readlink /proc/self/exe");
  path.resize(static_cast<size_t>(n));
  return path;
}

std::string BaseName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

UsedPorts* MapUsedPorts(int fd) {
  void* memory = mmap(nullptr, sizeof(UsedPorts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory == MAP_FAILED) Die("mmap");
  return static_cast<UsedPorts*>(memory);
}

// An address of either family as connect() and getsockname() take it.
union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

socklen_t SizeOf(const Address& address) {
  return address.any.sa_family == AF_INET ? sizeof address.v4 : sizeof address.v6;
}

Address Local(int fd) {
  Address address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, &address.any, &size) != 0) Die("getsockname");
  return address;
}

uint16_t PortOf(const Address& address) {
  return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

// Without the v4-mapped prefix.
std::string TextOf(const Address& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.any.sa_family == AF_INET) {
    inet_ntop(AF_INET, &address.v4.sin_addr, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, &address.v6.sin6_addr, text, sizeof text);
  }
  const std::string_view view(text);
  return std::string(view.substr(view.starts_with("::ffff:") ? 7 : 0));
}

Address Target(int index, int kind, uint16_t port) {
  Address address{};
  char text[INET6_ADDRSTRLEN];
  if (kind == 0) {  // an address of its own for each process: all of 127/8 is ours
    address.v4.sin_family = AF_INET;
    address.v4.sin_port = htons(port);
    address.v4.sin_addr.s_addr = htonl(0x7f010000U + static_cast<uint32_t>(index));
    return address;
  }
  address.v6.sin6_family = AF_INET6;
  address.v6.sin6_port = htons(port);
  snprintf(text, sizeof text, "::ffff:127.1.%d.%d", index >> 8 & 255, index & 255);
  if (inet_pton(AF_INET6, kind == 1 ? text : "::1", &address.v6.sin6_addr) != 1) Die("inet_pton");
  return address;
}

struct Who {
  int pid;
  std::string executable;
};

struct End {
  std::string address;
  uint16_t port;
};

void Print(const char* protocol, int64_t time, const Who& who, const End& local,
           const End& remote) {
  char line[2048];
  const int n =
      snprintf(line, sizeof line,
               "{\"protocol\":\"%s\",\"pid\":%d,\"name\":\"%s\",\"executable\":\"%s\","
               "\"local\":\"%s\",\"local_port\":%u,\"remote\":\"%s\",\"remote_port\":%u,"
               "\"time_ns\":%lld}\n",
               protocol, who.pid, BaseName(who.executable).c_str(), who.executable.c_str(),
               local.address.c_str(), unsigned{local.port}, remote.address.c_str(),
               unsigned{remote.port}, static_cast<long long>(time));
  // One write is one whole line, whoever else writes (PIPE_BUF).
  if (write(STDOUT_FILENO, line, static_cast<size_t>(n)) != n) Die("write");
}

void PrintBoth(const char* protocol, int64_t time, const Who& us, const Who& server,
               const Address& local, const Address& remote) {
  const End near{TextOf(local), PortOf(local)};
  const End far{TextOf(remote), PortOf(remote)};
  Print(protocol, time, us, near, far);
  Print(protocol, time, server, far, near);
}

int64_t Now() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// A socket whose port nobody had: IPv6 has one loopback address, so tuples differ by the port.
int FreshUdp6(const Address& target) {
  UsedPorts* used = MapUsedPorts(kPortsFd);
  while (true) {
    const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, &target.any, SizeOf(target)) != 0) Die("UDP connect");
    if ((*used)[PortOf(Local(fd))].exchange(1) == 0) return fd;
    close(fd);
  }
}

int Child(char** argument) {
  const int index = atoi(argument[0]);
  const int kind = index % 3;  // 0 IPv4, 1 IPv4-mapped, 2 IPv6
  const auto tcp_port = static_cast<uint16_t>(atoi(argument[1]));
  const auto udp_port = static_cast<uint16_t>(atoi(argument[2]));
  const Who us{getpid(), Executable()};
  const Who server{atoi(argument[3]), argument[4]};

  const int64_t connected = Now();
  const Address tcp_target = Target(index, kind, tcp_port);
  const int tcp = socket(tcp_target.any.sa_family, SOCK_STREAM, 0);
  if (tcp < 0 || connect(tcp, &tcp_target.any, SizeOf(tcp_target)) != 0) Die("TCP connect");
  const Address tcp_local = Local(tcp);
  close(tcp);

  const int64_t sent = Now();
  const Address udp_target = Target(index, kind, udp_port);
  const int udp =
      kind == 2 ? FreshUdp6(udp_target) : socket(udp_target.any.sa_family, SOCK_DGRAM, 0);
  const bool connected_udp = kind == 2;
  const ssize_t n = connected_udp ? send(udp, "x", 1, 0)
                                  : sendto(udp, "x", 1, 0, &udp_target.any, SizeOf(udp_target));
  if (n != 1) Die("UDP send");
  Address udp_local = Local(udp);
  if (!connected_udp) {  // its source is chosen for the packet, as it was for TCP
    const uint16_t port = PortOf(udp_local);
    udp_local = tcp_local;
    (kind == 0 ? udp_local.v4.sin_port : udp_local.v6.sin6_port) = htons(port);
  }
  PrintBoth("tcp", connected, us, server, tcp_local, tcp_target);
  PrintBoth("udp", sent, us, server, udp_local, udp_target);
  return 0;
}

int Listen(int family, int type, uint16_t* port) {
  const int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int only = 1;
  Address any{};
  any.any.sa_family = static_cast<sa_family_t>(family);
  (family == AF_INET ? any.v4.sin_port : any.v6.sin6_port) = htons(*port);
  if (fd < 0) Die("socket");
  if (family == AF_INET6) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  if (bind(fd, &any.any, SizeOf(any)) != 0) Die("bind");
  if (type == SOCK_STREAM && listen(fd, 1024) != 0) Die("listen");
  *port = PortOf(Local(fd));
  return fd;
}

void Copy(const std::string& from, const std::string& to) {
  const int in = open(from.c_str(), O_RDONLY | O_CLOEXEC);
  const int out = open(to.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
  if (in < 0 || out < 0) Die(to.c_str());
  std::vector<char> buffer(1 << 20);
  ssize_t n = 0;
  while ((n = read(in, buffer.data(), buffer.size())) > 0) {
    if (write(out, buffer.data(), static_cast<size_t>(n)) != n) Die(to.c_str());
  }
  close(in);
  close(out);
}

// Answers whatever came; the datagrams are read so that their buffer does not fill up.
void Serve(std::array<pollfd, 4>* sockets, int timeout_ms) {
  if (poll(sockets->data(), sockets->size(), timeout_ms) <= 0) return;
  char byte = 0;
  for (size_t i = 0; i < sockets->size(); ++i) {
    const int fd = (*sockets)[i].fd;
    if ((*sockets)[i].revents == 0) continue;
    if (i >= 2) {
      while (recv(fd, &byte, 1, 0) >= 0) continue;
      continue;
    }
    int accepted = -1;
    while ((accepted = accept4(fd, nullptr, nullptr, SOCK_CLOEXEC)) >= 0) close(accepted);
  }
}

struct Plan {
  int processes = 1000;
  int parallel = 4;
};

class Parent {
 public:
  explicit Parent(const Plan& plan) : plan_(plan), self_(Executable()) {
    char directory[] = "/tmp/rustnet-load-XXXXXX";
    if (mkdtemp(directory) == nullptr) Die("mkdtemp");
    directory_ = directory;
    for (const std::string_view name : kNames) {
      programs_.push_back(directory_ + "/" + std::string(name));
      Copy(self_, programs_.back());
    }
    ports_ = memfd_create("ports", 0);
    if (ports_ < 0 || ftruncate(ports_, sizeof(UsedPorts)) != 0) Die("memfd_create");
    sockets_[0].fd = Listen(AF_INET, SOCK_STREAM, &tcp_port_);
    sockets_[1].fd = Listen(AF_INET6, SOCK_STREAM, &tcp_port_);
    sockets_[2].fd = Listen(AF_INET, SOCK_DGRAM, &udp_port_);
    sockets_[3].fd = Listen(AF_INET6, SOCK_DGRAM, &udp_port_);
    for (pollfd& socket : sockets_) socket.events = POLLIN;
  }
  ~Parent() {
    for (const std::string& program : programs_) unlink(program.c_str());
    rmdir(directory_.c_str());
  }

  int Run() {
    int started = 0;
    int ended = 0;
    int failed = 0;
    while (ended < plan_.processes) {
      while (started < plan_.processes && started - ended < plan_.parallel) Start(started++);
      Serve(&sockets_, 1);
      int status = 0;
      while (waitpid(-1, &status, WNOHANG) > 0) {
        ++ended;
        if (status != 0) ++failed;
      }
    }
    Serve(&sockets_, 0);
    if (failed != 0) fprintf(stderr, "load_generator: %d processes failed\n", failed);
    return failed == 0 ? 0 : 1;
  }

 private:
  void Start(int index) {
    const std::string& program = programs_[static_cast<size_t>(index) % programs_.size()];
    std::string words[] = {program,
                           "--child",
                           std::to_string(index),
                           std::to_string(tcp_port_),
                           std::to_string(udp_port_),
                           std::to_string(getpid()),
                           self_};
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ports_, kPortsFd);
    pid_t pid = 0;
    const int error =
        posix_spawn(&pid, program.c_str(), &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
      errno = error;
      Die("posix_spawn");
    }
  }

  Plan plan_;
  std::string self_;
  std::string directory_;
  std::vector<std::string> programs_;
  int ports_ = -1;
  std::array<pollfd, 4> sockets_{};  // TCP v4, v6, UDP v4, v6
  uint16_t tcp_port_ = 0;
  uint16_t udp_port_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 7 && std::string_view(argv[1]) == "--child") return Child(argv + 2);
  Plan plan;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--processes") plan.processes = atoi(argv[i + 1]);
    if (option == "--parallel") plan.parallel = atoi(argv[i + 1]);
  }
  if (plan.processes < 1 || plan.processes > 65'000 || plan.parallel < 1) {
    fprintf(stderr, "usage: load_generator [--processes 1..65000] [--parallel N]\n");
    return 64;
  }
  return Parent(plan).Run();
}
