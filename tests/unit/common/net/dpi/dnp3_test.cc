// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

// IEEE 1815 has this header as its example of a checksum: reset link, from 1024 to 1.
const std::string kReset = S("\x05\x64\x05\xc0\x01\x00\x00\x04\xe9\x21");

TEST(Dnp3Test, AddressesAndTheirChecksum) {
  std::string wrong = kReset;
  wrong[8] = 'x';
  CheckProbe(&ProbeDnp3,
             {{"Reset", kReset, Verdict::kMatch},
              {"Checksum", wrong, Verdict::kNotMine},
              {"Short", S("\x05\x64\x04\xc0\x01\x00\x00\x04\xe9\x21"), Verdict::kNotMine}});
  const Result result = CheckEveryCut({{kClient, kReset + kReset}}, {.server_port = 4711});
  EXPECT_THAT(result.protocols, ElementsAre("dnp3"));
  EXPECT_THAT(result.facts, ElementsAre("dnp3_source=1024", "dnp3_destination=1"));
  EXPECT_THAT(Feed({{kClient, kReset}}, OnPort(20000)).protocols, ElementsAre("dnp3"));
}

TEST(Dnp3Test, Function) {
  // Read, from 1024 to 1.
  const std::string read = S("\x05\x64\x08\xc4\x01\x00\x00\x04\xa4\xcf\xc0\xc1\x01\x23\x0b");
  EXPECT_THAT(CheckEverySegmentation({{kClient, read}}, {.server_port = 4711}).facts,
              ElementsAre("dnp3_source=1024", "dnp3_destination=1", "dnp3_function=1"));
}

}  // namespace
}  // namespace rustnet::net
