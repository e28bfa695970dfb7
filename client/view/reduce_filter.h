// SPDX-License-Identifier: Apache-2.0
// Editing the filter: every key applies what stands there, so the list follows while one types.
#pragma once

#include <string>
#include <string_view>

#include "client/input/event.h"
#include "client/view/model.h"

namespace rustnet::client {

void OpenFilterBar(Model* model);
// What stands for the group or process under the cursor in the filter language: "unit=a.service".
// "" if nothing does.
std::string TermAtCursor(const Model& model);
// Narrows the filter to it, or to all but it.
void FilterAtCursor(Model* model, bool out);
// False if the key was used; true: it is for the list.
bool ReduceFilterBar(Model* model, const KeyPress& press);
void PasteIntoFilter(Model* model, std::string_view text);

}  // namespace rustnet::client
