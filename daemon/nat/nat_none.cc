// SPDX-License-Identifier: Apache-2.0
// No conntrack on this platform.
#include "daemon/nat/nat.h"

namespace rustnet {
namespace {

class NoNat : public Nat {
 public:
  void Poll(Time) override {}
  const Translation* Find(const net::FlowKey&) const override { return nullptr; }
  Time lost_at() const override { return 0; }
  BackendState backend() const override {
    BackendState state;
    state.name = "nat/conntrack";
    state.state = BackendState::State::kOff;
    state.reason = BackendState::Reason::kPlatform;
    state.text = "Address translation cannot be followed on this platform.";
    return state;
  }
  NatCounters counters() const override { return {}; }
};

}  // namespace

std::unique_ptr<Nat> MakeNat(const Handles&) { return std::make_unique<NoNat>(); }

}  // namespace rustnet
