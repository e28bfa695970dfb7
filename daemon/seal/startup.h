// SPDX-License-Identifier: Apache-2.0
// The way from root to sealed.  Nothing that came from the network is read before AcquireAndSeal
// has returned, and nothing can be opened after it.
#pragma once

#include "common/base/status.h"
#include "daemon/seal/attestation.h"
#include "daemon/seal/handles.h"
#include "daemon/seal/os.h"
#include "daemon/seal/seal_config.h"

namespace rustnet {

// Proof that this process is confined.  Only AcquireAndSeal makes one, and everything that parses a
// packet takes one, so "parse before sandbox" does not compile.
class Sealed {
 public:
  Sealed(Sealed&&) noexcept = default;
  Sealed& operator=(Sealed&&) noexcept = default;
  Sealed(const Sealed&) = delete;
  Sealed& operator=(const Sealed&) = delete;
  ~Sealed() = default;

  const Handles& handles() const { return draft_.handles; }
  Handles& handles() { return draft_.handles; }  // to move descriptors to their users
  const Attestation& attestation() const { return draft_.attestation; }

 private:
  friend StatusOr<Sealed> AcquireAndSeal(const SealConfig& config, Os& os);
  explicit Sealed(SealDraft draft) : draft_(std::move(draft)) {}

  SealDraft draft_;
};

// Opens what `config` names, then confines this process for good.  REQUIRES: no other thread runs.
// An error is one sentence with the exit code of common/base/status.h; the process is then in no
// defined state between privileged and sealed, and has to end.
StatusOr<Sealed> AcquireAndSeal(const SealConfig& config, Os& os);

}  // namespace rustnet
