// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(TftpTest, Requests) {
  const std::string read = S("\0\1boot/pxe.0\0octet\0blksize\0001428\0");
  CheckProbe(&ProbeTftp, {{"Read", read, Verdict::kMatch},
                          {"Write", S("\0\2x\0NetASCII\0"), Verdict::kMatch},
                          {"Mode", S("\0\1x\0what\0"), Verdict::kNeedMore},
                          {"Data", S("\0\3\0\1data"), Verdict::kNeedMore},
                          {"Text", "hello", Verdict::kNotMine}});
  const Result result = Feed({{kClient, read}}, OnPort(6969));
  EXPECT_THAT(result.protocols, ElementsAre("tftp"));
  EXPECT_THAT(result.facts, ElementsAre("tftp_request=read", "tftp_file=boot/pxe.0"));
  CheckTruncations(read, 69, 2);
  EXPECT_THAT(Feed({{kClient, S("\0\4\0\1")}}, OnPort(69)).protocols, IsEmpty());
}

// RFC 2090: "multicast" is asked for without a value.
TEST(TftpTest, AnOptionWithoutAValue) {
  const std::string read = S("\0\1x\0octet\0multicast\0\0tsize\0000\0");
  CheckProbe(&ProbeTftp, {{"Multicast", read, Verdict::kMatch},
                          {"No name", S("\0\1x\0octet\0\0\0"), Verdict::kNeedMore}});
  EXPECT_THAT(Feed({{kClient, read}}, OnPort(69)).facts,
              ElementsAre("tftp_request=read", "tftp_file=x"));
}

}  // namespace
}  // namespace rustnet::net
