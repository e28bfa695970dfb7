// SPDX-License-Identifier: Apache-2.0
// SIP (RFC 3261) in datagrams and streams: "METHOD uri SIP/2.0" and "SIP/2.0 200 reason", then
// headers.  Of those only what the ends call themselves is kept; where media will be is expected.
#include "common/base/text.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/messages.h"
#include "common/net/dpi/sdp.h"

namespace rustnet::net {
namespace {

constexpr Field kSipMethod{"sip_method"};
constexpr Field kSipStatus{"sip_status", false, true};
constexpr Field kSipUserAgent{"sip_user_agent"};
constexpr Field kSipServer{"sip_server"};

void OnRequest(std::string_view method, std::string_view, Facts* facts) {
  facts->Add(kSipMethod, method);
}
void OnStatus(std::string_view code, Facts* facts) { facts->Add(kSipStatus, code); }
void OnHeader(std::string_view name, std::string_view value, const Moment&, Facts* facts) {
  if (EqualsIgnoreCase(name, "User-Agent")) facts->Add(kSipUserAgent, value);
  if (EqualsIgnoreCase(name, "Server")) facts->Add(kSipServer, value);
}

constexpr MessageForm kForm{"SIP/2.0", &OnRequest, &OnStatus, &OnHeader, &ExpectMedia};

bool ReadSip(Bytes datagram, const Moment& moment, Facts* facts) {
  return ReadMessage(datagram, kForm, moment, facts);
}

}  // namespace

Verdict ProbeSip(Bytes opening) { return ProbeMessage(opening, kForm); }

FieldList SipFields() { return FieldsOf<kSipMethod, kSipStatus, kSipUserAgent, kSipServer>(); }

std::unique_ptr<Session> StartSip() { return std::make_unique<MessageSession>(&kForm); }
std::unique_ptr<Session> StartSipDatagrams() { return StartDatagrams<&ReadSip>(); }

}  // namespace rustnet::net
