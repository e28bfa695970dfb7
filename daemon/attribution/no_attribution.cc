// SPDX-License-Identifier: Apache-2.0
// A replay has no sockets to ask.
#include "daemon/attribution/attribution.h"

namespace rustnet {
namespace {

class NoAttribution : public Attribution {
 public:
  int poll_fd() const override { return -1; }
  void Poll(Time) override {}
  Owner Find(const SocketTuple&, Duration) override {
    Owner owner;
    owner.reason = NoOwner::kReplay;
    return owner;
  }
  std::vector<BackendState> backends() const override { return {}; }
  AttributionCounters counters() const override { return {}; }
};

}  // namespace

std::unique_ptr<Attribution> MakeNoAttribution() { return std::make_unique<NoAttribution>(); }

}  // namespace rustnet
