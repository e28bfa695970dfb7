// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "daemon/seal/os.h"

namespace rustnet {
namespace {

Status NotHere() { return Unimplemented("rustnetd cannot seal itself on this platform yet"); }

class NoOs : public Os {
 public:
  Status FindIdentity(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status OpenFiles(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status OpenCaptures(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status LoadBpf(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status OpenRouteSockets(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status OpenSockDiag(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status OpenConntrack(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status OpenSurroundings(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status BindListener(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status LeaveNamespaces(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status EnterEmptyRoot(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status BecomeUser(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status DropCapabilities(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status ForbidNewPrivileges(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status EnterLandlock(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status RefuseSystemCalls(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status Prove(const SealConfig&, SealDraft&) override { return NotHere(); }
  Status KillForbidden(const SealConfig&, SealDraft&) override { return NotHere(); }
};

}  // namespace

std::unique_ptr<Os> MakeOs() { return std::make_unique<NoOs>(); }

}  // namespace rustnet
