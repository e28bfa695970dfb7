// SPDX-License-Identifier: Apache-2.0
// TLS over TCP (RFC 8446 section 5.1): records of five bytes of header, type, version, length; in
// those of type 22 handshake messages of four bytes of header, which records and segments cut
// anywhere.  Hellos and the server's certificate are read, other messages skipped.  An SSL 2.0
// hello has a record of its own form (RFC 5246 appendix E.2).
#include <algorithm>
#include <array>
#include <vector>

#include "common/base/byte_reader.h"
#include "common/net/dpi/certificate.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/tls_hello.h"

namespace rustnet::net {
namespace {

constexpr uint8_t kChangeCipherSpec = 20, kAlert = 21, kHandshake = 22, kApplicationData = 23,
                  kHeartbeat = 24;
constexpr uint8_t kClientHello = 1, kServerHello = 2, kCertificate = 11;
constexpr size_t kRecordHeader = 5;
constexpr size_t kMessageHeader = 4;
constexpr size_t kLongestRecord = (1 << 14) + 2048;  // RFC 5246 section 6.2.3
constexpr size_t kLongestHello = 1 << 16;
constexpr uint32_t kOneSidedRecords = 16;  // encrypted, after which the other side is not awaited

struct RecordHeader {
  uint8_t type = 0;
  uint16_t version = 0;
  uint16_t length = 0;

  bool valid() const {
    return type >= kChangeCipherSpec && type <= kHeartbeat && version >= 0x0300 &&
           version <= 0x0304 && length != 0 && length <= kLongestRecord;
  }
};

RecordHeader ReadRecordHeader(ByteReader* reader) {
  RecordHeader header;
  header.type = reader->U8();
  header.version = reader->U16();
  header.length = reader->U16();
  return header;
}

// The first three bytes of a record, as far as they are there.
bool MayBeRecord(Bytes opening) {
  ByteReader reader(opening);
  const uint8_t type = reader.U8();
  if (type < kChangeCipherSpec || type > kHeartbeat) return false;
  if (reader.empty()) return true;
  if (reader.U8() != 3) return false;
  return reader.empty() || reader.U8() <= 4;
}

// IANA "TLS Alerts".
std::string_view AlertName(uint8_t description) {
  switch (description) {
    case 0:
      return "close_notify";
    case 10:
      return "unexpected_message";
    case 20:
      return "bad_record_mac";
    case 21:
      return "decryption_failed";
    case 22:
      return "record_overflow";
    case 30:
      return "decompression_failure";
    case 40:
      return "handshake_failure";
    case 41:
      return "no_certificate";
    case 42:
      return "bad_certificate";
    case 43:
      return "unsupported_certificate";
    case 44:
      return "certificate_revoked";
    case 45:
      return "certificate_expired";
    case 46:
      return "certificate_unknown";
    case 47:
      return "illegal_parameter";
    case 48:
      return "unknown_ca";
    case 49:
      return "access_denied";
    case 50:
      return "decode_error";
    case 51:
      return "decrypt_error";
    case 60:
      return "export_restriction";
    case 70:
      return "protocol_version";
    case 71:
      return "insufficient_security";
    case 80:
      return "internal_error";
    case 86:
      return "inappropriate_fallback";
    case 90:
      return "user_canceled";
    case 100:
      return "no_renegotiation";
    case 109:
      return "missing_extension";
    case 110:
      return "unsupported_extension";
    case 111:
      return "certificate_unobtainable";
    case 112:
      return "unrecognized_name";
    case 113:
      return "bad_certificate_status_response";
    case 114:
      return "bad_certificate_hash_value";
    case 115:
      return "unknown_psk_identity";
    case 116:
      return "certificate_required";
    case 120:
      return "no_application_protocol";
    case 121:
      return "ech_required";
    default:
      return "";
  }
}

struct Ssl2Hello {
  uint16_t version = 0;
  size_t size = 0;  // with the two bytes of its length
};

// RFC 5246 appendix E.2: length with the high bit set, 1, version, three lengths that make up the
// rest.
Verdict ReadSsl2Hello(Bytes opening, Ssl2Hello* hello) {
  ByteReader reader(opening);
  const uint16_t head = reader.U16();
  if ((opening.front() & 0x80) == 0) return Verdict::kNotMine;
  if (!reader.ok()) return Verdict::kNeedMore;
  const size_t length = head & 0x7fffU;
  if (length < 28 || length > 1024) return Verdict::kNotMine;
  const uint8_t type = reader.U8();
  if (!reader.ok()) return Verdict::kNeedMore;
  hello->version = reader.U16();
  const uint16_t ciphers = reader.U16();
  const uint16_t session_id = reader.U16();
  const uint16_t challenge = reader.U16();
  if (type != kClientHello) return Verdict::kNotMine;
  if (!reader.ok()) return Verdict::kNeedMore;
  if (TlsVersionName(hello->version).empty() || ciphers == 0 || ciphers % 3 != 0 ||
      challenge < 16 || challenge > 32 || 9U + ciphers + session_id + challenge != length) {
    return Verdict::kNotMine;
  }
  hello->size = length + 2;
  return Verdict::kMatch;
}

class TlsSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Side& s = sides_[static_cast<size_t>(direction)];
    if (s.lost) {
      // Behind a hole: a segment that begins with a record shows where records begin again.
      const bool found = ProbeTlsPort(bytes) == Verdict::kMatch;
      if (!found) return ++s.ciphertexts < kOneSidedRecords ? Progress::kMore : Progress::kDone;
      s.lost = false;
      s.left = 0;
    }
    if (!s.begun) BeginSsl2(&s, bytes, facts);
    s.begun = true;
    ByteReader reader(bytes);
    while (!reader.empty() && !s.lost) {
      if (s.left == 0 && !NextRecord(&s, &reader)) break;
      const Bytes piece = reader.TakeUpTo(s.left);
      OnRecord(&s, piece, facts);
      s.left = static_cast<uint16_t>(s.left - piece.size());
    }
    return Judge(s);
  }

