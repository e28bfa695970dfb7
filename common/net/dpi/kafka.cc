// SPDX-License-Identifier: Apache-2.0
// Kafka ("Kafka protocol guide", Protocol Primitives and Messages): a size, then of a request:
// which it is, its version, a number, the client's name.  An answer has only the number and is not
// known by itself.
#include <algorithm>
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/framer.h"

namespace rustnet::net {
namespace {

constexpr Field kKafkaClient{"kafka_client"};

constexpr size_t kSizeField = 4;
constexpr uint32_t kShortest = 10, kLongest = 100 << 20;  // socket.request.max.bytes
constexpr uint32_t kLongestFirst = 1 << 16;
constexpr uint16_t kLastKey = 92, kLastVersion = 18, kNoName = 0xffff;
constexpr uint16_t kMetadata = 3, kApiVersions = 18;
constexpr uint16_t kLongestName = 249;
constexpr size_t kMostHeld = 512;

size_t KafkaSize(Bytes start) {
  ByteReader reader(start);
  const uint32_t length = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length < 4 || length > kLongest ? 0 : kSizeField + length;
}

struct Request {
  uint16_t key = 0;
  std::string_view client;
};

// A request whose client has a name.
Verdict ReadRequest(Bytes opening, Request* request) {
  ByteReader reader(opening);
  const uint32_t size = reader.U32();
  if (!reader.ok()) return opening.front() == 0 ? Verdict::kNeedMore : Verdict::kNotMine;
  if (size < kShortest || size > kLongest) return Verdict::kNotMine;
  request->key = reader.U16();
  if (!reader.ok()) return Verdict::kNeedMore;
  if (request->key > kLastKey) return Verdict::kNotMine;
  const uint16_t version = reader.U16();
  if (!reader.ok()) return Verdict::kNeedMore;
  if (version > kLastVersion) return Verdict::kNotMine;
  reader.Skip(4);
  const uint16_t length = reader.U16();
  if (!reader.ok()) return Verdict::kNeedMore;
  if (length == kNoName || length == 0) return Verdict::kNeedMore;
  if (length > kLongestName || kShortest + length > size) return Verdict::kNotMine;
  request->client = AsText(reader.TakeUpTo(length));
  const bool plain = std::all_of(request->client.begin(), request->client.end(),
                                 [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!plain) return Verdict::kNotMine;
  return request->client.size() == length ? Verdict::kMatch : Verdict::kNeedMore;
}

// The first frame of each end.  Behind a request none is looked for: an answer can look like one,
// if its number is small.
class KafkaSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    const size_t way = static_cast<size_t>(direction);
    Bytes frame;
    if (!seen_[way] && framers_[way].Next(&bytes, &frame)) {
      seen_[way] = true;
      if (!requested_) OnFirst(frame, facts);
    }
    if (framers_[way].broken() || ++pieces_ > kMostPieces) return Progress::kDone;
    return Agreed() ? Progress::kDone : Progress::kMore;
  }
  bool Agreed() const override { return seen_[0] && seen_[1]; }
  size_t memory() const override {
    return sizeof *this + framers_[0].memory() + framers_[1].memory();
  }

 private:
  static constexpr uint32_t kMostPieces = 1024;

  void OnFirst(Bytes frame, Facts* facts) {
    Request request;
    const Verdict verdict = ReadRequest(frame, &request);
    requested_ = verdict != Verdict::kNotMine;
    if (verdict == Verdict::kMatch) facts->Add(kKafkaClient, request.client);
  }

  std::array<Framer, 2> framers_{Framer(&KafkaSize, kMostHeld), Framer(&KafkaSize, kMostHeld)};
  std::array<bool, 2> seen_{};
  bool requested_ = false;
  uint32_t pieces_ = 0;
};

}  // namespace

// What a client begins with.
Verdict ProbeKafka(Bytes opening) {
  Request request;
  const Verdict verdict = ReadRequest(opening, &request);
  if (opening.size() >= kSizeField + 2 && request.key != kApiVersions && request.key != kMetadata) {
    return Verdict::kNotMine;
  }
  if (opening.size() >= kSizeField && KafkaSize(opening) > kLongestFirst) return Verdict::kNotMine;
  return verdict;
}

// A client without a name must have sent one request and no byte more.
Verdict ProbeKafkaPort(Bytes opening) {
  Request request;
  const Verdict verdict = ReadRequest(opening, &request);
  const bool alone = verdict == Verdict::kNeedMore && opening.size() == KafkaSize(opening);
  return alone ? Verdict::kMatch : verdict;
}

FieldList KafkaFields() { return FieldsOf<kKafkaClient>(); }

std::unique_ptr<Session> StartKafka() { return std::make_unique<KafkaSession>(); }

}  // namespace rustnet::net
