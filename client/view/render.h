// SPDX-License-Identifier: Apache-2.0
// Model → picture.  Pure: the same model, size and theme give the same cells, without a terminal, a
// clock or a locale; the golden screens are made from this.
#pragma once

#include <vector>

#include "client/view/cell_buffer.h"
#include "client/view/model.h"
#include "client/view/theme.h"

namespace rustnet::client {

struct Frame {
  CellBuffer cells;
  std::vector<Hit> hits;   // what a click does
  int cursor_column = -1;  // where the terminal's cursor stands; -1: hidden
  int cursor_row = -1;
};

// REQUIRES: the model is settled (Settle).
Frame Render(const Model& model, const Theme& theme);

}  // namespace rustnet::client
