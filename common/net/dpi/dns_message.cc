// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/dns_message.h"

#include <algorithm>

#include "common/base/text.h"

namespace rustnet::net {
namespace {

constexpr uint8_t kLabelKind = 0xc0;  // the two high bits: 0 a label, 3 a pointer, others undefined

struct TypeName {
  uint16_t type;
  std::string_view name;
};

// IANA, "Resource Record (RR) TYPEs"; 32 is NB in NetBIOS (RFC 1002), whose messages are DNS's.
constexpr TypeName kTypeNames[] = {
    {1, "A"},       {2, "NS"},        {5, "CNAME"},       {6, "SOA"},         {10, "NULL"},
    {11, "WKS"},    {12, "PTR"},      {13, "HINFO"},      {15, "MX"},         {16, "TXT"},
    {17, "RP"},     {18, "AFSDB"},    {24, "SIG"},        {25, "KEY"},        {28, "AAAA"},
    {29, "LOC"},    {32, "NB"},       {33, "SRV"},        {35, "NAPTR"},      {36, "KX"},
    {37, "CERT"},   {39, "DNAME"},    {41, "OPT"},        {42, "APL"},        {43, "DS"},
    {44, "SSHFP"},  {45, "IPSECKEY"}, {46, "RRSIG"},      {47, "NSEC"},       {48, "DNSKEY"},
    {49, "DHCID"},  {50, "NSEC3"},    {51, "NSEC3PARAM"}, {52, "TLSA"},       {53, "SMIMEA"},
    {55, "HIP"},    {59, "CDS"},      {60, "CDNSKEY"},    {61, "OPENPGPKEY"}, {62, "CSYNC"},
    {63, "ZONEMD"}, {64, "SVCB"},     {65, "HTTPS"},      {99, "SPF"},        {108, "EUI48"},
    {109, "EUI64"}, {249, "TKEY"},    {250, "TSIG"},      {251, "IXFR"},      {252, "AXFR"},
    {255, "ANY"},   {256, "URI"},     {257, "CAA"},
};

}  // namespace

std::string_view DnsTypeName(uint16_t type) {
  const auto* found =
      std::lower_bound(std::begin(kTypeNames), std::end(kTypeNames), type,
                       [](const TypeName& entry, uint16_t wanted) { return entry.type < wanted; });
  return found != std::end(kTypeNames) && found->type == type ? found->name : std::string_view();
}

bool DnsName::Append(Bytes label) {
  const size_t dot = size_ == 0 ? 0 : 1;
  if (size_ + dot + label.size() > text_.size()) return false;
  if (dot != 0) text_[size_++] = '.';
  for (const char c : AsText(label)) text_[size_++] = ToLower(c);
  return true;
}

DnsReader::DnsReader(Bytes message) : message_(message), reader_(message) {
  header_.id = reader_.U16();
  header_.flags = reader_.U16();
  for (uint16_t& count : header_.counts) count = reader_.U16();
  if (reader_.ok()) left_ = header_.counts;
}

bool DnsReader::Name(size_t offset, DnsName* name) const {
  name->clear();
  ByteReader reader(message_);
  reader.Skip(offset);
  size_t start = offset;  // of this run of labels; a pointer must lead before it
  for (;;) {
    const uint8_t length = reader.U8();
    if (!reader.ok()) return false;
    if (length == 0) return true;
    if ((length & kLabelKind) == 0) {
      const Bytes label = reader.Take(length);
      if (!reader.ok() || !name->Append(label)) return false;
      continue;
    }
    const size_t target = (length & 0x3fU) << 8 | reader.U8();
    if (!reader.ok() || (length & kLabelKind) != kLabelKind || target >= start) return false;
    start = target;
    reader = ByteReader(message_);
    reader.Skip(target);
  }
}

void DnsReader::SkipName() {
  while (reader_.ok()) {
    const uint8_t length = reader_.U8();
    if (length == 0) return;
    if ((length & kLabelKind) == kLabelKind) return reader_.Skip(1);
    // An undefined kind of label: nothing behind it can be found.
    reader_.Skip((length & kLabelKind) == 0 ? length : reader_.size() + 1);
  }
}

bool DnsReader::NextQuestion(DnsQuestion* question) {
  if (!ok() || left_[0] == 0) return false;
  --left_[0];
  const size_t name_at = at();
  SkipName();
  question->type = reader_.U16();
  question->dns_class = reader_.U16();
  if (!ok()) return false;
  if (Name(name_at, &question->name)) return true;
  reader_.Skip(reader_.size() + 1);
  return false;
}

bool DnsReader::NextRecord(DnsRecord* record) {
  size_t section = 1;
  while (section < left_.size() && left_[section] == 0) ++section;
  if (!ok() || section == left_.size()) return false;
  --left_[section];
  record->section = static_cast<DnsSection>(section);
  record->owner = at();
  SkipName();
  record->type = reader_.U16();
  record->dns_class = reader_.U16();
  record->ttl = reader_.U32();
  const uint16_t length = reader_.U16();
  record->data_at = at();
  record->data = reader_.Take(length);
  return ok();
}

}  // namespace rustnet::net
