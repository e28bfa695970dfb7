// SPDX-License-Identifier: Apache-2.0
// No way to learn who has connected is written for this platform, and without that there is no API.
#include <utility>

#include "daemon/rpc/acceptor.h"

namespace rustnet {

Acceptor::Acceptor(UniqueFd listener, const AcceptorLimits& limits, Deliver deliver)
    : limits_(limits), deliver_(std::move(deliver)), listener_(std::move(listener)) {}

Acceptor::~Acceptor() = default;

StatusOr<std::unique_ptr<Acceptor>> Acceptor::Start(UniqueFd, const AcceptorLimits&, Deliver) {
  return Unimplemented(
      "rustnetd cannot tell its clients apart on this platform, so it serves none");
}

void Acceptor::StopAccepting() {}
void Acceptor::CutAll() {}
size_t Acceptor::ConnectionsOf(uint32_t) const { return 0; }
AcceptorCounters Acceptor::counters() const { return {}; }

}  // namespace rustnet
