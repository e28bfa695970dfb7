// SPDX-License-Identifier: Apache-2.0
// DNS over UDP and TCP (RFC 1035; over TCP each message behind its length in two bytes, RFC 7766),
// mDNS (RFC 6762) and LLMNR (RFC 4795), which are the same messages on ports of their own.
//
// Names for addresses are drawn only from an answer whose question was seen the other way, so that
// a stray datagram from port 53 teaches nothing.
#include "common/net/dpi/dns.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "common/base/hash.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/dns_message.h"

namespace rustnet::net {
namespace {

// A message of 64 KiB can hold 13 000 questions that expand to 255 bytes each: a bound on the work.
constexpr uint32_t kMostQuestions = 256;
constexpr uint32_t kMostRecords = 1024;
constexpr size_t kLongestUnproved = 2047;  // bytes of a message over TCP on any port

bool IsKnownClass(uint16_t dns_class) {
  const uint32_t plain = dns_class & ~uint32_t{dns::kMdnsBit};
  return plain == 1 || plain == 3 || plain == 4 || plain == 254 || plain == 255;
}

bool IsHostText(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

// What a header may look like where no port vouches for it.
bool IsPlausible(const DnsHeader& h) {
  const auto& [questions, answers, authorities, additionals] = h.counts;
  if (questions != 1 || (h.flags & 0x0040) != 0) return false;  // the Z bit must be zero
  if (h.opcode() != 0 && h.opcode() != 4 && h.opcode() != 5) return false;
  if (h.is_response()) return h.rcode() <= 10;
  return h.rcode() == 0 && (h.opcode() != 0 || answers == 0) && authorities <= 64 &&
         additionals <= 4;
}

// Judges a message of which `bytes` are there and `whole` says if that is all of it.
Verdict Judge(Bytes bytes, bool whole) {
  constexpr size_t kHeader = 12;
  DnsReader reader(bytes);
  if (bytes.size() < kHeader) return whole ? Verdict::kNotMine : Verdict::kNeedMore;
  if (!IsPlausible(reader.header())) return Verdict::kNotMine;
  DnsQuestion question;
  if (!reader.NextQuestion(&question)) return whole ? Verdict::kNotMine : Verdict::kNeedMore;
  const bool known_type = !DnsTypeName(question.type).empty();
  if (!known_type || !IsKnownClass(question.dns_class) || !IsHostText(question.name.view())) {
    return Verdict::kNotMine;
  }
  if (!whole) return Verdict::kMatch;
  DnsRecord record;
  for (uint32_t n = 0; n < kMostRecords && reader.NextRecord(&record); ++n) {
  }
  return reader.complete() ? Verdict::kMatch : Verdict::kNotMine;
}

void AddType(uint16_t type, Facts* facts) {
  const std::string_view name = DnsTypeName(type);
  if (!name.empty()) return facts->Add(kDnsType, name);
  char text[9] = {'T', 'Y', 'P', 'E'};
  const auto end = std::to_chars(text + 4, text + sizeof text, type).ptr;
  facts->Add(kDnsType, {text, static_cast<size_t>(end - text)});
}

// Messages of one flow to facts, and answers to knowledge.
class DnsConversation {
 public:
  explicit DnsConversation(bool teaches) : teaches_(teaches) {}
  bool agreed() const { return spoken_[0] && spoken_[1]; }

  void OnMessage(Direction direction, Bytes message, const Moment& moment, Facts* facts) {
    DnsReader reader(message);
    if (!reader.ok()) return;
    DnsQuestion question;
    DnsName asked;
    uint32_t questions = 0;
    while (questions < kMostQuestions && reader.NextQuestion(&question)) {
      const std::string_view name = question.name.view();
      facts->Add(kDnsName, name.empty() ? "." : name);
      AddType(question.type, facts);
      if (questions++ == 0) asked = question.name;
    }
    if (reader.header().counts[0] > questions) return reader.ok() ? facts->CountCut() : void();
    const bool response = reader.header().is_response();
    if (response) facts->AddNumber(kDnsRcode, reader.header().rcode());
    spoken_[response ? 1 : 0] = true;

    const uint64_t key = MixHash(reader.header().id, std::hash<std::string_view>()(asked.view()));
    if (!response) Remember(direction, key);
    const bool teaches = response && teaches_ && moment.knowledge != nullptr && questions == 1 &&
                         WasAsked(Opposite(direction), key);
    ReadRecords(&reader, asked, teaches ? &moment : nullptr, facts);
  }

 private:
  struct Pending {
    uint64_t key = 0;
    Direction from = Direction::kForward;
  };

  void Remember(Direction from, uint64_t key) { pending_[next_++ % pending_.size()] = {key, from}; }
  bool WasAsked(Direction from, uint64_t key) const {
    return std::any_of(pending_.begin(), pending_.end(),
                       [&](const Pending& p) { return p.key == key && p.from == from; });
  }

  static void ReadRecords(DnsReader* reader, const DnsName& asked, const Moment* teach,
                          Facts* facts) {
    DnsRecord record;
    DnsName name;
    for (uint32_t n = 0; reader->NextRecord(&record); ++n) {
      if (n == kMostRecords) return facts->CountCut();
      if ((record.dns_class & ~uint32_t{dns::kMdnsBit}) != dns::kIn) continue;
      if (record.type == dns::kCname) {
        if (reader->Name(record.data_at, &name)) facts->Add(kDnsCname, name.view());
        continue;
      }
      const size_t wanted = record.type == dns::kA ? 4 : record.type == dns::kAaaa ? 16 : 0;
      if (wanted == 0 || record.data.size() != wanted) continue;
      const IpAddress address(record.data);
      facts->Add(kDnsAnswer, address.ToString());
      if (teach == nullptr) continue;
      // An answer at the end of a chain of CNAMEs belongs to the name that was asked for.
      if (record.section == DnsSection::kAnswer) {
        name = asked;
      } else if (!reader->Name(record.owner, &name)) {
        continue;
      }
      if (!name.view().empty()) {
        teach->knowledge->OnAnswer(teach->destination, name.view(), address, record.ttl);
      }
    }
  }

  std::array<Pending, 4> pending_{};  // a stub resolver asks A, AAAA and HTTPS at once
  uint8_t next_ = 0;
  bool teaches_;
  std::array<bool, 2> spoken_{};  // a query, a response
};

class DnsSession : public Session {
 public:
  explicit DnsSession(bool teaches) : conversation_(teaches) {}
  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    conversation_.OnMessage(direction, bytes, moment, facts);
    return Progress::kMore;
  }
  bool Agreed() const override { return conversation_.agreed(); }
  size_t memory() const override { return sizeof *this; }

 private:
  DnsConversation conversation_;
};

class DnsTcpSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    Side& side = sides_[static_cast<size_t>(direction)];
    if (side.lost) {
      // Behind a hole, a segment that begins a message shows where messages begin again.
      if (ProbeDnsTcpPort(bytes) != Verdict::kMatch) return Progress::kMore;
      side.lost = false;
    }
    while (!bytes.empty()) {
      if (side.half.empty() && bytes.size() >= kLength) {
        ByteReader reader(bytes);
        const Bytes message = reader.Take(reader.U16());
        if (reader.ok()) {
          conversation_.OnMessage(direction, message, moment, facts);
          bytes = reader.rest();
          continue;
        }
      }
      bytes = Hold(&side, bytes);
      ByteReader held(side.half);
      const Bytes message = held.Take(held.U16());
      if (!held.ok()) continue;
      conversation_.OnMessage(direction, message, moment, facts);
      side.half.clear();
    }
    return Progress::kMore;
  }
  Progress OnGap(Direction direction, uint64_t) override {
    sides_[static_cast<size_t>(direction)] = {.half = {}, .lost = true};
    return Progress::kMore;
  }
  bool Agreed() const override { return conversation_.agreed(); }
  size_t memory() const override {
    return sizeof *this + sides_[0].half.capacity() + sides_[1].half.capacity();
  }

