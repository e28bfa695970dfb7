// SPDX-License-Identifier: Apache-2.0
// Everything that a screen is drawn from.  Events change it (reduce.h), Settle makes it consistent,
// renderers only read it (render.h).  No clock: `now` and `wall` are set by whoever drives it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/input/keymap.h"
#include "client/stream/mailbox.h"
#include "client/stream/table.h"
#include "client/view/cell_buffer.h"
#include "client/view/columns.h"
#include "client/view/rows.h"
#include "common/base/time.h"
#include "common/model/filter.h"

namespace rustnet::client {

inline constexpr Duration kArmedFor = 3 * kSecond;  // a second press confirms
inline constexpr Duration kToastFor = 3 * kSecond;
inline constexpr Duration kDoubleClick = 400 * kMillisecond;
// The daemon's heartbeat is every 5 s; one more is patience.
inline constexpr Duration kNotAnsweringAfter = 6 * kSecond;

inline constexpr size_t kTrafficSamples = 66;

enum class Tab : uint8_t { kOverview, kDetails };

// What a click on a cell of the last frame does.
struct Hit {
  enum class Kind : uint8_t { kRow, kHeader, kAction, kCopy };
  Kind kind = Kind::kAction;
  int column = 0;  // of the screen
  int row = 0;
  int width = 0;
  size_t rank = 0;                   // kRow
  Column header = Column::kProcess;  // kHeader
  Action action = Action::kNone;     // kAction
  std::string text;                  // kCopy
};

// Defaults that the configuration may change; `r` returns to them.
struct Preferences {
  Column sort = Column::kDown;
  bool descending = true;
  GroupBy group = GroupBy::kNone;
  Duration hold = 3 * kSecond;
  bool confirm_quit = true;
  bool historic = false;
  std::string filter;
};

struct FilterBar {
  bool open = false;
  std::string text;
  size_t cursor = 0;                        // in bytes
  std::optional<model::FilterError> error;  // of `text`; the last valid filter stays
  std::string applied;                      // the last valid text
  Duration took = 0;                        // to parse it and evaluate all rows
};

struct Help {
  bool open = false;
  std::string query;
  int scroll = 0;
};

// Screen 20; shown instead of all else.
struct Permission {
  bool shown = false;
  std::string socket;
  std::string socket_owner;  // "root:rustnet  srw-rw----"
  std::string user;          // "ana"
  std::string identity;      // "ana (uid 1000), groups: ana sudo"
  std::string sentence;      // the daemon's, if it was a call that was refused
};

struct Model {
  Model() : rows(&table) {}
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  // Outside.
  Time now = 0;   // MonotonicNow
  Time wall = 0;  // WallNow
  Size size{80, 24};
  std::string socket;
  Keymap keymap;
  model::UserLookup users;                           // for `user:NAME`; none: numbers only
  std::string (*user_name)(uint32_t uid) = nullptr;  // null: numbers only; "": not known
  Preferences preferences;

  // From the daemon.
  Table table;
  LinkState link;
  SideState side;
  Detail detail;       // of the row that Details shows, or of one before it
  size_t waiting = 0;  // changes that a pause keeps back

  // The view.
  Rows rows;
  Tab tab = Tab::kOverview;
  // The line under the cursor, by id or by key; neither: the first line, whichever that is.
  std::optional<uint64_t> selected;
  std::optional<std::string> selected_group;
  size_t top = 0;           // rank of the first line on the screen
  size_t overview_top = 0;  // the same, for the way back from Details
  int details_scroll = 0;
  GroupBy last_grouping = GroupBy::kProcess;  // what `a` comes back to
  bool group_menu = false;                    // the next key chooses a grouping
  Time held_until = 0;
  bool follow = false;
  bool paused = false;
  bool historic = false;
  bool services = false;   // names instead of port numbers
  bool addresses = false;  // instead of host names
  bool sidebar = true;     // where there is room
  FilterBar filter;
  Help help;
  Permission permission;
  Action armed = Action::kNone;  // waits for the second press
  Time armed_until = 0;
  std::string toast;
  Time toast_until = 0;

  // Counted from here by `x x`.
  v1::LossLedger loss_baseline;
  uint64_t stream_lost_baseline = 0;

  // The mouse.
  std::vector<Hit> hits;  // of the last frame
  Time clicked_at = 0;
  uint64_t clicked_id = 0;
  std::string clicked_group;

  // One sample per second while the daemon is live, at most kTrafficSamples.
  std::vector<uint64_t> down_samples;
  std::vector<uint64_t> up_samples;
  Time sampled_at = 0;

  bool dirty = true;        // draw
  bool order_stale = true;  // the rows' order has to be made again

  bool held() const { return now < held_until; }
  bool not_answering() const {
    return link.phase == LinkState::Phase::kLive && now - link.last_message > kNotAnsweringAfter;
  }
};

// Lines of the screen, as every renderer and the reducer see them.
struct Areas {
  bool list_only = false;  // too small for a frame
  bool rule = false;       // under the tabs
  int title = 0;           // row of the title or of the banner
  int header = 0;          // row of the column heads
  int table_top = 0;
  int table_rows = 0;
  int table_width = 0;
  int sidebar = -1;  // first column, or -1
  int body = -1;     // Details: first row of the cards, or -1
  int body_rows = 0;
  int traffic = -1;  // Details: row of the heading of the curves, or -1
  int filter = -1;   // first of three rows, or -1
  int footer = 0;
  int last_daemon = -1;  // row of "last daemon: …", or -1
};
Areas AreasOf(const Model& model);

// Takes in a batch of changes.
void Absorb(Model* model, Batch batch);

// Makes order, selection and window consistent with everything else; call before rendering.
void Settle(Model* model);

// When the picture changes without an event; 0: never.
Time NextDeadline(const Model& model);

// The line under the cursor; none if it is not on the list.
std::optional<size_t> CursorRank(const Model& model);
// The row under the cursor; null if there is none, or a header.
const model::Connection* SelectedRow(const Model& model);
std::optional<Slot> SelectedSlot(const Model& model);
// What Details shows, even if the list does not have it any more; null: nothing.
const model::Connection* LookedAt(const Model& model);
// Whose detail is to be asked for.
std::optional<uint64_t> WantedDetail(const Model& model);

void SetToast(Model* model, std::string text);

}  // namespace rustnet::client
