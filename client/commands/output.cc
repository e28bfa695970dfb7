// SPDX-License-Identifier: Apache-2.0
#include "client/commands/output.h"

#include <algorithm>
#include <ctime>

#include "client/text/width.h"
#include "common/base/text.h"
#include "common/model/convert.h"

namespace rustnet::client {
namespace {

constexpr size_t kFlushAt = 64 * 1024;

}  // namespace

void Output::Line(std::string_view text) {
  buffer_.append(text);
  buffer_ += '\n';
  if (buffer_.size() >= kFlushAt) Flush();
}

void Output::Json(const google::protobuf::Message& message) {
  const std::string json = model::ToJson(message);
  Line(Printable(json, json.size() * 3));
}

void Output::Csv(const std::vector<std::string>& fields) {
  std::string line;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) line += ',';
    std::string field = fields[i];
    // A spreadsheet would run it.
    if (!field.empty() && std::string_view("=+-@").find(field[0]) != std::string_view::npos) {
      field.insert(0, 1, '\'');
    }
    if (field.find_first_of(",\"") == std::string::npos) {
      line += field;
      continue;
    }
    line += '"';
    for (const char c : field) {
      if (c == '"') line += '"';
      line += c;
    }
    line += '"';
  }
  Line(line);
}

bool Output::Flush() {
  const size_t size = buffer_.size();
  const size_t written = std::fwrite(buffer_.data(), 1, size, file_);
  buffer_.clear();
  return written == size && std::fflush(file_) == 0;
}

TextTable::TextTable(std::vector<TextColumn> columns, Output* out)
    : columns_(std::move(columns)), out_(out) {
  for (const TextColumn& column : columns_) {
    widths_.push_back(std::max(column.least, TextWidth(column.head)));
  }
}

void TextTable::Print(const std::vector<std::string>& row) {
  std::string line;
  for (size_t i = 0; i < row.size(); ++i) {
    const int pad = std::max(0, widths_[i] - TextWidth(row[i]));
    const std::string blanks(static_cast<size_t>(pad), ' ');
    if (i > 0) line += "  ";
    if (columns_[i].right) line += blanks;
    line += row[i];
    if (!columns_[i].right && i + 1 < row.size()) line += blanks;
  }
  out_->Line(line);
}

void TextTable::EndPage() {
  for (const std::vector<std::string>& row : page_) {
    for (size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], TextWidth(row[i]));
  }
  if (!begun_) {
    begun_ = true;
    std::vector<std::string> heads;
    for (const TextColumn& column : columns_) heads.push_back(column.head);
    Print(heads);
  }
  for (const std::vector<std::string>& row : page_) Print(row);
  page_.clear();
}

std::string Rfc3339(Time time) {
  if (time == 0) return {};
  const auto seconds = static_cast<std::time_t>(time / kSecond);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char date[32];
  const size_t length = std::strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
  char fraction[16];
  const int more = std::snprintf(fraction, sizeof(fraction), ".%03dZ",
                                 static_cast<int>(time % kSecond / kMillisecond));
  return std::string(date, length) + std::string(fraction, static_cast<size_t>(more));
}

}  // namespace rustnet::client
