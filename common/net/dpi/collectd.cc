// SPDX-License-Identifier: Apache-2.0
// collectd's binary protocol (collectd.org: Binary protocol): parts of type, length and what they
// hold; a packet begins with the host's name, a notification with its time, and before either a
// signature may stand; or all of it is one part that is encrypted.  Values and messages are not
// read.
#include <algorithm>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kCollectdHost{"collectd_host"};

constexpr uint16_t kHost = 0, kValues = 6, kMessage = 0x100;
constexpr uint16_t kTime = 1, kHighTime = 8, kSeverity = 0x101;
constexpr uint16_t kSignature = 0x200, kEncrypted = 0x210;
constexpr size_t kPartHeader = 4;
constexpr size_t kLongestText = 256;  // its NUL included
constexpr size_t kDigest = 32;        // of a signature; the user follows
constexpr size_t kSealed = 16 + 20;   // behind an encrypted part's user: start vector, checksum

bool IsNumber(uint16_t type) { return type == 1 || (type >= 7 && type <= 9) || type == 0x101; }
bool IsText(uint16_t type) { return (type >= 2 && type <= 5) || type == kMessage; }
bool IsPart(uint16_t type) { return IsNumber(type) || IsText(type) || type == kValues; }

bool IsNameByte(uint8_t byte) { return byte > 0x20 && byte < 0x7f; }

uint16_t TypeOf(Bytes part) { return ByteReader(part).U16(); }

// So many bytes of a user, as far as they are there.
bool IsUser(Bytes rest, size_t size) {
  const Bytes user = rest.first(std::min(size, rest.size()));
  return std::all_of(user.begin(), user.end(), &IsNameByte);
}

Verdict ProbeEncrypted(Bytes packet) {
  uint16_t length = 0;
  uint16_t user = 0;
  Shape shape(packet);
  shape.U16(Equal(kEncrypted)).U16([&](uint16_t n) { return length = n, true; });
  shape.U16([&](uint16_t n) {
    user = n;
    return user != 0 && user <= kLongestText && kPartHeader + 2 + user + kSealed <= length;
  });
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  if (!IsUser(shape.rest(), user) || packet.size() > length) return Verdict::kNotMine;
  return packet.size() == length ? Verdict::kMatch : Verdict::kNeedMore;
}

// Takes off what stands before the host: a signature, a notification's time and its severity.
Verdict SkipToHost(Bytes* packet) {
  Shape shape(*packet);
  if (TypeOf(shape.rest()) == kSignature) {
    uint16_t length = 0;
    constexpr uint16_t kLeast = kPartHeader + kDigest + 1;
    shape.Skip(2).U16([&](uint16_t n) {
      length = n;
      return Between(kLeast, kLeast + kLongestText)(n);
    });
    shape.Skip(kDigest);
    if (shape.verdict() != Verdict::kMatch) return shape.verdict();
    if (!IsUser(shape.rest(), length - kPartHeader - kDigest)) return Verdict::kNotMine;
    shape.Skip(length - kPartHeader - kDigest);
  }
  for (const bool severity : {false, true}) {
    if (shape.verdict() != Verdict::kMatch) return shape.verdict();
    const uint16_t type = TypeOf(shape.rest());
    const bool expected = severity ? type == kSeverity : type == kTime || type == kHighTime;
    if (expected) shape.Skip(2).U16(Equal(kPartHeader + 8)).Skip(8);
  }
  if (shape.verdict() == Verdict::kMatch) *packet = shape.rest();
  return shape.verdict();
}

bool ReadCollectd(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeCollectd(datagram) != Verdict::kMatch) return false;
  if (TypeOf(datagram) == kEncrypted) return true;
  SkipToHost(&datagram);
  ByteReader reader(datagram);
  reader.Skip(2);
  const size_t length = reader.U16();
  facts->Add(kCollectdHost, AsText(reader.Take(length - kPartHeader - 1)));
  return true;
}

}  // namespace

// The host's name and the header of the part behind it.
Verdict ProbeCollectd(Bytes datagram) {
  if (datagram.size() < 2) return datagram.front() <= 2 ? Verdict::kNeedMore : Verdict::kNotMine;
  if (TypeOf(datagram) == kEncrypted) return ProbeEncrypted(datagram);
  const Verdict before = SkipToHost(&datagram);
  if (before != Verdict::kMatch) return before;
  size_t length = 0;
  Shape shape(datagram);
  shape.U16(Equal(kHost)).U16([&](uint16_t n) {
    length = n;
    return length > kPartHeader + 1 && length <= kPartHeader + kLongestText;
  });
  if (shape.verdict() != Verdict::kMatch) return shape.verdict();
  const size_t name = length - kPartHeader - 1;
  const Bytes there = shape.rest().first(std::min(name, shape.rest().size()));
  if (!std::all_of(there.begin(), there.end(), &IsNameByte)) return Verdict::kNotMine;
  uint16_t type = 0;
  return shape.Skip(name)
      .U8(Equal(0))
      .U16([&](uint16_t part) { return IsPart(type = part); })
      .U16([&](uint16_t size) {
        return IsNumber(type) ? size == kPartHeader + 8 : size > kPartHeader;
      })
      .verdict();
}

FieldList CollectdFields() { return FieldsOf<kCollectdHost>(); }

std::unique_ptr<Session> StartCollectd() { return StartDatagrams<&ReadCollectd>(); }

}  // namespace rustnet::net
