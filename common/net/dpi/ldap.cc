// SPDX-License-Identifier: Apache-2.0
// LDAP (RFC 4511 section 4.1.1): a SEQUENCE of a message id and an operation, whose tag says which.
// Of a bind only the name is read, never what proves it.  StartTLS (section 4.14) means that TLS
// follows.  CLDAP (RFC 1798, [MS-ADTS] section 6.3.3) asks in datagrams.
#include <array>

#include "common/net/dpi/ber.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"

namespace rustnet::net {
namespace {

constexpr Field kLdapOperation{"ldap_operation"};
constexpr Field kLdapBindName{"ldap_bind_dn"};

constexpr uint8_t kBindRequest = 0x60, kBindResponse = 0x61;
constexpr uint8_t kSearch = 0x63, kEntry = 0x64, kSearchDone = 0x65, kAbandon = 0x50;
constexpr uint8_t kExtendedRequest = 0x77, kExtendedResponse = 0x78;
constexpr uint8_t kEnumerated = 0x0a;
constexpr uint32_t kLongest = 1 << 24;

std::string_view OperationName(uint8_t tag) {
  switch (tag) {
    case kBindRequest:
      return "bind";
    case kBindResponse:
      return "bind_response";
    case 0x42:
      return "unbind";
    case kSearch:
      return "search";
    case kEntry:
      return "search_entry";
    case kSearchDone:
      return "search_done";
    case 0x66:
      return "modify";
    case 0x67:
      return "modify_response";
    case 0x68:
      return "add";
    case 0x69:
      return "add_response";
    case 0x4a:
      return "delete";
    case 0x6b:
      return "delete_response";
    case 0x6c:
      return "modify_dn";
    case 0x6d:
      return "modify_dn_response";
    case 0x6e:
      return "compare";
    case 0x6f:
      return "compare_response";
    case kAbandon:
      return "abandon";
    case 0x73:
      return "search_reference";
    case kExtendedRequest:
      return "extended";
    case kExtendedResponse:
      return "extended_response";
    case 0x79:
      return "intermediate";
    default:
      return "";
  }
}

// The tag and length of a value, which itself may not be there yet.
struct Head {
  uint8_t tag = 0;
  uint32_t length = 0;
};

Head ReadHead(ByteReader* reader) {
  Head head;
  head.tag = reader->U8();
  const uint8_t first = reader->U8();
  head.length = first;
  if (first < 0x80) return head;
  if (first == 0x80 || first > 0x84) {
    reader->Skip(reader->size() + 1);
    return head;
  }
  head.length = 0;
  for (int i = first & 0x7f; i > 0; --i) head.length = head.length << 8 | reader->U8();
  return head;
}

size_t LdapSize(Bytes start) {
  constexpr size_t kLongestHead = 6;
  ByteReader reader(start);
  if (start.front() != ber::kSequence) return 0;
  const Head head = ReadHead(&reader);
  if (!reader.ok()) return start.size() < kLongestHead ? kFrameSizeUnknown : 0;
  return head.length >= 5 && head.length <= kLongest ? start.size() - reader.size() + head.length
                                                     : 0;
}

// The operation's head; `*reader` is then at its body.
Verdict ReadOperation(ByteReader* reader, Head* operation) {
  if (reader->U8() != ber::kSequence) return Verdict::kNotMine;
  const uint8_t first = reader->U8();
  if (!reader->ok()) return Verdict::kNeedMore;
  if (first == 0x80 || first > 0x84) return Verdict::kNotMine;
  reader->Skip(first > 0x80 ? first & 0x7fU : 0);
  const uint8_t tag = reader->U8();
  if (!reader->ok()) return Verdict::kNeedMore;
  const uint8_t size = reader->U8();
  if (tag != ber::kInteger) return Verdict::kNotMine;
  if (!reader->ok()) return Verdict::kNeedMore;
  if (size == 0 || size > 4) return Verdict::kNotMine;
  reader->Skip(size);
  if (!reader->ok() || reader->empty()) return Verdict::kNeedMore;
  if (OperationName(reader->Peek()).empty()) return Verdict::kNotMine;
  *operation = ReadHead(reader);
  return reader->ok() ? Verdict::kMatch : Verdict::kNeedMore;
}

// `*reader` is at the body of an extended request.
bool AsksForTls(ByteReader reader) {
  constexpr uint8_t kName = 0x80;
  return AsText(ReadBerAs(kName, &reader).rest()) == "1.3.6.1.4.1.1466.20037";
}

// `*reader` is at the body of an extended answer.
bool Succeeded(ByteReader reader) {
  const ByteReader code = ReadBerAs(kEnumerated, &reader);
  return code.ok() && code.size() == 1 && code.Peek() == 0;
}

// The operation, its body left to read; 0: that is none.
uint8_t ReadMessage(ByteReader* reader, Facts* facts) {
  Head operation;
  if (ReadOperation(reader, &operation) != Verdict::kMatch) return 0;
  facts->Add(kLdapOperation, OperationName(operation.tag));
  if (operation.tag != kBindRequest) return operation.tag;
  ReadBerInteger(reader);  // version
  const ByteReader name = ReadBerAs(ber::kOctetString, reader);
  if (name.ok()) facts->Add(kLdapBindName, AsText(name.rest()));
  return operation.tag;
}

class LdapSession : public FramedSession {
 public:
  LdapSession() : FramedSession(&LdapSize, kMostHeld) {}

  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Bytes frame;
    while (framer(direction).Next(&bytes, &frame)) {
      if (OnMessage(direction, frame, facts)) {
        unread_ = bytes;
        ended_by_ = direction;
        return Progress::kNext;
      }
      if (++frames_ == kMostFrames) return Progress::kDone;
    }
    return framer(direction).broken() ? Progress::kDone : Progress::kMore;
  }
  Bytes Unread(Direction direction) const override {
    return direction == ended_by_ ? unread_ : Bytes();
  }
  size_t memory() const override { return sizeof *this + held(); }

