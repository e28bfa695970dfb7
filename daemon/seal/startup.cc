// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/startup.h"

#include <array>
#include <string>
#include <utility>

namespace rustnet {
namespace {

using Run = Status (Os::*)(const SealConfig&, SealDraft&);

enum class When : uint8_t { kAlways, kLive, kServing };
enum class Kind : uint8_t {
  kOpen,     // fails: the end
  kGiveUp,   // fails: the end, in every mode
  kConfine,  // left out in mode off; fails: the end in mode strict, else a missing control
};

struct Step {
  Run run;
  When when;
  Kind kind;
  const char* name;
};

//   step                 why it needs privilege                 what is gone after it
//   FindIdentity         -                                      (who to become; needs /etc/passwd)
//   OpenFiles            the caller's rights
//   OpenCaptures         raw packets (CAP_NET_RAW)
//   LoadBpf              loading programs (CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN)
//   OpenRouteSockets     must be of the host's network namespace
//   OpenSockDiag         the same
//   OpenConntrack        the same, and CAP_NET_ADMIN
//   OpenSurroundings     state directory, log, notify socket, /dev/null, time zone
//   BindListener         the socket's directory is root's
//   LeaveNamespaces      CAP_SYS_ADMIN                          the host's network, IPC, host name
//   EnterEmptyRoot       CAP_SYS_ADMIN, CAP_SYS_CHROOT          the file system
//   BecomeUser           CAP_SETUID, CAP_SETGID                 root
//   DropCapabilities     CAP_SETPCAP                            every capability, for good
//   ForbidNewPrivileges  -                                      set-uid programs, core files,
//   ptrace EnterLandlock        -                                      the file system, once more
//   RefuseSystemCalls    -                                      open, exec, connect, fork, …
//   Prove                -                                      (tries each; must be refused)
//   KillForbidden        -                                      the life of who tries again
constexpr std::array kSteps = {
    Step{&Os::FindIdentity, When::kAlways, Kind::kOpen, "identity"},
    Step{&Os::OpenFiles, When::kAlways, Kind::kOpen, "files"},
    Step{&Os::OpenCaptures, When::kLive, Kind::kOpen, "captures"},
    Step{&Os::LoadBpf, When::kLive, Kind::kOpen, "bpf"},
    Step{&Os::OpenRouteSockets, When::kLive, Kind::kOpen, "rtnetlink"},
    Step{&Os::OpenSockDiag, When::kLive, Kind::kOpen, "sock_diag"},
    Step{&Os::OpenConntrack, When::kLive, Kind::kOpen, "conntrack"},
    Step{&Os::OpenSurroundings, When::kAlways, Kind::kOpen, "surroundings"},
    Step{&Os::BindListener, When::kServing, Kind::kOpen, "listener"},
    Step{&Os::LeaveNamespaces, When::kAlways, Kind::kConfine, "netns"},
    Step{&Os::EnterEmptyRoot, When::kAlways, Kind::kConfine, "root"},
    Step{&Os::BecomeUser, When::kAlways, Kind::kGiveUp, "uid"},
    Step{&Os::DropCapabilities, When::kAlways, Kind::kGiveUp, "capabilities"},
    Step{&Os::ForbidNewPrivileges, When::kAlways, Kind::kGiveUp, "no_new_privs"},
    Step{&Os::EnterLandlock, When::kAlways, Kind::kConfine, "landlock"},
    Step{&Os::RefuseSystemCalls, When::kAlways, Kind::kConfine, "seccomp"},
    Step{&Os::Prove, When::kAlways, Kind::kConfine, "proof"},
    Step{&Os::KillForbidden, When::kAlways, Kind::kConfine, "seccomp_kill"},
};

bool Applies(const Step& step, const SealConfig& config) {
  switch (step.when) {
    case When::kAlways:
      return true;
    case When::kLive:
      return !config.replay();
    case When::kServing:
      return config.serve;
  }
  return true;
}

}  // namespace

StatusOr<Sealed> AcquireAndSeal(const SealConfig& config, Os& os) {
  SealDraft draft;
  draft.attestation.mode = config.mode;
  for (const Step& step : kSteps) {
    if (!Applies(step, config)) continue;
    if (step.kind == Kind::kConfine && config.mode == SandboxMode::kOff) {
      draft.attestation.controls.push_back({step.name, ControlState::kOff, "", "--sandbox=off"});
      continue;
    }
    const Status status = (os.*step.run)(config, draft);
    if (status.ok()) continue;
    if (step.kind != Kind::kConfine || config.mode == SandboxMode::kStrict) return status;
    draft.attestation.controls.push_back(
        {step.name, ControlState::kUnsupported, "", Message(status)});
  }
  return Sealed(std::move(draft));
}

}  // namespace rustnet
