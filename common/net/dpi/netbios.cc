// SPDX-License-Identifier: Apache-2.0
// NetBIOS over UDP (RFC 1002): the name service on port 137, whose messages are DNS's with names of
// 16 bytes in 32 letters A to P (section 4.1), and the datagram service on port 138 (section 4.4),
// whose datagrams may carry a transaction of SMB 1: mailslots ([MS-MAIL] section 2.2).
#include <array>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/dns_message.h"
#include "common/net/dpi/lines.h"
#include "common/net/dpi/shape.h"
#include "common/net/dpi/smb_fields.h"

namespace rustnet::net {
namespace {

constexpr Field kNetbiosName{"netbios_name"};

constexpr size_t kEncoded = 32;
constexpr size_t kDecoded = 16;  // the last byte is a suffix that says what kind of service it is
constexpr uint16_t kNbstat = 33;
constexpr uint16_t kNb = 32;
constexpr uint32_t kMostRecords = 64;

// False if `label` is no encoded name.  Else `name` has the bytes before the suffix.
bool Decode(std::string_view label, std::array<char, kDecoded>* name) {
  if (label.size() < kEncoded) return false;
  for (size_t i = 0; i < kDecoded; ++i) {
    // DnsName has made them lower case.
    const int high = label[2 * i] - 'a';
    const int low = label[2 * i + 1] - 'a';
    if (high < 0 || high > 15 || low < 0 || low > 15) return false;
    (*name)[i] = static_cast<char>(high << 4 | low);
  }
  return true;
}

// Names are padded with blanks, "*" with NULs; of a name with control characters what stands
// before.
void AddName(const std::array<char, kDecoded>& name, Facts* facts) {
  std::string_view text(name.data(), kDecoded - 1);
  size_t end = 0;
  while (end < text.size() && static_cast<uint8_t>(text[end]) >= 0x20) ++end;
  facts->Add(kNetbiosName, Trimmed(text.substr(0, end)));
}

bool ReadNameService(Bytes datagram, const Moment&, Facts* facts) {
  DnsReader reader(datagram);
  DnsQuestion question;
  std::array<char, kDecoded> name{};
  bool found = false;
  for (uint32_t n = 0; n < kMostRecords && reader.NextQuestion(&question); ++n) {
    if (!Decode(question.name.view(), &name)) continue;
    AddName(name, facts);
    found = true;
  }
  DnsRecord record;
  DnsName owner;
  for (uint32_t n = 0; n < kMostRecords && reader.NextRecord(&record); ++n) {
    if (!reader.Name(record.owner, &owner) || !Decode(owner.view(), &name)) continue;
    AddName(name, facts);
    found = true;
  }
  return found;
}

// RFC 1002 section 4.4.1: type, flags, id, address, port; of types 0x10 to 0x12 a length and an
// offset, and two names.
struct DatagramHeader {
  uint8_t type = 0;
  Bytes source_name;
  Bytes data;  // behind both names
};

// Labels, each behind its length, up to one without.
void SkipName(ByteReader* reader) {
  while (const uint8_t length = reader->U8()) reader->Skip(length);
}

bool ReadDatagramHeader(Bytes datagram, DatagramHeader* header) {
  ByteReader reader(datagram);
  header->type = reader.U8();
  reader.Skip(9);  // flags, id, address, port
  if (header->type >= 0x10 && header->type <= 0x12) {
    reader.Skip(4);
    ByteReader names = reader;
    SkipName(&names);
    SkipName(&names);
    header->data = names.rest();
    const uint8_t length = reader.U8();
    header->source_name = reader.Take(length);
  }
  return reader.ok() && header->type >= 0x10 && header->type <= 0x16;
}

class DatagramService : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    DatagramHeader header;
    if (!ReadDatagramHeader(bytes, &header)) return Progress::kMore;
    spoken_[static_cast<size_t>(direction)] = true;
    DnsName label;
    std::array<char, kDecoded> name{};
    if (label.Append(header.source_name) && Decode(label.view(), &name)) AddName(name, facts);
    if (AsText(header.data).starts_with("\xffSMB")) {
      carries_smb_ = true;
      facts->AddNumber(kSmbVersion, 1);
    }
    return Progress::kMore;
  }
  std::string_view Inner() const override { return carries_smb_ ? "smb" : ""; }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override { return sizeof *this; }

 private:
  std::array<bool, 2> spoken_{};
  bool carries_smb_ = false;
};

}  // namespace

Verdict ProbeNetbiosNs(Bytes datagram) {
  DnsReader reader(datagram);
  if (!reader.ok()) return Verdict::kNeedMore;
  const DnsHeader& header = reader.header();
  if (header.counts[0] > 1 || header.counts[1] > kMostRecords) return Verdict::kNotMine;
  std::array<char, kDecoded> name{};
  DnsName owner;
  constexpr size_t kFirstName = 12;  // of a question, or, in an answer, of a record
  if (header.counts[0] + header.counts[1] == 0) return Verdict::kNotMine;
  if (!reader.Name(kFirstName, &owner)) return Verdict::kNeedMore;
  if (!Decode(owner.view(), &name)) return Verdict::kNotMine;
  DnsQuestion question;
  if (header.counts[0] == 0) return Verdict::kMatch;
  if (!reader.NextQuestion(&question)) return Verdict::kNeedMore;
  return question.type == kNb || question.type == kNbstat ? Verdict::kMatch : Verdict::kNotMine;
}

// A datagram, and queries and their answers, have a name; an error has a code of three.
Verdict ProbeNetbiosDgm(Bytes datagram) {
  constexpr uint8_t kError = 0x13, kFirstQuery = 0x14;
  if (datagram.front() < 0x10 || datagram.front() > 0x16) return Verdict::kNotMine;
  Shape shape(datagram);
  shape.Skip(1).U8(Between(0, 0x0f)).Skip(8);
  if (datagram.front() == kError) return shape.U8(Between(0x82, 0x84)).verdict();
  if (datagram.front() < kFirstQuery) shape.Skip(4);
  shape.U8(Equal(kEncoded));
  for (size_t i = 0; i < kEncoded; ++i) shape.U8(Between('A', 'P'));
  return shape.verdict();
}

FieldList NetbiosFields() { return FieldsOf<kNetbiosName>(); }

std::unique_ptr<Session> StartNetbiosNs() { return StartDatagrams<&ReadNameService>(); }
std::unique_ptr<Session> StartNetbiosDgm() { return std::make_unique<DatagramService>(); }

}  // namespace rustnet::net
