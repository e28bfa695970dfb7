// SPDX-License-Identifier: Apache-2.0
// What the registry says of a protocol is so: docs/protocols.md is made of it.
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

TEST(RegistryTest, RowsAreWhole) {
  for (const Dissector& row : Registry()) {
    EXPECT_FALSE(row.source.empty()) << row.name;
    EXPECT_TRUE(row.transport == Protocol::kTcp || row.transport == Protocol::kUdp) << row.name;
    EXPECT_FALSE(row.start == nullptr && row.fields != nullptr) << row.name;
    EXPECT_FALSE(row.start == nullptr && row.probe != nullptr) << row.name;
    EXPECT_NE(FindDissector(row.name), nullptr);
    const bool asked = row.ports[0] != 0 || row.any_port;
    if (asked) EXPECT_NE(row.probe, nullptr) << row.name;
    if (!asked && row.probe != nullptr) EXPECT_EQ(FindExpected(row.name), &row) << row.name;
    if (row.fields == nullptr) continue;
    for (const Field* field : row.fields()) {
      EXPECT_EQ(std::count(row.fields().begin(), row.fields().end(), field), 1) << field->name;
    }
  }
  EXPECT_EQ(FindDissector("no such"), nullptr);
}

#ifdef RUSTNET_WITH_CRYPTO  // without it QUIC fills less
// After all tests: what is listed was filled by one of them.
class ListedIsFilled : public testing::Environment {
 public:
  void TearDown() override {
    if (testing::GTEST_FLAG(filter) != "*") return;
    for (const Dissector& row : Registry()) {
      if (row.fields == nullptr) continue;
      for (const Field* field : row.fields()) {
        EXPECT_EQ(FilledFields().count(std::string(field->name)), 1u)
            << field->name << ": no test has seen it filled";
      }
    }
  }
};

const testing::Environment* const kEnvironment =
    testing::AddGlobalTestEnvironment(new ListedIsFilled);
#endif

}  // namespace
}  // namespace rustnet::net
