// SPDX-License-Identifier: Apache-2.0
// Who has a socket that several processes had in hand: servers of every make, passed descriptors,
// shared ports, io_uring.  Needs root and BPF; skips itself without.
#include <linux/io_uring.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "tests/e2e/attribution_session.h"

namespace rustnet {
namespace {

class AttributionHandoverTest : public BpfTest {
 protected:
  static bool IsL0() { return TheSession().handles.bpf.rung == "L0"; }
  // On kernels before 6.3 without fentry nobody sees who uses a socket.
  static bool SeesTransfers() {
    for (const std::string& missing : TheSession().handles.bpf.missing) {
      if (missing.starts_with("OnSendLength")) return false;
    }
    return true;
  }

  // The bytes may be there before the event that tells who sent them: that comes when the call
  // ends.
  uint32_t SoonPidOf(const SocketTuple& tuple, uint32_t wanted) {
    uint32_t pid = PidOf(Find(tuple));
    for (int i = 0; i < 200 && pid != wanted; ++i) {
      usleep(10'000);
      pid = PidOf(Find(tuple));
    }
    return pid;
  }
  static uint32_t PidOf(const Owner& owner) { return owner.process ? owner.process->pid : 0; }
};

uint32_t Own() { return static_cast<uint32_t>(getpid()); }

// One end of a connection to `port`, and the server's view of it.
struct Connection {
  explicit Connection(uint16_t port) : fd(Open(SOCK_STREAM, &connect, port)) {
    server = Tuple(Protocol::kTcp, port, PortOf(fd));
  }
  ~Connection() { close(fd); }
  // The pid that the server's process writes.
  uint32_t Pid() const {
    uint32_t pid = 0;
    EXPECT_EQ(recv(fd, &pid, sizeof pid, MSG_WAITALL), static_cast<ssize_t>(sizeof pid));
    return pid;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  int fd;
  SocketTuple server;
};

void WritePid(int fd) {
  const uint32_t pid = Own();
  EXPECT_EQ(send(fd, &pid, sizeof pid, 0), static_cast<ssize_t>(sizeof pid));
}

TEST_F(AttributionHandoverTest, EachConnectionOfAForkingServerIsItsChilds) {
  if (!SeesTransfers()) GTEST_SKIP();
  const int listener = ListenOn(0);
  std::vector<std::unique_ptr<Connection>> connections;
  std::vector<std::unique_ptr<Process>> children;
  for (int i = 0; i < 3; ++i) {
    connections.push_back(std::make_unique<Connection>(PortOf(listener)));
    const int accepted = accept(listener, nullptr, nullptr);
    children.push_back(std::make_unique<Process>([&] { WritePid(accepted); }));
    close(accepted);
  }
  for (size_t i = 0; i < connections.size(); ++i) {
    const Owner owner = Find(connections[i]->server);
    EXPECT_EQ(PidOf(owner), static_cast<uint32_t>(children[i]->pid()));
    EXPECT_EQ(PidOf(owner), connections[i]->Pid());
    ASSERT_NE(owner.creator, nullptr);
    EXPECT_EQ(owner.creator->pid, Own());
  }
  while (!children.empty()) children.pop_back();  // the younger hold the pipes of the older
  close(listener);
}

TEST_F(AttributionHandoverTest, APassedDescriptorIsTheReceivers) {
  if (!SeesTransfers()) GTEST_SKIP();
  int pair[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  const int listener = ListenOn(0);
  const Connection connection(PortOf(listener));
  const int accepted = accept(listener, nullptr, nullptr);
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  char byte = 'x';
  iovec bytes = {&byte, 1};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const pid_t receiver = fork();
  if (receiver == 0) {
    close(accepted);
    if (recvmsg(pair[1], &message, 0) != 1) _exit(1);
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
    WritePid(fd);
    (void)!read(pair[1], &byte, 1);
    _exit(0);
  }
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof accepted);
  std::memcpy(CMSG_DATA(header), &accepted, sizeof accepted);
  ASSERT_EQ(sendmsg(pair[0], &message, 0), 1);
  EXPECT_EQ(connection.Pid(), static_cast<uint32_t>(receiver));
  const Owner owner = Find(connection.server);
  EXPECT_EQ(PidOf(owner), static_cast<uint32_t>(receiver));
  EXPECT_EQ(owner.quality, Quality::kHandoff);
  close(pair[0]);
  close(pair[1]);
  kill(receiver, SIGKILL);
  waitpid(receiver, nullptr, 0);
  close(accepted);
  close(listener);
}

// systemd listens, and the service that it executes accepts.
TEST_F(AttributionHandoverTest, AnActivatedServiceHasItsConnections) {
  if (!SeesTransfers()) GTEST_SKIP();
  if (access("/usr/bin/python3", X_OK) != 0) GTEST_SKIP() << "python3 is not here";
  const int listener = ListenOn(0);
  const Connection connection(PortOf(listener));
  const pid_t service = fork();
  if (service == 0) {
    dup2(listener, 3);
    fcntl(3, F_SETFD, 0);
    execl("/usr/bin/python3", "python3", "-c",
          "import os,socket,time\n"
          "c, _ = socket.socket(fileno=3).accept()\n"
          "c.sendall(os.getpid().to_bytes(4, 'little'))\n"
          "time.sleep(60)\n",
          nullptr);
    _exit(127);
  }
  EXPECT_EQ(connection.Pid(), static_cast<uint32_t>(service));
  const Owner owner = Find(connection.server);
  kill(service, SIGKILL);
  waitpid(service, nullptr, 0);
  ASSERT_EQ(PidOf(owner), static_cast<uint32_t>(service));
  EXPECT_EQ(owner.process->cmdline.at(0), "python3");
  EXPECT_EQ(owner.process->executable.rfind("/usr/bin/python3", 0), 0U);
  ASSERT_NE(owner.creator, nullptr);
  EXPECT_EQ(owner.creator->pid, Own());
  close(listener);
}

TEST_F(AttributionHandoverTest, AWorkerThatWasForkedBeforeHasWhatItServes) {
  if (!SeesTransfers()) GTEST_SKIP();
  const int listener = ListenOn(0);
  std::vector<pid_t> workers;
  for (int i = 0; i < 3; ++i) {
    const pid_t worker = fork();
    if (worker == 0) {
      while (true) WritePid(accept(listener, nullptr, nullptr));
    }
    workers.push_back(worker);
  }
  for (int i = 0; i < 12; ++i) {
    const Connection connection(PortOf(listener));
    const uint32_t pid = connection.Pid();
    EXPECT_EQ(SoonPidOf(connection.server, pid), pid);
  }
  for (const pid_t worker : workers) {
    kill(worker, SIGKILL);
    waitpid(worker, nullptr, 0);
  }
  close(listener);
}

// What rung L0 has more than L1.
TEST_F(AttributionHandoverTest, AWorkerThatOnlyAcceptsIsKnownOnL0) {
  const int listener = ListenOn(0);
  const Connection connection(PortOf(listener));
  const Process worker([&] { accept(listener, nullptr, nullptr); });
  const Owner owner = Find(connection.server);
  if (IsL0()) {
    EXPECT_EQ(PidOf(owner), static_cast<uint32_t>(worker.pid()));
    EXPECT_EQ(owner.quality, Quality::kHandoff);
  } else {
    EXPECT_EQ(PidOf(owner), Own());
    EXPECT_EQ(owner.quality, Quality::kListenerInherited);
  }
  close(listener);
}

// An IPv6 socket that speaks IPv4 is found by its IPv4 addresses.
TEST_F(AttributionHandoverTest, MappedAddressesAreIpv4) {
  const int listener = ListenOn(0);
  const int receiver = Open(SOCK_DGRAM, &bind, 0);
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    const uint16_t port = PortOf(type == SOCK_STREAM ? listener : receiver);
    const int fd = socket(AF_INET6, type, 0);
    sockaddr_in6 to{};
    to.sin6_family = AF_INET6;
    to.sin6_port = htons(port);
    ASSERT_EQ(inet_pton(AF_INET6, "::ffff:127.0.0.1", &to.sin6_addr), 1);
    ASSERT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    ASSERT_EQ(send(fd, "x", 1, 0), 1);
    // sin6_port stands where sin_port does.
    const Owner owner =
        Find(Tuple(type == SOCK_STREAM ? Protocol::kTcp : Protocol::kUdp, PortOf(fd), port));
    EXPECT_EQ(PidOf(owner), Own()) << type;
    EXPECT_EQ(owner.quality, Quality::kExact) << type;
    close(fd);
  }
  close(receiver);
  close(listener);
}

// ICMP without raw sockets; in a namespace of its own, as it must be permitted there.
TEST_F(AttributionHandoverTest, APingSocketHasItsEchoes) {
  struct Said {
    uint64_t netns = 0;
    uint16_t id = 0;
    bool sent = false;
  };
  void* memory =
      mmap(nullptr, sizeof(Said), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  Said* said = new (memory) Said;
  const Process pinger([&] {
    if (unshare(CLONE_NEWNET) != 0 || system("ip link set lo up") != 0) return;
    FILE* range = fopen("/proc/sys/net/ipv4/ping_group_range", "we");
    if (range == nullptr || fputs("0 0", range) < 0 || fclose(range) != 0) return;
    const int fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_ICMP);
    const uint8_t echo[8] = {8, 0, 0, 0, 0, 0, 0, 1};  // RFC 792; the kernel fills in the id
    const sockaddr_in to = Loopback(0);
    said->sent = sendto(fd, echo, sizeof echo, 0, reinterpret_cast<const sockaddr*>(&to),
                        sizeof to) == sizeof echo;
    said->id = PortOf(fd);
    said->netns = OwnNetns();
  });
  if (!said->sent) GTEST_SKIP() << "no ping socket here";
  SocketTuple tuple = Tuple(Protocol::kIcmp, said->id, said->id);
  tuple.netns = said->netns;
  EXPECT_EQ(PidOf(Find(tuple)), static_cast<uint32_t>(pinger.pid()));
}

// Several listen on one port; the kernel chooses by a hash.
TEST_F(AttributionHandoverTest, WhoSharesAPortIsToldApart) {
  const auto bind_shared = [](int type, uint16_t port) {
    const int fd = socket(AF_INET, type, 0);
    const int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    const sockaddr_in address = Loopback(port);
    EXPECT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return fd;
  };
  const int first_tcp = bind_shared(SOCK_STREAM, 0);
  const int first_udp = bind_shared(SOCK_DGRAM, 0);
  const uint16_t tcp_port = PortOf(first_tcp);
  const uint16_t udp_port = PortOf(first_udp);
  std::vector<pid_t> members;
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  for (uint16_t i = 0; i < 3; ++i) {
    const pid_t member = fork();
    if (member == 0) {
      const int tcp = bind_shared(SOCK_STREAM, tcp_port);
      const int udp = bind_shared(SOCK_DGRAM, udp_port);
      const sockaddr_in peer = Loopback(static_cast<uint16_t>(7000 + i));
      (void)!sendto(udp, "x", 1, 0, reinterpret_cast<const sockaddr*>(&peer), sizeof peer);
      listen(tcp, 16);
      (void)!write(ready[1], "r", 1);
      while (true) WritePid(accept(tcp, nullptr, nullptr));
    }
    members.push_back(member);
  }
  char byte = 0;
  for (size_t i = 0; i < members.size(); ++i) ASSERT_EQ(read(ready[0], &byte, 1), 1);
  std::map<uint32_t, int> served;
  for (int i = 0; i < 24; ++i) {
    const Connection connection(tcp_port);
    const uint32_t pid = connection.Pid();
    ++served[pid];
    EXPECT_EQ(PidOf(Find(connection.server)), pid);
  }
  EXPECT_GT(served.size(), 1U);
  for (size_t i = 0; i < members.size(); ++i) {
    const auto peer = static_cast<uint16_t>(7000 + i);
    EXPECT_EQ(PidOf(Find(Tuple(Protocol::kUdp, udp_port, peer))),
              static_cast<uint32_t>(members[i]));
  }
  for (const pid_t member : members) {
    kill(member, SIGKILL);
    waitpid(member, nullptr, 0);
  }
  for (const int fd : {first_tcp, first_udp, ready[0], ready[1]}) close(fd);
}

// One request by io_uring (io_uring(7), without its library), waited for.  False: not permitted.
bool SubmitOne(const io_uring_sqe& request, int* result) {
  io_uring_params parameters{};
  const int ring = static_cast<int>(syscall(SYS_io_uring_setup, 1, &parameters));
  if (ring < 0) return false;
  const auto map = [ring](size_t size, off_t offset) {
    return static_cast<uint8_t*>(
        mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, offset));
  };
  uint8_t* submissions = map(parameters.sq_off.array + sizeof(uint32_t), IORING_OFF_SQ_RING);
  uint8_t* completions = map(parameters.cq_off.cqes + 2 * sizeof(io_uring_cqe), IORING_OFF_CQ_RING);
  uint8_t* entries = map(sizeof request, IORING_OFF_SQES);
  std::memcpy(entries, &request, sizeof request);
  const uint32_t one = 1;
  std::memcpy(submissions + parameters.sq_off.tail, &one, sizeof one);
  const long n = syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0);
  io_uring_cqe completion{};
  std::memcpy(&completion, completions + parameters.cq_off.cqes, sizeof completion);
  *result = completion.res;
  close(ring);
  return n == 1;
}

io_uring_sqe Request(uint8_t operation, int fd, const void* at, uint32_t length, uint8_t flags) {
  io_uring_sqe request{};
  request.opcode = operation;
  request.fd = fd;
  request.flags = flags;
  request.addr = reinterpret_cast<uint64_t>(at);
  request.len = length;
  return request;
}

// Done at once by the caller, or by a thread that the kernel makes for it.
TEST_F(AttributionHandoverTest, WhatIoUringDoesIsTheCallers) {
  if (!SeesTransfers()) GTEST_SKIP();
  int result = 0;
  if (!SubmitOne(Request(IORING_OP_NOP, -1, nullptr, 0, 0), &result)) {
    GTEST_SKIP() << "no io_uring here";
  }
  for (const uint8_t flags : {uint8_t{0}, uint8_t{IOSQE_ASYNC}}) {
    const int listener = ListenOn(0);
    const uint16_t port = PortOf(listener);
    // connect() by io_uring.
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in to = Loopback(port);
    io_uring_sqe request = Request(IORING_OP_CONNECT, client, &to, 0, flags);
    request.off = sizeof to;
    ASSERT_TRUE(SubmitOne(request, &result));
    ASSERT_EQ(result, 0);
    EXPECT_EQ(PidOf(Find(Tuple(Protocol::kTcp, PortOf(client), port))), Own());
    // A child sends by it on the server's end.
    const int accepted = accept(listener, nullptr, nullptr);
    const Process child([&] {
      int sent = 0;
      SubmitOne(Request(IORING_OP_SEND, accepted, "abcd", 4, flags), &sent);
    });
    char bytes[4];
    ASSERT_EQ(recv(client, bytes, sizeof bytes, MSG_WAITALL), 4);
    EXPECT_EQ(PidOf(Find(Tuple(Protocol::kTcp, port, PortOf(client)))),
              static_cast<uint32_t>(child.pid()))
        << "flags " << int{flags};
    for (const int fd : {listener, client, accepted}) close(fd);
  }
}

// The same addresses and ports in two namespaces, both at once.
TEST_F(AttributionHandoverTest, EachNamespaceHasItsOwnConnection) {
  const int listener = ListenOn(0);
  const Connection here(PortOf(listener));
  const uint16_t ports[] = {PortOf(listener), PortOf(here.fd)};
  uint64_t* netns = static_cast<uint64_t*>(
      mmap(nullptr, sizeof *netns, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const Process other([&] {
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    ASSERT_EQ(system("ip link set lo up"), 0);
    ListenOn(ports[0]);
    const int fd = Open(SOCK_STREAM, &bind, ports[1]);
    const sockaddr_in to = Loopback(ports[0]);
    ASSERT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    *netns = OwnNetns();
  });
  SocketTuple tuple = Tuple(Protocol::kTcp, ports[1], ports[0]);
  EXPECT_EQ(PidOf(Find(tuple)), Own());
  tuple.netns = *netns;
  EXPECT_EQ(PidOf(Find(tuple)), static_cast<uint32_t>(other.pid()));
  close(listener);
}

}  // namespace
}  // namespace rustnet
