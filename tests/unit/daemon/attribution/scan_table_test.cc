// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/scan_table.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "daemon/broker/scan_message.h"

namespace rustnet {
namespace {

struct Texts {
  std::string stat;
  std::string status =
      "Name:\tx\nUid:\t1000\t1001\t1002\t1003\nGid:\t50\t50\t50\t50\nCapEff:\t00000000000000ff\n";
  std::string cgroup = "0::/system.slice/nginx.service\n";
  std::string arguments = std::string("nginx\0-g\0", 9);
  std::string executable = "/usr/sbin/nginx";
  std::string directory = "/var/www";
  std::string root = "/";
  std::string label = std::string("nginx (enforce)\n\0", 17);
};

std::string Stat(uint32_t pid, const std::string& comm, uint32_t parent, uint64_t ticks) {
  return std::to_string(pid) + " (" + comm + ") S " + std::to_string(parent) +
         " 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 " + std::to_string(ticks) + " 100 200\n";
}

std::string Message(uint32_t pid, const std::vector<uint32_t>& inodes, const Texts& texts) {
  ScanMessage header;
  header.pid = pid;
  header.inodes = static_cast<uint32_t>(inodes.size());
  std::string body;
  size_t i = 0;
  for (const std::string* text : {&texts.stat, &texts.status, &texts.cgroup, &texts.arguments,
                                  &texts.executable, &texts.directory, &texts.root, &texts.label}) {
    header.text_bytes[i++] = static_cast<uint16_t>(text->size());
    body += *text;
  }
  std::string message(sizeof header + inodes.size() * sizeof(uint32_t), 0);
  std::memcpy(message.data(), &header, sizeof header);
  if (!inodes.empty()) {
    std::memcpy(message.data() + sizeof header, inodes.data(), inodes.size() * sizeof(uint32_t));
  }
  return message + body;
}

void Walk(ScanTable* table, const std::vector<std::string>& messages) {
  for (const std::string& message : messages) EXPECT_FALSE(table->Add(AsBytes(message)));
  EXPECT_TRUE(table->Add(AsBytes(Message(0, {}, {}))));
}

TEST(ScanTableTest, AProcessIsReadFromItsTexts) {
  ScanTable table;
  Walk(&table, {Message(10, {77}, {.stat = Stat(10, "ngi) S (nx", 1, 12345)}),
                Message(1, {}, {.stat = Stat(1, "systemd", 0, 1), .executable = "/lib/systemd"})});
  const auto process = table.Find(77, false);
  ASSERT_NE(process, nullptr);
  EXPECT_EQ(process->pid, 10U);
  EXPECT_EQ(process->comm, "ngi) S (nx");
  EXPECT_EQ(process->start_time_ns, 123'450'000'000U);
  EXPECT_EQ(process->uid, 1001U);
  EXPECT_EQ(process->gid, 50U);
  EXPECT_EQ(process->capabilities, 0xffU);
  EXPECT_EQ(process->executable, "/usr/sbin/nginx");
  EXPECT_EQ(process->cmdline, (std::vector<std::string>{"nginx", "-g"}));
  EXPECT_EQ(process->place.unit, "nginx.service");
  EXPECT_EQ(process->directory, "/var/www");
  EXPECT_EQ(process->lsm_label, "nginx (enforce)");
  ASSERT_EQ(process->parents.size(), 1U);
  EXPECT_EQ(process->parents[0].pid, 1U);
  EXPECT_EQ(process->parents[0].name, "systemd");
  EXPECT_EQ(table.Find(78, false), nullptr);
}

TEST(ScanTableTest, OfSeveralHoldersTheYoungestServesAndTheOldestListens) {
  ScanTable table;
  Walk(&table, {Message(20, {5}, {.stat = Stat(20, "worker", 10, 200)}),
                Message(10, {5}, {.stat = Stat(10, "master", 1, 100)}),
                Message(21, {5}, {.stat = Stat(21, "worker", 10, 200)})});
  EXPECT_EQ(table.Find(5, true)->pid, 10U);
  EXPECT_EQ(table.Find(5, false)->pid, 21U);
}

TEST(ScanTableTest, AWalkReplacesTheOneBeforeAndSharesWhatIsTheSame) {
  ScanTable table;
  const std::string message = Message(10, {5}, {.stat = Stat(10, "a", 1, 100)});
  Walk(&table, {message});
  const auto first = table.Find(5, false);
  EXPECT_FALSE(table.Add(AsBytes(message)));
  EXPECT_EQ(table.Find(5, false), first) << "known until the walk under way has ended";
  EXPECT_TRUE(table.Add(AsBytes(Message(0, {}, {}))));
  EXPECT_EQ(table.Find(5, false), first);
  Walk(&table, {Message(10, {5}, {.stat = Stat(10, "a", 1, 100), .executable = "/bin/other"})});
  EXPECT_EQ(table.Find(5, false)->executable, "/bin/other");
  EXPECT_EQ(table.Find(5, false)->exec_id, 1U);
  Walk(&table, {Message(10, {5}, {.stat = Stat(10, "a", 1, 999)})});
  EXPECT_EQ(table.Find(5, false)->exec_id, 0U) << "the pid was used again";
  Walk(&table, {});
  EXPECT_EQ(table.Find(5, false), nullptr);
}

TEST(ScanTableTest, ManySocketsComeInSeveralMessages) {
  ScanTable table;
  const Texts texts{.stat = Stat(10, "a", 1, 100)};
  Walk(&table, {Message(10, {1, 2}, texts), Message(10, {3}, texts)});
  for (const uint32_t inode : {1U, 2U, 3U}) EXPECT_EQ(table.Find(inode, false)->pid, 10U);
  EXPECT_EQ(table.processes(), 1U);
}

TEST(ScanTableTest, AnExecutableThatWasReplacedKeepsItsPath) {
  ScanTable table;
  Walk(&table,
       {Message(10, {1},
                {.stat = Stat(10, "nginx", 1, 1), .executable = "/usr/sbin/nginx (deleted)"})});
  EXPECT_EQ(table.Find(1, false)->executable, "/usr/sbin/nginx");
  EXPECT_EQ(table.Find(1, false)->name, "nginx");
}

TEST(ScanTableTest, PathsBeginAtTheRootOfTheProcess) {
  for (const auto& [path, root, own] :
       {std::tuple{"/jail/bin/a", "/jail", "/bin/a"}, std::tuple{"/jail", "/jail", "/"},
        std::tuple{"/jailed/bin/a", "/jail", "/jailed/bin/a"}, std::tuple{"/bin/a", "/", "/bin/a"},
        std::tuple{"/bin/a", "", "/bin/a"}}) {
    ScanTable table;
    Walk(&table,
         {Message(
             10, {1},
             {.stat = Stat(10, "a", 1, 1), .executable = path, .directory = path, .root = root})});
    EXPECT_EQ(table.Find(1, false)->executable, own) << path << " in " << root;
    EXPECT_EQ(table.Find(1, false)->directory, own) << path << " in " << root;
  }
}

TEST(ScanTableTest, WhatIsNoProcessIsLeftOut) {
  for (const Texts& texts : {Texts{.stat = ""}, Texts{.stat = "10 a S"}, Texts{.stat = ")10 ("},
                             Texts{.stat = Stat(10, "a", 1, 1), .status = ""},
                             Texts{.stat = Stat(10, "a", 1, 1), .status = "Uid:\tx"}}) {
    ScanTable table;
    Walk(&table, {Message(10, {1}, texts)});
    EXPECT_EQ(table.Find(1, false), nullptr) << texts.stat;
  }
}

TEST(ScanTableTest, EveryPrefixAndAnyByteIsSafe) {
  const std::string good = Message(10, {1, 2}, {.stat = Stat(10, "a", 1, 1)});
  std::mt19937 random(7);
  for (size_t length = 0; length < good.size(); ++length) {
    ScanTable table;
    table.Add(AsBytes(std::string_view(good).substr(0, length)));
    EXPECT_EQ(table.malformed(), 1U) << length;
    std::string other = good;
    other[length] = static_cast<char>(random());
    ScanTable any;
    any.Add(AsBytes(other));
    any.Add(AsBytes(Message(0, {}, {})));
  }
}

}  // namespace
}  // namespace rustnet
