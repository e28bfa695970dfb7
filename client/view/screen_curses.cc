// SPDX-License-Identifier: Apache-2.0
// The one file that knows curses.  Curses computes what has to change; its output descriptor points
// to a file in memory while it does, so that the terminal sees whole frames.
#include <langinfo.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "client/view/frame_file.h"
#include "client/view/screen.h"
#include "common/base/check.h"
#include "common/base/unique_fd.h"

// Last, and without its macros: they redefine words of other headers (OK, move, clear).
#define NCURSES_NOMACROS 1
#include <curses.h>

namespace rustnet::client {
namespace {

// Button and drag events in SGR form, bracketed paste.
constexpr std::string_view kModesOn = "\033[?1002h\033[?1006h\033[?2004h";
constexpr std::string_view kPasteOn = "\033[?2004h";
constexpr std::string_view kModesOff = "\033[?2004l\033[?1006l\033[?1002l";
constexpr std::string_view kBeginFrame = "\033[?2026h";
constexpr std::string_view kEndFrame = "\033[?2026l";

void WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno != EINTR && errno != EAGAIN) return;
    if (n > 0) bytes.remove_prefix(static_cast<size_t>(n));
  }
}

// For a crash: what must be written and restored, by calls that a signal handler may make.
termios saved_modes;
volatile std::sig_atomic_t screen_is_ours = 0;

void OnCrash(int signal) {
  if (screen_is_ours != 0) {
    constexpr std::string_view kReset =
        "\033[?2026l\033[?2004l\033[?1006l\033[?1002l\033[?25h\033[0m\033[?1049l\r\n";
    const ssize_t ignored = write(STDOUT_FILENO, kReset.data(), kReset.size());
    static_cast<void>(ignored);
    tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
  }
  std::signal(signal, SIG_DFL);
  raise(signal);
}

class CursesScreen : public Screen {
 public:
  CursesScreen(const Options& options, UniqueFd frame_file, FILE* out, SCREEN* screen)
      : options_(options), frame_file_(std::move(frame_file)), out_(out), screen_(screen) {
    set_term(screen_);
    raw();
    noecho();
    nonl();
    keypad(stdscr, FALSE);
    colors_ = 0;
    if (!options_.mono && has_colors() && start_color() == OK) {
      use_default_colors();
      colors_ = COLORS;
    }
    screen_is_ours = 1;
    WriteAll(STDOUT_FILENO, options_.mouse ? kModesOn : kPasteOn);
    size_ = Size{COLS, LINES};
  }

  ~CursesScreen() override {
    Leave();
    delscreen(screen_);
    std::fclose(out_);
  }

  Size size() const override { return size_; }
  bool mono() const override { return colors_ < 8; }

  void Present(const Frame& frame, const Theme& theme) override {
    const CellBuffer& cells = frame.cells;
    const bool all = !(cells.size() == shown_.size());
    for (int row = 0; row < cells.size().rows && row < LINES; ++row) {
      if (all || !SameRow(cells, row)) PutRow(cells, row, theme);
    }
    const bool cursor = frame.cursor_row >= 0 && frame.cursor_row < LINES &&
                        frame.cursor_column >= 0 && frame.cursor_column < COLS;
    curs_set_wanted_ = cursor ? 1 : 0;
    if (cursor) {
      wmove(stdscr, frame.cursor_row, frame.cursor_column);
    } else {
      wmove(stdscr, LINES - 1, 0);
    }
    shown_ = cells;
    wnoutrefresh(stdscr);
    Flush();
  }

  void Resize() override {
    winsize window{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_row > 0 && window.ws_col > 0) {
      resizeterm(window.ws_row, window.ws_col);
    }
    size_ = Size{COLS, LINES};
    Redraw();
  }

  void Redraw() override {
    shown_ = CellBuffer();
    wclear(stdscr);
    clearok(curscr, TRUE);
  }

  void Leave() override {
    if (left_) return;
    left_ = true;
    screen_is_ours = 0;
    WriteAll(STDOUT_FILENO, kModesOff);
    endwin();
    std::fflush(out_);
  }

  void Enter() override {
    left_ = false;
    screen_is_ours = 1;
    raw();
    WriteAll(STDOUT_FILENO, options_.mouse ? kModesOn : kPasteOn);
    cursor_shown_ = -1;
    Resize();
  }

  void Send(std::string_view bytes) override { WriteAll(STDOUT_FILENO, bytes); }

 private:
  bool SameRow(const CellBuffer& cells, int row) const {
    for (int column = 0; column < cells.size().columns; ++column) {
      if (!(cells.At(column, row) == shown_.At(column, row))) return false;
    }
    return true;
  }

  void PutRow(const CellBuffer& cells, int row, const Theme& theme) {
    line_.clear();
    for (int column = 0; column < cells.size().columns; ++column) {
      const Cell& cell = cells.At(column, row);
      if (cell.ch == Cell::kContinuation) continue;
      // The buffer's own law; a control character would move the terminal's cursor.
      RN_CHECK(cell.ch >= 0x20 && cell.ch != 0x7f && !(cell.ch >= 0x80 && cell.ch < 0xa0));
      wchar_t text[4] = {static_cast<wchar_t>(cell.ch), static_cast<wchar_t>(cell.marks[0]),
                         static_cast<wchar_t>(cell.marks[1]), 0};
      cchar_t out;
      int pair = PairOf(cell.style, theme);
      setcchar(&out, text, AttributesOf(cell.style), static_cast<short>(pair < 32767 ? pair : 0),
               &pair);
      line_.push_back(out);
    }
    mvadd_wchnstr(row, 0, line_.data(), static_cast<int>(line_.size()));
  }

