// SPDX-License-Identifier: Apache-2.0
// Loading and what comes after it: sockets opened before, no privilege, no cgroup2 mount, no
// capability, the rung without BPF.  Needs root; skips itself without.
#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <mntent.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include <cstdio>
#include <sstream>
#include <string>
#include <vector>

#include "tests/e2e/attribution_session.h"

namespace rustnet {
namespace {

// Opened when no program was attached: the scan at the start finds them.
TEST(AttributionScanTest, SocketsOpenedBeforeAreScanned) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const int listener = ListenOn(0);
  const int client = Open(SOCK_STREAM, &connect, PortOf(listener));
  const int accepted = accept(listener, nullptr, nullptr);
  const int receiver = Open(SOCK_DGRAM, &bind, 0);
  // A child holds them too and may come first in the scan: pids begin anew when they are used up.
  if (FILE* last = fopen("/proc/sys/kernel/ns_last_pid", "we")) {
    fputs("301", last);
    fclose(last);
  }
  const Process child([] {});
  Session session;
  session.Start();
  if (!session.attribution) GTEST_SKIP() << session.handles.bpf.refusal;
  Attribution* attribution = session.attribution.get();
  attribution->Poll(MonotonicNow());
  const uint16_t server_port = PortOf(listener);
  const SocketTuple tuples[] = {Tuple(Protocol::kTcp, PortOf(client), server_port),
                                Tuple(Protocol::kTcp, server_port, PortOf(client)),
                                Tuple(Protocol::kUdp, PortOf(receiver), 5)};
  for (const SocketTuple& tuple : tuples) {
    const Owner owner = attribution->Find(tuple, 0);
    ASSERT_NE(owner.process, nullptr);
    EXPECT_EQ(owner.process->pid, static_cast<uint32_t>(getpid()));
    EXPECT_EQ(owner.quality, Quality::kScanned);
    EXPECT_EQ(owner.process->name, "attribution_load_test");
    EXPECT_FALSE(owner.process->cmdline.empty());
  }
  for (const int fd : {listener, client, accepted, receiver}) close(fd);
  session.End();
}

// Runs `body` in a child and returns what it wrote to its pipe.
std::string InChild(const std::function<std::string()>& body) {
  int pipes[2];
  EXPECT_EQ(pipe2(pipes, O_CLOEXEC), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string said = body();
    (void)!write(pipes[1], said.data(), said.size());
    _exit(0);
  }
  close(pipes[1]);
  std::string said;
  char buffer[4096];
  ssize_t n = 0;
  while ((n = read(pipes[0], buffer, sizeof buffer)) > 0) {
    said.append(buffer, static_cast<size_t>(n));
  }
  close(pipes[0]);
  waitpid(child, nullptr, 0);
  return said;
}

// As the daemon is after its seal: another user, no capability, an empty namespace.
TEST(AttributionSealTest, WorksWithoutAnyPrivilege) {
  if (geteuid() != 0) GTEST_SKIP() << "needs root";
  const int before = Open(SOCK_DGRAM, &bind, 0);
  const SocketTuple scanned = Tuple(Protocol::kUdp, PortOf(before), 9);
  int go[2];
  ASSERT_EQ(pipe2(go, O_CLOEXEC), 0);
  // The traffic is another process's: a sealed one makes no sockets.
  const int after = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const SocketTuple sent = Tuple(Protocol::kUdp, 0, 9);
  const std::string said = InChild([&]() -> std::string {
    Handles handles;
    handles.bpf = LoadBpf();
    if (!handles.bpf.loaded()) return "skip " + handles.bpf.refusal;
    handles.host_netns_cookie = sent.netns;
    const pid_t sender = fork();
    if (sender == 0) {
      char byte;
      (void)!read(go[0], &byte, 1);
      const sockaddr_in to = Loopback(9);
      (void)!sendto(after, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
      _exit(0);
    }
    if (unshare(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS) != 0) return "unshare";
    if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0) return "setuid";
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const std::unique_ptr<Attribution> attribution = MakeAttribution(handles);
    (void)!write(go[1], "g", 1);
    waitpid(sender, nullptr, 0);
    attribution->Poll(MonotonicNow());
    const auto name = [&](SocketTuple tuple) {
      tuple.netns = 0;
      const Owner owner = attribution->Find(tuple, 0);
      if (owner.process == nullptr) return std::string("nobody ");
      return std::to_string(owner.process->pid) + ' ' + owner.process->executable + ' ';
    };
    SocketTuple by_port = sent;
    by_port.local_port = PortOf(after);
    return name(scanned) + name(by_port) + std::to_string(sender) + ' ' +
           std::to_string(attribution->counters().scans);
  });
  if (said.starts_with("skip")) GTEST_SKIP() << said;
  std::string path(4096, '\0');
  path.resize(static_cast<size_t>(readlink("/proc/self/exe", path.data(), path.size())));
  std::istringstream words(said);
  std::string pid, executable, sender_pid, sender_executable, sender, scans;
  words >> pid >> executable >> sender_pid >> sender_executable >> sender >> scans;
  EXPECT_EQ(pid, std::to_string(getpid())) << said;
  EXPECT_EQ(executable, path);
  EXPECT_EQ(sender_pid, sender) << said;
  EXPECT_EQ(sender_executable, path);
  EXPECT_EQ(scans, "1");
  close(before);
  close(after);
}

bool CanLoad() {
  BpfHandles handles = LoadBpf();
  const bool loaded = handles.loaded();
  UnloadBpf(&handles);
  return loaded;
}

// A host with version 1 hierarchies alone.
TEST(AttributionLoadTest, NoCgroup2NeedsToBeMounted) {
  if (geteuid() != 0 || !CanLoad()) GTEST_SKIP() << "needs root and BPF";
  const std::string said = InChild([]() -> std::string {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr)) {
      return "skip: no mount namespace";
    }
    FILE* mounts = setmntent("/proc/self/mounts", "re");
    std::vector<std::string> all;
    while (const mntent* entry = getmntent(mounts)) {
      if (strcmp(entry->mnt_type, "cgroup2") == 0) all.emplace_back(entry->mnt_dir);
    }
    endmntent(mounts);
    for (const std::string& path : all) umount2(path.c_str(), MNT_DETACH);
    BpfHandles handles = LoadBpf();
    std::string result = (handles.loaded() ? "loaded" : "") + handles.refusal;
    for (const std::string& missing : handles.missing) result += " " + missing;
    UnloadBpf(&handles);
    return result;
  });
  if (said.starts_with("skip")) GTEST_SKIP() << said;
  EXPECT_EQ(said, "loaded");
}

