// SPDX-License-Identifier: Apache-2.0
// Ground truth for process attribution: many processes that live for about a millisecond.
//
//   load_generator [--processes N] [--parallel N] [--tcp N] [--udp N] [--queries N] [--again 1]
//
// Each runs a copy of this program under one of five names (one of 22 characters) and makes so many
// TCP connections to us, sends us so many datagrams of a socket each, and asks us so many questions
// as a resolver does (connected UDP, one answer); by IPv4, IPv4-mapped and IPv6 in turn.  It prints
// both ends of each as JSON lines and exits.  No two processes use the same tuple, but with
// --again: then all datagrams go to one address of each kind, so that ports come again.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
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
  static UsedPorts* used = MapUsedPorts(kPortsFd);
  while (true) {
    const int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, &target.any, SizeOf(target)) != 0) Die("UDP connect");
    if ((*used)[PortOf(Local(fd))].exchange(1) == 0) return fd;
    close(fd);
  }
}

// What one process does.
struct Deeds {
  int tcp = 1;
  int udp = 1;
  int queries = 0;
  int again = 0;
};

struct Child {
  void Connect() const {
    const int64_t began = Now();
    const Address target = Target(index, kind, tcp_port);
    const int fd = socket(target.any.sa_family, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, &target.any, SizeOf(target)) != 0) Die("TCP connect");
    PrintBoth("tcp", began, us, server, Local(fd), target);
    close(fd);
  }

  Address UdpTarget() const { return Target(again ? kind : index, kind, udp_port); }
  int UdpSocket(const Address& target) const {
    if (kind == 2 && !again) return FreshUdp6(target);
    return socket(target.any.sa_family, SOCK_DGRAM, 0);
  }

  // IPv4: the source address is chosen for the packet, and the socket does not show it.
  void Send() const {
    const int64_t began = Now();
    const Address target = UdpTarget();
    const int fd = UdpSocket(target);
    if (sendto(fd, "x", 1, 0, &target.any, SizeOf(target)) != 1) Die("UDP send");
    Address local = Local(fd);
    if (kind == 0) local.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (kind == 2) local.v6.sin6_addr = target.v6.sin6_addr;
    if (kind == 1) inet_pton(AF_INET6, "::ffff:127.0.0.1", &local.v6.sin6_addr);
    PrintBoth("udp", began, us, server, local, target);
    close(fd);
  }

  void Ask() const {
    const int64_t began = Now();
    const Address target = UdpTarget();
    const int fd = UdpSocket(target);
    const timeval second = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
    if (connect(fd, &target.any, SizeOf(target)) != 0) Die("UDP connect");
    char answer = 0;
    for (int i = 0; i < 5; ++i) {
      if (send(fd, "?", 1, 0) != 1) Die("UDP send");
      if (recv(fd, &answer, 1, 0) == 1) break;
    }
    if (answer != '!') Die("no answer");
    PrintBoth("udp", began, us, server, Local(fd), target);
    close(fd);
  }

  Who us;
  Who server;
  int index;
  int kind;  // 0 IPv4, 1 IPv4-mapped, 2 IPv6
  uint16_t tcp_port;
  uint16_t udp_port;
  bool again;
};

int RunChild(char** argument) {
  const int index = atoi(argument[0]);
  const Child child{.us = {getpid(), Executable()},
                    .server = {atoi(argument[3]), argument[4]},
                    .index = index,
                    .kind = index % 3,
                    .tcp_port = static_cast<uint16_t>(atoi(argument[1])),
                    .udp_port = static_cast<uint16_t>(atoi(argument[2])),
                    .again = atoi(argument[8]) != 0};
  for (int i = atoi(argument[5]); i > 0; --i) child.Connect();
  for (int i = atoi(argument[6]); i > 0; --i) child.Send();
  for (int i = atoi(argument[7]); i > 0; --i) child.Ask();
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
  if (type == SOCK_DGRAM) {  // answers come from the address that was asked
    const int level = family == AF_INET ? IPPROTO_IP : IPPROTO_IPV6;
    const int option = family == AF_INET ? IP_PKTINFO : IPV6_RECVPKTINFO;
    if (setsockopt(fd, level, option, &only, sizeof only) != 0) Die("packet info");
  }
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

// Reads every datagram and answers questions, by the packet information that came with them.
void ServeDatagrams(int fd) {
  char byte = 0;
  Address from{};
  alignas(cmsghdr) char control[128];
  iovec bytes = {&byte, 1};
  while (true) {
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (recvmsg(fd, &message, 0) < 0) return;
    if (byte != '?') continue;
    byte = '!';
    if (sendmsg(fd, &message, 0) != 1) perror("answer");
  }
}

void Serve(std::array<pollfd, 4>* sockets, int timeout_ms) {
  if (poll(sockets->data(), sockets->size(), timeout_ms) <= 0) return;
  for (size_t i = 0; i < sockets->size(); ++i) {
    const int fd = (*sockets)[i].fd;
    if ((*sockets)[i].revents == 0) continue;
    if (i >= 2) {
      ServeDatagrams(fd);
      continue;
    }
    int accepted = -1;
    while ((accepted = accept4(fd, nullptr, nullptr, SOCK_CLOEXEC)) >= 0) close(accepted);
  }
}

struct Plan {
  int processes = 1000;
  int parallel = 4;
  Deeds deeds;
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
    const int64_t began = Now();
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
    const auto [tcp, udp, queries, again] = plan_.deeds;
    fprintf(stderr, "%d processes, %d sockets in %.2f s\n", ended, ended * (tcp + udp + queries),
            static_cast<double>(Now() - began) / 1e9);
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
                           self_,
                           std::to_string(plan_.deeds.tcp),
                           std::to_string(plan_.deeds.udp),
                           std::to_string(plan_.deeds.queries),
                           std::to_string(plan_.deeds.again)};
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
  if (argc == 11 && std::string_view(argv[1]) == "--child") return RunChild(argv + 2);
  Plan plan;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    const int number = atoi(argv[i + 1]);
    if (option == "--processes") plan.processes = number;
    if (option == "--parallel") plan.parallel = number;
    if (option == "--tcp") plan.deeds.tcp = number;
    if (option == "--udp") plan.deeds.udp = number;
    if (option == "--queries") plan.deeds.queries = number;
    if (option == "--again") plan.deeds.again = number;
  }
  if (plan.processes < 1 || plan.processes > 65'000 || plan.parallel < 1) {
    fprintf(stderr,
            "usage: load_generator [--processes 1..65000] [--parallel N] [--tcp N] [--udp N]"
            " [--queries N] [--again 1]\n");
    return 64;
  }
  return Parent(plan).Run();
}
