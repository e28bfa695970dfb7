// SPDX-License-Identifier: Apache-2.0
#include "daemon/capture/test_source.h"

#include <gtest/gtest.h>

namespace rustnet {
namespace {

TEST(TestSourceTest, GivesWhatWasPutIn) {
  TestSource source("lab");
  net::Frame frame;
  frame.time = 5;
  source.Add(frame, {1, 2, 3});
  frame.length = 100;
  source.Add(frame, {4});
  source.End(SourceState::kFailed, DataLoss("enough"));
  EXPECT_EQ(source.state(), SourceState::kActive);
  EXPECT_TRUE(source.status().ok());

  std::vector<net::Frame> seen;
  const auto sink = [&](std::span<const net::Frame> frames) {
    seen.insert(seen.end(), frames.begin(), frames.end());
    if (seen.size() == 1) {
      EXPECT_EQ(frames[0].bytes[2], 3);
    }
  };
  EXPECT_EQ(source.Read(1, sink), 1u);
  EXPECT_EQ(source.Read(10, sink), 1u);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].length, 3u);
  EXPECT_EQ(seen[1].length, 100u);
  EXPECT_EQ(source.state(), SourceState::kFailed);
  EXPECT_EQ(Message(source.status()), "enough");
  EXPECT_EQ(source.ledger().received, 2u);
}

}  // namespace
}  // namespace rustnet
