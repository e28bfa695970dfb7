// SPDX-License-Identifier: Apache-2.0
// Random numbers that nobody can foresee, without opening a file: the process is sealed.
#pragma once

#include <cstdint>

namespace rustnet {

uint64_t RandomNumber();

}  // namespace rustnet
