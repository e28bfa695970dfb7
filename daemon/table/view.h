// SPDX-License-Identifier: Apache-2.0
// What one kind of subscription sees of the rows of an access class: those that match a filter, or
// the first `limit` of them in an order.
//
// A view is a RowLog of its own, kept up to date once for all its subscribers.  The plain view (no
// filter, no history, no window) is the log of the class itself.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "common/model/filter.h"
#include "common/model/read_mask.h"
#include "common/model/sort.h"
#include "daemon/table/delta.h"
#include "daemon/table/row_log.h"

namespace rustnet {

// As in WatchConnectionsRequest and ListConnectionsRequest.
struct ViewSpec {
  std::string filter;
  bool historic = false;
  std::string order_by;
  uint32_t limit = 0;  // 0: all
  std::vector<std::string> read_mask;
  bool columns = false;
};

// A request that was understood.
struct Selection {
  std::unique_ptr<model::Filter> filter;
  bool filtered = false;  // the filter is not empty
  bool historic = false;
  model::SortOrder order;
  bool windowed = false;
  uint32_t limit = 0;
  model::ReadMask mask;
  bool columns = false;
  std::string canonical;  // equal for requests that mean the same

  // InvalidArgument: "filter:OFFSET: sentence", or the sentence of the order or the mask.
  static StatusOr<Selection> From(const ViewSpec& spec);
  bool plain() const { return !filtered && !historic && !windowed; }
  bool Matches(const model::Connection& row, Time now) const {
    return (historic || !row.historic) && (!filtered || filter->Matches(row, now));
  }
};

struct View {
  Selection selection;
  uint64_t hash = 0;   // Hello.view: its low 16 bits tell instances of one meaning apart
  uint32_t owner = 0;  // uid that it counts for
  uint32_t subscribers = 0;
  Time unused_since = 0;  // monotonic, if there are no subscribers
  bool filled = false;    // every row was looked at once
  RowLog matching;        // unless plain
  RowLog window;          // if windowed
  Time next_rescan = 0;   // windows and filters on age
  std::vector<std::shared_ptr<const EncodedDelta>> recent;  // pieces to be shared

  bool needs_rescan() const { return selection.windowed || selection.filter->reads_age(); }
};

}  // namespace rustnet
