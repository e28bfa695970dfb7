// SPDX-License-Identifier: Apache-2.0
// Editing the filter: every key applies what stands there, so the list follows while one types.
#pragma once

#include <string_view>

#include "client/input/event.h"
#include "client/view/model.h"

namespace rustnet::client {

void OpenFilterBar(Model* model);
// False if the key was used; true: it is for the list.
bool ReduceFilterBar(Model* model, const KeyPress& press);
void PasteIntoFilter(Model* model, std::string_view text);

}  // namespace rustnet::client
