// SPDX-License-Identifier: Apache-2.0
// RDP ([MS-RDPBCGR] sections 2.2.1.1 and 2.2.1.2): in a TPKT (RFC 1006) the connection request or
// confirm of X.224, with a cookie and a negotiation.  What follows, TLS or not, is RDP's own.
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/framer.h"

namespace rustnet::net {
namespace {

constexpr Field kRdpCookie{"rdp_cookie"};

constexpr uint8_t kRequest = 0xe0, kConfirm = 0xd0;
constexpr size_t kTpkt = 4;
constexpr size_t kLongest = 512;
constexpr std::string_view kCookie = "Cookie: mstshash=";

size_t TpktSize(Bytes start) {
  ByteReader reader(start);
  const uint8_t version = reader.U8();
  if (version != 3) return 0;
  reader.Skip(1);
  const uint16_t length = reader.U16();
  if (!reader.ok()) return kFrameSizeUnknown;
  return length < kTpkt + 7 || length > kLongest ? 0 : length;
}

class RdpSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Framer& framer = framers_[static_cast<size_t>(direction)];
    bool& done = done_[static_cast<size_t>(direction)];
    Bytes frame;
    if (!done && framer.Next(&bytes, &frame)) {
      done = true;
      OnFrame(AsText(frame), facts);
    }
    const bool over = (done_[0] && done_[1]) || framer.broken() || ++pieces_ > kMostPieces;
    return over ? Progress::kDone : Progress::kMore;
  }
  bool Agreed() const override { return done_[0] && done_[1]; }
  size_t memory() const override {
    return sizeof *this + framers_[0].memory() + framers_[1].memory();
  }

 private:
  static constexpr uint32_t kMostPieces = 1024;

  static void OnFrame(std::string_view frame, Facts* facts) {
    const size_t cookie = frame.find(kCookie);
    if (cookie == std::string_view::npos) return;
    const std::string_view value = frame.substr(cookie + kCookie.size());
    facts->Add(kRdpCookie, value.substr(0, value.find('\r')));
  }

  std::array<Framer, 2> framers_{Framer(&TpktSize, kLongest), Framer(&TpktSize, kLongest)};
  std::array<bool, 2> done_{};
  uint32_t pieces_ = 0;
};

}  // namespace

// A TPKT with nothing but a connection request or confirm, whose length fits, and behind its fixed
// part a cookie, a negotiation (types 1 to 3) or nothing.
Verdict ProbeRdp(Bytes opening) {
  const size_t size = TpktSize(opening);
  if (size == 0) return Verdict::kNotMine;
  if (size == kFrameSizeUnknown) return Verdict::kNeedMore;
  ByteReader reader(opening);
  reader.Skip(kTpkt);
  if (reader.empty()) return Verdict::kNeedMore;
  if (reader.U8() + kTpkt + 1 != size) return Verdict::kNotMine;
  if (reader.empty()) return Verdict::kNeedMore;
  const uint8_t type = reader.U8();
  if (type != kRequest && type != kConfirm) return Verdict::kNotMine;
  reader.Skip(5);  // references, class
  if (!reader.ok()) return Verdict::kNeedMore;
  if (size == kTpkt + 7) return Verdict::kMatch;
  if (reader.empty()) return Verdict::kNeedMore;
  const uint8_t next = reader.Peek();
  return next == 'C' || (next >= 1 && next <= 3) ? Verdict::kMatch : Verdict::kNotMine;
}

FieldList RdpFields() { return FieldsOf<kRdpCookie>(); }

std::unique_ptr<Session> StartRdp() { return std::make_unique<RdpSession>(); }

}  // namespace rustnet::net
