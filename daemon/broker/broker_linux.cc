// SPDX-License-Identifier: Apache-2.0
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include "daemon/broker/broker.h"
#include "daemon/broker/confine_linux.h"
#include "daemon/broker/scan_linux.h"
#include "daemon/broker/scan_message.h"

namespace rustnet {
namespace {

constexpr int kReplyBuffer = 1 << 20;  // bytes

// Ends when the daemon's end of `socket` is closed, however that came.
[[noreturn]] void RunBroker(int socket, uint32_t uid, uint32_t gid) {
  prctl(PR_SET_NAME, "rustnet-scan");
  if (dup2(socket, kBrokerSocket) != kBrokerSocket || close_range(kBrokerSocket + 1, ~0U, 0) != 0) {
    _exit(1);
  }
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
  const std::string refusal = ConfineBroker(uid, gid);
  const std::string first = refusal.empty() ? std::string(1, static_cast<char>(kReady)) : refusal;
  if (send(kBrokerSocket, first.data(), first.size(), MSG_NOSIGNAL) < 0 || !refusal.empty())
    _exit(1);
  uint8_t request = 0;
  while (recv(kBrokerSocket, &request, 1, 0) == 1 && request == kScan &&
         AnswerScan(kBrokerSocket)) {
  }
  _exit(0);
}

}  // namespace

StatusOr<Broker> StartBroker(uint32_t uid, uint32_t gid) {
  for (const int cap : {CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH}) {
    if (prctl(PR_CAPBSET_READ, cap) == 1) continue;
    return FailedPrecondition(
        "looking at the open files of others needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH; add "
        "them to the unit's CapabilityBoundingSet, or give it what BPF needs");
  }
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    return FromErrno(errno, "making the socket of the scan broker");
  }
  UniqueFd own(ends[0]);
  UniqueFd theirs(ends[1]);
  setsockopt(theirs.get(), SOL_SOCKET, SO_SNDBUFFORCE, &kReplyBuffer, sizeof kReplyBuffer);
  const pid_t pid = fork();
  if (pid < 0) return FromErrno(errno, "starting the scan broker");
  if (pid == 0) RunBroker(theirs.get(), uid, gid);
  theirs.reset();
  std::array<char, 256> answer;
  const ssize_t bytes = recv(own.get(), answer.data(), answer.size(), 0);
  if (bytes == 1 && answer[0] == static_cast<char>(kReady)) return Broker{std::move(own), pid};
  waitpid(pid, nullptr, 0);
  return Internal("the scan broker was not confined (" +
                  std::string(answer.data(), static_cast<size_t>(std::max<ssize_t>(bytes, 0))) +
                  ")");
}

}  // namespace rustnet
