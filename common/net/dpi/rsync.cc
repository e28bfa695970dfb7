// SPDX-License-Identifier: Apache-2.0
// rsync's daemon protocol (rsync: csprotocol.txt): both ends begin with "@RSYNCD: " and a version;
// then the client names a module.  How a user proves himself (AUTHREQD) is passed over.
#include <array>

#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kRsyncVersion{"rsync_version"};
constexpr Field kRsyncModule{"rsync_module"};

constexpr std::string_view kMagic = "@RSYNCD: ";
constexpr size_t kLongestLine = 256;

class RsyncSession : public LineSession {
 public:
  RsyncSession() : LineSession(kLongestLine) {}

  // What follows a hole may be the digest.
  Progress OnGap(Direction, uint64_t) override { return Progress::kDone; }

 private:
  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override {
    bool& greeted = greeted_[static_cast<size_t>(direction)];
    // Behind its greeting the client names a module, and then nothing more is wanted; the server
    // may have a message of the day before that.  '#' begins what is no module, '@' what a server
    // says.
    if (greeted) {
      if (line.starts_with('@')) return Progress::kDone;
      if (direction == Direction::kBackward) return Progress::kMore;
      if (!line.starts_with('#')) facts->Add(kRsyncModule, line);
      return Progress::kDone;
    }
    if (!line.starts_with(kMagic)) return Progress::kDone;
    greeted = true;
    Spoke(direction);
    line.remove_prefix(kMagic.size());
    facts->Add(kRsyncVersion, TakeWord(&line));
    return Progress::kMore;
  }

  std::array<bool, 2> greeted_{};
};

}  // namespace

Verdict ProbeRsync(Bytes opening) {
  return Shape(opening).Is(kMagic).U8(Between('1', '9')).verdict();
}

FieldList RsyncFields() { return FieldsOf<kRsyncVersion, kRsyncModule>(); }

std::unique_ptr<Session> StartRsync() { return std::make_unique<RsyncSession>(); }

}  // namespace rustnet::net
