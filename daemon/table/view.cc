// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/view.h"

#include <utility>

#include "rustnet/v1/types.pb.h"

namespace rustnet {

StatusOr<Selection> Selection::From(const ViewSpec& spec) {
  Selection out;
  model::FilterError error;
  out.filter = model::Filter::Parse(spec.filter, &error);
  if (out.filter == nullptr) {
    return InvalidArgument("filter:" + std::to_string(error.offset) + ": " + error.sentence);
  }
  const std::string canonical_filter = out.filter->Canonical();
  out.filtered = !canonical_filter.empty();
  RN_ASSIGN_OR_RETURN(out.order, model::SortOrder::Parse(spec.order_by));
  RN_ASSIGN_OR_RETURN(out.mask,
                      model::ReadMask::Parse(spec.read_mask, v1::Connection::descriptor()));
  out.historic = spec.historic;
  out.limit = spec.limit;
  out.windowed = spec.limit > 0;
  out.columns = spec.columns && out.mask.empty();
  // Without a limit the order does not matter to a stream: the client sorts.
  out.canonical = canonical_filter + '\n' + (out.historic ? "historic" : "") + '\n' +
                  (out.windowed ? out.order.Canonical() + ':' + std::to_string(out.limit) : "") +
                  '\n' + out.mask.Canonical() + '\n' + (out.columns ? "columns" : "");
  return out;
}

}  // namespace rustnet
