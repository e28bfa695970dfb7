// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const Setting kOdd{.server_port = 19092};

std::string Request(size_t key, size_t version, const std::string& client) {
  const std::string body = U16(key) + U16(version) + S("\0\0\0\1") + U16(client.size()) + client;
  return U16(0) + U16(body.size()) + body;
}

TEST(KafkaTest, Probes) {
  CheckProbe(&ProbeKafka, {{"Versions", Request(18, 3, "rdkafka"), Verdict::kMatch},
                           {"Produce", Request(0, 3, "rdkafka"), Verdict::kNotMine},
                           {"Version", Request(18, 99, "rdkafka"), Verdict::kNotMine},
                           {"Name", Request(18, 3, "a\1"), Verdict::kNotMine}});
  CheckProbe(&ProbeKafkaPort,
             {{"Produce", Request(0, 3, "rdkafka"), Verdict::kMatch},
              {"No name", S("\0\0\0\x0e\0\2\0\0\0\0\0\1\xff\xff\xff\xff\xff\xff"), Verdict::kMatch},
              {"Empty name", S("\0\0\0\x0e\0\2\0\0\0\0\0\1\0\0\xff\xff\xff\xff"), Verdict::kMatch},
              {"Key", Request(200, 3, "rdkafka"), Verdict::kNotMine}});
}

TEST(KafkaTest, TheClient) {
  const Result result = CheckEveryCut(
      {{kClient, Request(18, 3, "rdkafka")}, {kServer, S("\0\0\0\6\0\0\0\1\0\0")}}, kOdd);
  EXPECT_THAT(result.protocols, ElementsAre("kafka"));
  EXPECT_THAT(result.facts, ElementsAre("kafka_client=rdkafka"));
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
  EXPECT_FALSE(result.wants_more);
}

// An answer to request 3 may look like a request to produce.
TEST(KafkaTest, AnAnswerIsNoRequest) {
  const std::string answer = S("\0\0\0\x15\0\0\0\3\0\0\0\1\0\5topic\0\0\0\0\0\0");
  CheckProbe(&ProbeKafkaPort, {{"Answer", answer, Verdict::kMatch}});
  EXPECT_THAT(CheckEverySegmentation({{kClient, Request(0, 3, "p")}, {kServer, answer}},
                                     {.server_port = 9092})
                  .facts,
              ElementsAre("kafka_client=p"));
}

}  // namespace
}  // namespace rustnet::net
