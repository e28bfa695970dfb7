// SPDX-License-Identifier: Apache-2.0
// Bytes of a text protocol to lines, wherever they were cut.  A line that is whole in one piece is
// not copied; a longer one than `longest` is cut, the rest skipped, and that is counted.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/net/dpi/facts.h"

namespace rustnet::net {

class Lines {
 public:
  explicit Lines(size_t longest) : longest_(longest) {}

  // Takes the next line off the front of `*bytes`: without LF or CR LF, valid until the next call
  // and as long as the bytes.  False: there is no whole line; what there is has been kept.
  bool Next(Bytes* bytes, std::string_view* line, Facts* facts);

  // Forgets the half of a line.
  void Reset();
  std::string_view half() const { return taken_ ? std::string_view() : std::string_view(held_); }
  size_t memory() const { return held_.capacity(); }

 private:
  std::string held_;
  size_t longest_;
  bool taken_ = false;  // held_ is the line of the last call
  bool cut_ = false;
};

// Without blanks and tabs at either end.
std::string_view Trimmed(std::string_view text);

// The text up to the first `separator`, which is taken off `*rest` with it; all of it if there is
// none.
std::string_view TakeWord(std::string_view* rest, char separator = ' ');

}  // namespace rustnet::net
