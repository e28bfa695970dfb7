// SPDX-License-Identifier: Apache-2.0
// Kerberos 5 (RFC 4120 section 5): each message an application tag around a SEQUENCE of numbered
// members; over TCP (section 7.2.2) behind its length.  Only names and realms in clear are read.
#include <optional>
#include <string>

#include "common/net/dpi/ber.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"

namespace rustnet::net {
namespace {

constexpr Field kKrbMessage{"krb_message"};
constexpr Field kKrbClient{"krb_cname"};
constexpr Field kKrbRealm{"krb_realm"};
constexpr Field kKrbService{"krb_sname"};
constexpr Field kKrbError{"krb_error", false, true};

constexpr uint8_t kAsReq = 0x6a, kAsRep = 0x6b, kTgsReq = 0x6c, kTgsRep = 0x6d, kError = 0x7e;
constexpr uint8_t kMember = 0xa0;  // [0]
constexpr uint32_t kShortest = 32, kLongest = 1 << 16;
constexpr size_t kMostHeld = 1 << 14;
constexpr uint32_t kVersion = 5;

std::string_view MessageName(uint8_t tag) {
  switch (tag) {
    case kAsReq:
      return "as_req";
    case kAsRep:
      return "as_rep";
    case kTgsReq:
      return "tgs_req";
    case kTgsRep:
      return "tgs_rep";
    case kError:
      return "error";
    default:
      return "";
  }
}

bool IsRequest(uint8_t tag) { return tag == kAsReq || tag == kTgsReq; }

// KerberosString, GeneralString.
std::string_view Text(ByteReader* reader) {
  const BerValue value = ReadBer(reader);
  return value.body.ok() ? AsText(value.body.rest()) : std::string_view();
}

// PrincipalName: a kind, and parts.
void AddName(ByteReader member, const Field& field, Facts* facts) {
  ByteReader name = ReadBerAs(ber::kSequence, &member);
  ReadBerAs(kMember, &name);
  ByteReader list = ReadBerAs(kMember + 1, &name);
  ByteReader parts = ReadBerAs(ber::kSequence, &list);
  std::string text;
  while (parts.ok() && !parts.empty()) {
    const std::string_view part = Text(&parts);
    if (!text.empty()) text += '/';
    text += part;
  }
  facts->Add(field, text);
}

void AddRealm(ByteReader member, Facts* facts) { facts->Add(kKrbRealm, Text(&member)); }

// KDC-REQ-BODY.
void ReadRequestBody(ByteReader member, Facts* facts) {
  ByteReader body = ReadBerAs(ber::kSequence, &member);
  while (body.ok() && !body.empty()) {
    const BerValue value = ReadBer(&body);
    if (!value.body.ok()) return;
    if (value.tag == kMember + 1) AddName(value.body, kKrbClient, facts);
    if (value.tag == kMember + 2) AddRealm(value.body, facts);
    if (value.tag == kMember + 3) AddName(value.body, kKrbService, facts);
  }
}

void ReadErrorMember(const BerValue& value, Facts* facts) {
  ByteReader body = value.body;
  switch (value.tag - kMember) {
    case 6:
      if (const std::optional<uint32_t> code = ReadBerInteger(&body)) {
        facts->AddNumber(kKrbError, *code);
      }
      break;
    case 7:
    case 9:
      return AddRealm(body, facts);
    case 8:
      return AddName(body, kKrbClient, facts);
    case 10:
      return AddName(body, kKrbService, facts);
    default:
      break;
  }
}

bool ReadKerberos(Bytes message, const Moment&, Facts* facts) {
  if (ProbeKerberos(message) != Verdict::kMatch) return false;
  ByteReader reader(message);
  const uint8_t tag = reader.Peek();
  facts->Add(kKrbMessage, MessageName(tag));
  ByteReader outer = ReadBer(&reader).body;
  ByteReader members = ReadBerAs(ber::kSequence, &outer);
  while (members.ok() && !members.empty()) {
    const BerValue value = ReadBer(&members);
    if (!value.body.ok()) break;
    if (tag == kError) {
      ReadErrorMember(value, facts);
    } else if (IsRequest(tag)) {
      if (value.tag == kMember + 4) ReadRequestBody(value.body, facts);
    } else {
      if (value.tag == kMember + 3) AddRealm(value.body, facts);
      if (value.tag == kMember + 4) AddName(value.body, kKrbClient, facts);
    }
  }
  return true;
}

size_t KerberosSize(Bytes start) {
  ByteReader reader(start);
  const uint32_t length = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length >= kShortest && length <= kLongest ? length + size_t{4} : 0;
}

bool ReadFrame(Bytes frame, const Moment& moment, Facts* facts) {
  return ReadKerberos(frame.subspan(4), moment, facts);
}

// Takes a tag and a length, however long.
bool SkipHead(ByteReader* reader) {
  reader->Skip(1);
  const uint8_t first = reader->U8();
  if (first == 0x80 || first > 0x84) return false;
  reader->Skip(first > 0x80 ? first & 0x7fU : 0);
  return true;
}

}  // namespace

// As far as the version, 5, which is [1] of a request and [0] of all others.
Verdict ProbeKerberos(Bytes message) {
  ByteReader reader(message);
  const uint8_t tag = reader.Peek();
  if (MessageName(tag).empty()) return Verdict::kNotMine;
  if (!SkipHead(&reader)) return Verdict::kNotMine;
  if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
  if (reader.Peek() != ber::kSequence) return Verdict::kNotMine;
  if (!SkipHead(&reader)) return Verdict::kNotMine;
  const uint8_t member = IsRequest(tag) ? kMember + 1 : kMember;
  for (const uint8_t wanted : {member, uint8_t{3}, ber::kInteger, uint8_t{1}, uint8_t{kVersion}}) {
    if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
    if (reader.U8() != wanted) return Verdict::kNotMine;
  }
  return Verdict::kMatch;
}

Verdict ProbeKerberosTcp(Bytes opening) {
  ByteReader reader(opening);
  if (reader.U8() != 0) return Verdict::kNotMine;
  const uint32_t length = reader.U24();
  if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
  if (length < kShortest || length > kLongest) return Verdict::kNotMine;
  return ProbeKerberos(reader.rest());
}

FieldList KerberosFields() {
  return FieldsOf<kKrbMessage, kKrbClient, kKrbRealm, kKrbService, kKrbError>();
}

std::unique_ptr<Session> StartKerberos() { return StartDatagrams<&ReadKerberos>(); }
std::unique_ptr<Session> StartKerberosTcp() {
  return StartFrames<&KerberosSize, &ReadFrame, kMostHeld>();
}

}  // namespace rustnet::net
