// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/sdp.h"

#include <charconv>
#include <optional>

#include "common/net/dpi/expectations.h"
#include "common/net/dpi/lines.h"

namespace rustnet::net {
namespace {

constexpr int kMostLines = 256;
constexpr int kMostMedia = 16;

// "IN IP4 192.0.2.1/127".
std::optional<IpAddress> ToAddress(std::string_view connection) {
  TakeWord(&connection);
  TakeWord(&connection);
  return IpAddress::Parse(TakeWord(&connection, '/'));
}

struct Media {
  uint16_t port = 0;
  uint16_t control_port = 0;
  std::optional<IpAddress> address;
};

void Expect(const Media& media, const std::optional<IpAddress>& common, const Moment& moment) {
  const std::optional<IpAddress> address = media.address ? media.address : common;
  if (!address || media.port == 0) return;
  Expectation rtp{*address, media.port, Protocol::kUdp, "rtp", moment.time};
  moment.expectations->Add(rtp);
  Expectation rtcp = rtp;
  rtcp.protocol = "rtcp";
  rtcp.port = media.control_port != 0 ? media.control_port : static_cast<uint16_t>(media.port + 1);
  if (rtcp.port != rtp.port) moment.expectations->Add(rtcp);
}

}  // namespace

uint16_t ToPort(std::string_view text) {
  uint16_t port = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), port);
  return parsed.ec == std::errc() ? port : uint16_t{0};
}

void ExpectMedia(std::string_view text, const Moment& moment) {
  if (moment.expectations == nullptr) return;
  std::optional<IpAddress> common;
  std::optional<Media> media;
  int found = 0;
  for (int i = 0; i < kMostLines && !text.empty(); ++i) {
    std::string_view line = TakeWord(&text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with("c=")) {
      (media ? media->address : common) = ToAddress(line.substr(2));
    } else if (line.starts_with("m=")) {
      if (media) Expect(*media, common, moment);
      media.reset();
      if (++found > kMostMedia) return;
      line.remove_prefix(2);
      TakeWord(&line);  // what kind
      const uint16_t port = ToPort(TakeWord(&line));
      if (TakeWord(&line).starts_with("RTP/")) media = Media{.port = port, .address = {}};
    } else if (line.starts_with("a=rtcp:") && media) {
      line.remove_prefix(7);
      media->control_port = ToPort(TakeWord(&line));
    }
  }
  if (media) Expect(*media, common, moment);
}

}  // namespace rustnet::net
