// SPDX-License-Identifier: Apache-2.0
#include "client/app.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "client/commands/oneshot.h"
#include "client/input/decoder.h"
#include "client/permission.h"
#include "client/stream/link.h"
#include "client/stream/mailbox.h"
#include "client/stream/users.h"
#include "client/view/reduce.h"
#include "client/view/render.h"
#include "client/view/screen.h"
#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/model/sort.h"

namespace rustnet::client {
namespace {

// Greeting has a deadline of its own; this is for a stream that does not begin.
constexpr Duration kFirstAnswer = 4 * kSecond;
// A first picture with data is worth a short wait; after it the empty frame is drawn.
constexpr Duration kFirstPicture = 150 * kMillisecond;
// Pictures of data alone are not drawn faster than this; keys are drawn at once.
constexpr Duration kBetweenDataFrames = 100 * kMillisecond;

int signal_pipe[2] = {-1, -1};

void OnSignal(int signal) {
  const int saved = errno;
  const char byte = static_cast<char>(signal);
  const ssize_t ignored = write(signal_pipe[1], &byte, 1);
  static_cast<void>(ignored);
  errno = saved;
}

bool InstallSignals() {
  if (pipe(signal_pipe) != 0) return false;
  for (const int end : signal_pipe) {
    fcntl(end, F_SETFD, FD_CLOEXEC);
    fcntl(end, F_SETFL, O_NONBLOCK);
  }
  struct sigaction action {};
  action.sa_handler = OnSignal;
  for (const int signal : {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGCONT}) {
    sigaction(signal, &action, nullptr);
  }
  std::signal(SIGPIPE, SIG_IGN);
  return true;
}

// "down:desc" of the configuration → a column; what the table has no column for is refused.
Status ReadSort(const std::string& text, Preferences* preferences) {
  const std::string first = text.substr(0, text.find(','));
  const size_t colon = first.find(':');
  const std::optional<Column> column = ColumnBySortKey(first.substr(0, colon));
  const std::string way = colon == std::string::npos ? "" : first.substr(colon + 1);
  if (!column || !(way.empty() || way == "asc" || way == "desc")) {
    std::string known;
    for (size_t i = 0; i < kColumns; ++i) {
      known += (known.empty() ? "" : ", ") + std::string(InfoOf(static_cast<Column>(i)).sort_key);
    }
    return InvalidArgument("the screen cannot sort by '" + Printable(first, 64) +
                           "'; it can by KEY[:asc|desc] of " + known);
  }
  preferences->sort = *column;
  preferences->descending = way.empty() ? InfoOf(*column).descending_first : way == "desc";
  return Ok();
}

Status ReadGroup(const std::string& text, Preferences* preferences) {
  const std::optional<GroupBy> by = GroupByName(text);
  if (!by) {
    return InvalidArgument("rows are not grouped by '" + Printable(text, 64) +
                           "'; they are by none, process, container, unit, user");
  }
  preferences->group = *by;
  return Ok();
}

class App {
 public:
  App(const Options& options, const Config& config, std::string socket, PrivateDaemon* daemon)
      : options_(options), config_(config), daemon_(daemon) {
    model_.socket = std::move(socket);
  }

  int Run();

 private:
  Status Prepare();
  // Waits for the daemon's answer; an exit code if the screen is not to be opened.
  std::optional<int> AwaitFirstAnswer();
  void AwaitFirstPicture();
  bool OpenTerminal();
  void Loop();
  void OnSignals();
  void ReadKeys();
  void HandleEvents();
  void Handle(const Effects& effects);
  void Suspend();
  void CheckMail();
  void Draw();
  int PollTimeout() const;
  void UpdateClock() {
    model_.now = MonotonicNow();
    model_.wall = WallNow();
  }

