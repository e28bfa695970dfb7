// SPDX-License-Identifier: Apache-2.0
// TFTP (RFC 1350, 2347): a request to read or write: 1 or 2, a file's name, a mode, perhaps options
// with their values, each ended by 0.  The answer comes from another port.
#include <array>

#include "common/base/byte_reader.h"
#include "common/base/text.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kTftpRequest{"tftp_request"};  // "read" or "write"
constexpr Field kTftpFile{"tftp_file"};

constexpr uint16_t kRead = 1, kWrite = 2;
constexpr size_t kLongestName = 256;
constexpr std::array<std::string_view, 3> kModes = {"netascii", "octet", "mail"};

// Printable text up to a 0, which is taken too.
bool ReadText(ByteReader* reader, std::string_view* text) {
  const std::string_view rest = AsText(reader->rest());
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos || end == 0 || end > kLongestName) return false;
  *text = rest.substr(0, end);
  for (const char c : *text) {
    if (c >= 0 && c < 0x20) return false;
  }
  reader->Skip(end + 1);
  return true;
}

bool ReadRequest(Bytes datagram, Facts* facts) {
  ByteReader reader(datagram);
  const uint16_t code = reader.U16();
  std::string_view file;
  std::string_view mode;
  if (code != kRead && code != kWrite) return false;
  if (!ReadText(&reader, &file) || !ReadText(&reader, &mode)) return false;
  bool known = false;
  for (const std::string_view m : kModes) known = known || EqualsIgnoreCase(m, mode);
  if (!known) return false;
  std::string_view option;
  while (!reader.empty()) {
    if (!ReadText(&reader, &option)) return false;
  }
  if (facts == nullptr) return true;
  facts->Add(kTftpRequest, code == kRead ? "read" : "write");
  facts->Add(kTftpFile, file);
  return true;
}

bool ReadTftp(Bytes datagram, const Moment&, Facts* facts) { return ReadRequest(datagram, facts); }

}  // namespace

Verdict ProbeTftp(Bytes datagram) {
  if (datagram.front() != 0) return Verdict::kNotMine;
  return ReadRequest(datagram, nullptr) ? Verdict::kMatch : Verdict::kNeedMore;
}

std::unique_ptr<Session> StartTftp() { return StartDatagrams<&ReadTftp>(); }

}  // namespace rustnet::net
