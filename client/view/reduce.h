// SPDX-License-Identifier: Apache-2.0
// Keys, mouse and paste change the model; what they ask of the outside is returned.
#pragma once

#include <optional>
#include <string>

#include "client/input/event.h"
#include "client/view/model.h"

namespace rustnet::client {

struct Effects {
  bool quit = false;
  bool suspend = false;
  bool redraw = false;
  bool retry = false;
  std::optional<bool> historic;     // ask the daemon for closed connections too, or no more
  std::optional<std::string> copy;  // to the clipboard
};

// REQUIRES: model->now and model->wall are the time of the event.
void Reduce(Model* model, const InputEvent& event, Effects* effects);

// Whether the action does something now; footer and help show only those that do.
bool Available(const Model& model, Action action);

// What the group menu offers.
struct GroupChoice {
  char key;
  std::string_view text;
  GroupBy by;
};
const std::vector<GroupChoice>& GroupChoices();

// Parses and applies the text as the filter; an error leaves the last valid one in force.
void ApplyFilter(Model* model, std::string_view text);

// What completes the word before the cursor of the filter bar.
std::vector<std::string> Completions(const FilterBar& bar);

}  // namespace rustnet::client
