// SPDX-License-Identifier: Apache-2.0
// X.509 in DER (RFC 5280 section 4.1): the certificate's first part is a sequence of version,
// serial number, algorithm, issuer, validity, subject, key, and extensions.  Names become text by
// RFC 4514, of which only the common name and the organisation are told.
#include "common/net/dpi/certificate.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "common/net/dpi/ber.h"

namespace rustnet::net {
namespace {

constexpr uint8_t kBoolean = 0x01, kOid = 0x06, kBmpString = 0x1e, kUniversalString = 0x1c,
                  kUtcTime = 0x17, kGeneralizedTime = 0x18, kSet = 0x31, kVersion = 0xa0,
                  kExtensions = 0xa3, kDnsName = 0x82;
constexpr size_t kListHead = 6;  // the list's length and the first certificate's

// Object identifiers, by their bytes.
constexpr std::string_view kCommonName = "\x55\x04\x03", kOrganisation = "\x55\x04\x0a",
                           kSubjectAltName = "\x55\x1d\x11";

// UTF-16 without surrogates (X.690 section 8.23.9) to UTF-8.
std::string FromBmp(ByteReader text) {
  std::string utf8;
  while (text.size() >= 2) {
    const uint32_t c = text.U16();
    if (c < 0x80) {
      utf8 += static_cast<char>(c);
    } else if (c < 0x800) {
      utf8 += {static_cast<char>(0xc0 | c >> 6), static_cast<char>(0x80 | (c & 0x3f))};
    } else {
      utf8 += {static_cast<char>(0xe0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3f)),
               static_cast<char>(0x80 | (c & 0x3f))};
    }
  }
  return utf8;
}

// RFC 4514 section 2.4.
std::string Escaped(std::string_view value) {
  constexpr std::string_view kSpecial = "\"+,;<>\\";
  std::string text;
  for (size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool edge = (c == ' ' && (i == 0 || i + 1 == value.size())) || (c == '#' && i == 0);
    if (edge || kSpecial.find(c) != std::string_view::npos) text += '\\';
    if (c == '\0') {
      text += "\\00";
    } else {
      text += c;
    }
  }
  return text;
}

// A Name (RFC 5280 section 4.1.2.4): a sequence of sets of pairs.  Of several of a kind the last is
// the most specific.
std::string NameText(ByteReader name) {
  std::string common, organisation;
  while (name.ok() && !name.empty()) {
    ByteReader set = ReadBerAs(kSet, &name);
    while (set.ok() && !set.empty()) {
      ByteReader pair = ReadBerAs(ber::kSequence, &set);
      const std::string_view type = AsText(ReadBerAs(kOid, &pair).rest());
      const BerValue value = ReadBer(&pair);
      if (!pair.ok() || !value.body.ok() || value.tag == kUniversalString) continue;
      if (type != kCommonName && type != kOrganisation) continue;
      const std::string text =
          value.tag == kBmpString ? FromBmp(value.body) : std::string(AsText(value.body.rest()));
      (type == kCommonName ? common : organisation) = Escaped(text);
    }
  }
  std::string text;
  if (!common.empty()) text = "CN=" + common;
  if (!organisation.empty()) text.append(text.empty() ? "O=" : ",O=").append(organisation);
  return text;
}

// RFC 5280 section 4.1.2.5: "YYMMDDHHMMSSZ" up to 2049, then "YYYYMMDDHHMMSSZ"; empty if it is
// neither.
std::string TimeText(const BerValue& value) {
  if (!value.body.ok() || (value.tag != kUtcTime && value.tag != kGeneralizedTime)) return {};
  std::string text(AsText(value.body.rest()));
  if (text.empty() || text.back() != 'Z') return {};
  text.pop_back();
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return {};
  if (value.tag == kUtcTime) text.insert(0, !text.empty() && text[0] >= '5' ? "19" : "20");
  if (text.size() != 14) return {};
  return text.substr(0, 4) + "-" + text.substr(4, 2) + "-" + text.substr(6, 2) + "T" +
         text.substr(8, 2) + ":" + text.substr(10, 2) + ":" + text.substr(12, 2) + "Z";
}

// SubjectAltName (RFC 5280 section 4.2.1.6).
void ReadAltNames(Bytes extension, Facts* facts) {
  ByteReader reader(extension);
  ByteReader names = ReadBerAs(ber::kSequence, &reader);
  while (names.ok() && !names.empty()) {
    const BerValue name = ReadBer(&names);
    if (name.body.ok() && name.tag == kDnsName) facts->Add(kCertSan, AsText(name.body.rest()));
  }
}

void ReadExtensions(ByteReader wrapped, Facts* facts) {
  ByteReader list = ReadBerAs(ber::kSequence, &wrapped);
  while (list.ok() && !list.empty()) {
    ByteReader extension = ReadBerAs(ber::kSequence, &list);
    const std::string_view type = AsText(ReadBerAs(kOid, &extension).rest());
    BerValue value = ReadBer(&extension);
    if (value.tag == kBoolean) value = ReadBer(&extension);  // critical
    if (!extension.ok() || !value.body.ok() || value.tag != ber::kOctetString) continue;
    if (type == kSubjectAltName) ReadAltNames(value.body.rest(), facts);
  }
}

bool ReadCertificate(Bytes der, Facts* facts) {
  ByteReader reader(der);
  ByteReader certificate = ReadBerAs(ber::kSequence, &reader);
  ByteReader body = ReadBerAs(ber::kSequence, &certificate);
  BerValue value = ReadBer(&body);
  if (value.tag == kVersion) value = ReadBer(&body);
  if (value.tag != ber::kInteger) return false;  // the serial number
  ReadBerAs(ber::kSequence, &body);              // the signature's algorithm
  const ByteReader issuer = ReadBerAs(ber::kSequence, &body);
  ByteReader validity = ReadBerAs(ber::kSequence, &body);
  const ByteReader subject = ReadBerAs(ber::kSequence, &body);
  if (!body.ok() || !issuer.ok() || !validity.ok() || !subject.ok()) return false;
  facts->Add(kCertSubject, NameText(subject));
  facts->Add(kCertIssuer, NameText(issuer));
  ReadBer(&validity);  // not before
  facts->Add(kCertNotAfter, TimeText(ReadBer(&validity)));
  ReadBerAs(ber::kSequence, &body);  // the key
  while (body.ok() && !body.empty()) {
    const BerValue more = ReadBer(&body);  // unique ids, then
    if (more.body.ok() && more.tag == kExtensions) ReadExtensions(more.body, facts);
  }
  return body.ok();
}

}  // namespace

size_t LeafEnd(Bytes beginning) {
  ByteReader reader(beginning);
  reader.Skip(3);
  const size_t size = reader.U24();
  if (!reader.ok()) return kListHead;
  return size <= kLongestLeaf ? kListHead + size : 0;
}

bool ReadLeaf(Bytes body, Facts* facts) {
  const size_t end = LeafEnd(body);
  if (end == 0) facts->CountCut();
  if (end <= kListHead || end > body.size()) return false;
  return ReadCertificate(body.subspan(kListHead, end - kListHead), facts);
}

}  // namespace rustnet::net
