// SPDX-License-Identifier: Apache-2.0
// RTSP 1.0 (RFC 2326) and 2.0 (RFC 7826): messages like those of HTTP, and between them media in
// frames of "$", a channel, a length of two bytes (section 10.12), which are skipped.  Where media
// will be sent in datagrams is expected.
#include <algorithm>

#include "common/base/text.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/expectations.h"
#include "common/net/dpi/messages.h"
#include "common/net/dpi/sdp.h"
#include "common/net/dpi/target.h"

namespace rustnet::net {
namespace {

constexpr Field kRtspMethod{"rtsp_method"};
constexpr Field kRtspUrl{"rtsp_url"};
constexpr Field kRtspStatus{"rtsp_status", false, true};
constexpr Field kRtspUserAgent{"rtsp_user_agent"};
constexpr Field kRtspServer{"rtsp_server"};

constexpr size_t kFrameHeader = 4;

void OnRequest(std::string_view method, std::string_view target, Facts* facts) {
  facts->Add(kRtspMethod, method);
  AddTarget(kRtspUrl, target, facts);
}
void OnStatus(std::string_view code, Facts* facts) { facts->Add(kRtspStatus, code); }

// "4588-4589": RTP and RTCP, or RTP alone.
void ExpectPorts(std::string_view ports, const IpAddress& address, const Moment& moment) {
  const std::string_view second = ports.substr(std::min(ports.find('-'), ports.size()));
  const uint16_t rtp = ToPort(ports);
  const uint16_t rtcp = ToPort(second.substr(std::min<size_t>(1, second.size())));
  if (rtp != 0) moment.expectations->Add({address, rtp, Protocol::kUdp, "rtp", moment.time});
  if (rtcp != 0) moment.expectations->Add({address, rtcp, Protocol::kUdp, "rtcp", moment.time});
}

// Of an answer to SETUP (section 12.39): "RTP/AVP;unicast;client_port=4588-4589;server_port=…",
// the ends being those of this connection unless it says others.
void ExpectTransport(std::string_view transport, const Moment& moment) {
  IpAddress client = moment.destination;
  IpAddress server = moment.source;
  std::string_view client_ports;
  std::string_view server_ports;
  transport = transport.substr(0, transport.find(','));
  while (!transport.empty()) {
    std::string_view value = TakeWord(&transport, ';');
    const std::string_view name = TakeWord(&value, '=');
    if (name == "client_port") client_ports = value;
    if (name == "server_port") server_ports = value;
    if (name == "destination") client = IpAddress::Parse(value).value_or(client);
    if (name == "source") server = IpAddress::Parse(value).value_or(server);
  }
  if (server_ports.empty()) return;  // a request
  ExpectPorts(client_ports, client, moment);
  ExpectPorts(server_ports, server, moment);
}

void OnHeader(std::string_view name, std::string_view value, const Moment& moment, Facts* facts) {
  if (EqualsIgnoreCase(name, "User-Agent")) facts->Add(kRtspUserAgent, value);
  if (EqualsIgnoreCase(name, "Server")) facts->Add(kRtspServer, value);
  if (EqualsIgnoreCase(name, "Transport") && moment.expectations != nullptr) {
    ExpectTransport(value, moment);
  }
}

constexpr MessageForm kForm{"RTSP/1.0", &OnRequest, &OnStatus, &OnHeader, nullptr, "RTSP/2.0"};

class RtspSession : public MessageSession {
 public:
  RtspSession() : MessageSession(&kForm) {}

 private:
  // What there is of a frame's header.
  struct Frame {
    size_t read = 0;
    uint32_t length = 0;
  };

  bool OnBinary(Direction direction, Bytes* bytes) override {
    Frame& frame = frames_[static_cast<size_t>(direction)];
    if (frame.read == 0 && (in_headers(direction) || bytes->front() != '$')) return false;
    while (frame.read < kFrameHeader && !bytes->empty()) {
      frame.length = frame.length << 8 | bytes->front();
      ++frame.read;
      *bytes = bytes->subspan(1);
    }
    if (frame.read < kFrameHeader) return true;
    Skip(direction, frame.length & 0xffff);
    frame = {};
    return true;
  }

  Progress OnGap(Direction direction, uint64_t lost) override {
    if (lost > skipping(direction)) frames_[static_cast<size_t>(direction)] = {};
    return MessageSession::OnGap(direction, lost);
  }

  std::array<Frame, 2> frames_{};
};

}  // namespace

Verdict ProbeRtsp(Bytes opening) { return ProbeMessage(opening, kForm); }

FieldList RtspFields() {
  return FieldsOf<kRtspMethod, kRtspUrl, kRtspStatus, kRtspUserAgent, kRtspServer>();
}

std::unique_ptr<Session> StartRtsp() { return std::make_unique<RtspSession>(); }

}  // namespace rustnet::net
