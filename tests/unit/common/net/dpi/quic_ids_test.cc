// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/quic_ids.h"

#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

std::shared_ptr<const QuicIds::Connection> Named(const std::string& sni) {
  return std::make_shared<const QuicIds::Connection>(QuicIds::Connection{.sni = sni});
}

std::string Short(const std::string& id, size_t rest = 40) {
  return "\x41" + id + std::string(rest, 'd');
}

std::string Number(int n) { return "id" + std::to_string(100'000 + n); }

// Empty if it is nobody's.
std::string Whose(QuicIds* ids, const std::string& datagram) {
  const std::vector<char> heap(datagram.begin(), datagram.end());
  const QuicIds::Connection* found = ids->Find(AsBytes({heap.data(), heap.size()}));
  return found == nullptr ? "" : found->sni;
}

TEST(QuicIdsTest, OfAnyLengthTheLongestFirst) {
  QuicIds ids(7);
  ids.Learn(AsBytes("abcd"), Named("four"));
  ids.Learn(AsBytes("abcdefgh"), Named("eight"));
  ids.Learn(AsBytes(std::string(20, 'x')), Named("twenty"));
  ids.Learn(AsBytes("abc"), Named("too short"));
  ids.Learn(AsBytes(std::string(21, 'y')), Named("too long"));
  EXPECT_EQ(ids.size(), 3u);
  EXPECT_EQ(Whose(&ids, Short("abcdefgh")), "eight");
  EXPECT_EQ(Whose(&ids, Short("abcdefgX")), "four");
  EXPECT_EQ(Whose(&ids, Short(std::string(20, 'x'))), "twenty");
  EXPECT_EQ(Whose(&ids, Short("abcX")), "");
  EXPECT_EQ(Whose(&ids,
                  "\xc1"
                  "abcdefgh" +
                      std::string(40, 'd')),
            "");  // a long header
  EXPECT_EQ(Whose(&ids, S("\1") + "abcdefgh" + std::string(40, 'd')), "");
  ids.Clear();
  EXPECT_EQ(Whose(&ids, Short("abcdefgh")), "");
}

TEST(QuicIdsTest, Truncations) {
  QuicIds ids;
  ids.Learn(AsBytes("abcdefgh"), Named("eight"));
  const std::string datagram = Short("abcdefgh", 25);
  for (size_t n = 0; n < datagram.size(); ++n) {
    EXPECT_EQ(Whose(&ids, datagram.substr(0, n)), n < 29 ? "" : "eight") << n;
  }
}

TEST(QuicIdsTest, TheLastConnectionOfAnIdCounts) {
  QuicIds ids;
  ids.Learn(AsBytes("abcd"), Named("first"));
  ids.Learn(AsBytes("abcd"), Named("second"));
  EXPECT_EQ(ids.size(), 1u);
  EXPECT_EQ(Whose(&ids, Short("abcd")), "second");
}

TEST(QuicIdsTest, ThoseUsedLastStay) {
  QuicIds ids;
  const int most = static_cast<int>(QuicIds::kMost);
  for (int i = 0; i < most; ++i) ids.Learn(AsBytes(Number(i)), Named("n"));
  EXPECT_EQ(Whose(&ids, Short(Number(0))), "n");
  for (int i = most; i < most + 100; ++i) ids.Learn(AsBytes(Number(i)), Named("n"));
  EXPECT_EQ(ids.size(), QuicIds::kMost);
  EXPECT_EQ(ids.forgotten(), 100U);
  EXPECT_EQ(Whose(&ids, Short(Number(0))), "n");
  EXPECT_EQ(Whose(&ids, Short(Number(1))), "");
  EXPECT_EQ(Whose(&ids, Short(Number(100))), "");
  EXPECT_EQ(Whose(&ids, Short(Number(101))), "n");
}

}  // namespace
}  // namespace rustnet::net
