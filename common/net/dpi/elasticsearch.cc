// SPDX-License-Identifier: Apache-2.0
// Elasticsearch between its nodes (Elasticsearch: TcpHeader): "ES", a length, a number, a status
// and the version; a ping is "ES" and a length of -1.  Headers may authorise and are not read.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kElasticsearchVersion{"elasticsearch_version", false, true};

constexpr std::string_view kMagic = "ES";
constexpr size_t kPrefix = 6, kHeader = 19;
constexpr uint32_t kPing = 0xffffffff, kShortest = kHeader - kPrefix, kLongest = 1U << 30;
constexpr uint8_t kStatus = 0x0f;
constexpr uint32_t kOldest = 10000, kNewest = 0x0fffffff;  // as the numbers of versions go

size_t ElasticsearchSize(Bytes start) {
  ByteReader reader(start);
  const std::string_view magic = AsText(reader.Take(kMagic.size()));
  const uint32_t length = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  if (magic != kMagic) return 0;
  if (length == kPing) return kPrefix;
  return length >= kShortest && length <= kLongest ? kPrefix + length : 0;
}

bool ReadElasticsearch(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(kPrefix + 9);
  const uint32_t version = reader.U32();
  if (reader.ok()) facts->AddNumber(kElasticsearchVersion, version);
  return true;
}

}  // namespace

Verdict ProbeElasticsearch(Bytes opening) {
  const Verdict ping = Shape(opening).Is(kMagic).U32(Equal(kPing)).verdict();
  if (ping != Verdict::kNotMine) return ping;
  return Shape(opening)
      .Is(kMagic)
      .U32(Between(kShortest, kLongest))
      .Skip(8)
      .U8(Between(0, kStatus))
      .U32(Between(kOldest, kNewest))
      .verdict();
}

FieldList ElasticsearchFields() { return FieldsOf<kElasticsearchVersion>(); }

std::unique_ptr<Session> StartElasticsearch() {
  return StartFrames<&ElasticsearchSize, &ReadElasticsearch, kHeader>();
}

}  // namespace rustnet::net
