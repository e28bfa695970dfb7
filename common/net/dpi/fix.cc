// SPDX-License-Identifier: Apache-2.0
// FIX (FIX Session Layer): "tag=value" and 01 each; a message begins with its version (8), its
// length (9) and its type (35), and ends with a sum.  Nothing else is read: a logon has a password.
#include <string>

#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"

namespace rustnet::net {
namespace {

constexpr Field kFixVersion{"fix_version"};
constexpr Field kFixType{"fix_type"};

constexpr char kEnd = '\1';
constexpr size_t kMost = 64;
constexpr size_t kSum = 7;  // "10=123" and its end
constexpr std::string_view kVersions[] = {"FIX.4.0", "FIX.4.1", "FIX.4.2",
                                          "FIX.4.3", "FIX.4.4", "FIXT.1.1"};

// "8=version" 01 "9=", and at least a digit; `size` is what stands before the digits.
Verdict ProbeStart(std::string_view text, size_t* size) {
  bool more = false;
  for (const std::string_view version : kVersions) {
    const std::string start = std::string("8=").append(version).append("\0019=");
    if (text.size() > start.size() && text.starts_with(start)) {
      *size = start.size();
      const char digit = text[*size];
      return digit >= '0' && digit <= '9' ? Verdict::kMatch : Verdict::kNotMine;
    }
    more = more || std::string_view(start).starts_with(text);
  }
  return more ? Verdict::kNeedMore : Verdict::kNotMine;
}

size_t FixSize(Bytes start) {
  const std::string_view text = AsText(start);
  size_t at = 0;
  const Verdict begun = ProbeStart(text, &at);
  if (begun != Verdict::kMatch) return begun == Verdict::kNeedMore ? kFrameSizeUnknown : 0;
  constexpr size_t kMostDigits = 8;
  size_t length = 0;
  for (size_t i = 0; i <= kMostDigits; ++i, ++at) {
    if (at == text.size()) return kFrameSizeUnknown;
    const char c = text[at];
    if (c == kEnd) return at + 1 + length + kSum;
    if (c < '0' || c > '9') return 0;
    length = length * 10 + static_cast<size_t>(c - '0');
  }
  return 0;
}

bool ReadFix(Bytes frame, const Moment&, Facts* facts) {
  std::string_view rest = AsText(frame);
  const std::string_view version = TakeWord(&rest, kEnd);
  TakeWord(&rest, kEnd);
  constexpr std::string_view kType = "35=";
  constexpr size_t kLongestType = 8;  // "U" and more is somebody's own
  const std::string_view type = TakeWord(&rest, kEnd);
  if (!type.starts_with(kType) || type.size() > kType.size() + kLongestType) return false;
  facts->Add(kFixVersion, version.substr(version.find('=') + 1));
  facts->Add(kFixType, type.substr(kType.size()));
  return true;
}

}  // namespace

Verdict ProbeFix(Bytes opening) {
  size_t size = 0;
  return ProbeStart(AsText(opening), &size);
}

FieldList FixFields() { return FieldsOf<kFixVersion, kFixType>(); }

std::unique_ptr<Session> StartFix() { return StartFrames<&FixSize, &ReadFix, kMost>(); }

}  // namespace rustnet::net
