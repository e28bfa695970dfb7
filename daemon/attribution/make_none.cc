// SPDX-License-Identifier: Apache-2.0
// No source of owners on this system yet.
#include "daemon/attribution/attribution.h"

namespace rustnet {
namespace {

class UnsupportedAttribution : public Attribution {
 public:
  int poll_fd() const override { return -1; }
  void Poll(Time) override {}
  Owner Find(const SocketTuple&, Duration) override {
    Owner owner;
    owner.reason = NoOwner::kBackendLimit;
    return owner;
  }
  std::vector<BackendState> backends() const override {
    BackendState state;
    state.name = "attribution";
    state.state = BackendState::State::kOff;
    state.reason = BackendState::Reason::kPlatform;
    state.text = "Processes cannot be told on this system.";
    return {state};
  }
  AttributionCounters counters() const override { return {}; }
};

}  // namespace

std::unique_ptr<Attribution> MakeAttribution(const Handles&) {
  return std::make_unique<UnsupportedAttribution>();
}

}  // namespace rustnet