  attr_t AttributesOf(const Style& style) const {
    attr_t attributes = A_NORMAL;
    if (style.bold) attributes |= A_BOLD;
    if (style.underline) attributes |= A_UNDERLINE;
    if (!mono()) return attributes;
    // Without colour: dim for what is in the background, reverse for a banner.
    if (style.dim || style.fg == Token::kMuted || style.fg == Token::kFaint) attributes |= A_DIM;
    if (style.bg == Token::kErr) attributes |= A_REVERSE;
    if (style.bg == Token::kSelectionBg) attributes |= A_BOLD;
    return attributes;
  }

  short ColorOf(Token token, const Theme& theme) const {
    if (token == Token::kNone || token == Token::kText) return -1;
    const Rgb rgb = theme.colors[static_cast<size_t>(token)];
    if (colors_ >= 256) return static_cast<short>(Nearest256(rgb));
    const int color = Nearest16(rgb);
    return static_cast<short>(colors_ >= 16 ? color : color % 8);
  }

  int PairOf(const Style& style, const Theme& theme) {
    if (mono()) return 0;
    const std::pair<short, short> key(ColorOf(style.fg, theme), ColorOf(style.bg, theme));
    if (key.first == -1 && key.second == -1) return 0;
    const auto found = pairs_.find(key);
    if (found != pairs_.end()) return found->second;
    const int pair = static_cast<int>(pairs_.size()) + 1;
    if (pair >= COLOR_PAIRS || init_extended_pair(pair, key.first, key.second) == ERR) return 0;
    pairs_.emplace(key, pair);
    return pair;
  }

  // Lets curses write into the file, and sends what it wrote as one piece.
  void Flush() {
    const int out = fileno(out_);
    dup2(frame_file_.get(), out);
    if (cursor_shown_ != curs_set_wanted_) {
      curs_set(curs_set_wanted_);
      cursor_shown_ = curs_set_wanted_;
    }
    doupdate();
    std::fflush(out_);
    dup2(STDOUT_FILENO, out);
    const off_t size = lseek(frame_file_.get(), 0, SEEK_CUR);
    if (size <= 0) return;
    frame_.clear();
    if (options_.sync) frame_.append(kBeginFrame);
    const size_t begin = frame_.size();
    frame_.resize(begin + static_cast<size_t>(size));
    const ssize_t n = pread(frame_file_.get(), frame_.data() + begin, static_cast<size_t>(size), 0);
    frame_.resize(begin + static_cast<size_t>(n > 0 ? n : 0));
    if (options_.sync) frame_.append(kEndFrame);
    WriteAll(STDOUT_FILENO, frame_);
    if (ftruncate(frame_file_.get(), 0) == 0) lseek(frame_file_.get(), 0, SEEK_SET);
  }

  const Options options_;
  UniqueFd frame_file_;
  FILE* out_;
  SCREEN* screen_;
  Size size_;
  int colors_ = 0;
  bool left_ = false;
  int curs_set_wanted_ = 0;
  int cursor_shown_ = -1;
  CellBuffer shown_;
  std::map<std::pair<short, short>, int> pairs_;
  std::vector<cchar_t> line_;
  std::string frame_;
};

}  // namespace

bool ChooseLocale() {
  std::setlocale(LC_ALL, "");
  if (std::strcmp(nl_langinfo(CODESET), "UTF-8") == 0) return true;
  const char* name = std::setlocale(LC_CTYPE, nullptr);
  const bool plain =
      name == nullptr || std::strcmp(name, "C") == 0 || std::strcmp(name, "POSIX") == 0;
  const char* asked = std::getenv("LC_ALL");
  // Nobody asked for anything: UTF-8 is what terminals speak.  An explicit C is an answer.
  if (plain && (asked == nullptr || *asked == '\0')) {
    return std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  }
  return false;
}

StatusOr<std::unique_ptr<Screen>> OpenScreen(const Screen::Options& options) {
  const char* term = std::getenv("TERM");
  const std::string name = term != nullptr ? term : "";
  UniqueFd frame_file = MakeFrameFile();
  if (!frame_file) return FromErrno(errno, "cannot make a file in memory for the screen");
  tcgetattr(STDIN_FILENO, &saved_modes);
  FILE* out = fdopen(dup(STDOUT_FILENO), "w");
  if (out == nullptr) return FromErrno(errno, "cannot open the terminal");
  SCREEN* screen = newterm(nullptr, out, stdin);
  if (screen == nullptr) {
    std::fclose(out);
    return Unavailable("the terminal type '" + name +
                       "' is unknown here (TERM); try TERM=xterm, or rustnet-client list");
  }
  char capability[] = "cup";
  const char* move_cursor = tigetstr(capability);
  if (move_cursor == nullptr || move_cursor == reinterpret_cast<const char*>(-1)) {
    endwin();
    delscreen(screen);
    std::fclose(out);
    return Unavailable("a terminal of type '" + name +
                       "' cannot place its cursor; use rustnet-client list");
  }
  for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL}) {
    std::signal(signal, OnCrash);
  }
  return std::unique_ptr<Screen>(
      std::make_unique<CursesScreen>(options, std::move(frame_file), out, screen));
}

}  // namespace rustnet::client
