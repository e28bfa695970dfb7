// SPDX-License-Identifier: Apache-2.0
// WHOIS (RFC 3912): the client asks in one line, the server answers in text.
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/queries.h"

namespace rustnet::net {
namespace {

constexpr Field kWhoisQuery{"whois_query"};

void ReadWhois(std::string_view line, Facts* facts) { facts->Add(kWhoisQuery, Trimmed(line)); }

}  // namespace

Verdict ProbeWhois(Bytes opening) { return ProbeQuery(AsText(opening), false); }

FieldList WhoisFields() { return FieldsOf<kWhoisQuery>(); }

std::unique_ptr<Session> StartWhois() { return std::make_unique<QuerySession<43, &ReadWhois>>(); }

}  // namespace rustnet::net
