// SPDX-License-Identifier: Apache-2.0
// The only dissector of rustnetd_planted, a daemon that is otherwise the real one: an attacker who
// has taken a dissector over.  A datagram to port 48999 names an act of acts.h; it is tried on the
// capture thread, and what came of it is the field "answer" of the flow.
#include <cerrno>
#include <string>

#include "common/net/dpi/dissector.h"
#include "common/net/dpi/inspection.h"
#include "tests/sandbox/acts.h"

namespace rustnet::net {
namespace {

constexpr Field kAnswer{"answer"};

Verdict ProbeActs(Bytes) { return Verdict::kMatch; }

class Acts final : public Session {
 public:
  Progress OnData(Direction, Bytes bytes, const Moment&, Facts* facts) override {
    const std::string name(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    errno = 0;
    const std::optional<long> result = TryAct(name, Handles());
    const int error = errno;
    if (!result) {
      facts->Add(kAnswer, name + ": no such act");
    } else if (*result < 0) {
      facts->Add(kAnswer, name + ": errno " + std::to_string(error));
    } else {
      facts->Add(kAnswer, name + ": returned");
    }
    return Progress::kMore;
  }
  size_t memory() const override { return sizeof *this; }
};

constexpr Dissector kDissectors[] = {
    {"planted",
     Protocol::kUdp,
     {48999},
     false,
     &ProbeActs,
     &Start<Acts>,
     &FieldsOf<kAnswer>,
     "an attacker"},
};

}  // namespace

// In place of common/net/dpi/registry.cc, which the linker then does not take.
std::span<const Dissector> Registry() { return kDissectors; }

}  // namespace rustnet::net
