// SPDX-License-Identifier: Apache-2.0
// AJP (Apache Tomcat: AJPv13): packets of a magic, a length and a code; 12 34 from the web server,
// "AB" from the container.  Of a request the method and the path are told, no header.
#include <iterator>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"
#include "common/net/dpi/target.h"

namespace rustnet::net {
namespace {

constexpr Field kAjpMethod{"ajp_method"};
constexpr Field kAjpPath{"ajp_path"};

constexpr uint16_t kToContainer = 0x1234, kFromContainer = 0x4142;
constexpr uint8_t kForwardRequest = 2, kSendChunk = 3, kSendHeaders = 4, kEnd = 5, kGetChunk = 6,
                  kPong = 9, kPing = 10;
constexpr uint8_t kStored = 0xff;  // the method's name stands behind the headers
constexpr uint16_t kLongest = 8192 - 4;
constexpr size_t kHeader = 4, kMost = 1024;
constexpr std::string_view kMethods[] = {"OPTIONS",
                                         "GET",
                                         "HEAD",
                                         "POST",
                                         "PUT",
                                         "DELETE",
                                         "TRACE",
                                         "PROPFIND",
                                         "PROPPATCH",
                                         "MKCOL",
                                         "COPY",
                                         "MOVE",
                                         "LOCK",
                                         "UNLOCK",
                                         "ACL",
                                         "REPORT",
                                         "VERSION-CONTROL",
                                         "CHECKIN",
                                         "CHECKOUT",
                                         "UNCHECKOUT",
                                         "SEARCH",
                                         "MKWORKSPACE",
                                         "UPDATE",
                                         "LABEL",
                                         "MERGE",
                                         "BASELINE-CONTROL",
                                         "MKACTIVITY"};

size_t AjpSize(Bytes start) {
  ByteReader reader(start);
  const uint16_t magic = reader.U16();
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return magic == kToContainer || magic == kFromContainer ? kHeader + length : 0;
}

// A length, that many bytes, NUL.
std::string_view TakeString(ByteReader* reader) {
  const uint16_t size = reader->U16();
  if (size == 0xffff) return {};  // none
  const Bytes text = reader->Take(size);
  reader->Skip(1);
  return AsText(text);
}

// Code and length of what a container says agree.
bool IsAnswer(uint8_t code, uint16_t length) {
  switch (code) {
    case kSendChunk:
      return length >= 4;
    case kSendHeaders:
      return length >= 8;
    case kEnd:
      return length == 2;
    case kGetChunk:
      return length == 3;
    default:
      return code == kPong && length == 1;
  }
}

bool IsMethod(uint8_t method) {
  return (method != 0 && method <= std::size(kMethods)) || method == kStored;
}

bool ReadAjp(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  const bool request = reader.U16() == kToContainer;
  const uint16_t length = reader.U16();
  const uint8_t code = reader.U8();
  const uint8_t method = reader.U8();
  if (!request || !reader.ok()) return true;
  // A piece of a body has its own length in the place of the code.
  if (code != kForwardRequest || (code << 8 | method) + 2 == length) return true;
  if (!IsMethod(method)) return true;
  if (!TakeString(&reader).starts_with("HTTP/")) return true;
  if (method != kStored) facts->Add(kAjpMethod, kMethods[method - 1]);
  const std::string_view path = TakeString(&reader);
  if (reader.ok()) AddTarget(kAjpPath, path, facts);
  return true;
}

}  // namespace

// A request, whole to its protocol.
Verdict ProbeAjp(Bytes opening) {
  return Shape(opening)
      .U16(Equal(kToContainer))
      .U16(Between(16, kLongest))
      .U8(Equal(kForwardRequest))
      .U8(&IsMethod)
      .U16(Equal(8))
      .Is("HTTP/")
      .U8(Between('1', '2'))
      .Is(".")
      .verdict();
}

// On its port also what a connection is kept alive with, and what the container says.
Verdict ProbeAjpPort(Bytes opening) {
  const Verdict request = ProbeAjp(opening);
  if (request != Verdict::kNotMine) return request;
  if (opening.front() == kToContainer >> 8) {
    return Shape(opening).U16(Equal(kToContainer)).U16(Equal(1)).U8(Equal(kPing)).verdict();
  }
  uint16_t length = 0;
  uint8_t code = 0;
  Shape shape(opening);
  shape.U16(Equal(kFromContainer)).U16([&](uint16_t n) { return (length = n) <= kLongest; });
  shape.U8([&](uint8_t byte) { return IsAnswer(code = byte, length); });
  if (code == kSendHeaders) shape.U16(Between(100, 599));
  if (code == kEnd) shape.U8(Between(0, 1));  // whether the connection may be used again
  if (code == kSendChunk) shape.U16([&](uint16_t n) { return n + 4 == length; });
  return shape.verdict();
}

FieldList AjpFields() { return FieldsOf<kAjpMethod, kAjpPath>(); }

std::unique_ptr<Session> StartAjp() { return StartFrames<&AjpSize, &ReadAjp, kMost>(); }

}  // namespace rustnet::net