TEST(AttributionLoadTest, WithoutCapabilitiesTheSentenceNamesOne) {
  if (geteuid() != 0 || !CanLoad()) GTEST_SKIP() << "needs root and BPF";
  const std::string said = InChild([]() -> std::string {
    if (setresuid(65534, 65534, 65534) != 0) return "setuid";
    const BpfHandles handles = LoadBpf();
    if (handles.refusal_reason != BpfRefusal::kMissingCapability) return "another reason";
    return handles.rung + ": " + handles.refusal;
  });
  EXPECT_EQ(said, "UID: BPF programs cannot be loaded without CAP_BPF; start rustnetd as root.");
}

// The rung below: users, no processes.
TEST(AttributionUidTest, SocketsHaveTheirUser) {
  Handles handles;
  handles.bpf.rung = "UID";
  handles.sock_diag.reset(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  handles.host_netns_cookie = OwnNetns();
  const int listener = ListenOn(0);
  const int client = Open(SOCK_STREAM, &connect, PortOf(listener));
  const auto attribution = MakeAttribution(handles);
  const Time now = MonotonicNow();
  const SocketTuple tuple = Tuple(Protocol::kTcp, PortOf(client), PortOf(listener));
  attribution->Poll(now);
  Owner owner = attribution->Find(tuple, 0);
  for (int i = 0; i < 100 && owner.quality != Quality::kUidOnly; ++i) {
    attribution->Poll(now + i * kSecond);
    owner = attribution->Find(tuple, 0);
  }
  ASSERT_EQ(owner.quality, Quality::kUidOnly);
  EXPECT_EQ(owner.uid, geteuid());
  EXPECT_EQ(owner.process, nullptr);
  close(client);
  close(listener);
}

}  // namespace
}  // namespace rustnet
