// SPDX-License-Identifier: Apache-2.0
// list, show, processes, interfaces, stats, status, reload, watch: ask, print, end.
#pragma once

#include <cstdio>
#include <string>

#include "client/commands/options.h"
#include "client/commands/output.h"
#include "client/commands/session.h"

namespace rustnet::client {

// Runs options.command against the daemon at `socket`; returns the exit code.  What went wrong is
// one sentence on standard error.
int RunCommand(const Options& options, const std::string& socket, FILE* out);

// Prints the sentence and returns the exit code.
int Fail(const Failure& failure);

int RunWatch(const Options& options, Session* session, Output* out);
int RunStatus(const Options& options, Session* session, Output* out);
int RunStats(const Options& options, Session* session, Output* out);
int RunInterfaces(const Options& options, Session* session, Output* out);

}  // namespace rustnet::client
