// SPDX-License-Identifier: Apache-2.0
// RN_CHECK(condition): a broken invariant of our own ends the process with file, line and the
// condition.  The environment (files, network, kernel) is never checked this way: that is what
// Status is for.
#pragma once

namespace rustnet {

[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace rustnet

#define RN_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::rustnet::CheckFailed(__FILE__, __LINE__, #condition))
