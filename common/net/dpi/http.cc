// SPDX-License-Identifier: Apache-2.0
// HTTP/1 (RFC 9112): every request and response of a connection.  A message is a start line, header
// lines up to an empty one, and a body that is skipped by its length, by its chunks, or to the end;
// unless it is a message of DNS (doh.h).
//
// Which direction asks is told by the start lines, since a capture may begin anywhere.  After a
// hole or nonsense a side waits for a segment that begins a message.  Who asks a server of
// something else has not made it an HTTP server, nor has one that answers what nobody asked.
#include "common/net/dpi/http.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "common/base/text.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/doh.h"
#include "common/net/dpi/lines.h"
#include "common/net/dpi/target.h"

namespace rustnet::net {
namespace {

constexpr size_t kLongestLine = 8192;
constexpr size_t kLongestMethod = 17;
constexpr std::string_view kHttp2Preface =
    "PRI * HTTP/2.0";                  // RFC 9113 section 3.4, its first line
constexpr size_t kSureTarget = 512;    // bytes of a target without an end that prove a request
constexpr size_t kMostHeld = 4096;     // of a tunnel whose answer has not been seen
constexpr uint32_t kMostWaiting = 32;  // requests without an answer of which the kind is kept

// IANA "Hypertext Transfer Protocol (HTTP) Method Registry", the usual ones first; then WebDAV
// drafts, GENA (UPnP) and RPC over HTTP ([MS-RPCH]).
// clang-format off
constexpr std::string_view kMethods[] = {
    "GET", "POST", "HEAD", "PUT", "CONNECT", "OPTIONS", "DELETE", "PATCH", "ACL",
    "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK", "LOCK", "MERGE",
    "MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "ORDERPATCH",
    "PROPFIND", "PROPPATCH", "REBIND", "REPORT", "SEARCH", "TRACE", "UNBIND", "UNCHECKOUT",
    "UNLINK", "UNLOCK", "UPDATE", "UPDATEREDIRECTREF", "VERSION-CONTROL", "BCOPY", "BDELETE",
    "BMOVE", "BPROPFIND", "BPROPPATCH", "NOTIFY", "POLL", "RPC_CONNECT", "RPC_IN_DATA",
    "RPC_OUT_DATA", "SUBSCRIBE", "UNSUBSCRIBE",
};
// clang-format on

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "HTTP/1.1 " or "ICY " (SHOUTcast), as far as `text` goes.
Verdict ProbeResponse(std::string_view text) {
  constexpr std::string_view kIcy = "ICY ";
  constexpr std::string_view kForm = "HTTP/0.0 ";  // 0 stands for a digit
  if (text.substr(0, kIcy.size()) == kIcy.substr(0, text.size())) {
    if (text.size() <= kIcy.size()) return Verdict::kNeedMore;
    return IsDigit(text[kIcy.size()]) ? Verdict::kMatch : Verdict::kNotMine;
  }
  for (size_t i = 0; i < kForm.size(); ++i) {
    if (i == text.size()) return Verdict::kNeedMore;
    if (kForm[i] == '0' ? !IsDigit(text[i]) : text[i] != kForm[i]) return Verdict::kNotMine;
  }
  return text[5] == '0' || text[5] == '1' ? Verdict::kMatch : Verdict::kNotMine;
}

bool IsTargetStart(std::string_view target) {
  return target.empty() || target[0] == '/' || target[0] == '*' ||
         StartsWithIgnoreCase(target, std::string_view("http").substr(0, target.size()));
}

// `rest` of a line behind the method and a blank.
Verdict ProbeTarget(std::string_view method, std::string_view rest) {
  const size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  const bool plain = IsTargetStart(line);
  if (end == std::string_view::npos) {
    return plain && line.size() > kSureTarget ? Verdict::kMatch : Verdict::kNeedMore;
  }
  // SIP and RTSP have the same form and another word at the end.
  const size_t version = line.rfind(" HTTP/");
  if (version != std::string_view::npos) return Verdict::kMatch;
  // HTTP/0.9: "GET /path" alone.
  const bool simple =
      method == "GET" && line.find(' ') == std::string_view::npos && line.size() > 1;
  return plain && simple && line[0] == '/' ? Verdict::kMatch : Verdict::kNotMine;
}

struct RequestLine {
  std::string_view method;
  std::string_view target;
  bool simple = false;  // without a version
};

// Any method is taken where the version says HTTP; without one only a known method.
bool ParseRequestLine(std::string_view line, RequestLine* request) {
  std::string_view rest = line;
  request->method = TakeWord(&rest);
  if (request->method.empty() || rest.empty()) return false;
  const size_t version = rest.rfind(" HTTP/");
  request->target = Trimmed(rest.substr(0, version));
  request->simple = version == std::string_view::npos;
  return !request->simple || IsHttpMethod(request->method);
}

// Decimal or hexadecimal digits at the start of `text`; false if there are none or too many.
bool ParseNumber(std::string_view text, int base, uint64_t* value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *value, base);
  return error == std::errc() && end != text.data();
}

class HttpSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    Side& s = side(direction);
    const bool unasked = moment.late && !asked_ && !answered_;
    if (unasked && ProbeResponse(AsText(bytes)) == Verdict::kMatch) {
      return HandOver(direction, bytes, Progress::kMistaken);
    }
    const bool behind_gap = s.state == State::kLost;
    if (behind_gap || s.state == State::kToTheEnd) {
      const Verdict verdict = behind_gap ? ProbeHttp(bytes) : ProbeResponse(AsText(bytes));
      if (verdict == Verdict::kNotMine) return Progress::kMore;
      s.lines.Reset();
      s.state = State::kStart;
    }
    const bool first_answer =
        asked_ && !answered_ && direction != asker_ && !behind_gap && s.lines.half().empty();
    const Answer answer = first_answer ? Judge(bytes) : Answer::kMessage;
    if (answer == Answer::kForeign) {
      const bool tunnel = side(asker_).state == State::kHeld;  // its answer was not captured
      return HandOver(direction, bytes, tunnel ? Progress::kNext : Progress::kMistaken);
    }
    if (answer == Answer::kDocument) {
      s.state = State::kToTheEnd;
      answered_ = true;
    }
    return Consume(direction, bytes, facts);
  }

  Progress OnGap(Direction direction, uint64_t lost) override {
    Side& s = side(direction);
    if (s.state == State::kToTheEnd) return Progress::kMore;
    if ((s.state == State::kBody || s.state == State::kChunk) && lost <= s.left) {
      s.left -= lost;
      s.dns = false;
      if (s.left == 0) s.state = BehindPiece(s);
      return Progress::kMore;
    }
    s.state = State::kLost;
    s.lines.Reset();
    return Progress::kMore;
  }

  std::string_view Next() const override { return next_; }
  std::string_view Inner() const override { return dns_ ? "dns" : ""; }
  Bytes Unread(Direction direction) const override {
    if (direction == handed_over_) return unread_;
    return direction == held_from_ ? Bytes(held_) : Bytes();
  }
  bool Agreed() const override { return asked_ && answered_; }
  size_t memory() const override {
    size_t total = sizeof *this + held_.capacity();
    for (const Side& s : sides_) total += s.lines.memory() + s.body.memory();
    return total;
  }

 private:
  // kChunkEnd: the empty line behind a chunk.  kHeld: behind a CONNECT or an Upgrade, until it is
  // answered.  kToTheEnd: a body that ends with the connection.
  enum class State : uint8_t {
    kStart,
    kHeader,
    kBody,
    kChunkSize,
    kChunk,
    kChunkEnd,
    kTrailer,
    kHeld,
    kToTheEnd,
    kLost
  };
  enum class Answer : uint8_t { kMessage, kDocument, kForeign };
  enum class Kind : uint8_t { kPlain, kHead, kConnect, kUpgrade };

  struct Side {
    Lines lines{kLongestLine};
    State state = State::kStart;
    // Of the message under way.
    bool response = false;
    bool chunked = false;
    bool sized = false;
    Kind kind = Kind::kPlain;
    uint16_t status = 0;
    uint64_t left = 0;  // bytes of the body or chunk
    bool dns = false;   // the body is a message of it
    DnsBody body;
  };

  Side& side(Direction direction) { return sides_[static_cast<size_t>(direction)]; }

  Progress Consume(Direction direction, Bytes bytes, Facts* facts) {
    Side& s = side(direction);
    while (!bytes.empty()) {
      switch (s.state) {
        case State::kBody:
        case State::kChunk: {
          const size_t taken = static_cast<size_t>(std::min<uint64_t>(s.left, bytes.size()));
          if (s.dns) s.body.Add(bytes.first(taken), facts);
          bytes = bytes.subspan(taken);
          s.left -= taken;
          if (s.left != 0) break;
          if (s.state == State::kBody) EndOfBody(&s, facts);
          s.state = BehindPiece(s);
          break;
        }
        case State::kHeld:
          if (!held_.empty() || ProbeHttp(bytes) != Verdict::kMatch) {
            return Hold(direction, bytes, facts);
          }
          s.state = State::kStart;
          break;
        case State::kToTheEnd:
        case State::kLost:
          return Progress::kMore;
        default: {
          std::string_view line;
          if (!s.lines.Next(&bytes, &line, facts)) return Progress::kMore;
          if (s.state == State::kStart && line == kHttp2Preface) {
            next_ = "http2";
            return HandOver(direction, bytes);
          }
          if (!OnLine(&s, line, facts)) break;
          if (TunnelOpens(s)) return HandOver(direction, bytes);
          if (s.kind == Kind::kConnect || s.kind == Kind::kUpgrade) Refuse(s, facts);
        }
      }
    }
    return Progress::kMore;
  }

  // True at the end of a header.
  bool OnLine(Side* s, std::string_view line, Facts* facts) {
    switch (s->state) {
      case State::kStart:
        if (!Trimmed(line).empty()) OnStartLine(s, line, facts);
        return false;
      case State::kHeader:
        if (!line.empty()) return OnHeader(s, line, facts), false;
        BeginBody(s);
        return true;
      case State::kChunkSize:
        if (!ParseNumber(Trimmed(line), 16, &s->left)) {
          s->state = State::kLost;
        } else {
          s->state = s->left == 0 ? State::kTrailer : State::kChunk;
          if (s->left == 0) EndOfBody(s, facts);
        }
        return false;
      case State::kChunkEnd:
        s->state = line.empty() ? State::kChunkSize : State::kLost;
        return false;
      case State::kTrailer:
        if (line.empty()) s->state = State::kStart;
        return false;
      default:
        return false;
    }
  }

  void OnStartLine(Side* s, std::string_view line, Facts* facts) {
    s->chunked = s->sized = s->dns = false;
    s->body = {};
    s->left = 0;
    s->kind = Kind::kPlain;
    s->state = State::kHeader;
    s->response = ProbeResponse(line) == Verdict::kMatch;
    if (s->response) {
      std::string_view rest = line;
      TakeWord(&rest);
      rest = Trimmed(rest);
      uint64_t status = 0;
      const bool three = rest.size() >= 3 && std::all_of(rest.begin(), rest.begin() + 3, IsDigit);
      if (three && ParseNumber(rest.substr(0, 3), 10, &status))
        facts->AddNumber(kHttpStatus, status);
      s->status = static_cast<uint16_t>(status);
      answered_ = true;
      return;
    }
    RequestLine request;
    if (!ParseRequestLine(line, &request)) {
      s->state = State::kLost;
      return;
    }
    facts->Add(kHttpMethod, request.method);
    AddTarget(kHttpPath, request.target, facts);
    dns_ = AddDnsTarget(request.target, facts) || dns_;
    asker_ = s == &sides_[0] ? Direction::kForward : Direction::kBackward;
    simple_ = request.simple;
    if (request.method == "HEAD") s->kind = Kind::kHead;
    if (request.method == "CONNECT") s->kind = Kind::kConnect;
    asked_ = true;
  }

  void OnHeader(Side* s, std::string_view line, Facts* facts) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string_view name = line.substr(0, colon);
    const auto is = [&](std::string_view wanted) { return EqualsIgnoreCase(name, wanted); };
    const std::string_view value = Trimmed(line.substr(colon + 1));
    switch (name.size()) {
      case 4:
        if (!s->response && is("host")) AddHost(kHttpHost, value, facts);
        break;
      case 6:
        if (s->response && is("server")) facts->Add(kHttpServer, value);
        break;
      case 7:
        if (is("upgrade")) OnUpgrade(s, value);
        break;
      case 10:
        if (!s->response && is("user-agent")) facts->Add(kHttpUserAgent, value);
        break;
      case 12:
        if (is("content-type")) s->dns = IsDnsMedia(value);
        break;
      case 14:
        if (is("content-length")) s->sized = ParseNumber(value, 10, &s->left);
        break;
      case 17:
        if (is("transfer-encoding")) {
          s->chunked = ToLower(value).find("chunked") != std::string::npos;
        }
        break;
      default:
        break;
    }
  }

  void OnUpgrade(Side* s, std::string_view protocol) {
    if (s->response) {
      if (s->status == 101) next_ = EqualsIgnoreCase(protocol, "websocket") ? "websocket" : "";
    } else if (s->kind == Kind::kPlain) {
      s->kind = Kind::kUpgrade;
    }
  }

  // RFC 9112 section 6.3.
  void BeginBody(Side* s) {
    bool empty = false;
    if (s->response) {
      if (s->status >= 200 || s->status == 101) s->kind = Answered();
      empty =
          s->status / 100 == 1 || s->status == 204 || s->status == 304 || s->kind == Kind::kHead;
    } else {
      Ask(s->kind);
      if (s->kind == Kind::kConnect || (s->kind == Kind::kUpgrade && !s->chunked && s->left == 0)) {
        s->state = State::kHeld;
        held_from_ = asker_;
        return;
      }
      empty = !s->chunked && !s->sized;
    }
    if (empty || (s->sized && !s->chunked && s->left == 0)) {
      s->state = State::kStart;
    } else if (s->chunked) {
      s->state = State::kChunkSize;
    } else {
      s->state = s->sized ? State::kBody : State::kToTheEnd;
    }
  }

  // Behind a body or a chunk.
  static State BehindPiece(const Side& s) {
    return s.state == State::kChunk ? State::kChunkEnd : State::kStart;
  }

  void EndOfBody(Side* s, Facts* facts) {
    if (s->dns) dns_ = s->body.End(facts) || dns_;
    s->dns = false;
  }

  // The kinds of the requests that wait for their answer, two bits each, the oldest lowest.
  void Ask(Kind kind) {
    if (waiting_ < kMostWaiting) kinds_ |= static_cast<uint64_t>(kind) << (2 * waiting_++);
  }
  Kind Answered() {
    if (waiting_ == 0) return Kind::kPlain;
    const Kind kind = static_cast<Kind>(kinds_ & 3);
    kinds_ >>= 2;
    --waiting_;
    return kind;
  }

  // After a header: a response that ends HTTP on this connection.
  static bool TunnelOpens(const Side& s) {
    return s.response && (s.status == 101 || (s.kind == Kind::kConnect && s.status / 100 == 2));
  }

  // What the first bytes behind a request are.  A bare document answers one of HTTP/0.9; what
  // begins like a status line is a damaged one.
  Answer Judge(Bytes bytes) const {
    constexpr std::string_view kHttp = "HTTP";
    std::string_view text = AsText(bytes);
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const bool message = StartsWithIgnoreCase(text, kHttp.substr(0, text.size())) ||
                         ProbeResponse(text) != Verdict::kNotMine ||
                         ProbeHttp(bytes) == Verdict::kMatch;
    if (message) return Answer::kMessage;
    return simple_ && text[0] == '<' ? Answer::kDocument : Answer::kForeign;
  }

  Progress HandOver(Direction direction, Bytes unread, Progress progress = Progress::kNext) {
    handed_over_ = direction;
    unread_ = unread;
    return progress;
  }

  // The client goes on before its CONNECT or Upgrade was answered (or the answer was not captured).
  Progress Hold(Direction direction, Bytes bytes, Facts* facts) {
    held_.insert(held_.end(), bytes.begin(), bytes.end());
    if (ProbeHttp(held_) == Verdict::kMatch) return GoOn(direction, facts);
    return held_.size() <= kMostHeld ? Progress::kMore : HandOver(direction, held_);
  }

  // The answer was no: what the client said meanwhile is HTTP.
  void Refuse(const Side& answer, Facts* facts) {
    if (answer.response && side(held_from_).state == State::kHeld) GoOn(held_from_, facts);
  }

  // Reads what was held as HTTP.
  Progress GoOn(Direction direction, Facts* facts) {
    side(direction).state = State::kStart;
    const std::vector<uint8_t> held = std::move(held_);
    held_.clear();
    return Consume(direction, held, facts);
  }

  std::array<Side, 2> sides_;
  std::vector<uint8_t> held_;  // of the side that is in kHeld
  Bytes unread_;
  std::string_view next_;
  uint64_t kinds_ = 0;
  uint32_t waiting_ = 0;
  Direction asker_ = Direction::kForward;
  Direction held_from_ = Direction::kForward;
  Direction handed_over_ = Direction::kForward;
  bool asked_ = false;
  bool answered_ = false;
  bool simple_ = false;  // HTTP/0.9
  bool dns_ = false;     // a message of it was read
};

}  // namespace

bool IsHttpMethod(std::string_view word) {
  return std::find(std::begin(kMethods), std::end(kMethods), word) != std::end(kMethods);
}

Verdict ProbeHttp(Bytes opening) {
  const std::string_view text = AsText(opening);
  const Verdict response = ProbeResponse(text);
  if (response != Verdict::kNotMine) return response;
  const size_t blank = text.substr(0, kLongestMethod + 1).find(' ');
  if (blank != std::string_view::npos) {
    const std::string_view method = text.substr(0, blank);
    return IsHttpMethod(method) ? ProbeTarget(method, text.substr(blank + 1)) : Verdict::kNotMine;
  }
  const auto begins = [&](std::string_view method) {
    return method.substr(0, text.size()) == text;
  };
  return text.size() <= kLongestMethod &&
                 std::any_of(std::begin(kMethods), std::end(kMethods), begins)
             ? Verdict::kNeedMore
             : Verdict::kNotMine;
}

FieldList HttpFields() {
  return FieldsOf<kHttpMethod, kHttpHost, kHttpPath, kHttpUserAgent, kHttpStatus, kHttpServer>();
}

std::unique_ptr<Session> StartHttp() { return std::make_unique<HttpSession>(); }

}  // namespace rustnet::net
