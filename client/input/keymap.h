// SPDX-License-Identifier: Apache-2.0
// Which key does what.  One table: the reducer asks it, help and footer are generated from it, the
// configuration changes it.  An action without a key is still in the table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/input/event.h"
#include "common/base/status.h"

namespace rustnet::client {

enum class Action : uint8_t {
  kNone,
  kUp,
  kDown,
  kPageUp,
  kPageDown,
  kTop,
  kBottom,
  kOpen,
  kOverview,
  kDetails,
  kNextTab,
  kPreviousTab,
  kScrollDown,
  kScrollUp,
  kGroup,
  kGroupMenu,
  kFold,
  kFoldAll,
  kUnfoldOne,
  kFoldOne,
  kSortNext,
  kSortReverse,
  kFilter,
  kFilterTo,
  kFilterOut,
  kPause,
  kFollow,
  kHistoric,
  kPorts,
  kNames,
  kSidebar,
  kCopy,
  kClear,
  kReset,
  kEscape,
  kRetry,
  kHelp,
  kRedraw,
  kSuspend,
  kQuit,
  kQuitNow,
};

struct ActionInfo {
  Action action;
  std::string_view id;       // in the configuration: "pause"
  std::string_view section;  // of the help
  std::string_view help;     // "pause; data keeps arriving, a counter shows how much"
};

// Every action in the order of the help, all of one section together.
const std::vector<ActionInfo>& Actions();

class Keymap {
 public:
  // RustNet's keys, and ours beside them.
  Keymap();

  Action Find(const KeyPress& press) const;
  // Every key of an action, the first first.
  std::vector<KeyPress> Keys(Action action) const;
  // "↑", "PgUp", "^b", "F6"; with `ascii` nothing outside ASCII.  Empty if the action has no key.
  std::string Label(Action action, bool ascii) const;
  std::string Labels(Action action, bool ascii) const;  // all of them, separated by a space

  // Gives `id` these keys instead of the ones it has ("z", "F6", "ctrl-q", "PgUp").  An unknown
  // action or key, or a key that another action has been given here, is one sentence.
  Status Bind(std::string_view id, const std::vector<std::string>& keys);

 private:
  struct Binding {
    KeyPress press;
    Action action = Action::kNone;
    bool configured = false;
  };
  std::vector<Binding> bindings_;
};

// "ctrl-q", "PgUp", "z", "?"; nothing else is a key.
StatusOr<KeyPress> ParseKey(std::string_view text);
std::string KeyLabel(const KeyPress& press, bool ascii);

}  // namespace rustnet::client
