// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/seccomp_linux.h"

#include <fcntl.h>
#include <seccomp.h>

#include <cerrno>
#include <memory>
#include <span>
#include <string>

#include "daemon/seal/syscalls_linux.h"

namespace rustnet {
namespace {

struct Release {
  void operator()(scmp_filter_ctx filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

// The kernel takes the low half of a descriptor: a rule that compared all 64 bits could be passed
// by setting one of the others.
constexpr uint64_t kDescriptorBits = 0xffffffff;

scmp_arg_cmp Compare(unsigned argument, scmp_compare how, uint64_t a, uint64_t b = 0) {
  return {argument, how, a, b};
}

int Add(scmp_filter_ctx filter, uint32_t action, int number, std::span<const scmp_arg_cmp> terms) {
  return seccomp_rule_add_array(filter, action, number, static_cast<unsigned>(terms.size()),
                                terms.data());
}

int AddForCaptures(scmp_filter_ctx filter, uint32_t action, int number, const SyscallRow& row,
                   const FilterFacts& facts) {
  for (const int fd : facts.capture_fds) {
    const scmp_arg_cmp on =
        Compare(row.index, SCMP_CMP_MASKED_EQ, kDescriptorBits, static_cast<uint64_t>(fd));
    if (row.when == If::kOnCapture) {
      if (const int error = Add(filter, action, number, {{on}}); error != 0) return error;
      continue;
    }
    for (const int command : {F_DUPFD, F_DUPFD_CLOEXEC}) {
      const scmp_arg_cmp terms[] = {
          on, Compare(1, SCMP_CMP_MASKED_EQ, kDescriptorBits, static_cast<uint64_t>(command))};
      if (const int error = Add(filter, action, number, terms); error != 0) return error;
    }
  }
  return 0;
}

int AddRow(scmp_filter_ctx filter, uint32_t action, const SyscallRow& row,
           const FilterFacts& facts) {
  const int number = seccomp_syscall_resolve_name(row.name);
  if (number == __NR_SCMP_ERROR) return 0;
  const auto pid = static_cast<uint64_t>(facts.pid);
  const auto state_dir = static_cast<uint64_t>(facts.state_dir);
  switch (row.when) {
    case If::kAlways:
      return Add(filter, action, number, {});
    case If::kArgEquals:
      return Add(filter, action, number, {{Compare(row.index, SCMP_CMP_EQ, row.value)}});
    case If::kArgMasked:
      return Add(filter, action, number,
                 {{Compare(row.index, SCMP_CMP_MASKED_EQ, row.mask, row.value)}});
    case If::kArgNot:
      return Add(filter, action, number, {{Compare(row.index, SCMP_CMP_NE, row.value)}});
    case If::kSelf:
      return Add(filter, action, number, {{Compare(row.index, SCMP_CMP_EQ, pid)}});
    case If::kNotSelf:
      return Add(filter, action, number, {{Compare(row.index, SCMP_CMP_NE, pid)}});
    case If::kInStateDir:
      if (facts.state_dir < 0) return 0;
      return Add(filter, action, number, {{Compare(row.index, SCMP_CMP_EQ, state_dir)}});
    case If::kOutsideStateDir:
      if (facts.state_dir < 0) return Add(filter, action, number, {});
      return Add(filter, action, number, {{Compare(row.index, SCMP_CMP_NE, state_dir)}});
    case If::kOnCapture:
    case If::kDupOfCapture:
      return AddForCaptures(filter, action, number, row, facts);
  }
  return -EINVAL;
}

// TSYNC: the filter holds for all threads, should one run.  OPTIMIZE 2: a binary tree instead of a
// list of comparisons.  A call by another architecture's table is killed: its numbers mean others.
StatusOr<Filter> NewFilter(uint32_t otherwise) {
  Filter filter(seccomp_init(otherwise));
  if (filter == nullptr || seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_NNP, 0) != 0 ||
      seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1) != 0 ||
      seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0 ||
      seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) != 0) {
    return FailedPrecondition(
        "this kernel or libseccomp has no system call filters with thread "
        "synchronisation (CONFIG_SECCOMP_FILTER); --sandbox=best-effort runs without them");
  }
  return filter;
}

Status Load(const Filter& filter) {
  if (const int error = seccomp_load(filter.get()); error != 0) {
    return FromErrno(-error, "loading a system call filter");
  }
  return Ok();
}

Status BadRow(const SyscallRow& row, int error) {
  return Internal(std::string("system call filter, row ") + row.name + ": error " +
                  std::to_string(-error));
}

}  // namespace

Status LoadAllowList(const FilterFacts& facts, bool log_only) {
  RN_ASSIGN_OR_RETURN(const Filter filter,
                      NewFilter(log_only ? SCMP_ACT_LOG : SCMP_ACT_ERRNO(EPERM)));
  for (const SyscallRow& row : AllowList()) {
    if (log_only && row.error != 0) continue;
    const uint32_t action =
        row.error == 0 ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(static_cast<uint32_t>(row.error));
    // A rule that does what the filter does anyway is an error to libseccomp.
    if (row.error == EPERM) continue;
    if (const int error = AddRow(filter.get(), action, row, facts); error != 0) {
      return BadRow(row, error);
    }
  }
  return Load(filter);
}

Status LoadKillList(const FilterFacts& facts) {
  RN_ASSIGN_OR_RETURN(const Filter filter, NewFilter(SCMP_ACT_ALLOW));
  for (const SyscallRow& row : KillList()) {
    if (const int error = AddRow(filter.get(), SCMP_ACT_KILL_PROCESS, row, facts); error != 0) {
      return BadRow(row, error);
    }
  }
  return Load(filter);
}

}  // namespace rustnet
