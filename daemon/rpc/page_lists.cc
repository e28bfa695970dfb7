// SPDX-License-Identifier: Apache-2.0
#include "daemon/rpc/page_lists.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "common/base/clock.h"
#include "daemon/table/entropy.h"

namespace rustnet {
namespace {

// "NUMBER-NEXT", both hexadecimal.
bool ParseToken(const std::string& token, uint64_t* number, size_t* next) {
  const char* const end = token.data() + token.size();
  const auto first = std::from_chars(token.data(), end, *number, 16);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return false;
  const auto second = std::from_chars(first.ptr + 1, end, *next, 16);
  return second.ec == std::errc() && second.ptr == end;
}

std::string MakeToken(uint64_t number, size_t next) {
  char text[40];
  char* at = std::to_chars(text, text + sizeof text, number, 16).ptr;
  *at++ = '-';
  at = std::to_chars(at, text + sizeof text, next, 16).ptr;
  return {text, at};
}

}  // namespace

std::string PageLists::Pin(std::shared_ptr<PinnedList> list, size_t next) {
  const Time now = MonotonicNow();
  const absl::MutexLock lock(&mutex_);
  DropOld(now);
  list->used = now;
  for (const auto& [number, other] : lists_) {
    if (other == list) return MakeToken(number, next);
  }
  auto oldest = lists_.end();
  size_t own = 0;
  for (auto it = lists_.begin(); it != lists_.end(); ++it) {
    if (it->second->caller != list->caller) continue;
    ++own;
    if (oldest == lists_.end() || it->second->used < oldest->second->used) oldest = it;
  }
  if (own >= kPerCaller) lists_.erase(oldest);
  const uint64_t number = RandomNumber();
  lists_[number] = std::move(list);
  return MakeToken(number, next);
}

StatusOr<std::pair<std::shared_ptr<PinnedList>, size_t>> PageLists::Find(
    const std::string& token, const Caller& caller, const std::string& request) {
  uint64_t number = 0;
  size_t next = 0;
  const absl::MutexLock lock(&mutex_);
  DropOld(MonotonicNow());
  if (!ParseToken(token, &number, &next)) {
    return InvalidArgument("page_token: not a token of this daemon");
  }
  const auto found = lists_.find(number);
  if (found == lists_.end() || found->second->caller != caller) {
    return Status(StatusCode::kAborted,
                  "page_token: the list has expired; begin again without a token");
  }
  if (found->second->request != request) {
    return InvalidArgument("page_token: belongs to a request with other fields");
  }
  next = std::min(next, found->second->selected.ids.size());
  return std::pair(found->second, next);
}

void PageLists::DropOld(Time now) {
  std::erase_if(lists_, [now](const auto& entry) { return entry.second->used + kKept < now; });
}

}  // namespace rustnet
