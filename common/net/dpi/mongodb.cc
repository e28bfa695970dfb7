// SPDX-License-Identifier: Apache-2.0
// MongoDB ("MongoDB Wire Protocol"): messages of length, request, answered request, kind (all
// little-endian, four bytes).  OP_MSG and OP_QUERY hold a BSON document whose first element's name
// is the command.
#include <algorithm>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/opening.h"

namespace rustnet::net {
namespace {

constexpr Field kMongoCommand{"mongodb_command"};

constexpr uint32_t kReply = 1, kQuery = 2004, kCompressed = 2012, kMessage = 2013;
constexpr size_t kHeader = 16;
constexpr uint32_t kLongest = 48'000'000;  // bytes of a message, by the server's default
constexpr size_t kMostHeld = 512, kLongestName = 128;
constexpr uint32_t kKnownFlags = 0x10003;  // of OP_MSG: checksum, more to come, exhaust

size_t MongoSize(Bytes start) {
  ByteReader reader(start);
  const uint32_t length = reader.Le32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length < kHeader + 5 || length > kLongest ? 0 : length;
}

// Printable, up to a 0.  kNeedMore: that is not there yet.
Verdict ReadName(ByteReader* reader, std::string_view* name) {
  const std::string_view rest = AsText(reader->rest());
  *name = rest.substr(0, rest.find('\0'));
  const bool plain =
      std::all_of(name->begin(), name->end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!plain || name->size() > kLongestName) return Verdict::kNotMine;
  if (name->size() == rest.size()) return Verdict::kNeedMore;
  reader->Skip(name->size() + 1);
  return Verdict::kMatch;
}

// The name of the first element.
Verdict ReadDocument(ByteReader reader, size_t most, std::string_view* name) {
  const uint32_t length = reader.Le32();
  if (!reader.ok()) return Verdict::kNeedMore;
  if (length < 5 || length > most) return Verdict::kNotMine;
  if (reader.empty()) return Verdict::kNeedMore;
  if (reader.U8() > 0x13) return Verdict::kNotMine;  // its type (BSON 1.1)
  return ReadName(&reader, name);
}

// kMatch: the command's name is there, or it is an answer.
Verdict ReadMessage(Bytes message, std::string_view* command) {
  const size_t size = MongoSize(message);
  if (size == 0) return Verdict::kNotMine;
  if (size == kFrameSizeUnknown) return Verdict::kNeedMore;
  ByteReader reader(message);
  reader.Skip(12);
  const uint32_t kind = reader.Le32();
  if (!reader.ok()) return Verdict::kNeedMore;
  const uint32_t flags = reader.Le32();
  switch (kind) {
    case kMessage:
      if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
      if ((flags & ~kKnownFlags) != 0) return Verdict::kNotMine;
      return reader.U8() == 0 ? ReadDocument(reader, size, command) : Verdict::kNotMine;
    case kQuery: {
      std::string_view collection;
      if (!reader.ok() || reader.empty()) return Verdict::kNeedMore;
      if (flags > 0xff) return Verdict::kNotMine;
      const Verdict name = ReadName(&reader, &collection);
      if (name != Verdict::kMatch) return name;
      if (collection.find('.') == std::string_view::npos) return Verdict::kNotMine;
      reader.Skip(8);  // how many to skip and to return
      if (!reader.ok()) return Verdict::kNeedMore;
      const Verdict document = ReadDocument(reader, size, command);
      if (!collection.ends_with(".$cmd")) *command = {};  // a query: the name of a field
      return document;
    }
    case kReply:  // flags, cursor, from where, how many
      reader.Skip(12);
      if (!reader.ok()) return Verdict::kNeedMore;
      return flags <= 0xf && reader.Le32() <= 1000 && size >= 36 ? Verdict::kMatch
                                                                 : Verdict::kNotMine;
    case kCompressed:  // the kind within, its size, the compressor
      if (!reader.ok()) return Verdict::kNeedMore;
      return flags == kMessage || flags == kQuery || flags == kReply ? Verdict::kMatch
                                                                     : Verdict::kNotMine;
    default:
      return Verdict::kNotMine;
  }
}

void ReadFrame(Bytes frame, Facts* facts) {
  std::string_view command;
  ByteReader reader(frame);
  reader.Skip(8);
  const bool asks = reader.Le32() == 0;  // it answers no request
  if (ReadMessage(frame, &command) == Verdict::kMatch && asks) facts->Add(kMongoCommand, command);
}

}  // namespace

// What a connection begins with is shorter than 64 KiB.
Verdict ProbeMongodb(Bytes opening) {
  std::string_view command;
  if (opening.size() > 2 && opening[2] != 0) return Verdict::kNotMine;
  return ReadMessage(opening, &command);
}

FieldList MongodbFields() { return FieldsOf<kMongoCommand>(); }

std::unique_ptr<Session> StartMongodb() {
  return std::make_unique<OpeningSession<&MongoSize, &ReadFrame, kMostHeld, 8>>();
}

}  // namespace rustnet::net
