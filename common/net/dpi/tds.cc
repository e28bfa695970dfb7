// SPDX-License-Identifier: Apache-2.0
// TDS of SQL Server ([MS-TDS] sections 2.2.3, 2.2.6) and Sybase (TDS 5.0): packets of a type, a
// status, a length, and a body.  A login names host, user, program, server and database; the
// password in it is passed over.  Where encryption is agreed, the handshake of TLS stands in
// packets of kind PRELOGIN (section 2.2.6.5), and behind it nothing more is seen.
#include <algorithm>
#include <array>
#include <string>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/framer.h"

namespace rustnet::net {
namespace {

constexpr Field kTdsUser{"tds_user"};
constexpr Field kTdsHost{"tds_host"};
constexpr Field kTdsProgram{"tds_program"};
constexpr Field kTdsServer{"tds_server"};
constexpr Field kTdsDatabase{"tds_database"};

constexpr uint8_t kBatch = 1, kLogin5 = 2, kRpc = 3, kAnswer = 4, kAttention = 6, kBulk = 7;
constexpr uint8_t kTransaction = 14, kCommand5 = 15, kLogin7 = 16, kSspi = 17, kPrelogin = 18;
constexpr size_t kHeader = 8;
constexpr size_t kLeastPacket = 512;  // that is followed by others of its message
constexpr uint8_t kTlsData = 0x17;    // a record of TLS where a packet should be
constexpr size_t kMostHeld = 4096;    // a packet, by default
constexpr size_t kLogin7Fixed = 36;   // before the places of the texts
constexpr size_t kName5 = 30;         // of TDS 5: bytes of a text, its length behind
constexpr size_t kLongestText = 128;
constexpr uint32_t kEnough = 16;  // packets

size_t TdsSize(Bytes start) {
  if (start.front() == kTlsData) return 0;
  ByteReader reader(start);
  reader.Skip(2);
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length < kHeader ? 0 : length;
}

void AppendUtf8(uint16_t unit, std::string* text) {
  if (unit < 0x80) {
    text->push_back(static_cast<char>(unit));
  } else if (unit < 0x800) {
    text->push_back(static_cast<char>(0xc0 | unit >> 6));
    text->push_back(static_cast<char>(0x80 | (unit & 0x3f)));
  } else {
    text->push_back(static_cast<char>(0xe0 | unit >> 12));
    text->push_back(static_cast<char>(0x80 | (unit >> 6 & 0x3f)));
    text->push_back(static_cast<char>(0x80 | (unit & 0x3f)));
  }
}

// The text whose place and length `places` tells: UTF-16, from the beginning of `login`.
void AddText(const Field& field, ByteReader* places, Bytes login, Facts* facts) {
  const uint16_t offset = places->Le16();
  const size_t units = std::min<size_t>(places->Le16(), kLongestText);
  ByteReader reader(login);
  reader.Skip(offset);
  ByteReader raw = reader.Sub(units * 2);
  if (!places->ok() || !raw.ok()) return;
  std::string text;
  while (!raw.empty()) AppendUtf8(raw.Le16(), &text);
  facts->Add(field, text);
}

void ReadLogin7(Bytes login, Facts* facts) {
  ByteReader places(login);
  places.Skip(kLogin7Fixed);
  AddText(kTdsHost, &places, login, facts);
  AddText(kTdsUser, &places, login, facts);
  places.Skip(4);  // the password
  AddText(kTdsProgram, &places, login, facts);
  AddText(kTdsServer, &places, login, facts);
  places.Skip(12);  // extension, library, language
  AddText(kTdsDatabase, &places, login, facts);
}

// A text of a fixed place, filled up with zeros, and its length; false: it is none.
bool ReadName5(ByteReader* reader, std::string_view* text) {
  const std::string_view raw = AsText(reader->Take(kName5));
  const uint8_t size = reader->U8();
  if (!reader->ok() || size > kName5) return false;
  *text = raw.substr(0, size);
  return raw.substr(size).find_first_not_of('\0') == std::string_view::npos;
}

void ReadLogin5(Bytes login, Facts* facts) {
  ByteReader reader(login);
  std::string_view host;
  std::string_view user;
  if (!ReadName5(&reader, &host) || !ReadName5(&reader, &user)) return;
  facts->Add(kTdsHost, host);
  facts->Add(kTdsUser, user);
}

class TdsSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    Framer& framer = framers_[static_cast<size_t>(direction)];
    Bytes packet;
    while (framer.Next(&bytes, &packet)) {
      spoken_[static_cast<size_t>(direction)] = true;
      OnTls(direction, packet, moment, facts);
      if (OnPacket(packet, facts) || ++packets_ > kEnough) return Progress::kDone;
    }
    return framer.broken() ? Progress::kDone : Progress::kMore;
  }
  std::string_view Inner() const override { return tls_found_ ? "tls" : ""; }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override {
    return sizeof *this + framers_[0].memory() + framers_[1].memory() +
           (tls_ == nullptr ? 0 : tls_->memory());
  }

 private:
  void OnTls(Direction direction, Bytes packet, const Moment& moment, Facts* facts) {
    if (packet.front() != kPrelogin) return;
    const Bytes body = packet.subspan(kHeader);
    if (body.empty()) return;
    if (!tls_found_ && ProbeTls(body) == Verdict::kMatch) {
      tls_found_ = true;
      tls_ = StartTls();
    }
    if (tls_ == nullptr) return;
    if (tls_->OnData(direction, body, moment, facts) != Progress::kMore) tls_.reset();
  }

