// SPDX-License-Identifier: Apache-2.0
#include "common/base/status.h"

#include <cerrno>
#include <cstring>

namespace rustnet {
namespace {

Status Make(StatusCode code, std::string_view text) {
  return Status(code, {text.data(), text.size()});
}

}  // namespace

Status InvalidArgument(std::string_view text) { return Make(StatusCode::kInvalidArgument, text); }
Status DataLoss(std::string_view text) { return Make(StatusCode::kDataLoss, text); }
Status Unavailable(std::string_view text) { return Make(StatusCode::kUnavailable, text); }
Status AlreadyExists(std::string_view text) { return Make(StatusCode::kAlreadyExists, text); }
Status PermissionDenied(std::string_view text) { return Make(StatusCode::kPermissionDenied, text); }
Status FailedPrecondition(std::string_view text) {
  return Make(StatusCode::kFailedPrecondition, text);
}
Status NotFound(std::string_view text) { return Make(StatusCode::kNotFound, text); }
Status ResourceExhausted(std::string_view text) {
  return Make(StatusCode::kResourceExhausted, text);
}
Status Unimplemented(std::string_view text) { return Make(StatusCode::kUnimplemented, text); }
Status Internal(std::string_view text) { return Make(StatusCode::kInternal, text); }
Status OutputFailed(std::string_view text) { return Make(StatusCode::kAborted, text); }

Status FromErrno(int error, std::string_view sentence) {
  const std::string text = std::string(sentence) + ": " + std::strerror(error);
  return error == EPERM || error == EACCES ? PermissionDenied(text) : Unavailable(text);
}

std::string Message(const Status& status) {
  return {status.message().data(), status.message().size()};
}

int ExitCode(const Status& status) {
  switch (status.code()) {
    case StatusCode::kOk:
      return 0;
    case StatusCode::kInvalidArgument:
      return 64;
    case StatusCode::kDataLoss:
      return 65;
    case StatusCode::kUnavailable:
      return 69;
    case StatusCode::kAborted:
      return 74;
    case StatusCode::kAlreadyExists:
      return 75;
    case StatusCode::kPermissionDenied:
      return 77;
    case StatusCode::kFailedPrecondition:
      return 78;
    default:
      return 70;
  }
}

}  // namespace rustnet
