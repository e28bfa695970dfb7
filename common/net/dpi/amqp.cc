// SPDX-License-Identifier: Apache-2.0
// AMQP 0-9-1 (section 4.2.2) and 1.0 (section 2.2): both ends may begin with "AMQP" and a version;
// in 1.0 also with which layer follows: 0 AMQP, 2 TLS, 3 SASL.  A server of 0-9 answers with
// frames.
#include <array>

#include "common/base/byte_reader.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kAmqpVersion{"amqp_version"};

constexpr std::string_view kMagic = "AMQP";
constexpr size_t kHeader = 8;
constexpr uint8_t kTls = 2, kSasl = 3;

struct Version {
  uint8_t layer = 0;
  std::array<uint8_t, 3> number{};
};

// kMatch: a header of a known version.
Verdict ReadHeader(Bytes opening, Version* version) {
  const std::string_view text = AsText(opening);
  const std::string_view magic = text.substr(0, kMagic.size());
  if (!kMagic.starts_with(magic)) return Verdict::kNotMine;
  ByteReader reader(opening);
  reader.Skip(kMagic.size());
  version->layer = reader.U8();
  for (uint8_t& part : version->number) part = reader.U8();
  if (!reader.ok()) return Verdict::kNeedMore;
  const auto& n = version->number;
  const bool old = (version->layer <= 1 && n[0] <= 1 && n[1] <= 10 && n[2] <= 10);
  const bool one = (version->layer == kTls || version->layer == kSasl) && n[0] == 1;
  return old || one ? Verdict::kMatch : Verdict::kNotMine;
}

class AmqpSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    const size_t way = static_cast<size_t>(direction);
    while (size_[way] < kHeader && !bytes.empty()) {
      held_[way][size_[way]++] = bytes.front();
      bytes = bytes.subspan(1);
    }
    if (size_[way] < kHeader || read_[way]) return Progress::kMore;
    read_[way] = true;
    Version version;
    if (ReadHeader(held_[way], &version) == Verdict::kMatch) AddVersion(version, facts);
    secured_ = secured_ || version.layer == kTls;
    if (!read_[0] || !read_[1]) return Progress::kMore;
    unread_ = bytes;
    ended_by_ = direction;
    return secured_ ? Progress::kNext : Progress::kDone;
  }
  Bytes Unread(Direction direction) const override {
    return direction == ended_by_ ? unread_ : Bytes();
  }
  bool Agreed() const override { return read_[0] && read_[1]; }
  size_t memory() const override { return sizeof *this; }

 private:
  static void AddVersion(const Version& version, Facts* facts) {
    const auto& n = version.number;
    const bool one = n[0] == 1 && n[1] == 0;
    if (one) return facts->Add(kAmqpVersion, "1.0");
    facts->Add(kAmqpVersion, n[0] == 0 && n[1] == 9 && n[2] == 1 ? "0-9-1"
                             : n[0] == 9 || n[1] == 9            ? "0-9"
                                                                 : "0-10");
  }

  std::array<std::array<uint8_t, kHeader>, 2> held_{};
  std::array<size_t, 2> size_{};
  std::array<bool, 2> read_{};
  Bytes unread_;
  Direction ended_by_ = Direction::kForward;
  bool secured_ = false;
};

}  // namespace

Verdict ProbeAmqp(Bytes opening) {
  Version version;
  return ReadHeader(opening, &version);
}

FieldList AmqpFields() { return FieldsOf<kAmqpVersion>(); }

std::unique_ptr<Session> StartAmqp() { return std::make_unique<AmqpSession>(); }

}  // namespace rustnet::net
