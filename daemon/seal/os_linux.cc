// SPDX-License-Identifier: Apache-2.0
// The steps as Linux has them; each is a few lines over a file of its own.
#include <unistd.h>

#include <memory>
#include <utility>

#include "daemon/broker/broker.h"
#include "daemon/seal/isolation_linux.h"
#include "daemon/seal/landlock_linux.h"
#include "daemon/seal/listener_linux.h"
#include "daemon/seal/load_bpf.h"
#include "daemon/seal/netlink_linux.h"
#include "daemon/seal/open_capture.h"
#include "daemon/seal/os.h"
#include "daemon/seal/proof_linux.h"
#include "daemon/seal/seccomp_linux.h"
#include "daemon/seal/surroundings_linux.h"
#include "daemon/seal/users_linux.h"

namespace rustnet {
namespace {

FilterFacts FactsFor(const Handles& handles) {
  FilterFacts facts;
  facts.pid = getpid();
  facts.state_dir = handles.state_dir.get();
  for (const auto* list : {&handles.captures, &handles.spares}) {
    for (const CaptureHandle& capture : *list) {
      if (facts.capture_fds.size() < kMostGuardedFds) facts.capture_fds.push_back(capture.fd);
    }
  }
  return facts;
}

class LinuxOs : public Os {
 public:
  Status FindIdentity(const SealConfig& config, SealDraft& draft) override {
    RN_ASSIGN_OR_RETURN(draft.handles.access, FindAccessIds(config));
    return Ok();
  }

  Status OpenFiles(const SealConfig& config, SealDraft& draft) override {
    return rustnet::OpenFiles(config, draft.handles);
  }

  Status OpenCaptures(const SealConfig& config, SealDraft& draft) override {
    RN_ASSIGN_OR_RETURN(std::vector<CaptureHandle> all, rustnet::OpenCaptures(config.capture));
    for (CaptureHandle& capture : all) {
      auto& list = capture.spare ? draft.handles.spares : draft.handles.captures;
      list.push_back(std::move(capture));
    }
    return Ok();
  }

  Status LoadBpf(const SealConfig& config, SealDraft& draft) override {
    BpfHandles& bpf = draft.handles.bpf;
    if (config.load_bpf) {
      bpf = rustnet::LoadBpf();
    } else {
      bpf.rung = "UID";
      bpf.refusal = "BPF was not asked for";
    }
    if (bpf.rung == "UID") LookAtOpenFiles(draft);
    return Ok();
  }

  Status OpenRouteSockets(const SealConfig&, SealDraft& draft) override {
    return rustnet::OpenRouteSockets(draft.handles);
  }

  Status OpenSockDiag(const SealConfig&, SealDraft& draft) override {
    return rustnet::OpenSockDiag(draft.handles);
  }

  Status OpenConntrack(const SealConfig&, SealDraft& draft) override {
    return rustnet::OpenConntrack(draft.handles);
  }

  Status OpenSurroundings(const SealConfig& config, SealDraft& draft) override {
    return rustnet::OpenSurroundings(config, draft.handles);
  }

  Status BindListener(const SealConfig& config, SealDraft& draft) override {
    Handles& handles = draft.handles;
    handles.socket_path = config.socket_path;
    RN_ASSIGN_OR_RETURN(handles.listener, InheritedListener());
    if (handles.listener) return Ok();
    RN_ASSIGN_OR_RETURN(handles.listener, rustnet::BindListener(config, handles.access));
    return Ok();
  }

  Status LeaveNamespaces(const SealConfig& config, SealDraft& draft) override {
    RN_RETURN_IF_ERROR(CheckOneThread());
    return Isolate(&rustnet::LeaveNamespaces, "netns", config, draft);
  }

  Status EnterEmptyRoot(const SealConfig& config, SealDraft& draft) override {
    if (!left_namespaces_) {
      draft.attestation.controls.push_back(
          {"root", ControlState::kUnsupported, "", "needs a mount namespace of its own"});
      return Ok();
    }
    return Isolate(&rustnet::EnterEmptyRoot, "root", config, draft);
  }

  Status BecomeUser(const SealConfig&, SealDraft& draft) override {
    return rustnet::BecomeUser(draft.handles.access, draft.attestation);
  }

