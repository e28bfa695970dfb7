// SPDX-License-Identifier: Apache-2.0
// TFTP (RFC 1350, 2347): a request to read or write: 1 or 2, a file's name, a mode, perhaps options
// with their values, each ended by 0.  The answer comes from another port.
#include <array>

#include "common/base/byte_reader.h"
#include "common/base/text.h"
#include "common/net/dpi/datagrams.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/expectations.h"

namespace rustnet::net {
namespace {

constexpr Field kTftpRequest{"tftp_request"};  // "read" or "write"
constexpr Field kTftpFile{"tftp_file"};

constexpr uint16_t kRead = 1, kWrite = 2;
constexpr size_t kLongestName = 256;
constexpr std::array<std::string_view, 3> kModes = {"netascii", "octet", "mail"};

// Printable text up to a 0, which is taken too; none: the 0 alone.
bool ReadAnyText(ByteReader* reader, std::string_view* text) {
  const std::string_view rest = AsText(reader->rest());
  const size_t end = rest.find('\0');
  if (end == std::string_view::npos || end > kLongestName) return false;
  *text = rest.substr(0, end);
  for (const char c : *text) {
    if (c >= 0 && c < 0x20) return false;
  }
  reader->Skip(end + 1);
  return true;
}

bool ReadText(ByteReader* reader, std::string_view* text) {
  return ReadAnyText(reader, text) && !text->empty();
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
  std::string_view value;  // RFC 2090: of "multicast" there is none
  while (!reader.empty()) {
    if (!ReadText(&reader, &option)) return false;
    if (!reader.empty() && !ReadAnyText(&reader, &value)) return false;
  }
  if (facts == nullptr) return true;
  facts->Add(kTftpRequest, code == kRead ? "read" : "write");
  facts->Add(kTftpFile, file);
  return true;
}

// The server answers from another port.
bool ReadTftp(Bytes datagram, const Moment& moment, Facts* facts) {
  if (!ReadRequest(datagram, facts)) return false;
  if (moment.expectations != nullptr) {
    moment.expectations->Add(
        {moment.source, moment.source_port, Protocol::kUdp, "tftp", moment.time});
  }
  return true;
}

bool ReadTransfer(Bytes datagram, const Moment&, Facts*) {
  return ProbeTftpTransfer(datagram) == Verdict::kMatch;
}

}  // namespace

// Data, acknowledgment, error, and acknowledgment of options (RFC 1350 section 5, RFC 2347).
Verdict ProbeTftpTransfer(Bytes datagram) {
  constexpr uint16_t kData = 3, kAcknowledgment = 4, kOptions = 6;
  ByteReader reader(datagram);
  const uint16_t code = reader.U16();
  if (!reader.ok()) return datagram.front() == 0 ? Verdict::kNeedMore : Verdict::kNotMine;
  if (code < kData || code > kOptions) return Verdict::kNotMine;
  if (code == kOptions) return Verdict::kMatch;
  reader.Skip(2);
  if (!reader.ok()) return Verdict::kNeedMore;
  return code != kAcknowledgment || reader.empty() ? Verdict::kMatch : Verdict::kNeedMore;
}

Verdict ProbeTftp(Bytes datagram) {
  if (datagram.front() != 0) return Verdict::kNotMine;
  return ReadRequest(datagram, nullptr) ? Verdict::kMatch : Verdict::kNeedMore;
}

FieldList TftpFields() { return FieldsOf<kTftpRequest, kTftpFile>(); }

std::unique_ptr<Session> StartTftp() { return StartDatagrams<&ReadTftp>(); }
std::unique_ptr<Session> StartTftpTransfer() { return StartDatagrams<&ReadTransfer>(); }

}  // namespace rustnet::net
