// SPDX-License-Identifier: Apache-2.0
// RTSP 1.0 (RFC 2326): messages like those of HTTP, and between them media in frames of "$", a
// channel, a length of two bytes (section 10.12), which are skipped.
#include "common/base/text.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/messages.h"
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
void OnHeader(std::string_view name, std::string_view value, Facts* facts) {
  if (EqualsIgnoreCase(name, "User-Agent")) facts->Add(kRtspUserAgent, value);
  if (EqualsIgnoreCase(name, "Server")) facts->Add(kRtspServer, value);
}

constexpr MessageForm kForm{"RTSP/1.0", &OnRequest, &OnStatus, &OnHeader};

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
