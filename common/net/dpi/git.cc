// SPDX-License-Identifier: Apache-2.0
// Git's own transport (git: gitprotocol-pack, gitprotocol-common): lines that begin with their
// length in four hexadecimal digits; the client's first is a command, a path, NUL, "host=name".
#include <algorithm>

#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/target.h"

namespace rustnet::net {
namespace {

constexpr Field kGitCommand{"git_command"};
constexpr Field kGitRepository{"git_repository"};
constexpr Field kGitHost{"git_host"};

constexpr size_t kDigits = 4;
constexpr size_t kLongest = 1024;
constexpr std::string_view kCommands[] = {"git-upload-pack", "git-receive-pack",
                                          "git-upload-archive"};

// Of a digit; 16: it is none.
size_t HexValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<size_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<size_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<size_t>(c - 'A' + 10);
  return 16;
}

size_t GitSize(Bytes start) {
  size_t length = 0;
  for (const char c : AsText(start).substr(0, kDigits)) {
    const size_t value = HexValue(c);
    if (value > 15) return 0;
    length = length * 16 + value;
  }
  if (start.size() < kDigits) return kFrameSizeUnknown;
  if (length < 3) return kDigits;  // flush, delimiter, end
  return length < kDigits ? 0 : length;
}

// Of what a server says at first: a version, an error, whether it has an archive, or the name of an
// object (SHA-1's or SHA-256's).
bool IsAnswer(std::string_view line) {
  if (line.starts_with("version ") || line.starts_with("ERR ")) return true;
  if (line.starts_with("ACK\n") || line.starts_with("NACK ")) return true;
  const size_t name = line.find(' ');
  if (name != 40 && name != 64) return false;
  return std::all_of(line.begin(), line.begin() + static_cast<long>(name),
                     [](char c) { return HexValue(c) < 16; });
}

bool ReadGit(Bytes frame, const Moment&, Facts* facts) {
  std::string_view line = AsText(frame).substr(kDigits);
  if (IsAnswer(line)) return true;
  const std::string_view command = KnownWord(kCommands, line.substr(0, line.find(' ')));
  if (command.empty()) return false;
  facts->Add(kGitCommand, command);
  TakeWord(&line);
  std::string_view path = TakeWord(&line, '\0');
  if (path.ends_with('\n')) path.remove_suffix(1);
  AddTarget(kGitRepository, path, facts);
  constexpr std::string_view kHost = "host=";
  const std::string_view host = TakeWord(&line, '\0');
  if (host.starts_with(kHost)) AddHost(kGitHost, host.substr(kHost.size()), facts);
  return true;
}

}  // namespace

Verdict ProbeGit(Bytes opening) {
  const size_t size = GitSize(opening);
  if (size == kFrameSizeUnknown) return Verdict::kNeedMore;
  if (size <= kDigits || size > kLongest) return Verdict::kNotMine;
  const std::string_view line = AsText(opening).substr(kDigits);
  const Verdict command = ProbeWord(line, kCommands);
  if (command != Verdict::kMatch) return command;
  const size_t end = line.find_first_of(" \r\n");
  return line[end] == ' ' ? Verdict::kMatch : Verdict::kNotMine;
}

FieldList GitFields() { return FieldsOf<kGitCommand, kGitRepository, kGitHost>(); }

std::unique_ptr<Session> StartGit() { return StartFrames<&GitSize, &ReadGit, kLongest>(); }

}  // namespace rustnet::net
