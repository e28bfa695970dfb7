// SPDX-License-Identifier: Apache-2.0
// Seals itself for real, then does what it is told; one line per answer on stdout.
//   seal_probe [--replay FILE] [--out FILE] [--state DIR] [--bpf] [--mode M] [--no-filter]
//              --socket PATH --user NAME COMMAND [NAME]
//   act NAME    tries a forbidden act: "returned N" or "errno N"; most end the process (SIGSYS)
//   calls N,…   system calls by number, all arguments 0: a line "N ERRNO" for each
//   work NAME   "works", or what went wrong
//   attest      one line per control: name|state|value|evidence
//   serve       "ready", then "peer UID" per connection that is accepted, until stdin ends
//   abort       abort(3)
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "daemon/seal/startup.h"
#include "tests/sandbox/acts.h"
#include "tests/sandbox/works.h"

namespace rustnet {
namespace {

// The real steps, but for the first filter: what the proof is for.
class Unfiltered : public Os {
 public:
  Status FindIdentity(const SealConfig& c, SealDraft& d) override {
    return os_->FindIdentity(c, d);
  }
  Status OpenFiles(const SealConfig& c, SealDraft& d) override { return os_->OpenFiles(c, d); }
  Status OpenCaptures(const SealConfig& c, SealDraft& d) override {
    return os_->OpenCaptures(c, d);
  }
  Status LoadBpf(const SealConfig& c, SealDraft& d) override { return os_->LoadBpf(c, d); }
  Status OpenRouteSockets(const SealConfig& c, SealDraft& d) override {
    return os_->OpenRouteSockets(c, d);
  }
  Status OpenSockDiag(const SealConfig& c, SealDraft& d) override {
    return os_->OpenSockDiag(c, d);
  }
  Status OpenConntrack(const SealConfig& c, SealDraft& d) override {
    return os_->OpenConntrack(c, d);
  }
  Status OpenSurroundings(const SealConfig& c, SealDraft& d) override {
    return os_->OpenSurroundings(c, d);
  }
  Status BindListener(const SealConfig& c, SealDraft& d) override {
    return os_->BindListener(c, d);
  }
  Status LeaveNamespaces(const SealConfig& c, SealDraft& d) override {
    return os_->LeaveNamespaces(c, d);
  }
  Status EnterEmptyRoot(const SealConfig& c, SealDraft& d) override {
    return os_->EnterEmptyRoot(c, d);
  }
  Status BecomeUser(const SealConfig& c, SealDraft& d) override { return os_->BecomeUser(c, d); }
  Status DropCapabilities(const SealConfig& c, SealDraft& d) override {
    return os_->DropCapabilities(c, d);
  }
  Status ForbidNewPrivileges(const SealConfig& c, SealDraft& d) override {
    return os_->ForbidNewPrivileges(c, d);
  }
  Status EnterLandlock(const SealConfig& c, SealDraft& d) override {
    return os_->EnterLandlock(c, d);
  }
  Status RefuseSystemCalls(const SealConfig&, SealDraft&) override { return Ok(); }
  Status Prove(const SealConfig& c, SealDraft& d) override { return os_->Prove(c, d); }
  Status KillForbidden(const SealConfig& c, SealDraft& d) override {
    return os_->KillForbidden(c, d);
  }

