// SPDX-License-Identifier: Apache-2.0
// Law: what authenticates somebody never becomes a fact, unless secrets are asked for, however its
// bytes are cut and whatever of them was lost.  Every protocol stands in a table of conversations,
// or in the list of those that carry no secret in clear.
#include <set>

#include "tests/unit/common/net/dpi/secrets_of_frames.h"
#include "tests/unit/common/net/dpi/secrets_of_texts.h"

namespace rustnet::net {
namespace {

using testing::Contains;

// What proves an identity is a digest or encrypted in these, or there is none.
constexpr std::string_view kNoSecretInClear[] = {
    "tls",    "ssh",      "dns",    "mdns",    "llmnr",    "netbios-ns", "netbios-dgm", "ntp",
    "stun",   "quic",     "gquic",  "dtls",    "ike",      "wireguard",  "openvpn",     "kerberos",
    "dcerpc", "dhcpv6",   "bgp",    "modbus",  "dnp3",     "s7comm",     "iec104",      "enip",
    "pptp",   "netflow",  "sflow",  "ptp",     "rtp",      "rtcp",       "vxlan",       "geneve",
    "gtp",    "l2tp",     "teredo", "ayiya",   "ftp-data", "mgcp",       "msdp",        "ident",
    "whois",  "finger",   "gopher", "gearman", "zabbix",   "nat-pmp",    "dropbox-lan", "ldp",
    "someip", "collectd", "mqttsn", "lisp",    "capwap",   "skinny",     "h323"};

const std::vector<SecretCase>& Cases() {
  static const std::vector<SecretCase> cases = [] {
    std::vector<SecretCase> all;
    for (const auto& some :
         {SecretsOfTheWeb(), SecretsOfCalls(), SecretsOfMail(), SecretsOfStores(), SecretsOfHttp2(),
          SecretsOfDatabases(), SecretsOfBuses(), SecretsOfRemoteAccess(), SecretsOfNetworks(),
          SecretsOfTools(), SecretsOfServers()}) {
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }();
  return cases;
}

void ExpectNoSecret(const Result& result, const SecretCase& c, const std::string& how) {
  for (const std::string& fact : result.facts) {
    EXPECT_FALSE(IsSecret(fact)) << c.protocol << ", " << c.place << ", " << how << ": " << fact;
  }
}

// As Feed; the first `lost` bytes of piece `index` were not captured.
Result FeedWithLoss(const SecretCase& c, size_t index, size_t lost) {
  InspectionCounters counters;
  Inspection inspection(c.setting.transport, c.setting.client_port, c.setting.server_port,
                        &c.setting.limits, &counters);
  for (size_t i = 0; i < c.conversation.size() && inspection.wants_more(); ++i) {
    const Piece& piece = c.conversation[i];
    if (i == index) inspection.OnGap(piece.direction, lost);
    if (!inspection.wants_more()) break;
    inspection.OnData(piece.direction, AsBytes(piece.bytes).subspan(i == index ? lost : 0),
                      MomentOf(c.setting, piece.direction));
  }
  return ResultOf(inspection, counters);
}

// Secrets that were left out.
uint64_t Withheld(const SecretCase& c, const Setting& setting) {
  InspectionCounters counters;
  Inspection inspection(setting.transport, setting.client_port, setting.server_port,
                        &setting.limits, &counters);
  for (const Piece& piece : c.conversation) {
    if (!inspection.wants_more()) break;
    inspection.OnData(piece.direction, AsBytes(piece.bytes), MomentOf(setting, piece.direction));
  }
  return counters.secrets_withheld;
}

TEST(SecretsTest, EveryProtocolIsConsidered) {
  std::set<std::string_view> considered(std::begin(kNoSecretInClear), std::end(kNoSecretInClear));
  for (const SecretCase& c : Cases()) {
    EXPECT_EQ(std::count(std::begin(kNoSecretInClear), std::end(kNoSecretInClear), c.protocol), 0)
        << c.protocol << " has a secret after all";
    considered.insert(c.protocol);
  }
  for (const Dissector& row : Registry()) {
    EXPECT_TRUE(considered.count(row.name) == 1)
        << row.name << ": plant a secret in a conversation of it, or say that it carries none";
  }
}

TEST(SecretsTest, NoSecretIsAFact) {
  for (const SecretCase& c : Cases()) {
    bool planted = false;
    for (const Piece& piece : c.conversation) planted = planted || IsSecret(piece.bytes);
    EXPECT_TRUE(planted || c.protocol == "tds") << c.protocol << ", " << c.place;
    const Result whole = Feed(c.conversation, c.setting);
    EXPECT_THAT(whole.protocols, Contains(c.protocol)) << c.place;
    ExpectNoSecret(whole, c, "whole");
  }
}

TEST(SecretsTest, HoweverSegmentsAreCut) {
  for (const SecretCase& c : Cases()) {
    if (c.setting.transport != Protocol::kTcp) continue;
    ExpectNoSecret(Feed(ByteByByte(c.conversation), c.setting), c, "byte by byte");
    for (size_t i = 0; i < c.conversation.size(); ++i) {
      for (size_t at = 1; at < c.conversation[i].bytes.size(); ++at) {
        ExpectNoSecret(Feed(CutAt(c.conversation, i, at), c.setting), c, "cut");
      }
    }
  }
}

TEST(SecretsTest, WhateverIsLost) {
  for (const SecretCase& c : Cases()) {
    for (size_t i = 0; i < c.conversation.size(); ++i) {
      const std::string& bytes = c.conversation[i].bytes;
      for (size_t lost = 1; lost < bytes.size(); ++lost) {
        const bool stream = c.setting.transport == Protocol::kTcp;
        SecretCase cut = c;
        if (!stream) cut.conversation[i].bytes = bytes.substr(0, bytes.size() - lost);
        ExpectNoSecret(stream ? FeedWithLoss(c, i, lost) : Feed(cut.conversation, c.setting), c,
                       "piece " + std::to_string(i) + " without " + std::to_string(lost));
      }
    }
  }
}

TEST(SecretsTest, WhatIsWithheldIsCountedAndShownOnRequest) {
  for (const SecretCase& c : Cases()) {
    Setting shown = c.setting;
    shown.limits.facts.show_secrets = true;
    const Result result = Feed(c.conversation, shown);
    for (const std::string& fact : c.shown) EXPECT_THAT(result.facts, Contains(fact)) << c.place;
    EXPECT_EQ(Withheld(c, shown), 0u) << c.protocol << ", " << c.place;
    EXPECT_GE(Withheld(c, c.setting), c.shown.size()) << c.protocol << ", " << c.place;
    if (c.shown.empty()) ExpectNoSecret(result, c, "shown");
  }
}

}  // namespace
}  // namespace rustnet::net
