// SPDX-License-Identifier: Apache-2.0
// Runs a fuzz target over its corpus, and over every prefix and some mutations of each file,
// without libFuzzer.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

void Try(const std::vector<uint8_t>& input) {
  const std::vector<uint8_t> heap(input);  // its own allocation: ASan sees an overrun
  EXPECT_EQ(LLVMFuzzerTestOneInput(heap.data(), heap.size()), 0);
}

std::vector<std::vector<uint8_t>> Corpus() {
  std::vector<std::vector<uint8_t>> files = {{}, {0}, std::vector<uint8_t>(64, 0xff)};
  if (!std::filesystem::is_directory(RUSTNET_CORPUS)) return files;
  for (const auto& entry : std::filesystem::directory_iterator(RUSTNET_CORPUS)) {
    std::ifstream in(entry.path(), std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
  }
  return files;
}

TEST(CorpusTest, EveryFileItsPrefixesAndItsMutations) {
  std::mt19937 rng(1);
  for (const std::vector<uint8_t>& file : Corpus()) {
    const size_t step = file.size() / 256 + 1;
    for (size_t n = 0; n <= file.size(); n += step)
      Try({file.begin(), file.begin() + static_cast<ptrdiff_t>(n)});
    for (int i = 0; i < 64 && !file.empty(); ++i) {
      std::vector<uint8_t> mutated = file;
      for (int flips = 0; flips < 3; ++flips)
        mutated[rng() % mutated.size()] = static_cast<uint8_t>(rng());
      Try(mutated);
    }
  }
}

}  // namespace
