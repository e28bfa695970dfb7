// SPDX-License-Identifier: Apache-2.0
// Each screen of the design as text, and a second file with one token letter per cell, so that
// colours are reviewed as text too.  RUSTNET_UPDATE_GOLDEN=1 writes the files anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "client/view/render.h"
#include "tests/unit/client/view/sample.h"

namespace rustnet::client {
namespace {

void Compare(const std::string& name, const std::string& drawn) {
  const std::string path = RUSTNET_SCREENS + name;
  if (std::getenv("RUSTNET_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path) << drawn;
    return;
  }
  std::ifstream in(path);
  ASSERT_TRUE(in) << path << " is missing; RUSTNET_UPDATE_GOLDEN=1 writes it";
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(drawn, text.str()) << name;
}

struct Screen {
  const char* name;
  void (*prepare)(Model*);
  Theme (*theme)();
};

Theme Muted() { return *FindTheme("muted"); }
Theme Ascii() {
  Theme theme = Muted();
  theme.ascii = true;
  return theme;
}
Theme Mono() { return *FindTheme("mono"); }

void Overview(Model* model) {
  Fill(model);
  model->selected = 2;
}

void Traffic(Model* model) {
  Overview(model);
  for (uint64_t i = 0; i < kTrafficSamples; ++i) {
    model->down_samples.push_back((i * 7919 % 23) * (i * 7919 % 23) * 40 * kKi);
    model->up_samples.push_back(i % 9 < 3 ? 9 * kMi : 100 * kKi);
  }
  model->sampled_at = kNow;
}

void Scoped(Model* model) {
  Overview(model);
  model->link.info.set_scope(v1::SCOPE_OWN);
  model->side.stats.clear_losses();
  model->side.stats.clear_attribution();
}

void Held(Model* model) {
  Overview(model);
  Settle(model);
  Send(model, Press("down"));
  model->now += kSecond / 2;
}

void Grouped(Model* model, GroupBy by) {
  Fill(model);
  Settle(model);
  Send(model, Press("A"));
  for (const GroupChoice& choice : GroupChoices()) {
    if (choice.by == by) Type(model, std::string(1, choice.key));
  }
}

// The second group is unfolded, the cursor on its first row.
void ByProcess(Model* model) {
  Grouped(model, GroupBy::kProcess);
  for (const char* key : {"down", "space", "down"}) Send(model, Press(key));
  model->now += 4 * kSecond;
}

void ByContainer(Model* model) {
  Grouped(model, GroupBy::kContainer);
  for (const char* key : {"*", "g"}) Send(model, Press(key));
  model->now += 4 * kSecond;
}

void ByUnit(Model* model) { Grouped(model, GroupBy::kUnit); }
void ByUser(Model* model) {
  Grouped(model, GroupBy::kUser);
  Send(model, Press("A"));
}

void Details(Model* model) {
  Overview(model);
  Settle(model);
  Send(model, Press("enter"));
  Answer(model, 2);
}

void DetailsScrolled(Model* model) {
  Details(model);
  for (int i = 0; i < 3; ++i) Send(model, Press("ctrl-d"));
}

// No process, no TCP, no answer yet.
void DetailsUnknown(Model* model) {
  Fill(model);
  model->selected = 11;
  Settle(model);
  Send(model, Press("2"));
}

// The daemon has closed it, and then removed its row.
void DetailsEnded(Model* model) {
  Details(model);
  Batch batch;
  batch.Put(2, nullptr, true);
  batch.Remove(2);
  Absorb(model, std::move(batch));
  model->now += 4 * kSecond;
  model->wall += 4 * kSecond;
  model->link.last_message = model->now;
  auto closed = std::make_shared<model::Connection>(*model->detail.row);
  closed->historic = true;
  closed->state = model::State::kTcpClosed;
  closed->tcp->kernel->final = true;
  model->detail.row = closed;
}

void DetailsLost(Model* model) {
  Details(model);
  model->link.phase = LinkState::Phase::kLost;
  model->link.failure.kind = Failure::Kind::kRefused;
  model->link.lost_since = kNow - 7 * kSecond;
}

void Help(Model* model) {
  Overview(model);
  Settle(model);
  Send(model, Press("h"));
}

void HelpSearch(Model* model) {
  Help(model);
  Type(model, "sor");
}

void FilterBarOpen(Model* model) {
  Overview(model);
  Settle(model);
  Send(model, Press("/"));
  Type(model, "port:443 ");
  model->filter.took = 200 * kMicrosecond;
}

void FilterError(Model* model) {
  Overview(model);
  Settle(model);
  Send(model, Press("/"));
  Type(model, "firefox (");
}

void Lost(Model* model) {
  Overview(model);
  model->link.phase = LinkState::Phase::kLost;
  model->link.failure.kind = Failure::Kind::kRefused;
  model->link.lost_since = kNow - 7 * kSecond;
}

void NotAnswering(Model* model) {
  Overview(model);
  model->link.last_message = kNow - 9 * kSecond;
}

void NoPermission(Model* model) {
  model->link = LinkState();
  model->permission.shown = true;
  model->permission.socket = model->socket;
  model->permission.socket_owner = "root:rustnet  srw-rw----";
  model->permission.user = "ana";
  model->permission.identity = "ana (uid 1000), groups: ana sudo docker";
}

void Empty(Model* model) {
  Overview(model);
  ApplyFilter(model, "port:9999");
}

void Nothing(Model* model) {
  Batch batch;
  batch.reset = true;
  Absorb(model, std::move(batch));
}

void Paused(Model* model) {
  Overview(model);
  Settle(model);
  Send(model, Press("z"));
  model->waiting = 812;
}

constexpr Screen kScreens[] = {
    {"01-overview", Overview, Muted},
    {"01-overview-held", Held, Muted},
    {"01-overview-traffic", Traffic, Muted},
    {"01-overview-scoped", Scoped, Muted},
    {"01-overview-paused", Paused, Muted},
    {"01-overview-ascii", Overview, Ascii},
    {"01-overview-mono", Overview, Mono},
    {"02-by-process", ByProcess, Muted},
    {"02-by-process-ascii", ByProcess, Ascii},
    {"02-by-process-mono", ByProcess, Mono},
    {"03-by-container", ByContainer, Muted},
    {"03-by-unit", ByUnit, Muted},
    {"03-by-user-menu", ByUser, Muted},
    {"06-details", Details, Muted},
    {"06-details-scrolled", DetailsScrolled, Muted},
    {"06-details-unknown", DetailsUnknown, Muted},
    {"06-details-ended", DetailsEnded, Muted},
    {"06-details-lost", DetailsLost, Muted},
    {"06-details-ascii", Details, Ascii},
    {"13-help", Help, Muted},
    {"13-help-search", HelpSearch, Muted},
    {"14-filter", FilterBarOpen, Muted},
    {"15-filter-error", FilterError, Muted},
    {"19-lost", Lost, Muted},
    {"19-not-answering", NotAnswering, Muted},
    {"20-no-permission", NoPermission, Muted},
    {"23-empty", Empty, Muted},
    {"23-nothing-yet", Nothing, Muted},
};

class GoldenTest : public ::testing::TestWithParam<Screen> {};

TEST_P(GoldenTest, IsAsDrawn) {
  const Screen& screen = GetParam();
  for (const Size size : {Size{80, 24}, Size{140, 40}}) {
    const auto model = MakeModel(size);
    screen.prepare(model.get());
    Settle(model.get());
    const Frame frame = Render(*model, screen.theme());
    const std::string name = std::string(screen.name) + "-" + std::to_string(size.columns) + "x" +
                             std::to_string(size.rows);
    Compare(name + ".txt", frame.cells.Text());
    Compare(name + ".attr", frame.cells.Attributes());
  }
}

INSTANTIATE_TEST_SUITE_P(Screens, GoldenTest, ::testing::ValuesIn(kScreens),
                         [](const auto& screen) {
                           std::string name = screen.param.name;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace rustnet::client
