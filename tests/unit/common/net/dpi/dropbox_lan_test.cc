// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kOld =
    R"({"host_int": 1234567890, "version": [1, 8], "displayname": "", "port": 17500, )"
    R"("namespaces": [11, 12]})";
const std::string kNew =
    R"({"version": [2, 0], "port": 17500, "host_int": 98765432109876, "displayname": "", )"
    R"("namespaces": [11]})";

TEST(DropboxLanTest, Announcement) {
  CheckProbe(&ProbeDropboxLan, {{"Old", kOld, Verdict::kMatch},
                                {"New", kNew, Verdict::kMatch},
                                {"Nobody", R"({"version": [2, 0]})", Verdict::kNeedMore},
                                {"JSON", R"({"id": 1})", Verdict::kNotMine},
                                {"TLS", S("\x16\3\1"), Verdict::kNotMine}});
  Setting setting = OnPort(17500);
  setting.client_port = 17500;
  const Result result = Feed({{kClient, kOld}, {kClient, kNew}}, setting);
  EXPECT_THAT(result.protocols, ElementsAre("dropbox-lan"));
  EXPECT_THAT(result.facts, ElementsAre("dropbox_version=1.8", "dropbox_version=2.0"));
  EXPECT_EQ(result.evidence, Evidence::kSignature);
  const std::string close = R"({"version":[2,1],"host_int":9,"port":17500,"namespaces":[11]})";
  EXPECT_THAT(Feed({{kClient, close}}, setting).facts, ElementsAre("dropbox_version=2.1"));
  CheckTruncations(kOld, 17500, 1);
  CheckTruncations(kNew, 17500, 1);
}

}  // namespace
}  // namespace rustnet::net
