// SPDX-License-Identifier: Apache-2.0
// The real programs, on the real kernel: short-lived processes, forks, threads, other namespaces, a
// full ring.  Needs root and BPF; skips itself without.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/attribution_session.h"

namespace rustnet {
namespace {

constexpr int kProcesses = 1500;

std::string Field(const std::string& line, const std::string& name) {
  const size_t key = line.find('"' + name + "\":");
  if (key == std::string::npos) return {};
  size_t begin = key + name.size() + 3;
  const bool quoted = line[begin] == '"';
  if (quoted) ++begin;
  return line.substr(begin, line.find_first_of(quoted ? "\"" : ",}", begin) - begin);
}

uint64_t Number(const std::string& line, const std::string& name) {
  const std::string text = Field(line, name);
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class AttributionL1Test : public BpfTest {};

struct Truth {
  SocketTuple tuple;
  uint32_t pid = 0;
  std::string name;
  std::string executable;
  Time time = 0;
};

Truth ParseTruth(const std::string& line) {
  Truth truth;
  truth.tuple.protocol = Field(line, "protocol") == "tcp" ? Protocol::kTcp : Protocol::kUdp;
  truth.tuple.local = IpAddress::Parse(Field(line, "local")).value_or(IpAddress());
  truth.tuple.remote = IpAddress::Parse(Field(line, "remote")).value_or(IpAddress());
  truth.tuple.local_port = static_cast<uint16_t>(Number(line, "local_port"));
  truth.tuple.remote_port = static_cast<uint16_t>(Number(line, "remote_port"));
  truth.tuple.netns = OwnNetns();
  truth.pid = static_cast<uint32_t>(Number(line, "pid"));
  truth.name = Field(line, "name");
  truth.executable = Field(line, "executable");
  truth.time = static_cast<Time>(Number(line, "time_ns"));
  return truth;
}

std::string GeneratorPath() {
  std::string path(4096, '\0');
  path.resize(static_cast<size_t>(readlink("/proc/self/exe", path.data(), path.size())));
  return path.substr(0, path.rfind('/') + 1) + "load_generator";
}

TEST_F(AttributionL1Test, ShortLivedProcessesAreNamed) {
  const std::string command = GeneratorPath() + " --processes " + std::to_string(kProcesses);
  FILE* generator = popen(command.c_str(), "re");
  ASSERT_NE(generator, nullptr);
  const Time begin = MonotonicNow();
  std::vector<Truth> truths;
  char line[4096];
  while (fgets(line, sizeof line, generator) != nullptr) {
    truths.push_back(ParseTruth(line));
    attribution_->Poll(MonotonicNow());
  }
  const double seconds = static_cast<double>(MonotonicNow() - begin) / kSecond;
  ASSERT_EQ(pclose(generator), 0);
  ASSERT_EQ(truths.size(), 4U * kProcesses);

  int right = 0, wrong = 0, unknown = 0;
  std::set<std::string> names;
  std::map<Quality, int> qualities;
  for (const Truth& truth : truths) {
    const Owner owner = Find(truth.tuple, MonotonicNow() - truth.time);
    names.insert(truth.name);
    ++qualities[owner.quality];
    if (owner.process == nullptr) {
      ++unknown;
      continue;
    }
    const bool same = owner.process->pid == truth.pid && owner.process->name == truth.name &&
                      owner.process->executable == truth.executable;
    same ? ++right : ++wrong;
    EXPECT_TRUE(same) << truth.pid << ' ' << truth.name << " shown as " << owner.process->pid << ' '
                      << owner.process->name << ' ' << owner.process->executable;
    EXPECT_EQ(owner.process->cmdline.at(0),
              truth.executable == GeneratorPath() ? GeneratorPath() : truth.executable);
    if (truth.name != "load_generator") {
      EXPECT_EQ(owner.process->parents.at(0).name, "load_generator");
      EXPECT_EQ(owner.process->parents.at(0).executable, GeneratorPath());
    }
  }
  printf("%d processes in %.2f s: %d right, %d wrong, %d unknown of %zu tuples\n", kProcesses,
         seconds, right, wrong, unknown, truths.size());
  for (const auto& [quality, count] : qualities) {
    printf("  quality %d: %d\n", static_cast<int>(quality), count);
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_GE(right, 0.999 * static_cast<double>(truths.size()));
  EXPECT_EQ(names.size(), 6U);
  const AttributionCounters counters = attribution_->counters();
  EXPECT_EQ(counters.malformed, 0U);
  EXPECT_EQ(counters.ring_dropped, 0U);
}

TEST_F(AttributionL1Test, BothEndsOfALoopbackConnectionAreRight) {
  const int listener = ListenOn(0);
  uint16_t local = 0;
  int pipes[2];
  ASSERT_EQ(pipe2(pipes, O_CLOEXEC), 0);
  const Process client([&] {
    const int fd = Open(SOCK_STREAM, &connect, PortOf(listener));
    local = PortOf(fd);
    (void)!write(pipes[1], &local, sizeof local);
    (void)!write(fd, "hello", 5);
  });
  ASSERT_EQ(read(pipes[0], &local, sizeof local), static_cast<ssize_t>(sizeof local));
  const uint16_t port = PortOf(listener);
  Owner owner = Find(Tuple(Protocol::kTcp, local, port));
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->pid, static_cast<uint32_t>(client.pid()));
  EXPECT_EQ(owner.quality, Quality::kExact);

  owner = Find(Tuple(Protocol::kTcp, port, local));
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->pid, static_cast<uint32_t>(getpid()));
  EXPECT_EQ(owner.quality, Quality::kListenerInherited);

  const int accepted = accept(listener, nullptr, nullptr);
  char bytes[8];
  ASSERT_EQ(read(accepted, bytes, sizeof bytes), 5);
  owner = Find(Tuple(Protocol::kTcp, port, local));
  EXPECT_EQ(owner.quality, Quality::kExact) << "the listener's process has read from it";
  close(accepted);
  close(listener);
}

TEST_F(AttributionL1Test, AChildThatWritesTakesTheConnectionOver) {
  const int listener = ListenOn(0);
  const int client = Open(SOCK_STREAM, &connect, PortOf(listener));
  const int accepted = accept(listener, nullptr, nullptr);
  const SocketTuple tuple = Tuple(Protocol::kTcp, PortOf(listener), PortOf(client));
  const Process child([&] { (void)!write(accepted, "x", 1); });
  const Owner owner = Find(tuple);
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->pid, static_cast<uint32_t>(child.pid()));
  EXPECT_EQ(owner.quality, Quality::kHandoff);
  ASSERT_NE(owner.creator, nullptr);
  EXPECT_EQ(owner.creator->pid, static_cast<uint32_t>(getpid()));
  close(accepted);
  close(client);
  close(listener);
}

TEST_F(AttributionL1Test, UdpThatOnlyReceivesIsFoundByItsPort) {
  const int receiver = Open(SOCK_DGRAM, &bind, 0);
  const Owner owner = Find(Tuple(Protocol::kUdp, PortOf(receiver), 4242));
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->pid, static_cast<uint32_t>(getpid()));
  EXPECT_EQ(owner.quality, Quality::kExact);
  close(receiver);
}

