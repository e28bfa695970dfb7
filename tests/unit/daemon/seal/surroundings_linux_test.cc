// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/surroundings_linux.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace rustnet {
namespace {

class SurroundingsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "rustnet-files-XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    directory_ = name;
    std::ofstream(directory_ + "/a.pcap") << "abcd";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string directory_;
  SealConfig config_;
  Handles handles_;
};

TEST_F(SurroundingsTest, OneFileThatIsNotThereIsTheEnd) {
  config_.read_files = {directory_ + "/none.pcap"};
  const Status status = OpenFiles(config_, handles_);
  EXPECT_EQ(ExitCode(status), 65);
  EXPECT_NE(Message(status).find("none.pcap: No such file"), std::string::npos) << Message(status);
}

TEST_F(SurroundingsTest, OfSeveralFilesTheBadOnesAreNamedAndTheOthersRead) {
  config_.read_files = {directory_ + "/none.pcap", directory_ + "/a.pcap", directory_};
  ASSERT_TRUE(OpenFiles(config_, handles_).ok());
  ASSERT_EQ(handles_.capture_files.size(), 3u);
  ASSERT_EQ(handles_.capture_file_errors.size(), 3u);
  EXPECT_FALSE(handles_.capture_files[0]);
  EXPECT_NE(handles_.capture_file_errors[0], "");
  EXPECT_EQ(handles_.capture_file_errors[1], "");
  EXPECT_FALSE(handles_.capture_files[2]);
  EXPECT_NE(handles_.capture_file_errors[2].find("is a directory"), std::string::npos);
  char bytes[5] = {};
  EXPECT_EQ(read(handles_.capture_files[1].get(), bytes, 4), 4);
  EXPECT_STREQ(bytes, "abcd");
}

TEST_F(SurroundingsTest, OutputFilesAreEmptiedAndPrivate) {
  config_.write_files = {directory_ + "/a.pcap", directory_ + "/new.jsonl"};
  ASSERT_TRUE(OpenFiles(config_, handles_).ok());
  ASSERT_EQ(handles_.output_files.size(), 2u);
  EXPECT_EQ(std::filesystem::file_size(directory_ + "/a.pcap"), 0u);
  EXPECT_EQ(std::filesystem::status(directory_ + "/new.jsonl").permissions() &
                std::filesystem::perms::others_read,
            std::filesystem::perms::none);

  config_.write_files = {directory_ + "/no/such/dir"};
  EXPECT_FALSE(OpenFiles(config_, handles_).ok());
}

// In a process of its own, as stdin goes.
TEST_F(SurroundingsTest, OpensWhatIsAroundAndForgetsWhatIsNotIts) {
  config_.read_files = {"a.pcap"};
  config_.log_file = directory_ + "/log";
  config_.state_dir = directory_ + "/state";
  const auto run = [this] {
    setenv("GRPC_TRACE", "all", 1);
    setenv("https_proxy", "x", 1);
    setenv("KEPT", "x", 1);
    unsetenv("TZ");
    const Status status = OpenSurroundings(config_, handles_);
    char byte = 0;
    const bool good = status.ok() && handles_.log && handles_.state_dir && !handles_.notify &&
                      getenv("GRPC_TRACE") == nullptr && getenv("https_proxy") == nullptr &&
                      getenv("KEPT") != nullptr && getenv("TZ") != nullptr &&
                      read(STDIN_FILENO, &byte, 1) == 0;
    _exit(good ? 0 : 1);
  };
  EXPECT_EXIT(run(), testing::ExitedWithCode(0), "");
  EXPECT_TRUE(std::filesystem::is_directory(config_.state_dir));
  EXPECT_TRUE(std::filesystem::exists(config_.log_file));
}

}  // namespace
}  // namespace rustnet
