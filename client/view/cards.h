// SPDX-License-Identifier: Apache-2.0
// What Details tells of a connection: cards of labels and values.  What is not known has no line.
#pragma once

#include <string>
#include <vector>

#include "client/view/model.h"
#include "client/view/theme.h"

namespace rustnet::client {

struct CardLine {
  std::string label;
  std::string value;  // whole; whoever draws it breaks it
  Token token = Token::kText;
  bool table = false;  // its value is set in columns: not to be broken
};

struct Card {
  std::string title;
  bool right = false;  // where there is room for two columns
  std::vector<CardLine> lines;
};

// What is known of the connection that Details shows: its row, and the daemon's answer if there is
// one; none if it shows nothing.
std::optional<model::Connection> KnownOf(const Model& model);
std::vector<Card> CardsOf(const Model& model, const model::Connection& row);

}  // namespace rustnet::client
