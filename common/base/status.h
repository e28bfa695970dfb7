// SPDX-License-Identifier: Apache-2.0
// Status and StatusOr<T>: abseil's in a full build, the same few members of our own where abseil is
// not built (RUSTNET_WITH_RPC=OFF); the include path decides.  Text goes in and out as std::string
// types.
//
// The codes used at start-up have one meaning each, and one exit code (ExitCode below):
//   kInvalidArgument    64  usage, filter
//   kDataLoss           65  bad input file
//   kUnavailable        69  interface, daemon unreachable
//   kAborted            74  output cannot be written
//   kAlreadyExists      75  socket in use
//   kPermissionDenied   77
//   kFailedPrecondition 78  configuration, missing user
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "rustnet_status/impl.h"

namespace rustnet {

Status InvalidArgument(std::string_view text);
Status DataLoss(std::string_view text);
Status Unavailable(std::string_view text);
Status AlreadyExists(std::string_view text);
Status PermissionDenied(std::string_view text);
Status FailedPrecondition(std::string_view text);
Status NotFound(std::string_view text);
Status ResourceExhausted(std::string_view text);
Status Unimplemented(std::string_view text);
Status Internal(std::string_view text);
Status OutputFailed(std::string_view text);  // kAborted
inline Status Ok() { return Status(); }

// "SENTENCE: strerror(error)", as PermissionDenied for EPERM and EACCES, else as Unavailable.
Status FromErrno(int error, std::string_view sentence);

std::string Message(const Status& status);

// sysexits.h code of a failed start; 0 for OK, 70 (software) for the codes without a row above.
int ExitCode(const Status& status);

}  // namespace rustnet

#define RN_CONCAT_INNER(a, b) a##b
#define RN_CONCAT(a, b) RN_CONCAT_INNER(a, b)

#define RN_RETURN_IF_ERROR(expression)          \
  do {                                          \
    ::rustnet::Status rn_status = (expression); \
    if (!rn_status.ok()) return rn_status;      \
  } while (false)

#define RN_ASSIGN_OR_RETURN(target, expression) \
  RN_ASSIGN_OR_RETURN_IMPL(RN_CONCAT(rn_or_, __LINE__), target, expression)
#define RN_ASSIGN_OR_RETURN_IMPL(temporary, target, expression) \
  auto temporary = (expression);                                \
  if (!temporary.ok()) return temporary.status();               \
  target = std::move(temporary).value()
