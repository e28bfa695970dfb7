// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/ordered_ids.h"

#include <algorithm>
#include <utility>

namespace rustnet {

void OrderedIds::Add(const model::Connection& connection) {
  part_.push_back(connection);
  if (part_.size() == kPart) EndPart();
}

void OrderedIds::EndPart() {
  std::vector<const model::Connection*> sorted;
  sorted.reserve(part_.size());
  for (const model::Connection& connection : part_) sorted.push_back(&connection);
  std::sort(sorted.begin(), sorted.end(),
            [this](const auto* a, const auto* b) { return order_.Less(*a, *b); });
  std::vector<uint64_t> ids;
  ids.reserve(sorted.size());
  for (const model::Connection* connection : sorted) ids.push_back(connection->id);
  parts_.push_back(std::move(ids));
  part_.clear();
}

std::vector<uint64_t> OrderedIds::Merge(const Fetch& fetch) {
  if (!part_.empty() || parts_.empty()) EndPart();
  if (parts_.size() == 1) return std::move(parts_.front());
  struct Head {
    size_t part;
    size_t next;
    model::Connection connection;
  };
  const auto later = [this](const Head& a, const Head& b) {
    return order_.Less(b.connection, a.connection);
  };
  std::vector<Head> heap;
  const auto push = [&](Head head) {
    while (head.next < parts_[head.part].size()) {
      if (fetch(parts_[head.part][head.next++], &head.connection)) {
        heap.push_back(std::move(head));
        std::push_heap(heap.begin(), heap.end(), later);
        return;
      }
    }
  };
  for (size_t part = 0; part < parts_.size(); ++part) push({part, 0, {}});
  std::vector<uint64_t> out;
  while (!heap.empty()) {
    std::pop_heap(heap.begin(), heap.end(), later);
    Head head = std::move(heap.back());
    heap.pop_back();
    out.push_back(head.connection.id);
    push(std::move(head));
  }
  return out;
}

}  // namespace rustnet
