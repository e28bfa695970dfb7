// SPDX-License-Identifier: Apache-2.0
// SNMP: a SEQUENCE of version, then (v1 RFC 1157, v2c RFC 1901) a community and a PDU, or (v3 RFC
// 3412 section 6) a header, security parameters and a scoped PDU in clear or encrypted.  The tag of
// the PDU says what is wanted (RFC 3416).  Over TCP messages stand one behind the other (RFC 3430).
#include <array>

#include "common/net/dpi/ber.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kSnmpVersion{"snmp_version"};
constexpr Field kSnmpCommunity{"snmp_community", true};  // it is the password
constexpr Field kSnmpPdu{"snmp_pdu"};

constexpr std::array<std::string_view, 9> kPdus = {
    "get", "getnext", "response", "set", "trap", "getbulk", "inform", "trapv2", "report"};
constexpr uint8_t kFirstPdu = 0xa0;
constexpr size_t kShortest = 20, kLongest = 1 << 20, kMostHeld = 1024;  // bytes of a message
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

// With `facts` null it only judges.  `message` is what the SEQUENCE holds.
bool ReadBody(ByteReader message, Facts* facts) {
  const std::optional<uint32_t> version = ReadBerInteger(&message);
  if (!version) return false;
  if (*version == kV3) return ReadV3Message(message, facts);
  return (*version == kV1 || *version == kV2c) && ReadCommunityMessage(message, *version, facts);
}

bool ReadMessage(Bytes datagram, Facts* facts) {
  ByteReader reader(datagram);
  return ReadBody(ReadBerAs(ber::kSequence, &reader), facts);
}

// Of a SEQUENCE: its tag and length.
size_t HeadSize(Bytes start) { return start[1] < 0x80 ? 2 : 2 + (start[1] & 0x7fU); }

// The head and what follows it.
size_t SnmpSize(Bytes start) {
  ByteReader reader(start);
  if (reader.U8() != ber::kSequence) return 0;
  const uint8_t first = reader.U8();
  const size_t bytes = first < 0x80 ? 0 : first & 0x7fU;
  size_t length = bytes == 0 ? first : 0;
  if (first == 0x80 || bytes > 3) return 0;
  for (size_t i = 0; i < bytes; ++i) length = length << 8 | reader.U8();
  return reader.ok() ? start.size() - reader.size() + length : kFrameSizeUnknown;
}

// The end of a long one is not there.
bool ReadFrame(Bytes frame, const Moment&, Facts* facts) {
  return ReadBody(ByteReader(frame.subspan(HeadSize(frame))), facts);
}

bool ReadSnmp(Bytes datagram, const Moment&, Facts* facts) { return ReadMessage(datagram, facts); }

}  // namespace

Verdict ProbeSnmp(Bytes datagram) {
  if (datagram.front() != ber::kSequence) return Verdict::kNotMine;
  return ReadMessage(datagram, nullptr) ? Verdict::kMatch : Verdict::kNeedMore;
}

// As far as the version and the tag behind it.
Verdict ProbeSnmpTcp(Bytes opening) {
  const size_t size = SnmpSize(opening);
  if (size == kFrameSizeUnknown) return Verdict::kNeedMore;
  if (size < kShortest || size > kLongest) return Verdict::kNotMine;
  uint8_t version = 0;
  Shape shape(opening.subspan(HeadSize(opening)));
  shape.Is("\2\1").U8([&](uint8_t n) { return (version = n) <= kV3 && n != 2; });
  return shape
      .U8([&](uint8_t tag) { return tag == (version == kV3 ? ber::kSequence : ber::kOctetString); })
      .verdict();
}

FieldList SnmpFields() { return FieldsOf<kSnmpVersion, kSnmpCommunity, kSnmpPdu>(); }

std::unique_ptr<Session> StartSnmp() { return StartDatagrams<&ReadSnmp>(); }
std::unique_ptr<Session> StartSnmpTcp() { return StartFrames<&SnmpSize, &ReadFrame, kMostHeld>(); }

}  // namespace rustnet::net
