// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include "daemon/capture/capture_file.h"
#include "daemon/flows_output.h"
#include "daemon/run.h"
#include "daemon/seal/interfaces.h"
#include "daemon/seal/startup.h"

namespace rustnet {
namespace {

Status WriteAll(int fd, std::string_view text, const std::string& name) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return OutputFailed(name + " cannot be written: " + std::strerror(errno) +
                          "; what is in it is incomplete");
    }
    text.remove_prefix(static_cast<size_t>(written));
  }
  return Ok();
}

// Where the lines of file `i` go.
std::string OutputName(const Config& config, size_t i) {
  if (config.flows_dir.empty()) return config.flows;
  const std::filesystem::path input(config.seal.read_files[i]);
  return config.flows_dir + "/" + input.filename().string() + ".jsonl";
}

void KeepFirst(Status next, Status* first) {
  if (next.ok()) return;
  // The first is returned, and printed by main; later ones are said here.
  if (first->ok()) {
    *first = std::move(next);
  } else {
    std::fprintf(stderr, "rustnetd: %s\n", Message(next).c_str());
  }
}

}  // namespace

Status WriteFlows(const Config& config) {
  SealConfig seal = config.seal;
  seal.serve = false;
  const bool to_stdout = config.flows == "-";
  if (!to_stdout) {
    const size_t outputs = config.flows_dir.empty() ? 1 : seal.read_files.size();
    for (size_t i = 0; i < outputs; ++i) seal.write_files.push_back(OutputName(config, i));
  }
  const std::unique_ptr<Os> os = MakeOs();
  RN_ASSIGN_OR_RETURN(Sealed sealed, AcquireAndSeal(seal, *os));
  Handles& handles = sealed.handles();
  const FlowsOptions options{.show_secrets = config.show_secrets};
  Status first = Ok();
  for (size_t i = 0; i < seal.read_files.size(); ++i) {
    if (!handles.capture_file_errors[i].empty()) {
      KeepFirst(DataLoss(handles.capture_file_errors[i]), &first);
      continue;
    }
    CaptureFile source(handles.capture_files[i].get(), seal.read_files[i]);
    const int fd =
        to_stdout ? STDOUT_FILENO : handles.output_files[config.flows_dir.empty() ? 0 : i].get();
    FlowsResult result = WriteFlowLines(source, options, [&](std::string_view lines) {
      return WriteAll(fd, lines, to_stdout ? "stdout" : OutputName(config, i));
    });
    KeepFirst(std::move(result.source), &first);
    RN_RETURN_IF_ERROR(result.output);
  }
  return first;
}

Status PrintInterfaces() {
  RN_ASSIGN_OR_RETURN(const std::vector<NetworkInterface> interfaces, ListInterfaces());
  for (const NetworkInterface& interface : interfaces) {
    std::string line = interface.name + "\t" + LinkTypeName(interface.link_type) + "\t" +
                       (interface.up ? "up" : "down");
    for (const InterfaceAddress& address : interface.addresses) {
      line += "\t" + address.address.ToString() + "/" + std::to_string(address.prefix);
    }
    if (std::puts(line.c_str()) < 0) return OutputFailed("stdout cannot be written");
  }
  return Ok();
}

}  // namespace rustnet
