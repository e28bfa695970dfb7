// SPDX-License-Identifier: Apache-2.0
// rustnetd: the table of contents.
#include <cstdio>
#include <string>

#include "daemon/config.h"
#include "daemon/run.h"

namespace {

using rustnet::Action;
using rustnet::Config;
using rustnet::Status;

Status Print(const std::string& text) {
  const bool written = std::fputs(text.c_str(), stdout) >= 0 && std::fflush(stdout) == 0;
  return written ? rustnet::Ok() : rustnet::OutputFailed("stdout cannot be written");
}

Status Perform(const Config& config) {
  switch (config.action) {
    case Action::kPrint:
      return Print(config.text);
    case Action::kCheckConfig:
      return Print("the configuration is good\n");
    case Action::kPrintConfig:
      return Print(PrintConfig(config));
    case Action::kListInterfaces:
      return rustnet::PrintInterfaces();
    case Action::kFlows:
      return rustnet::WriteFlows(config);
    case Action::kServe:
      return config.seal.replay() ? rustnet::Replay(config) : rustnet::Monitor(config);
  }
  return rustnet::Ok();
}

}  // namespace

int main(int argc, char** argv) {
  const auto config = rustnet::ParseCommandLine(argc, argv);
  const Status done = config.ok() ? Perform(*config) : config.status();
  if (!done.ok()) std::fprintf(stderr, "rustnetd: %s\n", rustnet::Message(done).c_str());
  return rustnet::ExitCode(done);
}
