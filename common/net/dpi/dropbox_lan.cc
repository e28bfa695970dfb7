// SPDX-License-Identifier: Apache-2.0
// Dropbox's LAN sync discovery (dropbox.tech: "Inside LAN Sync"): a JSON object that says who
// announces himself, with which version and what he shares.  Names and shares are not kept.
#include <algorithm>
#include <string>

#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kDropboxVersion{"dropbox_version"};

constexpr std::string_view kHost = "\"host_int\":";
constexpr std::string_view kVersion = "\"version\":";
constexpr std::string_view kStarts[] = {
    "{\"host_int\":", "{\"version\":", "{\"port\":", "{\"displayname\":", "{\"namespaces\":"};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// "[2, 0]" as "2.0".
std::string VersionOf(std::string_view text) {
  const size_t at = text.find(kVersion);
  if (at == std::string_view::npos) return {};
  text.remove_prefix(at + kVersion.size());
  if (text.starts_with(' ')) text.remove_prefix(1);
  if (!text.starts_with('[')) return {};
  std::string version;
  for (const char c : text.substr(1, 16)) {
    if (c == ']') return version;
    if (c == ',') version += '.';
    if (IsDigit(c)) version += c;
    if (c != ',' && c != ' ' && !IsDigit(c)) break;
  }
  return {};
}

bool ReadDropboxLan(Bytes datagram, const Moment&, Facts* facts) {
  if (ProbeDropboxLan(datagram) != Verdict::kMatch) return false;
  facts->Add(kDropboxVersion, VersionOf(AsText(datagram)));
  return true;
}

}  // namespace

Verdict ProbeDropboxLan(Bytes datagram) {
  const std::string_view text = AsText(datagram);
  const auto begins = [&](std::string_view start) {
    return text.substr(0, start.size()) == start.substr(0, text.size());
  };
  if (std::none_of(std::begin(kStarts), std::end(kStarts), begins)) return Verdict::kNotMine;
  return text.find(kHost) != std::string_view::npos ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList DropboxLanFields() { return FieldsOf<kDropboxVersion>(); }

std::unique_ptr<Session> StartDropboxLan() { return StartDatagrams<&ReadDropboxLan>(); }

}  // namespace rustnet::net
