// SPDX-License-Identifier: Apache-2.0
#include "client/commands/options.h"

#include <CLI/CLI.hpp>
#include <limits>

#include "common/model/filter.h"
#include "common/model/sort.h"

namespace rustnet::client {
namespace {

struct CommandInfo {
  const char* name;
  const char* help;
  Command command;
  const char* argument;  // its positional, or null
  bool required;
};

constexpr CommandInfo kCommands[] = {
    {"list", "print the connections once", Command::kList, nullptr, false},
    {"watch", "print the connections, then every change", Command::kWatch, nullptr, false},
    {"show", "print all about one connection", Command::kShow, "ID", true},
    {"processes", "print the processes and what they transfer", Command::kProcesses, nullptr,
     false},
    {"interfaces", "print the interfaces and their packet counts", Command::kInterfaces, nullptr,
     false},
    {"stats", "print losses, attribution and the daemon's own cost", Command::kStats, nullptr,
     false},
    {"status", "print version, sandbox, attribution and losses of the daemon", Command::kStatus,
     nullptr, false},
    {"reload", "send a configuration file to the daemon", Command::kReload, "FILE", false},
};

constexpr const char* kFooter = R"(
Without a command: the screen; if standard output is no terminal, the same as list.
Filters: words, key:value, key>number, not, or, (…), /regex/, ~fuzzy; example: port:443 down>1MB
Sort: KEY[:asc|desc],…   Durations: 500ms 5s 2m   Default socket: $RUSTNET_SOCKET,
then the configuration, then /run/rustnet/rustnetd.sock
Exit codes: 0; 64 usage; 65 bad input; 69 daemon unreachable; 77 not permitted)";

bool Takes(Command command, std::initializer_list<Command> commands) {
  return std::find(commands.begin(), commands.end(), command) != commands.end();
}

// Options that the chosen command would silently ignore are mistakes.
Status CheckCombinations(const CLI::App& app, const Options& options) {
  const Command command = options.command;
  const auto given = [&](const char* name) { return app.count(name) > 0; };
  using C = Command;
  if (given("--for") && !Takes(command, {C::kWatch, C::kStats})) {
    return InvalidArgument("--for goes with watch and stats only");
  }
  if (given("--filter") && !Takes(command, {C::kScreen, C::kList, C::kWatch, C::kProcesses})) {
    return InvalidArgument("--filter goes with list, watch, processes and the screen only");
  }
  if (given("--sort") && !Takes(command, {C::kScreen, C::kList, C::kWatch, C::kProcesses})) {
    return InvalidArgument("--sort goes with list, watch, processes and the screen only");
  }
  if (given("--limit") && !Takes(command, {C::kList, C::kWatch, C::kProcesses})) {
    return InvalidArgument("--limit goes with list, watch and processes only");
  }
  if (given("--historic") && !Takes(command, {C::kScreen, C::kList, C::kWatch})) {
    return InvalidArgument("--historic goes with list, watch and the screen only");
  }
  if (options.format == Format::kCsv &&
      !Takes(command, {C::kList, C::kProcesses, C::kInterfaces})) {
    return InvalidArgument("--format csv goes with list, processes and interfaces only");
  }
  if (given("--format") && Takes(command, {C::kScreen, C::kReload})) {
    return InvalidArgument("--format goes with the one-shot commands only");
  }
  if (options.standalone && !options.read_file.empty()) {
    return InvalidArgument("--standalone and --read exclude each other");
  }
  if ((options.standalone || !options.read_file.empty()) && !options.socket.empty()) {
    return InvalidArgument("--socket is for a daemon that runs already; leave it out");
  }
  if (!options.interfaces.empty() && !options.standalone) {
    return InvalidArgument("-i is for a daemon of your own: add --standalone");
  }
  return Ok();
}

// What the daemon would refuse is said at once, whether a daemon is there or not.
Status CheckLanguage(const Options& options) {
  model::FilterError error;
  const auto anybody = [](std::string_view) { return std::optional<uint32_t>(0); };
  if (model::Filter::Parse(options.filter, &error, anybody) == nullptr) {
    return InvalidArgument("--filter, at " + std::to_string(error.offset) + ": " + error.sentence);
  }
  return model::SortOrder::Parse(options.sort.value_or("")).status();
}

}  // namespace

