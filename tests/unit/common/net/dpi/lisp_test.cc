// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kNonce(8, 'n');
const std::string kRecord = S("\0\0\5\xa0\1\x20\x10\0\0\0\0\1\x0a\0\0\1");
const std::string kRequest =
    S("\x10\0\0\1") + kNonce + S("\0\1\x0a\0\0\1\0\1\xc0\0\2\1\0\x20\0\1\x0a\0\0\2");
const std::string kReply = S("\x20\0\0\1") + kNonce + kRecord;
const std::string kRegister =
    S("\x30\0\1\1") + kNonce + S("\0\1\0\x14") + std::string(20, 'a') + kRecord;
const std::string kPacket = S("\x45\0\0\x1c\0\0\0\0\x40\x11\0\0") + std::string(16, '\1');
const std::string kEncapsulated = S("\x80\0\0\0") + kPacket + kRequest;
const std::string kData = S("\xc0nnn\0\0\0\1") + kPacket;
const std::string kData6 =
    S("\0\0\0\0\0\0\0\0\x60\0\0\0\0\2\x11\x40") + std::string(32, '\1') + "ab";

TEST(LispTest, Control) {
  CheckProbe(&ProbeLisp,
             {{"Request", kRequest, Verdict::kMatch},
              {"Reply", kReply, Verdict::kMatch},
              {"Register", kRegister, Verdict::kMatch},
              {"Encapsulated", kEncapsulated, Verdict::kMatch},
              {"Info", S("\x70\0\0\0") + kNonce + S("\0\0\0\0\0\0\5\xa0"), Verdict::kMatch},
              {"MAC", S("\x10\0\0\1") + kNonce + S("\x40\5\2\0\0\0\0\1\0\1\xc0\0\2\1\0\x30\x40\5"),
               Verdict::kMatch},
              {"Name", S("\x20\0\0\1") + kNonce + S("\0\0\5\xa0\1\x28\x10\0\0\0\0\x11host\0"),
               Verdict::kMatch},
              {"Type", S("\x90"), Verdict::kNotMine},
              {"No record", S("\x20\0\0\0"), Verdict::kNotMine},
              {"Family", S("\x10\0\0\1") + kNonce + S("\0\7"), Verdict::kNotMine},
              {"Mask", S("\x20\0\0\1") + kNonce + S("\0\0\5\xa0\1\xff"), Verdict::kNotMine},
              {"Inner", S("\x80\0\0\0\x55"), Verdict::kNotMine}});
  const Result result =
      Feed({{kClient, kRequest}, {kServer, kReply}, {kClient, kRegister}, {kClient, kEncapsulated}},
           OnPort(4342));
  EXPECT_THAT(result.protocols, ElementsAre("lisp"));
  EXPECT_THAT(result.facts, ElementsAre("lisp_type=map_request", "lisp_type=map_reply",
                                        "lisp_type=map_register", "lisp_type=encapsulated"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  CheckTruncations(kRegister, 4342, 1);
}

TEST(LispTest, Data) {
  CheckProbe(&ProbeLispData, {{"IPv4", kData, Verdict::kMatch},
                              {"IPv6", kData6, Verdict::kMatch},
                              {"Longer", kData + "x", Verdict::kNotMine},
                              {"Nonce and versions", S("\x90"), Verdict::kNotMine},
                              {"Echo of nothing", S("\x20"), Verdict::kNotMine},
                              {"Inner", S("\0\0\0\0\0\0\0\0\x55"), Verdict::kNotMine}});
  const Result result = Feed({{kClient, kData}}, OnPort(4341));
  EXPECT_THAT(result.protocols, ElementsAre("lisp"));
  EXPECT_THAT(result.facts, ElementsAre("lisp_type=data"));
  CheckTruncations(kData, 4341, 0);
}

}  // namespace
}  // namespace rustnet::net
