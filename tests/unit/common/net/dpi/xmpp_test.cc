// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;

const std::string kStream =
    "<?xml version='1.0'?><stream:stream to='example.org' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>";

TEST(XmppTest, Probes) {
  CheckProbe(&ProbeXmpp, {{"Stream", kStream, Verdict::kMatch},
                          {"Bare", kStream.substr(21), Verdict::kMatch},
                          {"XML", "<?xml version='1.0'?><svg>", Verdict::kNotMine},
                          {"Other stream", "<stream:stream a='b'>", Verdict::kNotMine},
                          {"HTML", "<html>", Verdict::kNotMine}});
}

TEST(XmppTest, TlsAfterProceed) {
  const Result result = CheckEveryCut(
      {{kClient, kStream},
       {kServer, kStream + "<stream:features><starttls><required/></starttls></stream:features>"},
       {kClient, "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"},
       {kServer, "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"},
       {kClient, kTlsHello}},
      {.server_port = 15222});
  EXPECT_THAT(result.protocols, ElementsAre("xmpp", "tls"));
  EXPECT_EQ(result.facts[0], "xmpp_to=example.org");
}

TEST(XmppTest, NothingIsReadBehindTheLogin) {
  EXPECT_FALSE(
      Feed({{kClient, kStream}, {kServer, kStream + "<success xmlns='x'/>"}}, {.server_port = 5222})
          .wants_more);
}

}  // namespace
}  // namespace rustnet::net
