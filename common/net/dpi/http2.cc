// SPDX-License-Identifier: Apache-2.0
// HTTP/2 in clear (RFC 9113), by prior knowledge or after an Upgrade: behind the client's preface
// frames of nine bytes of header; of HEADERS and CONTINUATION the fields, of DATA messages of DNS
// (doh.h), all others skipped.  gRPC is named when a request or an answer says it is that.
#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/doh.h"
#include "common/net/dpi/hpack.h"
#include "common/net/dpi/http.h"
#include "common/net/dpi/shape.h"
#include "common/net/dpi/target.h"

namespace rustnet::net {
namespace {

constexpr Field kHttpContentType{"http_content_type"};

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr std::string_view kPrefaceRest = "\r\nSM\r\n\r\n";  // behind a line that HTTP/1 has read
constexpr std::string_view kGrpc = "application/grpc";
constexpr size_t kFrameHeader = 9;
constexpr uint8_t kData = 0, kHeaders = 1, kSettings = 4, kPushPromise = 5, kContinuation = 9;
constexpr uint8_t kEndStream = 1, kEndHeaders = 4, kPadded = 8, kPriority = 0x20;
constexpr size_t kLongestBlock = 1 << 16;

struct FrameHeader {
  uint32_t length = 0;
  uint8_t type = 0;
  uint8_t flags = 0;
  uint32_t stream = 0;
};

FrameHeader ReadFrameHeader(Bytes bytes) {
  ByteReader reader(bytes);
  FrameHeader header;
  header.length = reader.U24();
  header.type = reader.U8();
  header.flags = reader.U8();
  header.stream = reader.U32() & 0x7fffffff;
  return header;
}

// The first frame of a server: settings of the whole connection (RFC 9113 section 6.5).
Verdict ProbeSettings(Bytes opening) {
  uint32_t length = 0;
  Shape shape(opening);
  shape.Is(std::string_view("\0\0", 2)).U8([&](uint8_t n) {
    return (length = n) <= 96 && n % 6 == 0;
  });
  shape.U8(Equal(kSettings)).U8(Equal(0)).U32(Equal(0));
  if (length != 0) shape.U16(Between(1, 16));
  return shape.verdict();
}

class Facter : public HeaderSink {
 public:
  explicit Facter(Facts* facts) : facts_(facts) {}
  void OnHeader(std::string_view name, std::string_view value) override {
    if (name == ":method") {
      facts_->Add(kHttpMethod, value);
    } else if (name == ":path") {
      AddTarget(kHttpPath, value, facts_);
      asked_dns = AddDnsTarget(value, facts_);
    } else if (name == ":authority") {
      AddHost(kHttpHost, value, facts_);
      authority_ = true;
    } else if (name == "host" && !authority_) {  // RFC 9113 section 8.3.1
      AddHost(kHttpHost, value, facts_);
    } else if (name == ":status") {
      uint64_t status = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), status);
      if (error == std::errc() && status < 1000) facts_->AddNumber(kHttpStatus, status);
    } else if (name == "user-agent") {
      facts_->Add(kHttpUserAgent, value);
    } else if (name == "server") {
      facts_->Add(kHttpServer, value);
    } else if (name == "content-type") {
      facts_->Add(kHttpContentType, value);
      grpc = grpc || value.starts_with(kGrpc);
      dns_body = IsDnsMedia(value);
    }
  }
  bool grpc = false;
  bool asked_dns = false;
  bool dns_body = false;

 private:
  Facts* facts_;
  bool authority_ = false;
};

