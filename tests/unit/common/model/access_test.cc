// SPDX-License-Identifier: Apache-2.0
#include "common/model/access.h"

#include <gtest/gtest.h>

namespace rustnet::model {
namespace {

Process Of(uint32_t uid, const char* name) {
  Process process;
  process.pid = 7;
  process.name = name;
  process.uid = uid;
  process.cmdline = {"secret"};
  return process;
}

TEST(AccessTest, AUserSeesWhatHasAnEndOfTheirs) {
  Connection c;
  EXPECT_FALSE(Visible(c, 0));  // nobody's: not even of uid 0 by being empty
  EXPECT_FALSE(Visible(c, 1000));
  c.process = Of(1000, "mine");
  EXPECT_TRUE(Visible(c, 1000));
  EXPECT_FALSE(Visible(c, 1001));
  c.peer_process = Of(1001, "theirs");
  EXPECT_TRUE(Visible(c, 1001));
}

TEST(AccessTest, TheOtherEndIsMasked) {
  Connection c;
  c.process = Of(1000, "mine");
  c.peer_process = Of(1001, "theirs");
  c.tcp.emplace().kernel.emplace();
  Connection mine = c;
  MaskFor(&mine, 1000);
  EXPECT_TRUE(mine.tcp->kernel.has_value());
  EXPECT_EQ(mine.process.name, "mine");
  EXPECT_FALSE(mine.peer_process.has_value());

  Connection theirs = c;
  MaskFor(&theirs, 1001);
  EXPECT_EQ(theirs.process.name, "");
  EXPECT_FALSE(theirs.process.pid.has_value());
  EXPECT_FALSE(theirs.process.uid.has_value());
  EXPECT_TRUE(theirs.process.cmdline.empty());
  EXPECT_FALSE(theirs.tcp->kernel.has_value()) << "it is of the other end's socket";
  EXPECT_EQ(theirs.peer_process->name, "theirs");

  Connection both;
  both.process = Of(1000, "a");
  both.peer_process = Of(1000, "b");
  MaskFor(&both, 1000);
  EXPECT_EQ(both.process.name, "a");
  EXPECT_EQ(both.peer_process->name, "b");
}

}  // namespace
}  // namespace rustnet::model
