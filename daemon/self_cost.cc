// SPDX-License-Identifier: Apache-2.0
#include "daemon/self_cost.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <string>

#include "common/base/time.h"

namespace rustnet {
namespace {

constexpr int kThreadsField = 20;  // proc_pid_stat(5), counted from 1
constexpr int kRssField = 24;      // pages

uint64_t Nanoseconds(const timeval& time) {
  return static_cast<uint64_t>(time.tv_sec) * static_cast<uint64_t>(kSecond) +
         static_cast<uint64_t>(time.tv_usec) * static_cast<uint64_t>(kMicrosecond);
}

}  // namespace

SelfCostReader::SelfCostReader() : stat_(open("/proc/self/stat", O_RDONLY | O_CLOEXEC)) {}

SelfCost SelfCostReader::Read() const {
  SelfCost cost;
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  cost.cpu_ns = Nanoseconds(usage.ru_utime) + Nanoseconds(usage.ru_stime);
  std::array<char, 1024> text;
  if (lseek(stat_.get(), 0, SEEK_SET) != 0) return cost;
  const ssize_t size = read(stat_.get(), text.data(), text.size());
  if (size <= 0) return cost;
  const std::string line(text.data(), static_cast<size_t>(size));
  // The second field is the name in brackets, which may hold blanks.
  std::istringstream rest(line.substr(line.rfind(')') + 1));
  std::string word;
  for (int field = 3; rest >> word; ++field) {
    if (field == kThreadsField)
      cost.threads = static_cast<uint32_t>(std::strtoul(word.c_str(), nullptr, 10));
    if (field != kRssField) continue;
    cost.rss_bytes =
        std::strtoull(word.c_str(), nullptr, 10) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
    break;
  }
  return cost;
}

}  // namespace rustnet
