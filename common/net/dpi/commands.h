// SPDX-License-Identifier: Apache-2.0
// What text protocols of commands and replies share (SMTP, POP3, IMAP, NNTP, IRC): their words,
// their probes, and a session that is given whole lines.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "common/net/dpi/dissector.h"
#include "common/net/dpi/lines.h"

namespace rustnet::net {

using Words = std::span<const std::string_view>;

// The one of `words` that `word` is but for its case; empty if there is none.  A fact is taken from
// a list, never from the line: what stands where a command should may be a password.
std::string_view KnownWord(Words words, std::string_view word);

// 100 to 599 of "220 text", "220-text" or "220"; 0: no reply (RFC 5321 section 4.2).
uint32_t ReplyCode(std::string_view line);

// Whether `text` begins with `start` but for its case; kNeedMore: as far as it goes.
Verdict StartsLike(std::string_view text, std::string_view start);

// The next word of a line whose words may have several blanks or tabs between them.
std::string_view NextWord(std::string_view* rest);

// The opening begins with one of `words` and a blank or the end of a line.
Verdict ProbeWord(std::string_view opening, Words words);

// The same, or with a reply of three digits.
Verdict ProbeReplyOrWord(std::string_view opening, Words words);

class LineSession : public Session {
 public:
  explicit LineSession(size_t longest) : sides_{Side(longest), Side(longest)} {}

  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) final;
  Progress OnGap(Direction direction, uint64_t lost) override;
  Bytes Unread(Direction direction) const override {
    return direction == ended_by_ ? unread_ : Bytes();
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override {
    return sizeof *this + sides_[0].lines.memory() + sides_[1].memory();
  }

 protected:
  virtual Progress OnLine(Direction direction, std::string_view line, Facts* facts) = 0;
  // Of the bytes that are read.  REQUIRES: OnLine or OnBinary is under way.
  const Moment& moment() const { return *moment_; }

  // At the beginning of a line: takes what is no text.  True if it took something.
  virtual bool OnBinary(Direction, Bytes*) { return false; }

  // The next `size` bytes of `direction` are no lines.
  void Skip(Direction direction, uint64_t size) { side(direction).skip = size; }
  uint64_t skipping(Direction direction) const {
    return sides_[static_cast<size_t>(direction)].skip;
  }
  void Spoke(Direction direction) { spoken_[static_cast<size_t>(direction)] = true; }

  // Which end serves: settled by the first line that tells.
  void SettleServer(Direction direction) {
    if (!settled_) server_ = direction;
    settled_ = true;
  }
  bool settled() const { return settled_; }
  bool IsServer(Direction direction) const { return settled_ && direction == server_; }
  bool IsClient(Direction direction) const { return settled_ && direction != server_; }

 private:
  struct Side {
    explicit Side(size_t longest) : lines(longest) {}
    size_t memory() const { return lines.memory(); }
    Lines lines;
    uint64_t skip = 0;
  };
  Side& side(Direction d) { return sides_[static_cast<size_t>(d)]; }

  std::array<Side, 2> sides_;
  const Moment* moment_ = nullptr;
  Bytes unread_;
  Direction ended_by_ = Direction::kForward;
  Direction server_ = Direction::kBackward;
  bool settled_ = false;
  std::array<bool, 2> spoken_{};
};

}  // namespace rustnet::net