 private:
  static constexpr size_t kLength = 2;
  struct Side {
    std::vector<uint8_t> half;  // of a message, its length first: at most 64 KiB
    bool lost = false;
  };

  // Appends what `side->half` lacks to a whole length or message, and returns the bytes behind.
  static Bytes Hold(Side* side, Bytes bytes) {
    ByteReader head(side->half);
    const size_t wanted = side->half.size() < kLength ? kLength : kLength + head.U16();
    ByteReader reader(bytes);
    const Bytes piece = reader.TakeUpTo(wanted - side->half.size());
    side->half.insert(side->half.end(), piece.begin(), piece.end());
    return reader.rest();
  }

  DnsConversation conversation_{true};
  std::array<Side, 2> sides_;
};

}  // namespace

Verdict ProbeDns(Bytes datagram) {
  // A datagram is whole, but one cut by the snaplen must not be refused (Verdict's law): where the
  // parse runs out of bytes, the answer is kNeedMore.
  const Verdict cut = Judge(datagram, false);
  if (cut != Verdict::kMatch) return cut;
  return Judge(datagram, true) == Verdict::kMatch ? Verdict::kMatch : Verdict::kNeedMore;
}

Verdict ProbeDnsPort(Bytes datagram) {
  DnsReader reader(datagram);
  const DnsHeader& header = reader.header();
  if (!reader.ok()) return Verdict::kNeedMore;
  if (header.opcode() > 6 || header.counts[0] > kMostQuestions) return Verdict::kNotMine;
  if (header.counts[0] == 0) {
    return header.is_response() || header.counts[1] != 0 ? Verdict::kMatch : Verdict::kNotMine;
  }
  DnsQuestion question;
  return reader.NextQuestion(&question) ? Verdict::kMatch : Verdict::kNeedMore;
}

Verdict ProbeDnsTcp(Bytes opening) {
  if (opening.front() > kLongestUnproved >> 8) return Verdict::kNotMine;  // text, TLS
  ByteReader reader(opening);
  const uint16_t length = reader.U16();
  if (!reader.ok()) return Verdict::kNeedMore;
  if (length < 17 || length > kLongestUnproved) return Verdict::kNotMine;
  const Bytes message = reader.TakeUpTo(length);
  if (message.size() == length) return Judge(message, true);
  // Where the first segment ends must not decide: a message is believed whole.
  const Verdict half = Judge(message, false);
  return half == Verdict::kMatch ? Verdict::kNeedMore : half;
}

Verdict ProbeDnsTcpPort(Bytes opening) {
  ByteReader reader(opening);
  const uint16_t length = reader.U16();
  if (!reader.ok()) return Verdict::kNeedMore;
  return length < 12 ? Verdict::kNotMine : ProbeDnsPort(reader.TakeUpTo(length));
}

bool AddDnsMessage(Bytes message, Facts* facts) {
  if (Judge(message, true) != Verdict::kMatch) return false;
  DnsConversation(false).OnMessage(Direction::kForward, message, Moment{}, facts);
  return true;
}

FieldList DnsFields() { return FieldsOf<kDnsName, kDnsType, kDnsAnswer, kDnsCname, kDnsRcode>(); }

std::unique_ptr<Session> StartDns() { return std::make_unique<DnsSession>(true); }
std::unique_ptr<Session> StartMdns() { return std::make_unique<DnsSession>(false); }
std::unique_ptr<Session> StartDnsTcp() { return std::make_unique<DnsTcpSession>(); }

}  // namespace rustnet::net