std::optional<Duration> ParseDuration(std::string_view text) {
  uint64_t number = 0;
  size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && digits < 9) {
    number = number * 10 + static_cast<uint64_t>(text[digits] - '0');
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  const std::string_view unit = text.substr(digits);
  const auto count = static_cast<Duration>(number);
  if (unit == "ms") return count * kMillisecond;
  if (unit == "s") return count * kSecond;
  if (unit == "m") return count * 60 * kSecond;
  if (unit == "h" && number < 1'000'000) return count * 3600 * kSecond;
  return std::nullopt;
}

StatusOr<Options> ParseOptions(int argc, const char* const* argv, bool terminal) {
  Options options;
  CLI::App app("Shows what a rustnetd sees: connections, their processes, applications and rates.",
               "rustnet-client");
  app.footer(kFooter);
  std::string format = "table";
  std::string duration;
  std::string sort;
  bool no_mouse = false;
  bool no_sync = false;
  bool version = false;
  bool print_keys = false;
  app.add_option("--socket", options.socket, "the daemon's socket")->type_name("PATH");
  app.add_flag("--standalone", options.standalone, "run a daemon for this client alone (sudo)");
  app.add_option("-i,--interface", options.interfaces, "with --standalone: capture here")
      ->type_name("IF")
      ->allow_extra_args(false);
  app.add_option("--read", options.read_file, "show a capture file; needs no privilege")
      ->type_name("FILE");
  app.add_option("--filter", options.filter, "only what matches")->type_name("EXPR");
  app.add_option("--sort", sort, "order of the rows")->type_name("KEY");
  app.add_option("--limit", options.limit, "at most so many rows; 0: all")->type_name("N");
  app.add_option("--format", format, "table, jsonl or csv")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "jsonl", "csv"}));
  app.add_option("--for", duration, "how long to watch")->type_name("DURATION");
  app.add_flag("--historic", options.historic, "closed connections too");
  app.add_option("--config", options.config_file, "configuration file")->type_name("FILE");
  app.add_option("--theme", options.theme, "colours of the screen")->type_name("NAME");
  app.add_option("--refresh", options.refresh_ms,
                 "least milliseconds between changes, of the screen and of watch")
      ->type_name("MS")
      ->check(CLI::Range(100, 10'000));
  app.add_flag("--ascii", options.ascii, "nothing outside ASCII on the screen");
  app.add_flag("--mono", options.mono, "no colours");
  app.add_flag("--no-mouse", no_mouse, "leave the mouse to the terminal");
  app.add_flag("--no-sync", no_sync, "no synchronised updates (DECSET 2026)");
  app.add_flag("--print-keys", print_keys, "print the keys as they are bound");
  app.add_flag("--version", version, "print the version");
  app.require_subcommand(0, 1);
  for (const CommandInfo& info : kCommands) {
    CLI::App* command = app.add_subcommand(info.name, info.help);
    command->fallthrough();
    command->callback([&options, &info] { options.command = info.command; });
    if (info.argument != nullptr) {
      CLI::Option* argument =
          command->add_option(info.argument, options.argument, std::string(info.argument));
      if (info.required) argument->required();
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    options.command = Command::kPrint;
    options.text = app.help();
    return options;
  } catch (const CLI::ParseError& error) {
    return InvalidArgument(std::string(error.what()) + "; rustnet-client --help says more");
  }
  if (version) {
    options.command = Command::kPrint;
    options.text = "rustnet-client " RUSTNET_VERSION "\n";
    return options;
  }
  if (print_keys) options.command = Command::kPrintKeys;
  if (options.command == Command::kScreen && !terminal) options.command = Command::kList;
  options.format = format == "jsonl" ? Format::kJsonl
                   : format == "csv" ? Format::kCsv
                                     : Format::kTable;
  options.mouse = !no_mouse;
  options.sync = !no_sync;
  if (app.count("--sort") > 0) options.sort = sort;
  if (app.count("--for") > 0) {
    options.duration = ParseDuration(duration);
    if (!options.duration) {
      return InvalidArgument("--for '" + duration + "' is no duration; write 500ms, 5s or 2m");
    }
  }
  RN_RETURN_IF_ERROR(CheckCombinations(app, options));
  RN_RETURN_IF_ERROR(CheckLanguage(options));
  return options;
}

}  // namespace rustnet::client
