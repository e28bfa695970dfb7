// SPDX-License-Identifier: Apache-2.0
// Gopher (RFC 1436): the client sends a selector, and behind a tab what it searches for, in a line.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/queries.h"
#include "common/net/dpi/target.h"

namespace rustnet::net {
namespace {

constexpr Field kGopherSelector{"gopher_selector"};

void ReadGopher(std::string_view line, Facts* facts) {
  const std::string_view selector = TakeWord(&line, '\t');
  if (!selector.empty()) AddTarget(kGopherSelector, selector, facts);
}

}  // namespace

Verdict ProbeGopher(Bytes opening) { return ProbeQuery(AsText(opening), true); }

FieldList GopherFields() { return FieldsOf<kGopherSelector>(); }

std::unique_ptr<Session> StartGopher() { return std::make_unique<QuerySession<70, &ReadGopher>>(); }

}  // namespace rustnet::net
