// SPDX-License-Identifier: Apache-2.0
// SNMP: a SEQUENCE of version, then (v1 RFC 1157, v2c RFC 1901) a community and a PDU, or (v3 RFC
// 3412 section 6) a header, security parameters and a scoped PDU in clear or encrypted.  The tag of
// the PDU says what is wanted (RFC 3416).
#include <array>

#include "common/net/dpi/ber.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kSnmpVersion{"snmp_version"};
constexpr Field kSnmpCommunity{"snmp_community", true};  // it is the password
constexpr Field kSnmpPdu{"snmp_pdu"};

constexpr std::array<std::string_view, 9> kPdus = {
    "get", "getnext", "response", "set", "trap", "getbulk", "inform", "trapv2", "report"};
constexpr uint8_t kFirstPdu = 0xa0;
constexpr uint32_t kV1 = 0, kV2c = 1, kV3 = 3;

std::string_view PduName(uint8_t tag) {
  const size_t index = static_cast<size_t>(tag) - kFirstPdu;
  return tag >= kFirstPdu && index < kPdus.size() ? kPdus[index] : std::string_view();
}

bool ReadCommunityMessage(ByteReader message, uint32_t version, Facts* facts) {
  const ByteReader community = ReadBerAs(ber::kOctetString, &message);
  const std::string_view pdu = PduName(message.Peek());
  if (!community.ok() || pdu.empty()) return false;
  if (facts == nullptr) return true;
  facts->Add(kSnmpVersion, version == kV1 ? "v1" : "v2c");
  facts->Add(kSnmpCommunity, AsText(community.rest()));
  facts->Add(kSnmpPdu, pdu);
  return true;
}

bool ReadV3Message(ByteReader message, Facts* facts) {
  const ByteReader header = ReadBerAs(ber::kSequence, &message);
  const ByteReader security = ReadBerAs(ber::kOctetString, &message);
  if (!header.ok() || !security.ok()) return false;
  BerValue scoped = ReadBer(&message);
  if (scoped.tag != ber::kSequence && scoped.tag != ber::kOctetString) return false;
  if (facts == nullptr) return true;
  facts->Add(kSnmpVersion, "v3");
  if (scoped.tag == ber::kSequence) {
    ReadBerAs(ber::kOctetString, &scoped.body);  // engine
    ReadBerAs(ber::kOctetString, &scoped.body);  // context name
    if (scoped.body.ok()) facts->Add(kSnmpPdu, PduName(scoped.body.Peek()));
  }
  return true;
}

// With `facts` null it only judges.
bool ReadMessage(Bytes datagram, Facts* facts) {
  ByteReader reader(datagram);
  ByteReader message = ReadBerAs(ber::kSequence, &reader);
  const std::optional<uint32_t> version = ReadBerInteger(&message);
  if (!version) return false;
  if (*version == kV3) return ReadV3Message(message, facts);
  return (*version == kV1 || *version == kV2c) && ReadCommunityMessage(message, *version, facts);
}

bool ReadSnmp(Bytes datagram, const Moment&, Facts* facts) { return ReadMessage(datagram, facts); }

}  // namespace

Verdict ProbeSnmp(Bytes datagram) {
  if (datagram.front() != ber::kSequence) return Verdict::kNotMine;
  return ReadMessage(datagram, nullptr) ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList SnmpFields() { return FieldsOf<kSnmpVersion, kSnmpCommunity, kSnmpPdu>(); }

std::unique_ptr<Session> StartSnmp() { return StartDatagrams<&ReadSnmp>(); }

}  // namespace rustnet::net
