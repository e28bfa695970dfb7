// SPDX-License-Identifier: Apache-2.0
// The steps of the seal, as startup.cc orders them, behind an interface so that their order can be
// tested.  A step fills its part of the draft; one that fails leaves what earlier ones opened.
#pragma once

#include <memory>

#include "common/base/status.h"
#include "daemon/seal/attestation.h"
#include "daemon/seal/handles.h"
#include "daemon/seal/seal_config.h"

namespace rustnet {

// Becomes a Sealed when every step has passed.
struct SealDraft {
  Handles handles;
  Attestation attestation;
};

class Os {
 public:
  virtual ~Os() = default;

  // What is opened while the process may.
  virtual Status FindIdentity(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status OpenFiles(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status OpenCaptures(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status LoadBpf(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status OpenRouteSockets(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status OpenSockDiag(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status OpenConntrack(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status OpenSurroundings(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status BindListener(const SealConfig& config, SealDraft& draft) = 0;

  // What is given up.  REQUIRES: one thread.  Each adds its controls to the attestation.
  virtual Status LeaveNamespaces(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status EnterEmptyRoot(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status BecomeUser(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status DropCapabilities(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status ForbidNewPrivileges(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status EnterLandlock(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status RefuseSystemCalls(const SealConfig& config, SealDraft& draft) = 0;
  // FailedPrecondition, naming them, if one of the forbidden acts succeeds.
  virtual Status Prove(const SealConfig& config, SealDraft& draft) = 0;
  virtual Status KillForbidden(const SealConfig& config, SealDraft& draft) = 0;
};

// The real one.  Where the platform has no seal yet, its first step says so.
std::unique_ptr<Os> MakeOs();

}  // namespace rustnet
