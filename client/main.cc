// SPDX-License-Identifier: Apache-2.0
// rustnet-client: the screen, or one command, against a daemon that runs or one of our own.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "client/app.h"
#include "client/commands/config.h"
#include "client/commands/oneshot.h"
#include "client/commands/options.h"
#include "client/commands/private_daemon.h"

namespace rustnet::client {
namespace {

constexpr const char* kDefaultSocket = "/run/rustnet/rustnetd.sock";

std::string ChooseSocket(const Options& options, const Config& config) {
  if (!options.socket.empty()) return options.socket;
  const char* environment = std::getenv("RUSTNET_SOCKET");
  if (environment != nullptr && *environment != '\0') return environment;
  return config.socket.empty() ? kDefaultSocket : config.socket;
}

void PrintKeys(const Keymap& keymap) {
  for (const ActionInfo& info : Actions()) {
    std::printf("%-14s %-16s %s\n", std::string(info.id).c_str(),
                keymap.Labels(info.action, true).c_str(), std::string(info.help).c_str());
  }
}

int Main(int argc, char** argv) {
  const bool terminal = isatty(STDOUT_FILENO) == 1;
  StatusOr<Options> parsed = ParseOptions(argc, argv, terminal);
  if (!parsed.ok()) return Fail({Failure::Kind::kCall, Message(parsed.status()), kExitUsage});
  const Options& options = *parsed;
  if (options.command == Command::kPrint) {
    std::fputs(options.text.c_str(), stdout);
    return 0;
  }
  StatusOr<Config> config = LoadConfig(options.config_file);
  if (!config.ok()) return Fail({Failure::Kind::kCall, Message(config.status()), kExitConfig});
  for (const std::string& warning : config->warnings) {
    std::fprintf(stderr, "rustnet-client: %s\n", warning.c_str());
  }
  if (options.command == Command::kPrintKeys) {
    PrintKeys(config->keymap);
    return 0;
  }
  if (options.command == Command::kScreen && isatty(STDIN_FILENO) != 1) {
    return Fail({Failure::Kind::kCall,
                 "the screen needs a terminal as standard input too; use list or watch",
                 kExitUsage});
  }
  std::unique_ptr<PrivateDaemon> daemon;
  std::unique_ptr<EndsWithSignals> signals;
  const bool own = options.standalone || !options.read_file.empty();
  const bool screen = options.command == Command::kScreen;
  if (own && !screen) signals = std::make_unique<EndsWithSignals>();
  std::string socket = ChooseSocket(options, *config);
  std::optional<Failure> failure;
  if (options.standalone) failure = PrivateDaemon::StartLive(options.interfaces, &daemon);
  if (!options.read_file.empty()) failure = PrivateDaemon::StartReplay(options.read_file, &daemon);
  if (failure) return Fail(*failure);
  if (daemon != nullptr) socket = daemon->socket();
  if (signals != nullptr) signals->Watch(daemon.get());
  PrivateDaemon::Replayed replayed;
  if (!options.read_file.empty()) {
    replayed = daemon->AwaitReplay(!screen && options.command != Command::kWatch);
  }
  const Failure bad_file{Failure::Kind::kCall, replayed.problem, kExitInput};
  if (!replayed.problem.empty() && replayed.packets == 0) return Fail(bad_file);
  const int code = screen ? RunScreen(options, *config, socket, daemon.get())
                          : RunCommand(options, socket, stdout);
  // What could be read was shown first.
  return code == 0 && !replayed.problem.empty() ? Fail(bad_file) : code;
}

}  // namespace
}  // namespace rustnet::client

int main(int argc, char** argv) { return rustnet::client::Main(argc, argv); }