 private:
  static constexpr uint32_t kMostFrames = 512;
  static constexpr size_t kMostHeld = 512;

  // True: TLS follows.
  bool OnMessage(Direction direction, Bytes frame, Facts* facts) {
    ByteReader reader(frame);
    const uint8_t operation = ReadMessage(&reader, facts);
    if (operation == 0) return false;
    Spoke(direction);
    if (operation == kExtendedResponse && asked_tls_ && direction != asked_by_) {
      asked_tls_ = false;
      return Succeeded(reader);
    }
    if (operation == kExtendedRequest && AsksForTls(reader)) {
      asked_tls_ = true;
      asked_by_ = direction;
    }
    return false;
  }

  Bytes unread_;
  Direction ended_by_ = Direction::kForward;
  Direction asked_by_ = Direction::kForward;
  bool asked_tls_ = false;
  uint32_t frames_ = 0;
};

// A search, its answers (one or more in a datagram), or that it is given up.
bool ReadCldap(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeCldap(datagram) != Verdict::kMatch) return false;
  for (size_t size = LdapSize(datagram); size != 0 && size <= datagram.size();) {
    ByteReader reader(datagram.first(size));
    if (ReadMessage(&reader, facts) == 0) break;
    datagram = datagram.subspan(size);
    size = datagram.empty() ? 0 : LdapSize(datagram);
  }
  return true;
}

}  // namespace

// A bind or its answer.
Verdict ProbeLdap(Bytes opening) {
  ByteReader reader(opening);
  Head operation;
  const Verdict verdict = ReadOperation(&reader, &operation);
  if (verdict != Verdict::kMatch) return verdict;
  if (operation.tag != kBindRequest && operation.tag != kBindResponse) return Verdict::kNotMine;
  const bool asks = operation.tag == kBindRequest;
  const Bytes head = reader.Take(4);
  if (!reader.ok()) return Verdict::kNeedMore;
  const bool fits = head[0] == (asks ? ber::kInteger : kEnumerated) && head[1] == 1 &&
                    (asks ? head[2] == 2 || head[2] == 3 : head[2] <= 123) &&
                    head[3] == ber::kOctetString;
  return fits ? Verdict::kMatch : Verdict::kNotMine;
}

Verdict ProbeLdapPort(Bytes opening) {
  ByteReader reader(opening);
  Head operation;
  return ReadOperation(&reader, &operation);
}

// The whole message is there, and it is one that a datagram carries.
Verdict ProbeCldap(Bytes datagram) {
  ByteReader reader(datagram);
  Head operation;
  const Verdict verdict = ReadOperation(&reader, &operation);
  if (verdict != Verdict::kMatch) return verdict;
  const uint8_t tag = operation.tag;
  if (tag != kSearch && tag != kEntry && tag != kSearchDone && tag != kAbandon) {
    return Verdict::kNotMine;
  }
  const size_t size = LdapSize(datagram);
  if (size == 0) return Verdict::kNotMine;
  return size <= datagram.size() ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList LdapFields() { return FieldsOf<kLdapOperation, kLdapBindName>(); }

std::unique_ptr<Session> StartLdap() { return std::make_unique<LdapSession>(); }
std::unique_ptr<Session> StartCldap() { return StartDatagrams<&ReadCldap>(); }

}  // namespace rustnet::net
