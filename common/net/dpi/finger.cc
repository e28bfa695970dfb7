// SPDX-License-Identifier: Apache-2.0
// Finger (RFC 1288 section 2.3): the client names a user, a host or nobody in one line.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/queries.h"

namespace rustnet::net {
namespace {

constexpr Field kFingerQuery{"finger_query"};

void ReadFinger(std::string_view line, Facts* facts) {
  const std::string_view query = Trimmed(line);
  if (!query.empty()) facts->Add(kFingerQuery, query);
}

}  // namespace

Verdict ProbeFinger(Bytes opening) { return ProbeQuery(AsText(opening), true); }

FieldList FingerFields() { return FieldsOf<kFingerQuery>(); }

std::unique_ptr<Session> StartFinger() { return std::make_unique<QuerySession<79, &ReadFinger>>(); }

}  // namespace rustnet::net
