// SPDX-License-Identifier: Apache-2.0
// Where the cursor stands and how it moves: over rows and over the headers of groups, by id and by
// key, never by line.
#pragma once

#include <string>

#include "client/view/model.h"

namespace rustnet::client {

// The order stays as it is for a while, or no longer.
void Hold(Model* model);
void Release(Model* model);

// Puts the cursor on a line and the line on the screen; holds the order, so that the next step goes
// where the eye expects it.
void SelectRank(Model* model, size_t rank);
// Up, down, page, top, bottom.
void Move(Model* model, Action action);
void Scroll(Model* model, int rows);

// Folds and unfolds: the group under the cursor (from a row of it, the cursor goes to its header),
// all of them.
void Fold(Model* model, bool open);
void ToggleFold(Model* model);
void ToggleAllFolds(Model* model);
// Groups by that, or no more with kNone; the cursor stays on its connection.
void GroupRows(Model* model, GroupBy by);

// Opens Details at the row under the cursor, and goes back to where the list was.
void OpenDetails(Model* model);
void CloseDetails(Model* model);

}  // namespace rustnet::client
