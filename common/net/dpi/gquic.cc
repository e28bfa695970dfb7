// SPDX-License-Identifier: Apache-2.0
// Google's QUIC before the standard ("QUIC Wire Layout Specification", "QUIC Crypto", 2016): up to
// Q043 a public header of flags, connection id, version and packet number; Q046 and later a long
// header.  The client's CHLO is in clear up to Q048: tags of four bytes, each with the offset at
// which its value ends.
#include <array>
#include <string_view>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/quic_fields.h"
#include "common/net/dpi/tls_hello.h"

namespace rustnet::net {
namespace {

constexpr Field kQuicUserAgent{"quic_user_agent"};

constexpr std::string_view kHello = "CHLO";
constexpr size_t kMostTags = 128;  // as the specification has it
constexpr uint32_t kMostDatagrams = 16;

bool IsDigit(uint8_t c) { return c >= '0' && c <= '9'; }

// "Q" and three digits, from Q009 to Q050.
bool IsVersion(Bytes text) {
  if (text.size() != 4 || text[0] != 'Q' || text[1] != '0') return false;
  return IsDigit(text[2]) && IsDigit(text[3]) && text[2] <= '5';
}

// Takes the header; what is left of `*reader` is the packet behind its number.
Verdict ReadHeader(ByteReader* reader, Bytes* version) {
  const uint8_t flags = reader->U8();
  const bool is_long = (flags & 0xc0) == 0xc0;
  if (!is_long) {
    // A version and a connection id of eight bytes; no reset, no multipath.
    if ((flags & 0xc0) != 0 || (flags & 0x0b) != 0x09) return Verdict::kNotMine;
    reader->Skip(8);
  }
  *version = reader->Take(4);
  if (!reader->ok()) return Verdict::kNeedMore;
  if (!IsVersion(*version)) return Verdict::kNotMine;
  const uint32_t number = static_cast<uint32_t>((*version)[2] - '0') * 10 + (*version)[3] - '0';
  if (is_long != (number >= 44)) return Verdict::kNotMine;
  if (is_long && number <= 48) {
    // Lengths of the connection ids, less three each; a client has the first alone.
    const uint8_t lengths = reader->U8();
    if (reader->ok() && lengths != 0x50 && lengths != 0x05) return Verdict::kNotMine;
    reader->Skip(8 + (flags & 3U) + 1);
  } else if (is_long) {
    if (reader->U8() > 20) return Verdict::kNotMine;
  } else {
    constexpr std::array<uint8_t, 4> kNumberSizes = {1, 2, 4, 6};
    reader->Skip(kNumberSizes[flags >> 4 & 3]);
  }
  return reader->ok() ? Verdict::kMatch : Verdict::kNeedMore;
}

// What a server answers to a version that it does not know: flags, connection id, those it knows.
Verdict ProbeNegotiation(Bytes datagram) {
  constexpr uint8_t kFlags = 0x09;
  constexpr size_t kHead = 1 + 8, kVersion = 4;
  if (datagram.front() != kFlags) return Verdict::kNotMine;
  if (datagram.size() < kHead) return Verdict::kNeedMore;
  Bytes versions = datagram.subspan(kHead);
  const bool several = versions.size() >= 2 * kVersion;
  while (versions.size() >= kVersion) {
    if (!IsVersion(versions.first(kVersion))) return Verdict::kNotMine;
    versions = versions.subspan(kVersion);
  }
  return several && versions.empty() ? Verdict::kMatch : Verdict::kNeedMore;
}

void ReadHello(Bytes message, Facts* facts) {
  ByteReader reader(message);
  reader.Skip(kHello.size());
  const uint16_t count = reader.Le16();
  reader.Skip(2);
  if (count > kMostTags) return;
  ByteReader index = reader.Sub(size_t{count} * 8);
  uint32_t begin = 0;
  while (index.ok() && !index.empty()) {
    const std::string_view tag = AsText(index.Take(4));
    const uint32_t end = index.Le32();
    if (end < begin) return;
    const std::string_view value = AsText(reader.Take(end - begin));
    begin = end;
    if (!reader.ok()) return;
    if (tag == std::string_view("SNI\0", 4)) facts->Add(kSni, value);
    if (tag == "UAID") facts->Add(kQuicUserAgent, value);
  }
}

class GquicSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    if (++datagrams_ > kMostDatagrams) return Progress::kDone;
    spoken_[static_cast<size_t>(direction)] = true;
    ByteReader reader(bytes);
    Bytes version;
    if (ReadHeader(&reader, &version) != Verdict::kMatch) return Progress::kMore;
    facts->Add(kQuicVersion, AsText(version));
    // Behind a hash and the header of a stream frame, whose sizes differ from version to version.
    constexpr size_t kFurthest = 64;
    const size_t at = AsText(reader.rest()).substr(0, kFurthest).find(kHello);
    if (at == std::string_view::npos) return Progress::kMore;
    ReadHello(reader.rest().subspan(at), facts);
    return Progress::kMore;
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override { return sizeof *this; }

 private:
  std::array<bool, 2> spoken_{};
  uint32_t datagrams_ = 0;
};

}  // namespace

Verdict ProbeGquic(Bytes datagram) {
  ByteReader reader(datagram);
  Bytes version;
  const Verdict header = ReadHeader(&reader, &version);
  return header == Verdict::kNotMine ? ProbeNegotiation(datagram) : header;
}

FieldList GquicFields() { return FieldsOf<kQuicVersion, kSni, kQuicUserAgent>(); }

std::unique_ptr<Session> StartGquic() { return std::make_unique<GquicSession>(); }

}  // namespace rustnet::net
