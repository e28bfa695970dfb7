// SPDX-License-Identifier: Apache-2.0
// The members of abseil's Status that this project uses, on the standard library alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rustnet {

enum class StatusCode {  // numbers as in google.rpc.Code
  kOk = 0,
  kInvalidArgument = 3,
  kNotFound = 5,
  kAlreadyExists = 6,
  kPermissionDenied = 7,
  kResourceExhausted = 8,
  kFailedPrecondition = 9,
  kAborted = 10,
  kUnimplemented = 12,
  kInternal = 13,
  kUnavailable = 14,
  kDataLoss = 15,
};

class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(StatusCode code, std::string_view text) : code_(code), text_(text) {}
  bool ok() const { return code_ == StatusCode::kOk; }
  StatusCode code() const { return code_; }
  std::string_view message() const { return text_; }

 private:
  StatusCode code_ = StatusCode::kOk;
  std::string text_;
};

template <typename T>
class [[nodiscard]] StatusOr {
 public:
  StatusOr(Status status)
      : status_(std::move(status)) {}  // NOLINT(google-explicit-constructor): as abseil's
  StatusOr(T value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  bool ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  T& value() & { return *value_; }
  const T& value() const& { return *value_; }
  T&& value() && { return *std::move(value_); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace rustnet
