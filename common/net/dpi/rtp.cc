// SPDX-License-Identifier: Apache-2.0
// RTP and RTCP (RFC 3550).  A datagram of RTP has no mark of its own: what proves it is a run of
// them (appendix A.1): one source, one payload, numbers that rise.  One of RTCP has (appendix A.2):
// reports first, and parts whose lengths sum up to its size.
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kRtpPayload{"rtp_payload_type", false, true};

constexpr uint8_t kVersion2 = 2;
constexpr uint8_t kSenderReport = 200, kReceiverReport = 201, kLastRtcp = 207;
constexpr uint8_t kFirstRtcpPayload = 72, kLastRtcpPayload = 79;  // 200 to 207 without the marker
constexpr uint16_t kLongestStep = 50;  // that numbers may rise by: lost or out of sight
constexpr uint32_t kRun = 6;
constexpr uint32_t kPatience = 32;  // datagrams without a run

struct RtpHeader {
  uint8_t payload = 0;
  uint16_t number = 0;
  uint32_t time = 0;
  uint32_t source = 0;
};

bool ReadRtp(Bytes datagram, RtpHeader* header) {
  ByteReader reader(datagram);
  const uint8_t first = reader.U8();
  header->payload = reader.U8() & 0x7f;
  header->number = reader.U16();
  header->time = reader.U32();
  header->source = reader.U32();
  reader.Skip(4U * (first & 0xf));  // contributing sources
  const bool rtcp = header->payload >= kFirstRtcpPayload && header->payload <= kLastRtcpPayload;
  return reader.ok() && !reader.empty() && first >> 6 == kVersion2 && !rtcp && header->source != 0;
}

class RtpSession : public Session {
 public:
  explicit RtpSession(uint32_t run) : needed_(run) {}

  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Side& side = sides_[static_cast<size_t>(direction)];
    RtpHeader now;
    if (++seen_ > kPatience) return Progress::kMistaken;
    if (!ReadRtp(bytes, &now)) return ++strange_ > 2 ? Progress::kMistaken : Progress::kMore;
    const RtpHeader& last = side.last;
    const uint16_t step = static_cast<uint16_t>(now.number - last.number);
    const bool forward = static_cast<int32_t>(now.time - last.time) >= 0;
    const bool follows = side.run != 0 && now.source == last.source && step >= 1 &&
                         step <= kLongestStep && now.payload == last.payload && forward;
    side.run = follows ? side.run + 1 : 1;
    side.last = now;
    if (side.run < needed_) return Progress::kMore;
    proved_ = true;
    facts->AddNumber(kRtpPayload, now.payload);
    return Progress::kDone;
  }
  bool Proved() const override { return proved_; }
  bool Agreed() const override { return proved_ && sides_[0].run > 1 && sides_[1].run > 1; }
  size_t memory() const override { return sizeof *this; }

 private:
  struct Side {
    RtpHeader last;
    uint32_t run = 0;
  };
  std::array<Side, 2> sides_{};
  const uint32_t needed_;
  uint32_t seen_ = 0;
  uint32_t strange_ = 0;
  bool proved_ = false;
};

bool ReadRtcp(Bytes datagram, const Moment&, Facts*) {
  return ProbeRtcp(datagram) == Verdict::kMatch;
}

}  // namespace

Verdict ProbeRtp(Bytes datagram) {
  RtpHeader header;
  if (datagram.front() >> 6 != kVersion2) return Verdict::kNotMine;
  return ReadRtp(datagram, &header) ? Verdict::kMatch : Verdict::kNeedMore;
}

// kNeedMore also to a report that says nothing, alone: eight bytes are no proof.
Verdict ProbeRtcp(Bytes datagram) {
  constexpr size_t kLeast = 20;
  ByteReader reader(datagram);
  if (datagram.front() >> 6 != kVersion2) return Verdict::kNotMine;
  for (bool first = true; !reader.empty(); first = false) {
    const uint8_t head = reader.U8();
    const uint8_t type = reader.U8();
    const size_t rest = size_t{reader.U16()} * 4;
    if (!reader.ok() || head >> 6 != kVersion2) return Verdict::kNeedMore;
    if (type < kSenderReport || type > kLastRtcp) return Verdict::kNeedMore;
    const size_t reports = (head & 0x1fU) * 24;
    const size_t fixed = type == kSenderReport ? 24 : 4;
    const bool report = type == kSenderReport || type == kReceiverReport;
    if (first && (!report || (head & 0x20) != 0)) return Verdict::kNeedMore;
    if (report && rest < fixed + reports) return Verdict::kNeedMore;
    reader.Skip(rest);
    if (!reader.ok()) return Verdict::kNeedMore;
  }
  return datagram.size() >= kLeast ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList RtpFields() { return FieldsOf<kRtpPayload>(); }

std::unique_ptr<Session> StartRtp() { return std::make_unique<RtpSession>(kRun); }
std::unique_ptr<Session> StartRtpExpected() { return std::make_unique<RtpSession>(1); }
std::unique_ptr<Session> StartRtcp() { return StartDatagrams<&ReadRtcp>(); }

}  // namespace rustnet::net