class Http2Session : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Side& s = sides_[static_cast<size_t>(direction)];
    while (!bytes.empty()) {
      if (s.skip != 0) {
        const size_t skipped = std::min<size_t>(s.skip, bytes.size());
        s.skip -= static_cast<uint32_t>(skipped);
        bytes = bytes.subspan(skipped);
        continue;
      }
      s.held.push_back(bytes.front());
      bytes = bytes.subspan(1);
      if (!s.begun && !Begin(&s)) continue;
      if (s.held.size() < kFrameHeader) continue;
      const FrameHeader header = ReadFrameHeader(s.held);
      if (!IsWanted(&s, header)) {
        s.skip = header.length;
        s.held.clear();
      } else {
        if (header.length > kLongestBlock) return facts->CountCut(), Progress::kDone;
        const size_t wanted = kFrameHeader + header.length - s.held.size();
        const Bytes more = bytes.first(std::min(wanted, bytes.size()));
        s.held.insert(s.held.end(), more.begin(), more.end());
        bytes = bytes.subspan(more.size());
        if (more.size() < wanted) return Progress::kMore;
        if (!OnFrame(&s, header, facts)) return Progress::kDone;
        s.held.clear();
      }
    }
    return Progress::kMore;
  }

  std::string_view Inner() const override { return grpc_ ? "grpc" : dns_ ? "dns" : ""; }
  bool Agreed() const override { return sides_[0].spoken && sides_[1].spoken; }
  size_t memory() const override {
    size_t total = sizeof *this;
    for (const Side& s : sides_) {
      total += s.held.capacity() + s.block.capacity() + s.hpack.memory();
      for (const Body& body : s.bodies) total += sizeof body + body.message.memory();
    }
    return total;
  }

 private:
  static constexpr size_t kMostBodies = 8;  // of DNS, at once; then the oldest is forgotten

  struct Body {
    uint32_t stream = 0;
    DnsBody message;
  };
  struct Side {
    std::vector<uint8_t> held;   // the beginning of a frame; all of a wanted one
    std::vector<uint8_t> block;  // of headers, while it goes on
    HpackDecoder hpack;
    std::vector<Body> bodies;
    uint32_t skip = 0;
    bool begun = false;  // behind the preface, or there is none
    bool spoken = false;
  };

  static std::vector<Body>::iterator BodyOf(Side* s, uint32_t stream) {
    return std::find_if(s->bodies.begin(), s->bodies.end(),
                        [&](const Body& body) { return body.stream == stream; });
  }

  static bool IsWanted(Side* s, const FrameHeader& header) {
    const uint8_t type = header.type;
    if (type == kData) return BodyOf(s, header.stream) != s->bodies.end();
    return type == kHeaders || type == kPushPromise || type == kContinuation;
  }

  // False: what is held may be a preface.
  static bool Begin(Side* s) {
    const std::string_view text = AsText(s->held);
    for (const std::string_view preface : {kPreface, kPrefaceRest}) {
      if (text == preface) {
        s->held.clear();
        s->begun = true;
        return false;
      }
      if (preface.starts_with(text)) return false;
    }
    s->begun = true;
    return true;
  }

  // False: the headers cannot be read, nor any behind them.
  bool OnFrame(Side* s, const FrameHeader& header, Facts* facts) {
    ByteReader reader(Bytes(s->held).subspan(kFrameHeader));
    const bool padded = (header.flags & kPadded) != 0 && header.type != kContinuation;
    const size_t padding = padded ? reader.U8() : 0;
    if (header.type == kData) {
      if (reader.ok() && padding <= reader.size()) {
        OnBody(s, header, reader.rest().first(reader.size() - padding), facts);
      }
      return true;
    }
    if (header.type != kContinuation) {
      if (header.type == kPushPromise) reader.Skip(4);
      if (header.type == kHeaders && (header.flags & kPriority) != 0) reader.Skip(5);
      if (!reader.ok() || padding > reader.size()) return false;
      reader = ByteReader(reader.rest().first(reader.size() - padding));
      s->block.clear();
    }
    if (s->block.size() + reader.size() > kLongestBlock) return facts->CountCut(), false;
    const Bytes piece = reader.rest();
    s->block.insert(s->block.end(), piece.begin(), piece.end());
    if ((header.flags & kEndHeaders) == 0) return true;
    Facter facter(facts);
    const bool good = s->hpack.Decode(s->block, &facter);
    s->block.clear();
    s->spoken = true;
    grpc_ = grpc_ || facter.grpc;
    dns_ = dns_ || facter.asked_dns;
    if (facter.dns_body && BodyOf(s, header.stream) == s->bodies.end()) {
      if (s->bodies.size() == kMostBodies) {
        s->bodies.erase(s->bodies.begin());
        facts->CountCut();
      }
      s->bodies.push_back({.stream = header.stream, .message = {}});
    }
    return good;
  }

  void OnBody(Side* s, const FrameHeader& header, Bytes piece, Facts* facts) {
    const auto body = BodyOf(s, header.stream);
    body->message.Add(piece, facts);
    if ((header.flags & kEndStream) == 0) return;
    dns_ = body->message.End(facts) || dns_;
    s->bodies.erase(body);
  }

  std::array<Side, 2> sides_;
  bool grpc_ = false;
  bool dns_ = false;
};

}  // namespace

Verdict ProbeHttp2(Bytes opening) {
  if (opening.front() == 0) return ProbeSettings(opening);
  return Shape(opening).Is(kPreface).verdict();
}

FieldList Http2Fields() {
  return FieldsOf<kHttpMethod, kHttpHost, kHttpPath, kHttpUserAgent, kHttpStatus, kHttpServer,
                  kHttpContentType>();
}

std::unique_ptr<Session> StartHttp2() { return std::make_unique<Http2Session>(); }

}  // namespace rustnet::net
