// SPDX-License-Identifier: Apache-2.0
#include "client/commands/oneshot.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "client/commands/rows_text.h"
#include "client/stream/row.h"
#include "client/stream/users.h"
#include "client/text/format.h"

namespace rustnet::client {
namespace {

constexpr uint32_t kPage = 1'000;  // rows; below 16 MiB even if every row had its largest size
constexpr size_t kMaxConfig = 60 * 1024;  // the daemon takes messages of 64 KiB

// Prints connections in the wanted format, page by page.
class ConnectionPrinter {
 public:
  ConnectionPrinter(Format format, Output* out)
      : format_(format), out_(out), table_(ConnectionColumns(), out) {
    if (format_ == Format::kCsv) out_->Csv(CsvColumns());
  }
  void Print(const v1::Connection& row) {
    if (format_ == Format::kJsonl) {
      out_->Json(row);
    } else if (format_ == Format::kCsv) {
      out_->Csv(CsvRow(*RowFromProto(row)));
    } else {
      table_.Add(ConnectionRow(*RowFromProto(row)));
    }
  }
  void EndPage() {
    if (format_ == Format::kTable) table_.EndPage();
  }

 private:
  Format format_;
  Output* out_;
  TextTable table_;
};

int RunList(const Options& options, Session* session, Output* out) {
  ConnectionPrinter printer(options.format, out);
  v1::ListConnectionsRequest request;
  request.set_filter(options.filter);
  request.set_order_by(options.sort.value_or(""));
  request.set_include_historic(options.historic);
  uint32_t left = options.limit;
  while (true) {
    request.set_page_size(options.limit == 0 ? kPage : std::min(kPage, left));
    v1::ListConnectionsResponse response;
    grpc::ClientContext context;
    SetDeadline(&context, kCallMs);
    const grpc::Status status = session->monitor->ListConnections(&context, request, &response);
    if (!status.ok()) return Fail(Diagnose(status, session->socket));
    for (const v1::Connection& row : response.connections()) {
      if (options.limit != 0 && left-- == 0) return 0;
      printer.Print(row);
    }
    printer.EndPage();
    if (!out->Flush() || response.next_page_token().empty()) return 0;
    if (options.limit != 0 && left == 0) return 0;
    request.set_page_token(response.next_page_token());
  }
}

int RunShow(const Options& options, Session* session, Output* out) {
  char* end = nullptr;
  errno = 0;
  const uint64_t id = std::strtoull(options.argument.c_str(), &end, 0);
  if (options.argument.empty() || options.argument[0] == '-' || *end != '\0' || errno != 0) {
    return Fail({Failure::Kind::kCall,
                 "'" + options.argument + "' is no connection id; list prints them", kExitUsage});
  }
  v1::GetConnectionRequest request;
  request.set_id(id);
  v1::GetConnectionResponse response;
  grpc::ClientContext context;
  SetDeadline(&context, kCallMs);
  const grpc::Status status = session->monitor->GetConnection(&context, request, &response);
  if (!status.ok()) return Fail(Diagnose(status, session->socket));
  if (options.format == Format::kJsonl) {
    out->Json(response);
  } else {
    PrintDetails(response, out);
  }
  return 0;
}

std::vector<std::string> ProcessCells(const v1::ProcessSummary& summary, bool csv) {
  v1::Connection carrier;
  *carrier.mutable_process() = summary.process();
  const auto row = RowFromProto(carrier);
  const model::Process& process = row->process;
  const v1::Counters& counters = summary.counters();
  const auto number = [](uint64_t n) { return std::to_string(n); };
  const auto rate = [&](uint64_t n) { return csv ? number(n) : RateText(n); };
  return {csv ? process.name : ProcessName(*row),
          process.pid ? number(*process.pid) : "",
          process.uid ? number(*process.uid) : "",
          number(summary.connections()),
          rate(counters.receive_rate()),
          rate(counters.send_rate()),
          csv ? number(counters.bytes_received()) : RateText(counters.bytes_received()),
          csv ? number(counters.bytes_sent()) : RateText(counters.bytes_sent()),
          process.executable};
}

int RunProcesses(const Options& options, Session* session, Output* out) {
  TextTable table({{"PROCESS", false, 16},
                   {"PID", true, 7},
                   {"UID", true, 5},
                   {"CONNECTIONS", true, 0},
                   {"DOWN/s", true, 6},
                   {"UP/s", true, 6},
                   {"RECEIVED", true, 8},
                   {"SENT", true, 8},
                   {"EXECUTABLE", false, 0}},
                  out);
  if (options.format == Format::kCsv) {
    out->Csv({"process", "pid", "uid", "connections", "receive_rate", "send_rate", "bytes_received",
              "bytes_sent", "executable"});
  }
  v1::ListProcessesRequest request;
  request.set_filter(options.filter);
  request.set_order_by(options.sort.value_or(""));
  uint32_t left = options.limit;
  while (true) {
    request.set_page_size(options.limit == 0 ? kPage : std::min(kPage, left));
    v1::ListProcessesResponse response;
    grpc::ClientContext context;
    SetDeadline(&context, kCallMs);
    const grpc::Status status = session->monitor->ListProcesses(&context, request, &response);
    if (!status.ok()) return Fail(Diagnose(status, session->socket));
    for (const v1::ProcessSummary& summary : response.processes()) {
      if (options.limit != 0 && left-- == 0) return 0;
      switch (options.format) {
        case Format::kJsonl:
          out->Json(summary);
          break;
        case Format::kCsv:
          out->Csv(ProcessCells(summary, true));
          break;
        case Format::kTable:
          table.Add(ProcessCells(summary, false));
          break;
      }
    }
    if (options.format == Format::kTable) table.EndPage();
    if (!out->Flush() || response.next_page_token().empty()) return 0;
    if (options.limit != 0 && left == 0) return 0;
    request.set_page_token(response.next_page_token());
  }
}

int RunReload(const Options& options, Session* session, Output* out) {
  const std::string path =
      options.argument.empty() ? "/etc/rustnet/rustnetd.toml" : options.argument;
  std::ifstream in(path);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) {
    return Fail({Failure::Kind::kCall,
                 "cannot read " + path + ": " + std::strerror(errno) + "; name the file to send",
                 kExitInput});
  }
  if (text.str().size() > kMaxConfig) {
    return Fail({Failure::Kind::kCall, path + " is larger than a configuration can be (60 KiB)",
                 kExitInput});
  }
  v1::ReloadRequest request;
  request.set_toml(text.str());
  v1::ReloadResponse response;
  grpc::ClientContext context;
  SetDeadline(&context, kCallMs);
  const auto control = v1::ControlService::NewStub(session->channel);
  const grpc::Status status = control->Reload(&context, request, &response);
  if (!status.ok()) return Fail(Diagnose(status, session->socket));
  for (std::string applied : response.applied()) {
    MakeSafe(&applied);
    out->Line("applied: " + applied);
  }
  for (std::string restart : response.need_restart()) {
    MakeSafe(&restart);
    out->Line("needs a restart: " + restart);
  }
  if (response.applied().empty() && response.need_restart().empty()) out->Line("nothing changed");
  return 0;
}

}  // namespace

