// SPDX-License-Identifier: Apache-2.0
// The lists behind page tokens.  Page 1 pins the ordered ids; each later page shows the next of
// them as they are then.  A list lives 30 s after its last page; a caller has at most two.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "common/base/status.h"
#include "common/base/time.h"
#include "common/model/read_mask.h"
#include "daemon/rpc/caller.h"
#include "daemon/table/connection_table.h"

namespace rustnet {

struct PinnedList {
  Caller caller;
  std::string request;  // the same on each page
  ConnectionTable::Selected selected;
  model::ReadMask mask;
  Time used = 0;
};

class PageLists {
 public:
  static constexpr Duration kKept = 30 * kSecond;
  static constexpr size_t kPerCaller = 2;

  // Returns the token of the page that begins with the `next`th id.
  std::string Pin(std::shared_ptr<PinnedList> list, size_t next);
  // Aborted: too late, or never given to this caller; InvalidArgument: of another request.
  StatusOr<std::pair<std::shared_ptr<PinnedList>, size_t>> Find(const std::string& token,
                                                                const Caller& caller,
                                                                const std::string& request);

 private:
  void DropOld(Time now);

  absl::Mutex mutex_;
  std::map<uint64_t, std::shared_ptr<PinnedList>> lists_;
};

}  // namespace rustnet