  Status DropCapabilities(const SealConfig&, SealDraft& draft) override {
    return rustnet::DropCapabilities(draft.attestation);
  }

  Status ForbidNewPrivileges(const SealConfig& config, SealDraft& draft) override {
    return rustnet::ForbidNewPrivileges(config.mode == SandboxMode::kOff, draft.attestation);
  }

  Status EnterLandlock(const SealConfig&, SealDraft& draft) override {
    return rustnet::EnterLandlock(draft.handles.state_dir.get(), draft.attestation);
  }

  Status RefuseSystemCalls(const SealConfig& config, SealDraft& draft) override {
    const bool log_only = config.mode == SandboxMode::kReport;
    RN_RETURN_IF_ERROR(LoadAllowList(FactsFor(draft.handles), log_only));
    filtered_ = !log_only;
    draft.attestation.controls.push_back({"seccomp",
                                          log_only ? ControlState::kOff : ControlState::kRequested,
                                          log_only ? "logging" : "allow-list", "seccomp_load"});
    return Ok();
  }

  Status Prove(const SealConfig&, SealDraft& draft) override {
    RN_RETURN_IF_ERROR(ProveConfined(filtered_, draft.handles, draft.attestation));
    Attestation& attestation = draft.attestation;
    const std::string count = std::to_string(attestation.acts_refused) + " of " +
                              std::to_string(attestation.acts_tried) + " forbidden acts refused";
    for (SandboxControl& control : attestation.controls) {
      if (!filtered_ || control.control != "seccomp") continue;
      control.state = ControlState::kVerified;
      control.evidence = "probed: " + count;
    }
    return Ok();
  }

  Status KillForbidden(const SealConfig& config, SealDraft& draft) override {
    Attestation& attestation = draft.attestation;
    if (config.mode == SandboxMode::kReport) {
      attestation.controls.push_back({"seccomp_kill", ControlState::kOff, "", "--sandbox=report"});
      return Ok();
    }
    const FilterFacts facts = FactsFor(draft.handles);
    RN_RETURN_IF_ERROR(LoadKillList(facts));
    attestation.controls.push_back(
        {"seccomp_kill", ControlState::kRequested, "kill list", "seccomp_load"});
    const size_t captures = draft.handles.captures.size() + draft.handles.spares.size();
    const bool all = facts.capture_fds.size() == captures;
    attestation.controls.push_back(
        {"capture_send", all ? ControlState::kRequested : ControlState::kUnsupported,
         std::to_string(facts.capture_fds.size()) + " of " + std::to_string(captures),
         "seccomp: sending a packet kills"});
    return Ok();
  }

 private:
  // A replay takes what its caller may have: an ordinary user cannot leave a namespace, and root in
  // a container often cannot either.
  Status Isolate(Status (*step)(Attestation&), const char* name, const SealConfig& config,
                 SealDraft& draft) {
    const bool may = geteuid() == 0;
    const Status status =
        may ? step(draft.attestation) : PermissionDenied("the caller is not root");
    if (status.ok()) left_namespaces_ = true;
    if (status.ok() || !config.replay()) return status;
    draft.attestation.controls.push_back({name, ControlState::kUnsupported, "", Message(status)});
    return Ok();
  }

  // The next best rung: what is confined and waits keeps two capabilities, and nothing else does.
  static void LookAtOpenFiles(SealDraft& draft) {
    Handles& handles = draft.handles;
    StatusOr<Broker> broker = StartBroker(handles.access.uid, handles.access.gid);
    if (!broker.ok()) {
      handles.scan_refusal = Message(broker.status());
      return;
    }
    handles.bpf.rung = "SCAN";
    handles.scan_broker = std::move(broker->socket);
    draft.attestation.controls.push_back({"scan_broker", ControlState::kRequested,
                                          "cap_sys_ptrace, cap_dac_read_search",
                                          "process " + std::to_string(broker->pid) +
                                              " said that it is confined to a read-only /proc"});
  }

  bool left_namespaces_ = false;
  bool filtered_ = false;  // the first filter refuses what it does not allow
};

}  // namespace

std::unique_ptr<Os> MakeOs() { return std::make_unique<LinuxOs>(); }

}  // namespace rustnet
