// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/inspection.h"

#include <random>

#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class InspectionTest : public testing::Test {
 protected:
  Inspection Make(Protocol transport = Protocol::kTcp, uint16_t port = 12345) {
    return Inspection(transport, 49152, port, &limits_, &counters_);
  }
  static void Say(Inspection* inspection, Direction direction, const std::string& bytes) {
    inspection->OnData(direction, AsBytes(bytes), Moment{});
  }
  InspectionLimits limits_;
  InspectionCounters counters_;
};

TEST_F(InspectionTest, WhatNobodyKnowsIsGivenUp) {
  Inspection inspection = Make();
  for (uint32_t i = 0; i < limits_.opening_packets; ++i) {
    EXPECT_TRUE(inspection.wants_more());
    Say(&inspection, kClient, "\xfe\xfe\xfe");
    Say(&inspection, kServer, "\xfe\xfe\xfe");
  }
  EXPECT_FALSE(inspection.wants_more());
  EXPECT_EQ(counters_.hopeless, 1u);
  EXPECT_THAT(inspection.protocols(), IsEmpty());
  EXPECT_EQ(inspection.evidence(), Evidence::kNone);
}

TEST_F(InspectionTest, ASilentPeerIsAwaitedLonger) {
  Inspection inspection = Make();
  for (uint32_t i = 0; i < limits_.opening_packets * 4; ++i) Say(&inspection, kServer, "\xfe\xfe");
  EXPECT_TRUE(inspection.wants_more());
  Say(&inspection, kClient, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(inspection.protocols().size(), 1u);

  Inspection other = Make();
  uint32_t packets = 0;
  while (other.wants_more() && ++packets < 1000) Say(&other, kServer, "\xfe\xfe");
  EXPECT_LT(packets, 100u);
}

TEST_F(InspectionTest, OpeningsAreBounded) {
  limits_.opening_bytes = 64;
  Inspection inspection = Make();
  Say(&inspection, kClient, "GET /");
  for (int i = 0; i < 10; ++i) Say(&inspection, kClient, "0123456789");
  EXPECT_GT(counters_.opening_bytes_dropped, 64u);
  EXPECT_LT(inspection.memory(), sizeof(Inspection) + 300);
}

TEST_F(InspectionTest, BytesBeyondTheOpeningAreDeliveredToo) {
  limits_.opening_bytes = 8;
  Inspection inspection = Make();
  Say(&inspection, kClient, "GET /");  // the match comes within the eight bytes or not at all
  Say(&inspection, kServer, "HTTP/1.");
  Say(&inspection, kServer, "1 200 OK\r\nServer: x\r\n\r\n");
  EXPECT_THAT(inspection.protocols(), IsEmpty());
  limits_.opening_bytes = 9;
  Inspection enough = Make();
  Say(&enough, kServer, "HTTP/1.");
  Say(&enough, kServer, "1 200 OK\r\nServer: x\r\n\r\n");
  EXPECT_EQ(enough.facts().First("http_server"), "x");
}

TEST_F(InspectionTest, TheOtherSidesOpeningIsNotLost) {
  Inspection inspection = Make();
  Say(&inspection, kClient, "SSH-");
  Say(&inspection, kServer, "SSH-2.0-b\r\n");
  Say(&inspection, kClient, "2.0-a\r\n");
  EXPECT_EQ(inspection.facts().First("ssh_client"), "a");
  EXPECT_EQ(inspection.facts().First("ssh_server"), "b");
}

TEST_F(InspectionTest, WhatThePeerSaidBeforeIsNotTheBeginningOfItsAnswer) {
  Inspection inspection = Make();
  Say(&inspection, kServer, S("\x00\x5a\x00\x00\x00\x00\x00\x00"));  // SOCKS; DNS of 90 bytes?
  Say(&inspection, kClient, "GET / HTTP/1.1\r\n\r\n");
  Say(&inspection, kServer, "HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(inspection.facts().First("http_status"), "200");
  EXPECT_EQ(inspection.evidence(), Evidence::kHandshake);
}

TEST_F(InspectionTest, AHoleBeginsANewOpening) {
  Inspection inspection = Make();
  Say(&inspection, kClient, "SSH-");
  inspection.OnGap(kClient, 100);
  Say(&inspection, kClient, "2.0-a\r\n");
  EXPECT_THAT(inspection.protocols(), IsEmpty());
  Say(&inspection, kClient, "SSH-2.0-a\r\n");
  EXPECT_EQ(inspection.facts().First("ssh_client"), "a");
}

TEST_F(InspectionTest, ASegmentMayBeginSomethingBehindAHalf) {
  Inspection inspection = Make();
  Say(&inspection, kClient, "GET /no end of a line");
  Say(&inspection, kClient, "\r\nnonsense\r\n");
  Say(&inspection, kServer, "SSH");
  Say(&inspection, kServer, "SSH-2.0-b\r\n");
  EXPECT_EQ(inspection.facts().First("ssh_server"), "b");
}

TEST_F(InspectionTest, RevisionGrowsWithWhatIsKnown) {
  Inspection inspection = Make();
  EXPECT_EQ(inspection.revision(), 0u);
  Say(&inspection, kClient, "SSH-2.0-a\r\n");
  const uint32_t first = inspection.revision();
  EXPECT_GT(first, 0u);
  Say(&inspection, kServer, "SSH-2.0-b\r\n");
  EXPECT_GT(inspection.revision(), first);
  EXPECT_EQ(inspection.evidence(), Evidence::kHandshake);
}

TEST_F(InspectionTest, TheServerSaysWhatIsSpoken) {
  Inspection inspection = Make(Protocol::kTcp, 443);
  Say(&inspection, kClient, kTlsHello);
  EXPECT_FALSE(inspection.facts().empty());
  const uint32_t before = inspection.revision();
  Say(&inspection, kServer, "HTTP/1.1 400 Bad Request\r\n\r\n");
  const Result result = ResultOf(inspection, counters_);
  EXPECT_THAT(result.protocols, ElementsAre("http"));
  EXPECT_THAT(result.facts, ElementsAre("http_status=400"));
  EXPECT_EQ(result.evidence, Evidence::kSignature);
  EXPECT_GT(inspection.revision(), before);
}

TEST_F(InspectionTest, WhatAClientSaysContradictsNoServer) {
  Inspection inspection = Make();
  Say(&inspection, kServer, "SSH-2.0-b\r\n");
  Say(&inspection, kClient, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(ResultOf(inspection, counters_).protocols, ElementsAre("ssh"));
}

TEST_F(InspectionTest, OnlyTheFirstAnswerContradicts) {
  Inspection inspection = Make();
  Say(&inspection, kClient, "SSH-2.0-a\r\n");
  Say(&inspection, kServer, "a line before the banner\r\n");
  Say(&inspection, kServer, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(ResultOf(inspection, counters_).protocols, ElementsAre("ssh"));
}

TEST_F(InspectionTest, WhatWasWithdrawnIsNotTriedAgain) {
  Inspection inspection = Make();
  for (int i = 0; i < 3; ++i) {
    Say(&inspection, kClient, "GET / HTTP/1.1\r\n\r\n");
    Say(&inspection, kServer, "500 what?\r\n");
    const Result result = ResultOf(inspection, counters_);
    EXPECT_THAT(result.protocols, IsEmpty());
    EXPECT_THAT(result.facts, IsEmpty());
    EXPECT_EQ(result.evidence, Evidence::kNone);
  }
  Say(&inspection, kServer, "SSH-2.0-b\r\n");
  EXPECT_THAT(ResultOf(inspection, counters_).protocols, ElementsAre("ssh"));
}

TEST_F(InspectionTest, WhatBothEndsSpokeStays) {
  Inspection inspection = Make();
  Say(&inspection, kClient, "CONNECT h.example:25 HTTP/1.1\r\n\r\n");
  Say(&inspection, kServer, "HTTP/1.1 200 OK\r\n\r\n");
  Say(&inspection, kClient, "GET / HTTP/1.1\r\n\r\n");
  Say(&inspection, kServer, "SSH-2.0-b\r\n");
  const Result result = ResultOf(inspection, counters_);
  EXPECT_THAT(result.protocols, ElementsAre("http", "ssh"));
  EXPECT_EQ(result.facts.front(), "http_method=CONNECT");
  EXPECT_EQ(result.evidence, Evidence::kHandshake);
}

TEST_F(InspectionTest, DroppedFactsAreCounted) {
  limits_.facts.values_per_field = 1;
  Inspection inspection = Make();
  Say(&inspection, kClient, "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n");
  EXPECT_EQ(counters_.facts_dropped, 1u);
}

TEST_F(InspectionTest, EmptyPiecesAreNothing) {
  Inspection inspection = Make();
  for (int i = 0; i < 100; ++i) Say(&inspection, kClient, "");
  EXPECT_TRUE(inspection.wants_more());
}

TEST_F(InspectionTest, AProtocolOfTheOtherTransportIsNotFound) {
  Inspection inspection = Make(Protocol::kUdp, 22);
  Say(&inspection, kClient, "SSH-2.0-a\r\n");
  EXPECT_THAT(inspection.protocols(), IsEmpty());
}

// What the network chooses at random must cost nothing, hang nothing, and name nothing.
TEST(RegistryTest, NoiseIsNamedByNobody) {
  std::mt19937 rng(7);
  InspectionLimits limits;
  InspectionCounters counters;
  int named = 0;
  for (int flow = 0; flow < 3000; ++flow) {
    const Protocol transport = flow % 2 == 0 ? Protocol::kTcp : Protocol::kUdp;
    Inspection inspection(transport, static_cast<uint16_t>(20000 + rng() % 40000),
                          static_cast<uint16_t>(20000 + rng() % 40000), &limits, &counters);
    for (int packet = 0; packet < 20 && inspection.wants_more(); ++packet) {
      std::string bytes(1 + rng() % 200, '\0');
      for (char& c : bytes) c = static_cast<char>(rng());
      inspection.OnData(rng() % 2 == 0 ? kClient : kServer, AsBytes(bytes), Moment{});
    }
    if (!inspection.protocols().empty()) ++named;
  }
  EXPECT_EQ(named, 0);
}

}  // namespace
}  // namespace rustnet::net
