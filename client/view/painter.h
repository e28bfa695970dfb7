// SPDX-License-Identifier: Apache-2.0
// What the pieces of a screen share while one frame is made.  Each piece draws inside its own area.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/view/render.h"

namespace rustnet::client {

struct Painter {
  const Model& model;
  const Theme& theme;
  const Areas areas;
  Frame* frame;

  CellBuffer& cells() const { return frame->cells; }
  int columns() const { return frame->cells.size().columns; }
  int rows() const { return frame->cells.size().rows; }

  // "↑" where the terminal can, "^" where it cannot.
  std::string KeyOf(Action action) const { return model.keymap.Label(action, theme.ascii); }
  void Clickable(int column, int row, int width, Action action) const;
  // A frame of lines with `title` in its upper edge, its inside blank.
  void Box(int column, int row, int width, int height, std::string_view title) const;
};

void PaintTabs(const Painter& paint);
void PaintTitle(const Painter& paint);
void PaintFooter(const Painter& paint);
void PaintTable(const Painter& paint);
// A line that is the header of a group, and the Process cell of a row below one.
void PaintGroup(const Painter& paint, const ColumnLayout& layout, const Line& line, int y);
std::string MemberText(const Model& model, const Line& line, const model::Connection& row);
Token RttToken(std::optional<uint32_t> microseconds);
// Details: the line that says what the connection is; cards and curves; by how much these scroll.
void PaintDetailsTitle(const Painter& paint);
void PaintDetails(const Painter& paint);
int DetailsScrollMost(const Model& model);
void PaintSidebar(const Painter& paint);
void PaintFilterBar(const Painter& paint);
void PaintHelp(const Painter& paint);
void PaintPermission(const Painter& paint);

// The lines of the help as they are bound now, for `query`; "" is all.
struct HelpLine {
  std::string keys;  // empty: a heading
  std::string text;
};
std::vector<HelpLine> HelpLines(const Model& model, std::string_view query, bool ascii,
                                size_t* found, size_t* all);

// "eth0", "eth0 +2", or the capture file.
std::string CaptureName(const Model& model);

// Losses since the baseline: kernel and NIC, BPF ring, what this stream never carried.
struct Losses {
  uint64_t kernel = 0;
  uint64_t attribution = 0;
  uint64_t stream = 0;
  bool known = false;
};
Losses LossesOf(const Model& model);
// Packets per second between the last two statistics; none if unknown.
std::optional<uint64_t> PacketRate(const Model& model);

}  // namespace rustnet::client
