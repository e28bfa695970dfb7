// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

namespace rustnet {
namespace {

constexpr const char* kDefaultFile = "/etc/rustnet/rustnetd.toml";

struct Flags {
  std::string config_file;
  bool version = false;
  bool check_config = false;
  bool print_config = false;
  bool list_interfaces = false;
  std::string sandbox = "strict";
  std::string speed = "max";
  std::string sidecar;
};

StatusOr<double> ParseSpeed(std::string_view text) {
  if (text == "max") return 0.0;
  char* end = nullptr;
  const std::string copy(text);
  const double value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || std::strcmp(end, "x") != 0 || !(value > 0)) {
    return InvalidArgument("--speed " + copy + " is not max, 1x, 10x or another factor with an x");
  }
  return value;
}

StatusOr<SandboxMode> ParseSandbox(std::string_view text) {
  if (text == "strict") return SandboxMode::kStrict;
  if (text == "best-effort") return SandboxMode::kBestEffort;
  if (text == "report") return SandboxMode::kReport;
  if (text == "off") return SandboxMode::kOff;
  return InvalidArgument("--sandbox has to be strict, best-effort, report or off");
}

Status ReadFile(const std::string& path, bool must_exist, Config* config) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    if (!must_exist && errno == ENOENT) return Ok();
    return FailedPrecondition("the configuration " + path +
                              " cannot be read: " + std::strerror(errno));
  }
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return ApplyToml(text, path, config);
}

void Declare(CLI::App* app, Flags* flags, Config* config) {
  app->add_option("-c,--config", flags->config_file,
                  "configuration file (default /etc/rustnet/rustnetd.toml, if it exists)");
  app->add_option("-i,--interface", config->seal.capture.interfaces,
                  "interface, may be repeated: a name, auto or any")
      ->allow_extra_args(false);
  app->add_option("-f,--filter", config->seal.capture.filter,
                  "capture filter (pcap-filter syntax)");
  app->add_option("--socket", config->seal.socket_path, "path of the API's socket");
  app->add_option("--user", config->seal.user, "user that the daemon becomes");
  app->add_option("--owner-uid", config->seal.owner_uid, "treat this uid like group rustnet");
  app->add_option("--sandbox", flags->sandbox, "strict, best-effort, report or off");
  app->add_option("-l,--log-level", config->log_level, "trace, debug, info, warn, error or off")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error", "off"}));
  app->add_option("--read", config->seal.read_files,
                  "read pcap or pcapng files instead of the network, one after the other");
  app->add_option("--speed", flags->speed, "of a replay: max, 1x, 10x");
  app->add_option("--flows", config->flows,
                  "with --read: one JSON line per flow to this file (- is stdout), then end");
  app->add_option("--flows-dir", config->flows_dir,
                  "with --read: a file of JSON lines for each capture in this folder");
  app->add_flag("--show-secrets", config->show_secrets, "with --flows: withhold nothing");
  app->add_flag("--check-config", flags->check_config, "check the configuration and end");
  app->add_flag("--print-config", flags->print_config, "print the configuration in force and end");
  app->add_flag("--list-interfaces", flags->list_interfaces,
                "list the interfaces that can be captured and end");
  app->add_flag("--version", flags->version, "print the version and end");
}

Status Combine(const Flags& flags, Config* config) {
  RN_ASSIGN_OR_RETURN(config->seal.mode, ParseSandbox(flags.sandbox));
  RN_ASSIGN_OR_RETURN(config->speed, ParseSpeed(flags.speed));
  const bool flows = !config->flows.empty() || !config->flows_dir.empty();
  if (flows && config->seal.read_files.empty()) return InvalidArgument("--flows needs --read FILE");
  if (!config->flows.empty() && !config->flows_dir.empty()) {
    return InvalidArgument("--flows and --flows-dir exclude each other");
  }
  if (config->show_secrets && !flows)
    return InvalidArgument("--show-secrets goes with --flows or --flows-dir alone");
  if (!flows && config->seal.read_files.size() > 1) {
    return InvalidArgument(
        "a replay takes one --read FILE; several go with --flows or --flows-dir");
  }
  config->action = flags.check_config      ? Action::kCheckConfig
                   : flags.print_config    ? Action::kPrintConfig
                   : flags.list_interfaces ? Action::kListInterfaces
                   : flows                 ? Action::kFlows
                                           : Action::kServe;
  return Ok();
}

Config Print(std::string text) {
  Config config;
  config.action = Action::kPrint;
  config.text = std::move(text);
  return config;
}

// Parses `argv` into `config`; InvalidArgument with CLI11's sentence, or a config to print for
// --help.
StatusOr<Config> Parse(int argc, const char* const* argv, Flags* flags, Config config) {
  CLI::App app(
      "rustnetd: which process talks to whom; opens capture as root, then seals itself and serves "
      "clients");
  app.set_help_flag("-h,--help", "print this and end");
  Declare(&app, flags, &config);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Print(app.help());
  } catch (const CLI::ParseError& error) {
    return InvalidArgument(std::string(error.what()) + "; rustnetd --help lists the options");
  }
  return config;
}

}  // namespace

StatusOr<Config> ParseCommandLine(int argc, const char* const* argv) {
  Flags flags;
  RN_ASSIGN_OR_RETURN(Config first, Parse(argc, argv, &flags, Config()));
  if (first.action == Action::kPrint) return first;
  if (flags.version) return Print("rustnetd " RUSTNET_VERSION "\n");
  Config from_file;
  const bool named = !flags.config_file.empty();
  if (named || first.seal.read_files.empty()) {
    RN_RETURN_IF_ERROR(ReadFile(named ? flags.config_file : kDefaultFile, named, &from_file));
  }
  // Once more, over the file: what the command line names wins.
  Flags again;
  const std::vector<std::string> from_file_interfaces = from_file.seal.capture.interfaces;
  from_file.seal.capture.interfaces.clear();
  RN_ASSIGN_OR_RETURN(Config config, Parse(argc, argv, &again, from_file));
  if (config.seal.capture.interfaces.empty()) config.seal.capture.interfaces = from_file_interfaces;
  RN_RETURN_IF_ERROR(Combine(again, &config));
  return config;
}

}  // namespace rustnet
