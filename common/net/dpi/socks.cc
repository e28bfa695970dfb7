// SPDX-License-Identifier: Apache-2.0
// SOCKS 5 (RFC 1928, 1929) and SOCKS 4 and 4a ("SOCKS: A protocol for TCP proxy across firewalls"):
// a client asks, a server lets it through, and then follows what it was asked for.  Passwords are
// passed over.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "common/base/byte_reader.h"
#include "common/base/ip_address.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kSocksVersion{"socks_version"};
constexpr Field kSocksUser{"socks_user"};
constexpr Field kSocksDestination{"socks_destination"};  // host:port

constexpr uint8_t kV4 = 4, kV5 = 5;
constexpr uint8_t kLoginVersion = 1;  // RFC 1929
constexpr uint8_t kConnect = 1, kBind = 2, kAssociate = 3;
constexpr uint8_t kNoneNeeded = 0, kPassword = 2, kNoneAcceptable = 0xff;
constexpr uint8_t kIpv4 = 1, kName = 3, kIpv6 = 4;
constexpr uint8_t kGranted4 = 0x5a, kLastReply4 = 0x5d;
constexpr size_t kMostHeld = 2048;
constexpr size_t kLongestRequest = 512;

std::string WithPort(std::string_view host, uint16_t port) {
  const bool quoted = host.find(':') != std::string_view::npos;
  std::string text(quoted ? "[" : "");
  text.append(host).append(quoted ? "]:" : ":").append(std::to_string(port));
  return text;
}

// Up to a NUL, which is taken too; it fails if there is none.
std::string_view ReadText(ByteReader* reader) {
  const std::string_view rest = AsText(reader->rest());
  const size_t end = rest.find('\0');
  reader->Skip(end == std::string_view::npos ? rest.size() + 1 : end + 1);
  return reader->ok() ? rest.substr(0, end) : std::string_view();
}

// Type, address, port of SOCKS 5.
std::string ReadAddress(ByteReader* reader) {
  const uint8_t type = reader->U8();
  std::string host;
  if (type == kName) {
    const uint8_t size = reader->U8();
    host = AsText(reader->Take(size));
  } else {
    const Bytes address = reader->Take(type == kIpv6 ? 16 : 4);
    if (reader->ok()) host = IpAddress(address).ToString();
  }
  const uint16_t port = reader->U16();
  return reader->ok() ? WithPort(host, port) : std::string();
}

