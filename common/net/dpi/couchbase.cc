// SPDX-License-Identifier: Apache-2.0
// Couchbase's key-value service (couchbase/kv_engine: BinaryProtocol.md): memcached's binary
// packets with further commands.  HELLO's key says who the client is, the bucket's choice which
// one; other keys, and how a user proves himself, are not read.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kCouchbaseClient{"couchbase_client"};
constexpr Field kCouchbaseBucket{"couchbase_bucket"};

constexpr uint8_t kRequest = 0x80, kAnswer = 0x81;
constexpr uint8_t kHello = 0x1f, kSelectBucket = 0x89;
constexpr size_t kHeader = 24;
constexpr uint16_t kLongestKey = 251;
constexpr uint8_t kLongestExtras = 32, kMostDataTypes = 7;
constexpr uint32_t kLongestBody = 32U << 20;

constexpr uint8_t kFramedRequest = 0x08, kFramedAnswer = 0x18, kLongestFrames = 64;

bool IsMagic(uint8_t magic) { return magic == kRequest || magic == kAnswer; }

size_t CouchbaseSize(Bytes start) {
  ByteReader reader(start);
  const uint8_t magic = reader.U8();
  reader.Skip(7);
  const uint32_t body = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  // Requests and answers, with frames before their extras too, and those of a server (82, 83).
  const bool known = IsMagic(magic) || magic == kFramedRequest || magic == kFramedAnswer ||
                     magic == 0x82 || magic == 0x83;
  return known && body <= kLongestBody ? kHeader + body : 0;
}

bool ReadCouchbase(Bytes packet, const Moment&, Facts* facts) {
  ByteReader reader(packet);
  const uint8_t magic = reader.U8();
  const uint8_t opcode = reader.U8();
  const uint16_t key = reader.U16();
  const uint8_t extras = reader.U8();
  reader.Skip(kHeader - 5 + extras);
  if (!reader.ok() || !IsMagic(magic)) return false;
  if (magic != kRequest || key > kLongestKey) return true;
  if (opcode == kHello) facts->Add(kCouchbaseClient, AsText(reader.Take(key)));
  if (opcode == kSelectBucket) facts->Add(kCouchbaseBucket, AsText(reader.Take(key)));
  return true;
}

}  // namespace

Verdict ProbeCouchbase(Bytes opening) {
  uint32_t least = 0;
  const uint8_t magic = opening.front();
  const bool framed = magic == kFramedRequest || magic == kFramedAnswer;
  const bool answer = magic == kAnswer || magic == kFramedAnswer;
  if (!framed && !IsMagic(magic)) return Verdict::kNotMine;
  Shape shape(opening);
  shape.Skip(2).U16([&](uint16_t key) {
    // With frames their length stands in the key's first byte.
    const uint16_t frames = framed ? key >> 8 : 0;
    least = framed ? frames + (key & 0xff) : key;
    return framed ? frames != 0 && frames <= kLongestFrames : key <= kLongestKey;
  });
  return shape.U8([&](uint8_t extras) { return least += extras, extras <= kLongestExtras; })
      .U8(Between(0, kMostDataTypes))
      .U16([&](uint16_t status) { return !answer || status <= 0x0fff; })
      .U32([&](uint32_t body) { return body >= least && body <= kLongestBody; })
      .Skip(kHeader - 12)
      .verdict();
}

FieldList CouchbaseFields() { return FieldsOf<kCouchbaseClient, kCouchbaseBucket>(); }

std::unique_ptr<Session> StartCouchbase() { return StartFrames<&CouchbaseSize, &ReadCouchbase>(); }

}  // namespace rustnet::net