  Progress OnGap(Direction direction, uint64_t lost) override {
    Side& s = sides_[static_cast<size_t>(direction)];
    if (lost <= s.left && (s.type != kHandshake || s.encrypted)) {
      s.left = static_cast<uint16_t>(s.left - lost);
      return Progress::kMore;
    }
    s.lost = true;
    s.header_size = 0;
    s.skip = 0;
    s.message = {};
    return Progress::kMore;
  }

  bool Agreed() const override { return client_hello_ && server_hello_; }
  size_t memory() const override {
    return sizeof *this + sides_[0].message.capacity() + sides_[1].message.capacity();
  }

 private:
  struct Side {
    std::vector<uint8_t> message;  // a handshake message, from its header on, while it is cut
    uint32_t skip = 0;             // bytes of a message that is not wanted
    uint32_t ciphertexts = 0;      // records of application data; segments while lost
    std::array<uint8_t, kRecordHeader> header{};  // of a record, while it is cut
    uint8_t header_size = 0;
    uint8_t type = 0;   // of the record under way
    uint16_t size = 0;  // its length
    uint16_t left = 0;  // of it, to come
    bool begun = false;
    bool encrypted = false;  // behind ChangeCipherSpec
    bool client = false;     // has sent a ClientHello
    bool server = false;     // has sent a ServerHello
    bool lost = false;
  };

  static bool NextRecord(Side* s, ByteReader* reader) {
    if (s->header_size == 0 && reader->size() >= kRecordHeader) {
      return BeginRecord(s, ReadRecordHeader(reader));
    }
    while (s->header_size < kRecordHeader && !reader->empty()) {
      s->header[s->header_size++] = reader->U8();
    }
    if (s->header_size < kRecordHeader) return false;
    s->header_size = 0;
    ByteReader held{Bytes(s->header)};
    return BeginRecord(s, ReadRecordHeader(&held));
  }

  static bool BeginRecord(Side* s, const RecordHeader& header) {
    s->lost = !header.valid();
    s->type = header.type;
    s->size = s->left = header.length;
    if (header.type == kApplicationData) ++s->ciphertexts;
    return !s->lost;
  }