// kProved: named by its first bytes, as they came on its port; otherwise by the server's answer.
template <bool kProved>
class SocksSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    if (stage_ == Stage::kBegin) {
      client_ = direction;
      stage_ = bytes.front() == kV4 ? Stage::kRequest4 : Stage::kGreeting;
    }
    std::vector<uint8_t>& held = held_[static_cast<size_t>(direction)];
    if (held.size() + bytes.size() > kMostHeld) return Progress::kDone;
    held.insert(held.end(), bytes.begin(), bytes.end());
    Progress progress = Progress::kMore;
    while (progress == Progress::kMore && Step(&progress, facts)) {
    }
    return progress;
  }
  Bytes Unread(Direction direction) const override { return held_[static_cast<size_t>(direction)]; }
  bool Proved() const override { return kProved || answered_; }
  bool Agreed() const override { return answered_; }
  size_t memory() const override {
    return sizeof *this + held_[0].capacity() + held_[1].capacity();
  }

 private:
  enum class Stage : uint8_t {
    kBegin,
    kGreeting,
    kMethod,
    kLogin,
    kLoginAnswer,
    kRequest,
    kReply,
    kRequest4,
    kReply4
  };
  std::vector<uint8_t>& held(bool of_client) {
    return held_[static_cast<size_t>(of_client ? client_ : Opposite(client_))];
  }

  // Reads the next message if it is whole; false: it is not.
  bool Step(Progress* progress, Facts* facts) {
    const bool of_client = stage_ == Stage::kGreeting || stage_ == Stage::kLogin ||
                           stage_ == Stage::kRequest || stage_ == Stage::kRequest4;
    std::vector<uint8_t>& bytes = held(of_client);
    ByteReader reader(bytes);
    const Stage stage = stage_;
    switch (stage) {
      case Stage::kBegin:
        return false;
      case Stage::kGreeting:
        OnGreeting(&reader);
        break;
      case Stage::kMethod:
        *progress = OnMethod(&reader, facts);
        break;
      case Stage::kLogin:
        OnLogin(&reader, facts);
        break;
      case Stage::kLoginAnswer:
        reader.Skip(1);
        stage_ = Stage::kRequest;
        if (reader.U8() != 0) *progress = Progress::kDone;
        break;
      case Stage::kRequest:
        *progress = OnRequest(&reader, facts);
        break;
      case Stage::kReply:
        *progress = OnReply(&reader);
        break;
      case Stage::kRequest4:
        OnRequest4(&reader, facts);
        break;
      case Stage::kReply4:
        *progress = OnReply4(&reader, facts);
        break;
    }
    if (*progress == Progress::kMistaken) return false;
    if (!reader.ok()) {
      stage_ = stage;
      *progress = Progress::kMore;
      return false;
    }
    bytes.erase(bytes.begin(), bytes.end() - static_cast<long>(reader.size()));
    return true;
  }

  void OnGreeting(ByteReader* reader) {
    reader->Skip(1);
    methods_ = reader->U8();
    const Bytes methods = reader->Take(methods_);
    offered_.fill(false);
    for (const uint8_t method : methods) offered_[method] = true;
    stage_ = Stage::kMethod;
  }

  Progress OnMethod(ByteReader* reader, Facts* facts) {
    const uint8_t version = reader->U8();
    const uint8_t method = reader->U8();
    if (!reader->ok()) return Progress::kMore;
    if (version != kV5 || (!offered_[method] && method != kNoneAcceptable)) {
      return Progress::kMistaken;
    }
    answered_ = true;
    facts->Add(kSocksVersion, "5");
    stage_ = method == kPassword ? Stage::kLogin : Stage::kRequest;
    const bool goes_on = method == kPassword || method == kNoneNeeded;
    return goes_on ? Progress::kMore : Progress::kDone;
  }

  void OnLogin(ByteReader* reader, Facts* facts) {
    reader->Skip(1);
    const uint8_t user_size = reader->U8();
    const Bytes user = reader->Take(user_size);
    const uint8_t password_size = reader->U8();
    reader->Skip(password_size);
    if (!reader->ok()) return;
    facts->Add(kSocksUser, AsText(user));
    stage_ = Stage::kLoginAnswer;
  }

  Progress OnRequest(ByteReader* reader, Facts* facts) {
    const uint8_t version = reader->U8();
    command_ = reader->U8();
    reader->Skip(1);
    const std::string destination = ReadAddress(reader);
    if (!reader->ok()) return Progress::kMore;
    if (version != kV5 || command_ < kConnect || command_ > kAssociate) return Progress::kDone;
    facts->Add(kSocksDestination, destination);
    stage_ = Stage::kReply;
    return Progress::kMore;
  }

  // To BIND there are two.
  Progress OnReply(ByteReader* reader) {
    const uint8_t version = reader->U8();
    const uint8_t reply = reader->U8();
    reader->Skip(1);
    ReadAddress(reader);
    if (!reader->ok()) return Progress::kMore;
    if (version != kV5 || reply != 0 || command_ == kAssociate) return Progress::kDone;
    return LetThrough();
  }

  void OnRequest4(ByteReader* reader, Facts*) {
    reader->Skip(1);
    command_ = reader->U8();
    const uint16_t port = reader->U16();
    const Bytes address = reader->Take(4);
    const std::string_view user = ReadText(reader);
    if (!reader->ok()) return;
    // 0.0.0.x: a name follows (SOCKS 4a).
    const bool named = address[0] == 0 && address[1] == 0 && address[2] == 0 && address[3] != 0;
    const std::string host(named ? std::string(ReadText(reader)) : IpAddress(address).ToString());
    if (!reader->ok()) return;
    user_ = user;
    destination_ = WithPort(host, port);
    stage_ = Stage::kReply4;
  }

  Progress OnReply4(ByteReader* reader, Facts* facts) {
    const uint8_t version = reader->U8();
    const uint8_t reply = reader->U8();
    reader->Skip(6);
    if (!reader->ok()) return Progress::kMore;
    if (version != 0 || reply < kGranted4 || reply > kLastReply4) return Progress::kMistaken;
    if (!answered_) {
      facts->Add(kSocksVersion, "4");
      facts->Add(kSocksUser, user_);
      facts->Add(kSocksDestination, destination_);
    }
    answered_ = true;
    return reply == kGranted4 ? LetThrough() : Progress::kDone;
  }

  Progress LetThrough() {
    if (command_ != kBind) return Progress::kNext;
    command_ = kConnect;
    return Progress::kMore;
  }

  std::array<std::vector<uint8_t>, 2> held_;
  std::array<bool, 256> offered_{};
  std::string user_;
  std::string destination_;
  Direction client_ = Direction::kForward;
  Stage stage_ = Stage::kBegin;
  uint8_t methods_ = 0;
  uint8_t command_ = 0;
  bool answered_ = false;
};

