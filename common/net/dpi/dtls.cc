// SPDX-License-Identifier: Apache-2.0
// DTLS (RFC 9147, RFC 6347, RFC 4347): records of thirteen bytes of header, several to a datagram;
// in those of type 22 and epoch 0 handshake messages of twelve bytes of header, which may come in
// fragments.  A server may first ask for a cookie, and then the client says its hello again.  Up to
// DTLS 1.2 the server's certificate comes in clear.
#include <algorithm>
#include <array>
#include <optional>

#include "common/base/byte_reader.h"
#include "common/net/dpi/certificate.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/fragments.h"
#include "common/net/dpi/tls_hello.h"

namespace rustnet::net {
namespace {

constexpr uint8_t kChangeCipherSpec = 20, kHandshake = 22, kApplicationData = 23, kLastType = 26;
constexpr uint8_t kClientHello = 1, kServerHello = 2, kCertificate = 11, kServerKeyExchange = 12,
                  kServerHelloDone = 14;
constexpr size_t kLongestRecord = (1 << 14) + 2048;
constexpr uint32_t kMostDatagrams = 64;

struct Record {
  uint8_t type = 0;
  uint16_t epoch = 0;
  Bytes body;
};

// Takes a record off `*reader`.
Verdict ReadRecord(ByteReader* reader, Record* record) {
  record->type = reader->U8();
  if (record->type < kChangeCipherSpec || record->type > kLastType) return Verdict::kNotMine;
  const uint8_t major = reader->U8();
  const uint8_t minor = reader->U8();
  // 0x0100: OpenSSL before 0.9.8f.
  const bool known = major == 0xfe ? minor == 0xff || minor == 0xfd : major == 1 && minor == 0;
  const bool begins = major == 0xfe || major == 1;
  if (!reader->ok()) return begins || major == 0 ? Verdict::kNeedMore : Verdict::kNotMine;
  if (!known) return Verdict::kNotMine;
  record->epoch = reader->U16();
  reader->Skip(6);
  const uint16_t length = reader->U16();
  if (!reader->ok()) return Verdict::kNeedMore;
  if (length == 0 || length > kLongestRecord) return Verdict::kNotMine;
  record->body = reader->Take(length);
  return reader->ok() ? Verdict::kMatch : Verdict::kNeedMore;
}

struct Fragment {
  uint8_t type = 0;
  uint32_t length = 0;
  uint16_t sequence = 0;
  uint32_t offset = 0;
  Bytes bytes;
};

bool ReadFragment(ByteReader* reader, Fragment* fragment) {
  fragment->type = reader->U8();
  fragment->length = reader->U24();
  fragment->sequence = reader->U16();
  fragment->offset = reader->U24();
  fragment->bytes = reader->Take(reader->U24());
  return reader->ok() && fragment->offset + fragment->bytes.size() <= fragment->length;
}

class DtlsSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    if (++datagrams_ > kMostDatagrams) return Progress::kDone;
    ByteReader reader(bytes);
    Record record;
    while (!reader.empty() && ReadRecord(&reader, &record) == Verdict::kMatch) {
      spoken_[static_cast<size_t>(direction)] = true;
      encrypted_ = encrypted_ || record.epoch != 0 || record.type == kApplicationData;
      if (record.type == kHandshake && record.epoch == 0) {
        ReadHandshake(direction, ByteReader(record.body), facts);
      }
    }
    const bool done = flight_over_ ? client_hello_ || encrypted_ : encrypted_;
    return server_hello_ && done ? Progress::kDone : Progress::kMore;
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override {
    return sizeof *this + sides_[0].message.memory() + sides_[1].message.memory();
  }

 private:
  struct Side {
    Fragments message;
    uint16_t sequence = 0;
    uint8_t type = 0;
  };

  void ReadHandshake(Direction direction, ByteReader reader, Facts* facts) {
    Fragment fragment;
    while (!reader.empty() && ReadFragment(&reader, &fragment)) {
      // Of the server's first flight what follows its certificate is not wanted.
      if (fragment.type == kServerKeyExchange || fragment.type == kServerHelloDone) {
        flight_over_ = true;
      }
      const bool certificate = fragment.type == kCertificate && direction == server_;
      const bool hello = fragment.type == kClientHello || fragment.type == kServerHello;
      if (!hello && (!certificate || flight_over_)) continue;
      if (fragment.bytes.size() == fragment.length) {
        OnMessage(direction, fragment.type, fragment.bytes, facts);
        continue;
      }
      Side& side = sides_[static_cast<size_t>(direction)];
      if (side.type != fragment.type || side.sequence != fragment.sequence) side.message.Clear();
      side.type = fragment.type;
      side.sequence = fragment.sequence;
      if (certificate && fragment.offset >= kLongestLeaf) continue;  // of its issuers
      if (!side.message.Add(fragment.offset, fragment.bytes)) facts->CountCut();
      const Bytes whole = side.message.Beginning();
      const size_t wanted =
          certificate ? std::min<size_t>(fragment.length, LeafEnd(whole)) : fragment.length;
      if (whole.size() < wanted) continue;
      OnMessage(direction, side.type, whole, facts);
      side.message.Clear();
    }
  }

  void OnMessage(Direction direction, uint8_t type, Bytes body, Facts* facts) {
    if (type == kCertificate) {
      ReadLeaf(body, facts);
      flight_over_ = true;
      return;
    }
    if (type == kClientHello) {
      ParseClientHello(body, HelloForm::kDtls, facts);
      client_hello_ = true;
      return;
    }
    ServerHello hello;
    ParseServerHello(body, facts, &hello);
    server_hello_ = !hello.retry;
    server_ = direction;
    if (TlsVersionName(hello.version) == "DTLS1.3") flight_over_ = true;  // the rest is encrypted
  }

  std::array<Side, 2> sides_;
  std::array<bool, 2> spoken_{};
  uint32_t datagrams_ = 0;
  bool client_hello_ = false;
  bool server_hello_ = false;
  bool encrypted_ = false;
  bool flight_over_ = false;  // the server's, as far as it is wanted
  std::optional<Direction> server_;
};

}  // namespace

// A whole record; in clear its handshake message must be one, and sealed it must be the last or
// have another behind it.
Verdict ProbeDtls(Bytes datagram) {
  ByteReader reader(datagram);
  Record record;
  const Verdict verdict = ReadRecord(&reader, &record);
  if (verdict != Verdict::kMatch) return verdict;
  if (record.type == kHandshake && record.epoch == 0) {
    ByteReader body(record.body);
    Fragment fragment;
    return ReadFragment(&body, &fragment) && fragment.type <= kLastType ? Verdict::kMatch
                                                                        : Verdict::kNotMine;
  }
  if (reader.empty()) return Verdict::kMatch;
  Record next;
  return ReadRecord(&reader, &next) == Verdict::kNotMine ? Verdict::kNeedMore : Verdict::kMatch;
}

FieldList DtlsFields() {
  return FieldsOf<kSni, kAlpn, kAlpnSelected, kTlsOffered, kTlsVersion, kTlsCipher, kEch, kJa4,
                  kCertSubject, kCertIssuer, kCertSan, kCertNotAfter>();
}

std::unique_ptr<Session> StartDtls() { return std::make_unique<DtlsSession>(); }

}  // namespace rustnet::net
