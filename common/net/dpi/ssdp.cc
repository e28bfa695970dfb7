// SPDX-License-Identifier: Apache-2.0
// SSDP (UPnP Device Architecture 2.0, section 1): HTTP/1.1 headers in a datagram.  "M-SEARCH *"
// asks for a target (ST), "NOTIFY *" announces one (NT), "HTTP/1.1 200 OK" answers a search.
#include <array>

#include "common/base/text.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/lines.h"

namespace rustnet::net {
namespace {

constexpr Field kSsdpMethod{"ssdp_method"};
constexpr Field kSsdpTarget{"ssdp_st"};  // ST or NT

constexpr std::array<std::string_view, 3> kStarts = {"M-SEARCH * HTTP/1.", "NOTIFY * HTTP/1.",
                                                     "HTTP/1.1 200 OK"};
constexpr std::array<std::string_view, 3> kMethods = {"M-SEARCH", "NOTIFY", "RESPONSE"};

bool ReadSsdp(Bytes datagram, const Moment&, Facts* facts) {
  std::string_view text = AsText(datagram);
  size_t method = 0;
  while (method < kStarts.size() && !text.starts_with(kStarts[method])) ++method;
  if (method == kStarts.size()) return false;
  facts->Add(kSsdpMethod, kMethods[method]);
  while (!text.empty()) {
    std::string_view value = TakeWord(&text, '\n');
    const std::string_view name = Trimmed(TakeWord(&value, ':'));
    if (!EqualsIgnoreCase(name, "ST") && !EqualsIgnoreCase(name, "NT")) continue;
    if (value.ends_with('\r')) value.remove_suffix(1);
    facts->Add(kSsdpTarget, Trimmed(value));
  }
  return true;
}

}  // namespace

Verdict ProbeSsdp(Bytes datagram) {
  const std::string_view text = AsText(datagram);
  for (const std::string_view start : kStarts) {
    if (text.starts_with(start)) return Verdict::kMatch;
    if (start.starts_with(text)) return Verdict::kNeedMore;
  }
  return Verdict::kNotMine;
}

FieldList SsdpFields() { return FieldsOf<kSsdpMethod, kSsdpTarget>(); }

std::unique_ptr<Session> StartSsdp() { return StartDatagrams<&ReadSsdp>(); }

}  // namespace rustnet::net