// What a client may send without waiting: what it asks for, or a name and a password.
Verdict ProbeHasty(Bytes rest) {
  Shape shape(rest);
  if (rest.front() == kLoginVersion) return shape.Skip(1).U8(Between(1, 255)).verdict();
  shape.U8(Equal(kV5)).U8(Between(kConnect, kAssociate)).U8(Equal(0));
  return shape.U8([](uint8_t type) { return type == kIpv4 || type == kName || type == kIpv6; })
      .verdict();
}

// Version, number of methods, those: nothing, GSSAPI, a password, CHAP and others of RFC 1928.
Verdict ProbeGreeting(ByteReader reader, uint8_t most) {
  if (reader.empty()) return Verdict::kNeedMore;
  const uint8_t methods = reader.U8();
  const size_t size = reader.size();
  if (methods == 0 || methods > 16) return Verdict::kNotMine;
  for (const uint8_t method : reader.TakeUpTo(methods)) {
    if (method > most && method < 0x80) return Verdict::kNotMine;
  }
  if (size < methods) return Verdict::kNeedMore;
  return reader.empty() ? Verdict::kMatch : ProbeHasty(reader.rest());
}

// Version, command, port, address, a user's name of printable characters, 0.
Verdict ProbeRequest4(ByteReader reader) {
  if (reader.empty()) return Verdict::kNeedMore;
  const uint8_t command = reader.U8();
  if (command != kConnect && command != kBind) return Verdict::kNotMine;
  const uint16_t port = reader.U16();
  if (!reader.ok()) return Verdict::kNeedMore;
  if (port == 0) return Verdict::kNotMine;
  const uint32_t address = reader.U32();
  if (!reader.ok()) return Verdict::kNeedMore;
  const size_t texts = address != 0 && address < 256 ? 2 : 1;  // SOCKS 4a: a name too
  size_t ended = 0;
  for (const uint8_t byte : reader.rest()) {
    if (ended == texts || (byte != 0 && (byte < 0x20 || byte > 0x7e))) return Verdict::kNotMine;
    if (byte == 0) ++ended;
  }
  if (ended == texts) return Verdict::kMatch;
  return reader.size() < kLongestRequest ? Verdict::kNeedMore : Verdict::kNotMine;
}

}  // namespace

Verdict ProbeSocks(Bytes opening) {
  ByteReader reader(opening);
  const uint8_t version = reader.U8();
  if (version == kV5) return ProbeGreeting(reader, 9);
  return version == kV4 ? ProbeRequest4(reader) : Verdict::kNotMine;
}

FieldList SocksFields() { return FieldsOf<kSocksVersion, kSocksUser, kSocksDestination>(); }

std::unique_ptr<Session> StartSocks() { return std::make_unique<SocksSession<false>>(); }
std::unique_ptr<Session> StartSocksPort() { return std::make_unique<SocksSession<true>>(); }

}  // namespace rustnet::net
