// SPDX-License-Identifier: Apache-2.0
// Zabbix (Zabbix manual: Header): "ZBXD", flags, the length of what follows, which may be
// compressed, and a number; then an object, of which only what it asks for is told.
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kZabbixRequest{"zabbix_request"};

constexpr std::string_view kMagic = "ZBXD";
constexpr size_t kHeader = 13, kMost = 128;
constexpr uint8_t kPlain = 1, kCompressed = 3;
constexpr uint32_t kLongest = 1U << 30;  // the protocol's
constexpr std::string_view kRequests[] = {"active checks",     "active check heartbeat",
                                          "agent data",        "alert.send",
                                          "auto registration", "command",
                                          "discovery data",    "expressions.evaluate",
                                          "history data",      "history.push",
                                          "host availability", "item.test",
                                          "passive checks",    "proxy config",
                                          "proxy data",        "proxy heartbeat",
                                          "proxy tasks",       "queue.get",
                                          "report.test",       "sender data",
                                          "status.get",        "zabbix.stats"};

size_t ZabbixSize(Bytes start) {
  ByteReader reader(start);
  const std::string_view magic = AsText(reader.Take(kMagic.size()));
  const uint8_t flags = reader.U8();
  const uint32_t length = reader.Le32();
  if (!reader.ok()) return kFrameSizeUnknown;
  const bool sane = (flags == kPlain || flags == kCompressed) && length <= kLongest;
  return magic == kMagic && sane ? kHeader + length : 0;
}

bool ReadZabbix(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(kMagic.size());
  const bool plain = reader.U8() == kPlain;
  reader.Skip(8);
  if (!reader.ok()) return false;
  if (!plain) return true;
  constexpr std::string_view kKey = "\"request\":";
  std::string_view text = AsText(reader.rest());
  const size_t at = text.find(kKey);
  if (at == std::string_view::npos) return true;
  text.remove_prefix(at + kKey.size());
  TakeWord(&text, '"');
  const std::string_view request = KnownWord(kRequests, TakeWord(&text, '"'));
  if (!request.empty()) facts->Add(kZabbixRequest, request);
  return true;
}

}  // namespace

Verdict ProbeZabbix(Bytes opening) {
  return Shape(opening)
      .Is(kMagic)
      .U8([](uint8_t flags) { return flags == kPlain || flags == kCompressed; })
      .Le32(Between(0, kLongest))
      .verdict();
}

FieldList ZabbixFields() { return FieldsOf<kZabbixRequest>(); }

std::unique_ptr<Session> StartZabbix() { return StartFrames<&ZabbixSize, &ReadZabbix, kMost>(); }

}  // namespace rustnet::net