int Fail(const Failure& failure) {
  std::fprintf(stderr, "rustnet-client: %s\n", failure.sentence.c_str());
  return failure.exit_code;
}

int RunCommand(const Options& given, const std::string& socket, FILE* file) {
  Options options = given;
  StatusOr<std::string> filter = FilterForDaemon(options.filter);
  if (!filter.ok()) return Fail({Failure::Kind::kCall, Message(filter.status()), kExitUsage});
  options.filter = std::move(filter).value();
  Session session;
  if (const std::optional<Failure> failure = OpenSession(socket, &session)) return Fail(*failure);
  Output out(file);
  switch (options.command) {
    case Command::kList:
      return RunList(options, &session, &out);
    case Command::kWatch:
      return RunWatch(options, &session, &out);
    case Command::kShow:
      return RunShow(options, &session, &out);
    case Command::kProcesses:
      return RunProcesses(options, &session, &out);
    case Command::kInterfaces:
      return RunInterfaces(options, &session, &out);
    case Command::kStats:
      return RunStats(options, &session, &out);
    case Command::kStatus:
      return RunStatus(options, &session, &out);
    case Command::kReload:
      return RunReload(options, &session, &out);
    case Command::kScreen:
    case Command::kPrintKeys:
    case Command::kPrint:
      break;
  }
  return 0;
}

}  // namespace rustnet::client
