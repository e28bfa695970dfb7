// SPDX-License-Identifier: Apache-2.0
// Conversations in which secrets were planted: one row for each protocol and way to carry one.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {

// Letters alone, as a word that could be taken for a command.
#define PLANTED "plantedsecret"
#define PLANTED_BASE64 "cGxhbnRlZHNlY3JldA=="

struct SecretCase {
  std::string protocol;
  std::string place;
  Setting setting;
  Conversation conversation;
  std::vector<std::string> shown = {};  // facts that are there where secrets are shown
};

inline Setting Tcp(uint16_t port) { return {.server_port = port}; }

// Half of a secret is one too; and what is read may have become a capital.
inline bool IsSecret(std::string text) {
  for (const std::string_view half : {"cGxhbnRlZ", "NlY3JldA"}) {
    if (text.find(half) != std::string::npos) return true;
  }
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text.find("planted") != std::string::npos || text.find("secret") != std::string::npos;
}

}  // namespace rustnet::net