  // A piece of the record under way, before `left` is lowered by it.
  void OnRecord(Side* s, Bytes piece, Facts* facts) {
    switch (s->type) {
      case kChangeCipherSpec:
        // A client of TLS 1.3 sends one for show (RFC 8446 appendix D.4), then its second hello.
        s->encrypted = !retry_;
        break;
      case kAlert:
        if (s->size == 2 && !s->encrypted && piece.size() == s->left) {
          facts->Add(kTlsAlert, AlertName(piece.back()));
        }
        break;
      case kHandshake:
        if (!s->encrypted) OnHandshake(s, ByteReader(piece), facts);
        break;
      default:
        break;
    }
  }

  void OnHandshake(Side* s, ByteReader piece, Facts* facts) {
    while (!piece.empty()) {
      if (s->skip != 0) {
        s->skip -= static_cast<uint32_t>(piece.TakeUpTo(s->skip).size());
        continue;
      }
      if (s->message.empty()) {
        ByteReader ahead = piece;
        const uint8_t type = ahead.U8();
        const Bytes body = ahead.Take(ahead.U24());
        if (ahead.ok()) {
          OnMessage(s, type, body, facts);
          piece = ahead;
          continue;
        }
      }
      Hold(s, &piece, facts);
    }
  }

  // How much is to be held of a message that begins so: its header, and the body of a hello, or of
  // a certificate up to the end of the first.
  static size_t Wanted(Bytes message) {
    if (message.size() < kMessageHeader) return kMessageHeader;
    const size_t body = BodySize(message);
    switch (message.front()) {
      case kClientHello:
      case kServerHello:
        return kMessageHeader + (body <= kLongestHello ? body : 0);
      case kCertificate:
        return kMessageHeader + std::min(body, LeafEnd(message.subspan(kMessageHeader)));
      default:
        return kMessageHeader;
    }
  }

  // Holds a message that is cut, as far as it is wanted.
  void Hold(Side* s, ByteReader* piece, Facts* facts) {
    size_t wanted = Wanted(s->message);
    while (s->message.size() < wanted) {
      const Bytes more = piece->TakeUpTo(wanted - s->message.size());
      s->message.insert(s->message.end(), more.begin(), more.end());
      if (s->message.size() < wanted) return;
      wanted = Wanted(s->message);
    }
    const uint8_t type = s->message.front();
    const Bytes body = Bytes(s->message).subspan(kMessageHeader);
    s->skip = BodySize(s->message) - static_cast<uint32_t>(body.size());
    if (s->skip == 0 || type == kCertificate) {
      OnMessage(s, type, body, facts);
    } else if (type == kClientHello || type == kServerHello) {
      facts->CountCut();
    }
    s->message = {};
  }

  static uint32_t BodySize(Bytes message) {
    ByteReader reader(message);
    reader.Skip(1);
    return reader.U24();
  }

  void OnMessage(Side* s, uint8_t type, Bytes body, Facts* facts) {
    if (type == kClientHello) {
      ParseClientHello(body, HelloForm::kTls, facts);
      s->client = client_hello_ = true;
    } else if (type == kServerHello) {
      ServerHello hello;
      ParseServerHello(body, facts, &hello);
      retry_ = hello.retry;
      server_hello_ = !hello.retry;
      s->server = true;
      modern_ = TlsVersionName(hello.version) == "TLS1.3";
    } else if (type == kCertificate && s->server) {
      ReadLeaf(body, facts);
    }
  }

  // Both hellos are all; but up to TLS 1.2 a certificate and an alert come in clear, so the first
  // record under encryption is awaited.  Data of the client alone may be early data (RFC 8446
  // section 2.3).
  Progress Judge(const Side& s) const {
    if (server_hello_ && client_hello_ && (modern_ || s.encrypted)) return Progress::kDone;
    if (s.ciphertexts == 0) return Progress::kMore;
    const bool early = s.client && !server_hello_ && s.ciphertexts < kOneSidedRecords;
    return early ? Progress::kMore : Progress::kDone;
  }

