// SPDX-License-Identifier: Apache-2.0
#include "client/commands/private_daemon.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "client/commands/session.h"
#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/base/time.h"

namespace rustnet::client {
namespace {

constexpr Duration kReadyWithin = 15 * kSecond;
constexpr Duration kReplayWithin = 60 * kSecond;
constexpr Duration kFirstLook = 100 * kMillisecond;
constexpr Duration kEndWithin = 3 * kSecond;
constexpr size_t kKeptErrors = 4096;

void SleepMs(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

Failure Unreachable(std::string sentence) {
  return {Failure::Kind::kNoSocket, std::move(sentence), kExitUnavailable};
}

// sudo has switched echo off: somebody is about to type a password.
bool PasswordPrompt() {
  termios modes{};
  return tcgetattr(STDIN_FILENO, &modes) == 0 && (modes.c_lflag & ECHO) == 0;
}

sigset_t EndingSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, signal);
  return signals;
}

std::string OwnDirectory() {
  char path[PATH_MAX];
  const ssize_t n = readlink("/proc/self/exe", path, sizeof(path));
  if (n <= 0) return {};
  const std::string self(path, static_cast<size_t>(n));
  return self.substr(0, self.rfind('/'));
}

}  // namespace

std::string FindDaemon() {
  std::string folders = OwnDirectory();
  if (const char* path = std::getenv("PATH")) folders.append(":").append(path);
  folders += ":/usr/local/sbin:/usr/sbin:/sbin";
  for (size_t begin = 0; begin <= folders.size();) {
    const size_t end = std::min(folders.find(':', begin), folders.size());
    const std::string candidate = folders.substr(begin, end - begin) + "/rustnetd";
    if (candidate[0] == '/' && access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return {};
}

std::optional<Failure> PrivateDaemon::StartLive(const std::vector<std::string>& interfaces,
                                                std::unique_ptr<PrivateDaemon>* daemon) {
  const std::string program = FindDaemon();
  if (program.empty()) {
    return Unreachable("rustnetd is neither beside rustnet-client nor in PATH; install it");
  }
  const uid_t uid = getuid();
  const std::string directory =
      "/run/rustnet-" + std::to_string(uid) + "-" + std::to_string(getpid());
  std::unique_ptr<PrivateDaemon> one(new PrivateDaemon());
  one->socket_ = directory + "/rustnetd.sock";
  std::vector<std::string> command;
  if (geteuid() == 0) {
    if (mkdir(directory.c_str(), 0700) == 0) one->directory_ = directory;
  } else {
    command = {"sudo", "--"};
  }
  command.insert(command.end(),
                 {program, "--owner-uid", std::to_string(uid), "--socket", one->socket_});
  for (const std::string& interface : interfaces) command.insert(command.end(), {"-i", interface});
  if (const auto failure = one->Spawn(command)) return failure;
  if (const auto failure = one->AwaitAnswer()) return failure;
  *daemon = std::move(one);
  return std::nullopt;
}

std::optional<Failure> PrivateDaemon::StartReplay(const std::string& file,
                                                  std::unique_ptr<PrivateDaemon>* daemon) {
  if (access(file.c_str(), R_OK) != 0) {
    return Failure{Failure::Kind::kCall, "cannot read " + file + ": " + std::strerror(errno),
                   kExitInput};
  }
  const std::string program = FindDaemon();
  if (program.empty()) {
    return Unreachable("rustnetd is neither beside rustnet-client nor in PATH; install it");
  }
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const char* temporary = std::getenv("TMPDIR");
  std::string directory = runtime != nullptr && access(runtime, W_OK) == 0 ? runtime
                          : temporary != nullptr && *temporary == '/'      ? temporary
                                                                           : "/tmp";
  directory += "/rustnet-XXXXXX";
  if (mkdtemp(directory.data()) == nullptr) {  // mode 0700
    return Unreachable("cannot make a directory for the socket (" + directory +
                       "): " + std::strerror(errno));
  }
  std::unique_ptr<PrivateDaemon> one(new PrivateDaemon());
  one->directory_ = directory;
  one->socket_ = directory + "/rustnetd.sock";
  if (const auto failure = one->Spawn({program, "--read", file, "--socket", one->socket_})) {
    return failure;
  }
  if (const auto failure = one->AwaitAnswer()) return failure;
  *daemon = std::move(one);
  return std::nullopt;
}

std::optional<Failure> PrivateDaemon::Spawn(const std::vector<std::string>& command) {
  int ends[2] = {-1, -1};
  if (pipe(ends) != 0) return Unreachable(std::string("no pipe: ") + std::strerror(errno));
  errors_.reset(ends[0]);
  UniqueFd write_end(ends[1]);
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  std::vector<char*> argv;
  std::vector<std::string> words = command;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) return Unreachable(std::string("cannot start rustnetd: ") + std::strerror(errno));
  if (pid_ == 0) {
    // Its words go to us; what it might print on standard output must not reach the screen.
    const int null = open("/dev/null", O_WRONLY);
    if (null >= 0) dup2(null, STDOUT_FILENO);
    dup2(write_end.get(), STDERR_FILENO);
    const sigset_t ending = EndingSignals();
    sigprocmask(SIG_UNBLOCK, &ending, nullptr);
    execvp(argv[0], argv.data());
    dprintf(STDERR_FILENO, "cannot run %s: %s\n", argv[0], std::strerror(errno));
    _exit(127);
  }
  reader_ = std::thread([this] { ReadErrors(); });
  return std::nullopt;
}

void PrivateDaemon::ReadErrors() {
  char buffer[1024];
  while (true) {
    const ssize_t n = read(errors_.get(), buffer, sizeof(buffer));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    const absl::MutexLock lock(&mutex_);
    said_.append(buffer, static_cast<size_t>(n));
    if (said_.size() > kKeptErrors) said_.erase(0, said_.size() - kKeptErrors);
  }
}

std::string PrivateDaemon::LastSentence() {
  const absl::MutexLock lock(&mutex_);
  std::string_view text = said_;
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  const size_t line = text.rfind('\n');
  return Printable(line == std::string_view::npos ? text : text.substr(line + 1), 512);
}

std::optional<Failure> PrivateDaemon::Ended() {
  if (pid_ < 0) return std::nullopt;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  pid_ = -1;
  if (reader_.joinable()) reader_.join();  // its end of the pipe is closed
  const std::string said = LastSentence();
  const int code = WIFEXITED(status) && WEXITSTATUS(status) != 0 ? WEXITSTATUS(status) : 0;
  const bool known = code >= kExitUsage && code <= kExitConfig;
  return Failure{Failure::Kind::kRefused,
                 said.empty() ? std::string("rustnetd ended at once without a word") : said,
                 known ? code : kExitUnavailable};
}

std::optional<Failure> PrivateDaemon::AwaitAnswer() {
  Duration waited = 0;
  while (waited < kReadyWithin) {
    if (const std::optional<Failure> ended = Ended()) return ended;
    const bool asking = PasswordPrompt();
    const Time before = MonotonicNow();
    if (access(socket_.c_str(), F_OK) == 0) {
      Session session;
      const std::optional<Failure> failure = OpenSession(socket_, &session);
      if (!failure) return std::nullopt;
      if (failure->kind == Failure::Kind::kVersion) return failure;
    }
    SleepMs(20);
    if (!asking) waited += MonotonicNow() - before;
  }
  const std::string said = LastSentence();
  return Failure{Failure::Kind::kNotAnswering,
                 "rustnetd did not answer within 15 s" + (said.empty() ? "" : "; it said: " + said),
                 kExitUnavailable};
}

PrivateDaemon::Replayed PrivateDaemon::AwaitReplay(bool to_end) {
  // The daemon does not say that it is at the end; it is there when its count stands still.
  constexpr int kStill = 4;
  constexpr int kStepMs = 30;
  Replayed now;
  Session session;
  int still = 0;
  const Time deadline = MonotonicNow() + (to_end ? kReplayWithin : kFirstLook);
  while (still < kStill && MonotonicNow() < deadline && !OpenSession(socket_, &session)) {
    for (const v1::Backend& backend : session.info.backends()) {
      const bool bad = backend.state() == v1::Backend::STATE_DEGRADED ||
                       backend.state() == v1::Backend::STATE_FAILED;
      if (bad && backend.name().starts_with("capture/")) now.problem = backend.text();
    }
    v1::GetStatsResponse response;
    grpc::ClientContext context;
    SetDeadline(&context, kCallMs);
    if (!session.monitor->GetStats(&context, v1::GetStatsRequest(), &response).ok()) break;
    const uint64_t packets = response.stats().losses().packets().received();
    still = packets == now.packets ? still + 1 : 0;
    now.packets = packets;
    if (!now.problem.empty()) break;
    SleepMs(kStepMs);
  }
  return now;
}

void PrivateDaemon::End() {
  if (pid_ > 0) {
    kill(pid_, SIGTERM);  // sudo relays it
    const Time deadline = MonotonicNow() + kEndWithin;
    int status = 0;
    while (waitpid(pid_, &status, WNOHANG) == 0) {
      if (MonotonicNow() > deadline) {
        kill(pid_, SIGKILL);
        waitpid(pid_, &status, 0);
        break;
      }
      SleepMs(5);
    }
    pid_ = -1;
  }
  if (!directory_.empty()) {
    unlink(socket_.c_str());
    rmdir(directory_.c_str());
  }
}

PrivateDaemon::~PrivateDaemon() {
  End();
  if (reader_.joinable()) reader_.join();
}

EndsWithSignals::EndsWithSignals() {
  const sigset_t ending = EndingSignals();
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  thread_ = std::thread([this] { Wait(); });
}

EndsWithSignals::~EndsWithSignals() {
  {
    const absl::MutexLock lock(&mutex_);
    over_ = true;
  }
  pthread_kill(thread_.native_handle(), SIGTERM);
  thread_.join();
}

void EndsWithSignals::Watch(PrivateDaemon* daemon) {
  const absl::MutexLock lock(&mutex_);
  daemon_ = daemon;
}

void EndsWithSignals::Wait() {
  const sigset_t ending = EndingSignals();
  int signal = 0;
  sigwait(&ending, &signal);
  {
    const absl::MutexLock lock(&mutex_);
    if (over_) return;
    if (daemon_ != nullptr) daemon_->End();
  }
  _exit(128 + signal);  // as a shell has it for a program that a signal ended
}

}  // namespace rustnet::client