  // True: nothing more will come.
  bool OnPacket(Bytes packet, Facts* facts) {
    const uint8_t type = packet.front();
    const Bytes body = packet.subspan(kHeader);
    if (type == kLogin7) ReadLogin7(body, facts);
    if (type == kLogin5) ReadLogin5(body, facts);
    if (type == kLogin7 || type == kLogin5) logged_in_ = true;
    return Agreed() && (logged_in_ || type == kBatch || type == kRpc);
  }

  std::array<Framer, 2> framers_{Framer(&TdsSize, kMostHeld), Framer(&TdsSize, kMostHeld)};
  std::array<bool, 2> spoken_{};
  std::unique_ptr<Session> tls_;
  uint32_t packets_ = 0;
  bool logged_in_ = false;
  bool tls_found_ = false;
};

// [MS-TDS] 2.2.6.5: the first option is the version: 0, its place, six bytes.
Verdict ProbePrelogin(ByteReader body, size_t size) {
  if (body.empty()) return Verdict::kNeedMore;
  if (body.U8() != 0) return Verdict::kNotMine;
  const uint16_t offset = body.U16();
  if (!body.ok()) return Verdict::kNeedMore;
  if (offset < 6 || offset + 6U > size - kHeader) return Verdict::kNotMine;
  const uint16_t length = body.U16();
  if (!body.ok()) return Verdict::kNeedMore;
  return length == 6 ? Verdict::kMatch : Verdict::kNotMine;
}

// 2.2.6.4: its own length, then a version 7.x.
Verdict ProbeLogin7(ByteReader body, size_t size) {
  const uint32_t length = body.Le32();
  if (!body.ok()) return Verdict::kNeedMore;
  if (length < kLogin7Fixed || length + kHeader < size) return Verdict::kNotMine;
  const uint32_t version = body.Le32();
  if (!body.ok()) return Verdict::kNeedMore;
  return version >> 24 >= 0x70 && version >> 24 <= 0x74 ? Verdict::kMatch : Verdict::kNotMine;
}

Verdict ProbeLogin5(ByteReader body) {
  std::string_view text;
  for (int i = 0; i < 3; ++i) {  // host, user, password
    if (body.size() <= kName5) return Verdict::kNeedMore;
    if (!ReadName5(&body, &text)) return Verdict::kNotMine;
    if (i == 1 && text.empty()) return Verdict::kNotMine;
  }
  return Verdict::kMatch;
}

// The header; `*size`: of the packet.
Verdict ProbeHeader(Bytes opening, size_t* size) {
  ByteReader reader(opening);
  reader.Skip(1);
  if (reader.empty()) return Verdict::kNeedMore;
  const uint8_t status = reader.U8();
  if ((status & ~0x1b) != 0) return Verdict::kNotMine;
  *size = TdsSize(opening);
  if (*size == kFrameSizeUnknown) return Verdict::kNeedMore;
  const bool last = (status & 1) != 0;
  if (!last && *size < kLeastPacket) return Verdict::kNotMine;
  const bool empty = *size == kHeader && opening.front() == kAttention;
  if (*size <= kHeader && !empty) return Verdict::kNotMine;
  reader.Skip(5);  // length, process, number
  if (reader.ok() && reader.empty()) return Verdict::kNeedMore;
  if (!reader.ok()) return Verdict::kNeedMore;
  return reader.U8() == 0 ? Verdict::kMatch : Verdict::kNotMine;
}

}  // namespace

// A login, or what comes before it.
Verdict ProbeTds(Bytes opening) {
  const uint8_t type = opening.front();
  if (type != kPrelogin && type != kLogin7 && type != kLogin5) return Verdict::kNotMine;
  size_t size = 0;
  const Verdict header = ProbeHeader(opening, &size);
  if (header != Verdict::kMatch) return header;
  const ByteReader body(opening.subspan(kHeader));
  if (type == kPrelogin) return ProbePrelogin(body, size);
  return type == kLogin7 ? ProbeLogin7(body, size) : ProbeLogin5(body);
}

// On its ports also other packets, as captures begin anywhere: whole, and alone or followed by one.
Verdict ProbeTdsPort(Bytes opening) {
  constexpr std::array<uint8_t, 11> kTypes = {kBatch,     kLogin5, kRpc,         kAnswer,
                                              kAttention, kBulk,   kTransaction, kCommand5,
                                              kLogin7,    kSspi,   kPrelogin};
  const uint8_t type = opening.front();
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) return Verdict::kNotMine;
  const Verdict login = ProbeTds(opening);
  if (login == Verdict::kMatch) return login;
  size_t size = 0;
  const Verdict header = ProbeHeader(opening, &size);
  if (header != Verdict::kMatch) return header;
  if (opening.size() < size) return Verdict::kNeedMore;
  if (opening.size() == size) return Verdict::kMatch;
  const Bytes next = opening.subspan(size);
  if (std::find(kTypes.begin(), kTypes.end(), next.front()) == kTypes.end()) {
    return Verdict::kNotMine;
  }
  return ProbeHeader(next, &size);
}

FieldList TdsFields() {
  return FieldsOf<kTdsUser, kTdsHost, kTdsProgram, kTdsServer, kTdsDatabase>();
}

std::unique_ptr<Session> StartTds() { return std::make_unique<TdsSession>(); }

}  // namespace rustnet::net
