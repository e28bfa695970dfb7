// SPDX-License-Identifier: Apache-2.0
// The whole system call table of this architecture, as libseccomp knows it, and numbers that nobody
// knows yet: whatever is not allowed is refused, or is the end.
#include <gtest/gtest.h>
#include <seccomp.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "daemon/seal/syscalls_linux.h"
#include "tests/sandbox/child.h"

namespace rustnet {
namespace {

constexpr int kNumbers = 1024;  // Linux 6.18 has calls up to 470
#ifdef __x86_64__
// uretprobe and uprobe (Linux 6.11, 6.18): the kernel passes them by the filters, and whoever was
// not sent there by a probe gets SIGILL.
constexpr int kUnfiltered[] = {335, 336};
#else
constexpr int kUnfiltered[] = {-1};
#endif

std::string NameOf(int number) {
  char* const name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);
  const std::string text = name == nullptr ? "" : name;
  std::free(name);
  return text;
}

struct Fate {
  std::map<int, int> refused;  // by number, and with which errno
  std::set<int> deadly;
  size_t allowed = 0;  // sometimes at least: sandbox_test.cc tries the conditions
};

Fate OfEveryNumber() {
  std::set<std::string> allowed;
  std::set<std::string> deadly;
  std::map<std::string, int> answers;
  for (const SyscallRow& row : AllowList()) {
    if (row.error == 0) {
      allowed.insert(row.name);
    } else if (row.when == If::kAlways || row.when == If::kOutsideStateDir) {
      answers[row.name] = row.error;
    }
  }
  for (const SyscallRow& row : KillList()) {
    if (row.when == If::kAlways) deadly.insert(row.name);
  }
  Fate fate;
  for (int number = 0; number < kNumbers; ++number) {
    if (std::ranges::find(kUnfiltered, number) != std::end(kUnfiltered)) continue;
    const std::string name = NameOf(number);
    if (deadly.contains(name)) {
      fate.deadly.insert(number);
    } else if (answers.contains(name) && !allowed.contains(name)) {
      fate.refused[number] = answers[name];
    } else if (allowed.contains(name)) {
      ++fate.allowed;
    } else {
      fate.refused[number] = EPERM;
    }
  }
  return fate;
}

TEST_F(SandboxTest, EveryCallThatIsNotAllowedIsRefused) {
  const Fate fate = OfEveryNumber();
  ASSERT_GT(fate.refused.size(), 700u);
  ASSERT_LT(fate.allowed, 130u);
  // Rows with conditions of which a call with zeros meets one of the second list.
  const std::set<std::string> ends = {"clone", "kill", "tgkill", "bpf"};
  std::string numbers;
  for (const auto& [number, error] : fate.refused) {
    ASSERT_FALSE(ends.contains(NameOf(number))) << NameOf(number);
    numbers += std::to_string(number) + ",";
  }
  Child child(With({"calls", numbers}));
  for (const auto& [number, error] : fate.refused) {
    EXPECT_EQ(child.Line(), std::to_string(number) + " " + std::to_string(error)) << NameOf(number);
  }
  EXPECT_EQ(child.End(), "exit 0");
}

TEST_F(SandboxTest, EveryCallOfTheSecondListIsTheEnd) {
  const Fate fate = OfEveryNumber();
  ASSERT_GT(fate.deadly.size(), 70u);
  for (const int number : fate.deadly) {
    Child child(With({"calls", std::to_string(number)}));
    EXPECT_EQ(child.Line(), "") << NameOf(number);
    EXPECT_EQ(child.End(), kKilled) << NameOf(number);
  }
}

}  // namespace
}  // namespace rustnet
