// SPDX-License-Identifier: Apache-2.0
// One JSON object on one line (RFC 8259), appended to a string.  For output that must not depend on
// protobuf; what goes over the API is written by protobuf itself.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace rustnet {

class JsonWriter {
 public:
  explicit JsonWriter(std::string* out) : out_(out) { *out_ += '{'; }

  JsonWriter& Text(std::string_view key, std::string_view value) {
    Key(key);
    Quote(value);
    return *this;
  }
  JsonWriter& Number(std::string_view key, uint64_t value) {
    Key(key);
    *out_ += std::to_string(value);
    return *this;
  }
  JsonWriter& Bool(std::string_view key, bool value) { return Raw(key, value ? "true" : "false"); }
  JsonWriter& Null(std::string_view key) { return Raw(key, "null"); }
  // `ns` as seconds with six decimals; 0 if it is negative.
  JsonWriter& Seconds(std::string_view key, int64_t ns) {
    constexpr int64_t kMicroseconds = 1'000'000;
    const int64_t us = ns < 0 ? 0 : ns / 1000;
    std::string text = std::to_string(us / kMicroseconds) + ".";
    const std::string rest = std::to_string(kMicroseconds + us % kMicroseconds);
    return Raw(key, text.append(rest, 1));
  }
  // Anything with begin() and end() of texts or of numbers.
  template <typename Range>
  JsonWriter& Texts(std::string_view key, const Range& values) {
    return List(key, values, [this](const auto& value) { Quote(value); });
  }
  template <typename Range>
  JsonWriter& Numbers(std::string_view key, const Range& values) {
    return List(key, values, [this](const auto& value) { *out_ += std::to_string(value); });
  }
  void End() { *out_ += "}\n"; }

 private:
  JsonWriter& Raw(std::string_view key, std::string_view json) {
    Key(key);
    *out_ += json;
    return *this;
  }
  template <typename Range, typename Write>
  JsonWriter& List(std::string_view key, const Range& values, Write write) {
    Key(key);
    *out_ += '[';
    bool first = true;
    for (const auto& value : values) {
      if (!first) *out_ += ',';
      first = false;
      write(value);
    }
    *out_ += ']';
    return *this;
  }
  // Keys are ours: nothing in them needs an escape.
  void Key(std::string_view key) {
    if (out_->back() != '{') *out_ += ',';
    *out_ += '"';
    *out_ += key;
    *out_ += "\":";
  }
  void Quote(std::string_view text) {
    *out_ += '"';
    while (!text.empty()) {
      const auto special = std::find_if(text.begin(), text.end(), [](char c) {
        return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
      });
      const auto plain = static_cast<size_t>(special - text.begin());
      *out_ += text.substr(0, plain);
      text.remove_prefix(plain);
      if (text.empty()) break;
      const char c = text.front();
      text.remove_prefix(1);
      if (c == '"' || c == '\\') {
        *out_ += '\\';
        *out_ += c;
        continue;
      }
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(c));
      *out_ += escaped;
    }
    *out_ += '"';
  }

  std::string* out_;
};

}  // namespace rustnet
