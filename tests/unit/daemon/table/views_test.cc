// SPDX-License-Identifier: Apache-2.0
// What readers of the table ask for: selections and subscriptions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/table/connection_table.h"
#include "tests/unit/daemon/table/table_harness.h"

namespace rustnet {
namespace {

using testing::SizeIs;

// What a scoped user can see of others: nothing, and no number moves because of them.
TEST_F(ConnectionTableTest, OthersChangesDoNotMoveAScopedRevision) {
  answers_.Own("10.0.0.1", 40000, 1, 1000);
  answers_.Own("10.0.0.1", 40001, 2, 1001);
  net::FlowView own = Flow(1, "10.0.0.1", 40000, "198.51.100.7", 443);
  net::FlowView other = Flow(2, "10.0.0.1", 40001, "198.51.100.7", 443);
  Tick({own, other});
  auto subscription = table_.Subscribe(1000, 1000, {});
  ASSERT_TRUE(subscription.ok());
  const Greeting greeting = (*subscription)->Begin({});
  EXPECT_EQ(greeting.revision, 1u);
  const Step step = (*subscription)->Next();
  ASSERT_EQ(step.kind, Step::Kind::kDelta);
  EXPECT_EQ(step.delta->rows, 1u);
  for (int i = 0; i < 50; ++i) {
    other.counters[0].bytes += 1000;
    other.rate[0] += 7;
    Tick({other});
    ASSERT_EQ((*subscription)->revision(), 1u);
    ASSERT_EQ((*subscription)->Next().kind, Step::Kind::kNothing);
  }
  other.ended = true;
  Tick({other});
  EXPECT_EQ((*subscription)->revision(), 1u);
  own.counters[0].bytes += 1;
  Tick({own});
  EXPECT_EQ((*subscription)->revision(), 2u);
}

TEST_F(ConnectionTableTest, ViewsAreBoundedPerUserAndInAll) {
  std::vector<std::unique_ptr<Subscription>> open;
  const auto subscribe = [&](uint32_t owner, const std::string& filter) {
    ViewSpec spec;
    spec.filter = filter;
    auto subscription = table_.Subscribe({}, owner, spec);
    const bool ok = subscription.ok();
    if (ok) open.push_back(std::move(subscription).value());
    if (!ok) {
      EXPECT_EQ(subscription.status().code(), StatusCode::kResourceExhausted);
    }
    return ok;
  };
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(subscribe(1, "port:" + std::to_string(1000 + i)));
  EXPECT_FALSE(subscribe(1, "port:2000"));
  EXPECT_TRUE(subscribe(1, "port:1003"));  // there already
  EXPECT_TRUE(subscribe(1, ""));           // plain: free
  for (uint32_t i = 0; i < 56; ++i) {
    EXPECT_TRUE(subscribe(100 + i / 8, "port:" + std::to_string(3000 + i)));
  }
  EXPECT_FALSE(subscribe(900, "port:9000"));
  // Nobody watches: they stay for resumes, then they make room.
  open.clear();
  EXPECT_FALSE(subscribe(900, "port:9000"));
  Tick({}, 100 * kMillisecond);
  Tick({}, 121 * kSecond);
  EXPECT_TRUE(subscribe(900, "port:9000"));
}

TEST_F(ConnectionTableTest, AFilterThatIsWrongSaysWhere) {
  ViewSpec spec;
  spec.filter = "tcp port:x";
  const auto selection = Selection::From(spec);
  ASSERT_FALSE(selection.ok());
  EXPECT_THAT(Message(selection.status()), testing::StartsWith("filter:"));
  EXPECT_EQ(selection.status().code(), StatusCode::kInvalidArgument);
}

// Many parts are merged into one order.
TEST_F(ConnectionTableTest, ALongListIsInOrder) {
  std::vector<net::FlowView> flows;
  for (uint64_t id = 1; id <= 7000; ++id) {
    flows.push_back(Flow(id, "10.0.0.1", static_cast<uint16_t>(id), "198.51.100.7", 443));
    flows.back().counters[1].bytes = (id * 7919) % 5000;
  }
  Tick(flows);
  ViewSpec spec;
  spec.order_by = "bytes:desc";
  const auto selection = Selection::From(spec);
  ASSERT_TRUE(selection.ok()) << Message(selection.status());
  const ConnectionTable::Selected selected = table_.Select({}, *selection);
  ASSERT_THAT(selected.ids, SizeIs(7000));
  model::Connection before;
  for (size_t i = 0; i < selected.ids.size(); ++i) {
    model::Connection row;
    ASSERT_TRUE(table_.Get({}, selected.ids[i], &row, nullptr));
    if (i > 0) {
      ASSERT_TRUE(selection->order.Less(before, row)) << i;
    }
    before = std::move(row);
  }
}

}  // namespace
}  // namespace rustnet