 private:
  std::unique_ptr<Os> os_ = MakeOs();
};

void Say(const std::string& line) {
  const std::string text = line + "\n";
  static_cast<void>(!write(STDOUT_FILENO, text.data(), text.size()));
}

int Attest(const Attestation& attestation) {
  for (const SandboxControl& c : attestation.controls) {
    Say(c.control + "|" + std::to_string(static_cast<int>(c.state)) + "|" + c.value + "|" +
        c.evidence);
  }
  Say("acts|" + std::to_string(attestation.acts_tried) + "|" +
      std::to_string(attestation.acts_refused));
  return 0;
}

// `control` is what stdin was before the seal: its end is the end.
int Serve(const Handles& handles, int control) {
  static std::mutex held;
  held.lock();
  // They wait for a lock that is never given: the test looks at them.
  for (int i = 0; i < 3; ++i) std::thread([] { held.lock(); }).detach();
  Say("ready");
  pollfd events[] = {{handles.listener.get(), POLLIN, 0}, {control, POLLIN | POLLHUP, 0}};
  while (poll(events, 2, -1) > 0 && events[1].revents == 0) {
    const int peer = accept4(handles.listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) continue;
    ucred who{};
    socklen_t size = sizeof who;
    getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size);
    Say("peer " + std::to_string(who.uid));
    close(peer);
  }
  return 0;
}

int Calls(const std::string& numbers) {
  std::istringstream list(numbers);
  for (std::string number; std::getline(list, number, ',');) {
    errno = 0;
    const long result = syscall(std::strtol(number.c_str(), nullptr, 10), 0, 0, 0, 0, 0, 0);
    Say(number + " " + std::to_string(result < 0 ? errno : 0));
  }
  return 0;
}

int Run(const std::string& command, const std::string& name, Sealed& sealed, int control) {
  if (command == "attest") return Attest(sealed.attestation());
  if (command == "serve") return Serve(sealed.handles(), control);
  if (command == "abort") std::abort();
  if (command == "calls") return Calls(name);
  if (command == "work") {
    const std::string trouble = TryWork(name, sealed.handles());
    Say(trouble.empty() ? "works" : trouble);
    return 0;
  }
  if (command != "act") return 64;
  errno = 0;
  const std::optional<long> result = TryAct(name, sealed.handles());
  const int error = errno;
  if (!result) return 64;
  Say(*result < 0 ? "errno " + std::to_string(error) : "returned");
  return 0;
}

SandboxMode ModeOf(const std::string& name) {
  if (name == "off") return SandboxMode::kOff;
  if (name == "report") return SandboxMode::kReport;
  return name == "best-effort" ? SandboxMode::kBestEffort : SandboxMode::kStrict;
}

int Main(const std::vector<std::string>& arguments) {
  SealConfig config;
  config.capture.interfaces = {"lo"};
  config.capture.ring_mib = 1;
  config.capture.spares = 1;
  config.load_bpf = false;
  bool filter = true;
  size_t i = 0;
  for (; i < arguments.size() && arguments[i].starts_with("--"); ++i) {
    const std::string& option = arguments[i];
    if (option == "--bpf")
      config.load_bpf = true;
    else if (option == "--no-filter")
      filter = false;
    else if (option == "--flows")
      config.serve = false;
    else if (option == "--others-none")
      config.others = OthersAccess::kNone;
    else if (i + 1 == arguments.size())
      return 64;
    else if (option == "--socket")
      config.socket_path = arguments[++i];
    else if (option == "--user")
      config.user = arguments[++i];
    else if (option == "--replay")
      config.read_files.push_back(arguments[++i]);
    else if (option == "--out")
      config.write_files.push_back(arguments[++i]);
    else if (option == "--state")
      config.state_dir = arguments[++i];
    else if (option == "--owner")
      config.owner_uid = std::atoi(arguments[++i].c_str());
    else if (option == "--mode")
      config.mode = ModeOf(arguments[++i]);
    else
      return 64;
  }
  if (i == arguments.size()) return 64;
  const int control = dup(STDIN_FILENO);
  Unfiltered unfiltered;
  const std::unique_ptr<Os> real = MakeOs();
  StatusOr<Sealed> sealed = AcquireAndSeal(config, filter ? *real : unfiltered);
  if (!sealed.ok()) {
    Say("not sealed: " + Message(sealed.status()));
    return ExitCode(sealed.status());
  }
  return Run(arguments[i], i + 1 < arguments.size() ? arguments[i + 1] : "", *sealed, control);
}

}  // namespace
}  // namespace rustnet

int main(int argc, char** argv) {
  const int code = rustnet::Main({argv + 1, argv + argc});
  _exit(code);  // what runs at exit may open files
}