  static void SkipAs(Side* s, size_t bytes) {
    s->type = 0;
    s->size = s->left = static_cast<uint16_t>(bytes);
  }

  void BeginSsl2(Side* s, Bytes bytes, Facts* facts) {
    Ssl2Hello hello;
    if (ReadSsl2Hello(bytes, &hello) != Verdict::kMatch) return;
    facts->Add(kTlsOffered, TlsVersionName(hello.version));
    s->client = client_hello_ = true;
    SkipAs(s, hello.size);
  }

  std::array<Side, 2> sides_;
  bool client_hello_ = false;
  bool server_hello_ = false;  // not a HelloRetryRequest
  bool retry_ = false;
  bool modern_ = false;  // TLS 1.3: behind the hellos all is encrypted
};

// What stands behind a record's header and proves a handshake: a hello's header and version.
Verdict ProbeHello(ByteReader reader, size_t in_record) {
  ByteReader body(reader.TakeUpTo(in_record));
  const uint8_t type = body.U8();
  if (!body.ok()) return Verdict::kNeedMore;
  if (type != kClientHello && type != kServerHello) return Verdict::kNotMine;
  const uint32_t length = body.U24();
  const uint16_t version = body.U16();
  if (body.ok()) {
    const bool known = !TlsVersionName(version).empty();
    return length <= kLongestHello && known ? Verdict::kMatch : Verdict::kNotMine;
  }
  // Cut: by the end of what is there, or by the end of a very short record.
  return in_record < kMessageHeader + 2 && !reader.empty() ? Verdict::kMatch : Verdict::kNeedMore;
}

// Data in the middle of a connection, on any port: two records that follow each other.
Verdict ProbeChain(ByteReader reader, const RecordHeader& first) {
  constexpr size_t kShortest = 17;  // a tag of 16 bytes, and something
  if (first.length < kShortest) return Verdict::kNotMine;
  reader.Skip(first.length);
  if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
  if (!MayBeRecord(reader.rest())) return Verdict::kNotMine;
  const RecordHeader second = ReadRecordHeader(&reader);
  if (!reader.ok()) return Verdict::kNeedMore;
  return second.valid() && second.version == first.version ? Verdict::kMatch : Verdict::kNotMine;
}

}  // namespace

Verdict ProbeTlsPort(Bytes opening) {
  if (!MayBeRecord(opening)) {
    Ssl2Hello hello;
    return ReadSsl2Hello(opening, &hello);
  }
  ByteReader reader(opening);
  const RecordHeader header = ReadRecordHeader(&reader);
  if (!reader.ok()) return Verdict::kNeedMore;
  return header.valid() ? Verdict::kMatch : Verdict::kNotMine;
}

Verdict ProbeTls(Bytes opening) {
  const Verdict verdict = ProbeTlsPort(opening);
  if (verdict != Verdict::kMatch || !MayBeRecord(opening)) return verdict;
  ByteReader reader(opening);
  const RecordHeader header = ReadRecordHeader(&reader);
  switch (header.type) {
    case kHandshake:
      return ProbeHello(reader, header.length);
    case kAlert: {
      const uint8_t level = reader.U8();
      const uint8_t description = reader.U8();
      if (header.length != 2) return Verdict::kNotMine;
      if (!reader.ok()) return Verdict::kNeedMore;
      return (level == 1 || level == 2) && !AlertName(description).empty() ? Verdict::kMatch
                                                                           : Verdict::kNotMine;
    }
    case kApplicationData:
      return ProbeChain(reader, header);
    default:
      return Verdict::kNotMine;
  }
}

FieldList TlsFields() {
  return FieldsOf<kSni, kAlpn, kAlpnSelected, kTlsOffered, kTlsVersion, kTlsCipher, kEch, kJa3,
                  kJa4, kTlsAlert, kCertSubject, kCertIssuer, kCertSan, kCertNotAfter>();
}

std::unique_ptr<Session> StartTls() { return std::make_unique<TlsSession>(); }

}  // namespace rustnet::net
