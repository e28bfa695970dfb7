// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kAddress = S("\0\0");
const std::string kAddressIs = S("\0\x80\0\0\0\0\1\2\xc0\0\2\1");
const std::string kMap = S("\0\2\0\0\x1f\x90\x1f\x90\0\0\x0e\x10");
const std::string kMapped = S("\0\x82\0\0\0\0\1\2\x1f\x90\x1f\x90\0\0\x0e\x10");
const std::string kPcpMap = S("\2\1\0\0\0\0\x0e\x10") + std::string(16, '\1') +
                            std::string(12, 'n') + S("\6\0\0\0\x1f\x90\x1f\x90") +
                            std::string(16, '\0');

TEST(NatPmpTest, Probe) {
  CheckProbe(&ProbeNatPmp, {{"Address", kAddress, Verdict::kMatch},
                            {"AddressIs", kAddressIs, Verdict::kMatch},
                            {"Refusal", S("\0\x80\0\1\0\0\1\2"), Verdict::kMatch},
                            {"Map", kMap, Verdict::kMatch},
                            {"Mapped", kMapped, Verdict::kMatch},
                            {"PCP", kPcpMap, Verdict::kMatch},
                            {"Longer", kMapped + "x", Verdict::kNotMine},
                            {"Opcode", S("\0\3"), Verdict::kNotMine},
                            {"Result", S("\0\x81\1\0"), Verdict::kNotMine},
                            {"Version", S("\1\0"), Verdict::kNotMine},
                            {"Reserved", S("\2\1\1\0"), Verdict::kNotMine},
                            {"Odd", kPcpMap + "x", Verdict::kNeedMore},
                            {"Huge", kPcpMap + std::string(1100, '\0'), Verdict::kNotMine}});
}

TEST(NatPmpTest, Opcodes) {
  const Result result = Feed({{kClient, kAddress},
                              {kServer, kAddressIs},
                              {kClient, kMap},
                              {kServer, kMapped},
                              {kClient, kPcpMap}},
                             OnPort(5351));
  EXPECT_THAT(result.protocols, ElementsAre("nat-pmp"));
  EXPECT_THAT(result.facts,
              ElementsAre("natpmp_opcode=address", "natpmp_opcode=map_tcp", "natpmp_opcode=map"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  CheckTruncations(kMapped, 5350, 1);
  CheckTruncations(kPcpMap, 5351, 1);
}

}  // namespace
}  // namespace rustnet::net
