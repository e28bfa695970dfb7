// SPDX-License-Identifier: Apache-2.0
// Where the one-shot commands print to: aligned tables, CSV (RFC 4180) and JSON lines.  Every text
// of the daemon has passed common/base/text before it is here, or passes it here (Json).
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "google/protobuf/message.h"

namespace rustnet::client {

class Output {
 public:
  explicit Output(FILE* file) : file_(file) {}
  ~Output() { Flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Line(std::string_view text);
  void Json(const google::protobuf::Message& message);
  void Csv(const std::vector<std::string>& fields);
  // False: the reader has gone away.
  bool Flush();

 private:
  FILE* file_;
  std::string buffer_;
};

struct TextColumn {
  std::string head;
  bool right = false;
  int least = 0;  // cells
};

// Rows under heads; each page is aligned by what has been seen so far, nothing is cut.
class TextTable {
 public:
  TextTable(std::vector<TextColumn> columns, Output* out);

  void Add(std::vector<std::string> row) { page_.push_back(std::move(row)); }
  // Prints the rows added since the last time, the heads before the first.
  void EndPage();

 private:
  void Print(const std::vector<std::string>& row);

  std::vector<TextColumn> columns_;
  std::vector<int> widths_;
  std::vector<std::vector<std::string>> page_;
  bool begun_ = false;
  Output* out_;
};

// "2026-01-31T12:00:00.123Z"; empty for 0.
std::string Rfc3339(Time time);

}  // namespace rustnet::client