  const Options& options_;
  const Config& config_;
  PrivateDaemon* daemon_;
  Theme theme_;
  Model model_;
  Mailbox mailbox_;
  std::unique_ptr<Link> link_;
  std::unique_ptr<Screen> screen_;
  Decoder decoder_;
  std::vector<InputEvent> events_;
  Time escape_since_ = 0;
  Time data_frame_at_ = 0;
  Time due_ = 0;  // when the picture changes by time alone
  Time filter_age_at_ = 0;
  bool data_dirty_ = false;
  bool quit_ = false;
  int exit_code_ = 0;
};

Status App::Prepare() {
  const std::string name = options_.theme.empty() ? config_.theme : options_.theme;
  RN_ASSIGN_OR_RETURN(theme_, FindTheme(name));
  for (const auto& [token, color] : config_.colors) {
    RN_RETURN_IF_ERROR(Override(&theme_, token, color));
  }
  const char* no_color = std::getenv("NO_COLOR");
  if (options_.mono || (no_color != nullptr && *no_color != '\0')) theme_.mono = true;
  theme_.ascii = options_.ascii;
  model_.keymap = config_.keymap;
  model_.users = UidOf;
  model_.user_name = UserName;
  Preferences& preferences = model_.preferences;
  RN_RETURN_IF_ERROR(ReadSort(options_.sort.value_or(config_.sort), &preferences));
  preferences.hold = config_.hold_ms * kMillisecond;
  preferences.confirm_quit = config_.confirm_quit;
  preferences.historic = options_.historic || config_.historic;
  preferences.filter = options_.filter.empty() ? config_.filter : options_.filter;
  model_.historic = preferences.historic;
  model_.sidebar = config_.sidebar;
  model_.rows.SetOrder(preferences.sort, preferences.descending);
  RN_RETURN_IF_ERROR(ReadGroup(config_.group, &preferences));
  model_.rows.SetGrouping(preferences.group);
  if (preferences.group != GroupBy::kNone) model_.last_grouping = preferences.group;
  UpdateClock();
  ApplyFilter(&model_, preferences.filter);
  if (model_.filter.error) {
    return InvalidArgument("filter:" + std::to_string(model_.filter.error->offset) + ": " +
                           model_.filter.error->sentence);
  }
  return Ok();
}

std::optional<int> App::AwaitFirstAnswer() {
  const Time deadline = MonotonicNow() + kFirstAnswer;
  while (true) {
    pollfd fds[2] = {{mailbox_.wake_fd(), POLLIN, 0}, {signal_pipe[0], POLLIN, 0}};
    poll(fds, 2, 100);
    if (fds[1].revents != 0) return 0;  // interrupted before anything was on the screen
    mailbox_.ClearWake();
    const LinkState link = mailbox_.link();
    if (link.phase == LinkState::Phase::kLive) return std::nullopt;
    if (link.phase == LinkState::Phase::kConnecting) {
      if (MonotonicNow() > deadline) return std::nullopt;  // the screen says that it waits
      continue;
    }
    const Failure& failure = link.failure;
    const bool permission =
        failure.kind == Failure::Kind::kNotPermitted || failure.kind == Failure::Kind::kCallRefused;
    if (!permission) return Fail(failure);
    model_.permission = DescribePermission(model_.socket, failure);
    exit_code_ = failure.exit_code;
    return std::nullopt;
  }
}

void App::AwaitFirstPicture() {
  const Time deadline = MonotonicNow() + kFirstPicture;
  while (!model_.permission.shown && !model_.table.whole()) {
    const Time left = deadline - MonotonicNow();
    if (left <= 0) return;
    pollfd mail{mailbox_.wake_fd(), POLLIN, 0};
    poll(&mail, 1, static_cast<int>(left / kMillisecond) + 1);
    CheckMail();
  }
}

bool App::OpenTerminal() {
  if (!ChooseLocale()) theme_.ascii = true;
  Screen::Options screen;
  screen.mono = theme_.mono;
  screen.mouse = options_.mouse && config_.mouse;
  screen.sync = options_.sync && config_.sync;
  StatusOr<std::unique_ptr<Screen>> opened = OpenScreen(screen);
  if (!opened.ok()) {
    exit_code_ = Fail({Failure::Kind::kCall, Message(opened.status()), kExitUnavailable});
    return false;
  }
  screen_ = std::move(opened).value();
  theme_.mono = theme_.mono || screen_->mono();
  model_.size = screen_->size();
  return true;
}

int App::Run() {
  const Status prepared = Prepare();
  if (!prepared.ok()) {
    const bool typed = !options_.theme.empty() || options_.sort || !options_.filter.empty();
    return Fail({Failure::Kind::kCall, Message(prepared), typed ? kExitUsage : kExitConfig});
  }
  if (!InstallSignals()) return kExitSoftware;
  Link::Options link;
  link.socket = model_.socket;
  link.interval_ms = options_.refresh_ms.value_or(config_.refresh_ms);
  link.include_historic = model_.historic;
  link_ = std::make_unique<Link>(link, &mailbox_);
  if (const std::optional<int> code = AwaitFirstAnswer()) return *code;
  AwaitFirstPicture();
  if (!OpenTerminal()) return exit_code_;
  Loop();
  screen_.reset();
  return exit_code_;
}

int App::PollTimeout() const {
  Time next = due_;
  if (decoder_.pending()) {
    next = std::min(next, escape_since_ + config_.esc_delay_ms * kMillisecond);
  }
  if (data_dirty_) next = std::min(next, data_frame_at_ + kBetweenDataFrames);
  const Duration left = std::max<Duration>(0, next - model_.now);
  return static_cast<int>((left + kMillisecond - 1) / kMillisecond);
}

void App::Loop() {
  Draw();
  while (!quit_) {
    pollfd fds[3] = {
        {STDIN_FILENO, POLLIN, 0}, {mailbox_.wake_fd(), POLLIN, 0}, {signal_pipe[0], POLLIN, 0}};
    poll(fds, 3, PollTimeout());
    UpdateClock();
    if (fds[2].revents != 0) OnSignals();
    if (fds[0].revents != 0) ReadKeys();
    if (decoder_.pending() && model_.now - escape_since_ >= config_.esc_delay_ms * kMillisecond) {
      decoder_.Timeout(&events_);
    }
    HandleEvents();
    if (fds[1].revents != 0) mailbox_.ClearWake();
    CheckMail();
    if (quit_) break;
    const bool data_due = data_dirty_ && model_.now - data_frame_at_ >= kBetweenDataFrames;
    if (model_.dirty || data_due || model_.now >= due_) Draw();
  }
}

void App::OnSignals() {
  char byte = 0;
  bool resized = false;
  bool continued = false;
  while (read(signal_pipe[0], &byte, 1) == 1) {
    switch (byte) {
      case SIGWINCH:
        resized = true;
        break;
      case SIGCONT:
        break;
      default:
        quit_ = true;
    }
  }
  if (continued) screen_->Enter();  // whoever stopped us may have changed the terminal's modes
  if (resized || continued) {
    screen_->Resize();
    model_.size = screen_->size();
    model_.dirty = true;
  }
}

void App::ReadKeys() {
  char buffer[4096];
  const ssize_t n = read(STDIN_FILENO, buffer, sizeof(buffer));
  if (n > 0) {
    decoder_.Feed(std::string_view(buffer, static_cast<size_t>(n)), &events_);
    escape_since_ = model_.now;
  } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
    quit_ = true;  // the terminal has gone
  }
}

void App::HandleEvents() {
  for (const InputEvent& event : std::exchange(events_, {})) {
    const std::string filter = model_.filter.text;
    const Time begin = MonotonicNow();
    Effects effects;
    Reduce(&model_, event, &effects);
    if (model_.filter.open && model_.filter.text != filter) {
      model_.filter.took = MonotonicNow() - begin;
    }
    Handle(effects);
  }
}

void App::Handle(const Effects& effects) {
  if (effects.quit) quit_ = true;
  if (effects.retry) link_->RetryNow();
  if (effects.historic) link_->SetHistoric(*effects.historic);
  if (effects.redraw) screen_->Redraw();
  if (effects.copy) {
    const std::string sequence = ClipboardSequence(Printable(*effects.copy));
    if (!sequence.empty()) screen_->Send(sequence);
    // No terminal answers; so nothing more can be promised.
    SetToast(&model_, sequence.empty() ? "too long for a clipboard"
                                       : "sent to the terminal: " + Printable(*effects.copy, 64));
  }
  if (effects.suspend) Suspend();
}

void App::Suspend() {
  screen_->Leave();
  raise(SIGTSTP);
  UpdateClock();
  screen_->Enter();
  model_.size = screen_->size();
  model_.dirty = true;
}

void App::CheckMail() {
  const LinkState::Phase before = model_.link.phase;
  const bool answering = !model_.not_answering();
  model_.link = mailbox_.link();
  model_.side = mailbox_.side();
  if (model_.tab == Tab::kDetails) {
    Detail detail = mailbox_.detail();
    const bool news = detail.answered != model_.detail.answered || detail.id != model_.detail.id ||
                      detail.gone != model_.detail.gone;
    if (news && (!model_.paused || detail.id != model_.detail.id)) {
      model_.detail = std::move(detail);
      data_dirty_ = true;
    }
  }
  if (model_.link.phase != before || answering == model_.not_answering()) model_.dirty = true;
  if (model_.permission.shown && model_.link.phase == LinkState::Phase::kLive) {
    model_.permission = Permission();
    exit_code_ = 0;
    model_.dirty = true;
  }
  if (daemon_ != nullptr && model_.link.phase == LinkState::Phase::kLost) {
    if (const std::optional<Failure> ended = daemon_->Ended()) {
      mailbox_.UpdateLink([&](LinkState* link) { link->failure = *ended; });
    }
  }
  if (model_.paused) {
    const size_t waiting = mailbox_.waiting();
    data_dirty_ = data_dirty_ || waiting != model_.waiting;
    model_.waiting = waiting;
  } else {
    model_.waiting = 0;
    Batch batch;
    if (mailbox_.TakeBatch(&batch)) {
      const bool drawn = model_.dirty;
      Absorb(&model_, std::move(batch));
      model_.dirty = drawn;
      data_dirty_ = true;
    }
  }
}

void App::Draw() {
  if (model_.rows.reads_age() && model_.now - filter_age_at_ >= kSecond) {
    model_.rows.Reevaluate(model_.wall);
    model_.order_stale = true;
    filter_age_at_ = model_.now;
  }
  Settle(&model_);
  link_->Inspect(WantedDetail(model_));
  Frame frame = Render(model_, theme_);
  screen_->Present(frame, theme_);
  model_.hits = std::move(frame.hits);
  model_.dirty = data_dirty_ = false;
  data_frame_at_ = model_.now;
  due_ = NextDeadline(model_);
}

}  // namespace

int RunScreen(const Options& options, const Config& config, const std::string& socket,
              PrivateDaemon* daemon) {
  return App(options, config, socket, daemon).Run();
}

}  // namespace rustnet::client