TEST_F(AttributionL1Test, IcmpHasAnOwnerByItsEchoId) {
  const int raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
  ASSERT_GE(raw, 0);
  const uint8_t echo[8] = {8, 0, 0xe5, 0xca, 0x12, 0x34, 0, 1};  // RFC 792, id 0x1234
  const sockaddr_in to = Loopback(0);
  ASSERT_EQ(sendto(raw, echo, sizeof echo, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to),
            8);
  const Owner owner = Find(Tuple(Protocol::kIcmp, 0x1234, 0x1234));
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->pid, static_cast<uint32_t>(getpid()));
  close(raw);
}

// The port is given back and taken by another process: the new flow is the new one's.
TEST_F(AttributionL1Test, AReusedPortHasItsNewOwner) {
  const int server = Open(SOCK_DGRAM, &bind, 0);
  const int first = Open(SOCK_DGRAM, &bind, 0);
  const uint16_t port = PortOf(first);
  const sockaddr_in to = Loopback(PortOf(server));
  const auto send_one = [&](int fd) {
    EXPECT_EQ(sendto(fd, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to), 1);
  };
  send_one(first);
  const SocketTuple tuple = Tuple(Protocol::kUdp, port, PortOf(server));
  EXPECT_EQ(Find(tuple).process->pid, static_cast<uint32_t>(getpid()));
  close(first);
  const Process second([&] { send_one(Open(SOCK_DGRAM, &bind, port)); });
  const Owner owner = Find(tuple);
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->pid, static_cast<uint32_t>(second.pid()));
  close(server);
}

TEST_F(AttributionL1Test, AThreadIsNamedBesideItsProcess) {
  const int listener = ListenOn(0);
  int fd = -1;
  std::thread thread([&] {
    pthread_setname_np(pthread_self(), "resolver");
    fd = Open(SOCK_STREAM, &connect, PortOf(listener));
  });
  thread.join();
  const Owner owner = Find(Tuple(Protocol::kTcp, PortOf(fd), PortOf(listener)));
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->name, "attribution_l1_test");
  EXPECT_EQ(owner.thread_name, "resolver");
  close(fd);
  close(listener);
}

TEST_F(AttributionL1Test, AProcessIsDescribed) {
  const int listener = ListenOn(0);
  const int fd = Open(SOCK_STREAM, &connect, PortOf(listener));
  const Owner owner = Find(Tuple(Protocol::kTcp, PortOf(fd), PortOf(listener)));
  ASSERT_NE(owner.process, nullptr);
  ASSERT_EQ(owner.process->name, "attribution_l1_test") << "19 characters: comm has 15";
  EXPECT_EQ(owner.process->comm, "attribution_l1_");
  EXPECT_EQ(owner.process->uid, 0U);
  EXPECT_EQ(owner.process->parents.at(0).pid, static_cast<uint32_t>(getppid()));
  EXPECT_NE(owner.process->capabilities, 0U);
  EXPECT_FALSE(owner.process->cgroup.empty());
  EXPECT_EQ(owner.process->directory, std::filesystem::current_path());
  close(fd);
  close(listener);
}

