// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/process_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/attribution/make_records.h"

namespace rustnet {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ProcessKey Key(uint32_t pid, uint32_t exec_id) {
  return {.start = uint64_t{pid} * 1000, .pid = pid, .exec_id = exec_id};
}

struct NameCase {
  const char* description;
  std::string comm;
  std::vector<std::string> exe_leaf_first;
  std::string name;
  std::string executable;
};
const NameCase kNames[] = {
    {"Same", "curl", {"curl", "bin", "usr"}, "curl", "/usr/bin/curl"},
    {"CommIsThePrefix",
     "a-name-of-22-ch",
     {"a-name-of-22-character", "opt"},
     "a-name-of-22-character",
     "/opt/a-name-of-22-character"},
    {"FifteenExactly",
     "rn_fifteen_char",
     {"rn_fifteen_char"},
     "rn_fifteen_char",
     "/rn_fifteen_char"},
    {"CommWasChosen", "nginx: worker", {"nginx", "sbin"}, "nginx: worker", "/sbin/nginx"},
    {"ShorterPrefixIsNotTheName", "pyth", {"python3", "bin"}, "pyth", "/bin/python3"},
    {"Interpreter", "script.py", {"python3.11", "bin"}, "script.py", "/bin/python3.11"},
    {"NoExecutable", "kworker/0:1", {}, "kworker/0:1", ""},
    {"NoComm", "", {"curl"}, "", "/curl"},
    {"ControlCharacters", "a\x1b[2J", {"a\x1b[2J"}, "a␛[2J", "/a␛[2J"},
};

TEST(ProcessTableTest, TheNameIsTheExecutablesIfCommIsItsPrefix) {
  for (const NameCase& c : kNames) {
    const ProcessInfo info = ToProcessInfo(
        ProcessRecordOf(1, 1, 1, {.comm = c.comm, .exe_leaf_first = c.exe_leaf_first}));
    EXPECT_EQ(info.name, c.name) << c.description;
    EXPECT_EQ(info.executable, c.executable) << c.description;
  }
}

TEST(ProcessTableTest, ARecordIsDescribed) {
  bpf::ProcessRecord record = ProcessRecordOf(42, 3, 1, {.arguments = {"a", "", "b c", "", ""}});
  record.login_uid = 1001;
  record.namespace_pid = 7;
  record.capabilities = 0x2000;
  record.parents[0] = {.start = 1, .tgid = 9, .reserved = 0, .comm = "bash"};
  record.parents[1] = {.start = 2, .tgid = 1, .reserved = 0, .comm = "systemd"};
  record.parents[2] = {.start = 3, .tgid = 1, .reserved = 0, .comm = "again"};
  const ProcessInfo info = ToProcessInfo(record);
  EXPECT_EQ(info.pid, 42U);
  EXPECT_EQ(info.exec_id, 3U);
  EXPECT_EQ(info.start_time_ns, 42'000U);
  EXPECT_EQ(info.uid, 1000U);
  EXPECT_EQ(info.gid, 100U);
  EXPECT_EQ(info.login_uid, 1001U);
  EXPECT_EQ(info.namespace_pid, 7U);
  EXPECT_EQ(info.capabilities, 0x2000U);
  EXPECT_EQ(info.cgroup, "/system.slice/a.service");
  EXPECT_EQ(info.directory, "/var/www");
  EXPECT_THAT(info.cmdline, ElementsAre("a", "", "b c"));
  ASSERT_EQ(info.parents.size(), 2U);
  EXPECT_EQ(info.parents[0].name, "bash");
  EXPECT_EQ(info.parents[1].name, "systemd");
}

TEST(ProcessTableTest, WhatIsNotThereIsEmpty) {
  const ProcessInfo info = ToProcessInfo(ProcessRecordOf(
      1, 1, 1, {.comm = "x", .exe_leaf_first = {}, .cgroup_leaf_first = {}, .arguments = {}}));
  EXPECT_EQ(info.login_uid, std::nullopt);
  EXPECT_EQ(info.namespace_pid, std::nullopt);
  EXPECT_EQ(info.cgroup, "/");
  EXPECT_THAT(info.cmdline, IsEmpty());
  EXPECT_THAT(info.parents, IsEmpty());
}

TEST(ProcessTableTest, LengthsThatLieAreBounded) {
  bpf::ProcessRecord record = ProcessRecordOf(1, 1, 1);
  record.exe_bytes = record.cgroup_bytes = record.argument_bytes = UINT16_MAX;
  std::fill(std::begin(record.comm), std::end(record.comm), 'c');
  std::fill(std::begin(record.exe), std::end(record.exe), 'e');
  const ProcessInfo info = ToProcessInfo(record);
  EXPECT_EQ(info.comm, std::string(sizeof record.comm, 'c'));
  EXPECT_EQ(info.executable, '/' + std::string(sizeof record.exe, 'e'));
}

TEST(ProcessTableTest, ACutPathSaysSo) {
  bpf::ProcessRecord record = ProcessRecordOf(1, 1, 1);
  record.flags = bpf::kProcessExeTruncated | bpf::kProcessDirectoryTruncated;
  const ProcessInfo info = ToProcessInfo(record);
  EXPECT_EQ(info.executable, "…/usr/bin/curl");
  EXPECT_EQ(info.name, "curl");
  EXPECT_EQ(info.directory, "…/var/www");
}

TEST(ProcessTableTest, NoNameOfADirectoryIsTheRootUnlessNothingIsKnown) {
  EXPECT_EQ(ToProcessInfo(ProcessRecordOf(1, 1, 1, {.directory_leaf_first = {}})).directory, "/");
  const Described kernel_thread{.exe_leaf_first = {}, .directory_leaf_first = {}};
  EXPECT_EQ(ToProcessInfo(ProcessRecordOf(1, 1, 1, kernel_thread)).directory, "");
}

TEST(ProcessTableTest, ParentsThatAreKnownHaveTheirPath) {
  ProcessTable table;
  table.Learn(ProcessRecordOf(9, 1, 1, {.comm = "bash", .exe_leaf_first = {"bash", "bin"}}));
  bpf::ProcessRecord child = ProcessRecordOf(42, 1, 2);
  child.parents[0] = {.start = 9000, .tgid = 9, .reserved = 0, .comm = "bash"};
  child.parents[1] = {.start = 8000, .tgid = 8, .reserved = 0, .comm = "sshd"};
  table.Learn(child);
  const auto info = table.Find(Key(42, 1));
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info->parents[0].executable, "/bin/bash");
  EXPECT_EQ(info->parents[1].executable, "");
}

TEST(ProcessTableTest, ARunningProcessIsKeptHoweverLongItIsIdle) {
  ProcessTable table(100, 10);
  table.Learn(ProcessRecordOf(1, 1, 1));
  table.Expire(1'000'000);
  EXPECT_NE(table.Find(Key(1, 1)), nullptr);
}

TEST(ProcessTableTest, AnEndedProcessIsKeptWhileItHasASocketAndThenForAWhile) {
  ProcessTable table(100, 10);
  table.Learn(ProcessRecordOf(1, 1, 1));
  table.CountSocket(Key(1, 1), +1, 1);
  table.LearnExit(Key(1, 1), 2);
  table.Expire(1'000);
  EXPECT_NE(table.Find(Key(1, 1)), nullptr);
  table.CountSocket(Key(1, 1), -1, 1'000);
  table.Expire(1'009);
  EXPECT_NE(table.Find(Key(1, 1)), nullptr);
  table.Expire(1'010);
  EXPECT_EQ(table.Find(Key(1, 1)), nullptr);
  EXPECT_EQ(table.size(), 0U);
}

TEST(ProcessTableTest, TheLatestImageIsKnownAndTheFormerOneEnds) {
  ProcessTable table(100, 10);
  table.Learn(ProcessRecordOf(1, 1, 1));
  EXPECT_EQ(table.LatestImage(Key(1, 1)), Key(1, 1));
  table.Learn(ProcessRecordOf(1, 2, 5));
  table.LearnExec(Key(1, 2), 5);
  EXPECT_EQ(table.LatestImage(Key(1, 1)), Key(1, 2));
  table.Expire(100);
  EXPECT_EQ(table.Find(Key(1, 1)), nullptr);
  EXPECT_NE(table.Find(Key(1, 2)), nullptr);
  EXPECT_EQ(table.LatestImage(Key(3, 4)), Key(3, 4)) << "not known: itself";
}

TEST(ProcessTableTest, RoomIsMadeByTheLongestUnusedWithoutSockets) {
  ProcessTable table(10);
  for (uint32_t pid = 1; pid <= 10; ++pid) table.Learn(ProcessRecordOf(pid, 1, pid));
  table.CountSocket(Key(1, 1), +1, 1);
  table.Learn(ProcessRecordOf(11, 1, 11));
  EXPECT_EQ(table.size(), 10U);
  EXPECT_NE(table.Find(Key(1, 1)), nullptr) << "has a socket";
  EXPECT_EQ(table.Find(Key(2, 1)), nullptr);
  EXPECT_NE(table.Find(Key(11, 1)), nullptr);
  EXPECT_EQ(table.forgotten(), 1U);
}

TEST(ProcessTableTest, AThousandTimesItsCapacityPassesThrough) {
  ProcessTable table(50);
  for (uint32_t pid = 1; pid <= 50'000; ++pid) {
    table.Learn(ProcessRecordOf(pid, 1, pid));
    ASSERT_LE(table.size(), 50U);
    ASSERT_NE(table.Find(Key(pid, 1)), nullptr);
  }
}

}  // namespace
}  // namespace rustnet
