// SPDX-License-Identifier: Apache-2.0
#include "daemon/serving.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>

#include "daemon/report.h"

namespace rustnet {

EndSignals::EndSignals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  // A client or a pipe that has gone is an error of that write, not the end.
  signal(SIGPIPE, SIG_IGN);
}

bool EndSignals::Wait(int milliseconds) const {
  const timespec timeout{milliseconds / 1000, milliseconds % 1000 * 1'000'000L};
  while (true) {
    const int got = sigtimedwait(&set_, nullptr, milliseconds < 0 ? nullptr : &timeout);
    if (got > 0) return true;
    if (errno == EAGAIN) return false;
  }
}

ServerOptions OptionsFor(const Config& config, const Sealed& sealed) {
  ServerOptions options;
  const AccessIds& ids = sealed.handles().access;
  options.access.reader_gid = ids.reader_gid;
  options.access.admin_gid = ids.admin_gid;
  options.access.owner_uid = config.seal.replay() ? static_cast<int64_t>(ids.uid) : ids.owner_uid;
  options.access.others_own = config.seal.others == OthersAccess::kOwn;
  return options;
}

void FillInfo(const Sealed& sealed, Time started, v1::GetServerInfoResponse* out) {
  out->set_version(RUSTNET_VERSION);
  out->set_pid(static_cast<uint32_t>(getpid()));
  out->mutable_started()->set_seconds(started / kSecond);
  out->mutable_started()->set_nanos(static_cast<int32_t>(started % kSecond));
  utsname system{};
  if (uname(&system) == 0)
    out->set_platform(std::string(system.sysname) + " " + system.release + " " + system.machine);
  Report(sealed.attestation(), out->mutable_sandbox());
}

}  // namespace rustnet