// What the same addresses and ports are in another namespace is somebody else's.
TEST_F(AttributionL1Test, ANamespaceIsPartOfTheTuple) {
  const int receiver = Open(SOCK_DGRAM, &bind, 0);
  const uint16_t port = PortOf(receiver);
  const Process other([&] {
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    ASSERT_EQ(system("ip link set lo up"), 0);
    const int fd = Open(SOCK_DGRAM, &bind, port);
    const sockaddr_in to = Loopback(9);
    (void)!sendto(fd, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  });
  const Owner owner = Find(Tuple(Protocol::kUdp, port, 9), 3 * kSecond);
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->pid, static_cast<uint32_t>(getpid()));
  close(receiver);
}

// sock_diag does not show them: the walk over open files does.
TEST_F(AttributionL1Test, TcpNumbersOfAnotherNamespaceComeEachSecondAndAtTheEnd) {
  auto other = std::make_unique<Process>([&] {
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    ASSERT_EQ(system("ip link set lo up"), 0);
    const int listener = ListenOn(0);
    const int client = Open(SOCK_STREAM, &connect, PortOf(listener));
    const int server = accept(listener, nullptr, nullptr);
    const std::string text(54'321, 'x');
    ASSERT_EQ(send(client, text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    std::string got(text.size(), 0);
    ASSERT_EQ(recv(server, got.data(), got.size(), MSG_WAITALL), static_cast<ssize_t>(text.size()));
  });
  const auto find = [&](bool final) {
    for (int i = 0; i < 50; ++i) {
      attribution_->Poll(MonotonicNow());
      std::vector<TcpChange> changes;
      attribution_->TakeTcpChanges(&changes);
      for (const TcpChange& change : changes) {
        if (change.tcp.bytes_sent == 54'321 && change.tcp.final == final) return true;
      }
      usleep(100'000);
    }
    return false;
  };
  EXPECT_TRUE(find(false));
  other.reset();
  EXPECT_TRUE(find(true));
}

TEST_F(AttributionL1Test, AnUnknownTupleIsPendingAndThenHasAReason) {
  EXPECT_EQ(Find(Tuple(Protocol::kTcp, 1, 2), 0).reason, NoOwner::kPending);
  const Owner owner = Find(Tuple(Protocol::kTcp, 1, 2), 3600 * kSecond);
  EXPECT_EQ(owner.process, nullptr);
  EXPECT_EQ(owner.reason, NoOwner::kSocketClosedBeforeStart) << "it began before we looked";
}

// A socket kept over an exec is the new program's.
TEST_F(AttributionL1Test, AnExecutedProgramHasTheSocketsItWasGiven) {
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  const pid_t child = fork();
  if (child == 0) {
    const int fd = Open(SOCK_DGRAM, &bind, 0);
    fcntl(fd, F_SETFD, 0);
    const uint16_t port = PortOf(fd);
    (void)!write(pipes[1], &port, sizeof port);
    dup2(pipes[1], STDOUT_FILENO);
    execlp("sh", "sh", "-c", "echo; read line", nullptr);
    _exit(127);
  }
  uint16_t port = 0;
  char newline = 0;
  ASSERT_EQ(read(pipes[0], &port, sizeof port), static_cast<ssize_t>(sizeof port));
  ASSERT_EQ(read(pipes[0], &newline, 1), 1);  // the shell runs
  const Owner owner = Find(Tuple(Protocol::kUdp, port, 9));
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->pid, static_cast<uint32_t>(child));
  EXPECT_NE(owner.process->name, "attribution_l1_test");
  EXPECT_EQ(owner.process->cmdline.at(0), "sh");
}

// More than the ring holds, unread: losses are counted, and the next scan makes good for them.
TEST_F(AttributionL1Test, AFullRingIsCountedAndAScanMakesGood) {
  attribution_->Poll(MonotonicNow());
  const uint64_t dropped = attribution_->counters().ring_dropped;
  for (int i = 0; i < 500'000 && attribution_->counters().ring_dropped == dropped; ++i) {
    close(Open(SOCK_DGRAM, &bind, 0));
  }
  const int survivor = Open(SOCK_DGRAM, &bind, 0);  // its record finds no room
  ASSERT_GT(attribution_->counters().ring_dropped, dropped);
  const SocketTuple tuple = Tuple(Protocol::kUdp, PortOf(survivor), 9);
  // Time is a parameter, so nothing is waited for.
  const uint64_t scans = attribution_->counters().scans;
  for (int poll = 0; poll < 100 && attribution_->counters().scans == scans; ++poll) {
    attribution_->Poll(MonotonicNow() + 3 * kSecond);
  }
  EXPECT_GT(attribution_->counters().scans, scans);
  const Owner owner = attribution_->Find(tuple, 0);
  ASSERT_NE(owner.process, nullptr);
  EXPECT_EQ(owner.process->pid, static_cast<uint32_t>(getpid()));
  close(survivor);
}

}  // namespace
}  // namespace rustnet
