// SPDX-License-Identifier: Apache-2.0
// docs/protocols.md from the registry of dissectors.
//
//     protocols_doc > docs/protocols.md        renews it
//     protocols_doc --check docs/protocols.md  1 and a sentence if it is not what would be written
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/net/dpi/inspection.h"

namespace {

using namespace rustnet::net;  // NOLINT(google-build-using-namespace)

constexpr std::string_view kHead = R"(# Protocols

Made from the registry (`common/net/dpi/registry.cc`) by `build/dev/tests/protocols_doc`; the test `unit/protocols_doc` fails
where this file is not what it would write, and says how to renew it. To add a protocol: [adding-a-protocol.md](adding-a-protocol.md).

A protocol is known by what is said, never by a port alone. `evidence` of a row says how much was proved: *handshake*, both ends
spoke the protocol; *signature*, one did. If the server's first answer is another protocol's, name and facts are withdrawn.

- **Ports**: where it is asked first. **Elsewhere**: *yes*, what is asked of it there is asked on every other port; *strictly*,
  a stronger proof is asked for there, while on its ports a capture may begin in the middle of a conversation; *no*, its
  messages prove too little without the port; *inside*, another protocol hands over to it (an Upgrade, a
  pipe), has it in its messages (gRPC in HTTP/2; so may DNS and TLS be found) or expects it (the data connection of FTP, the
  media of SIP).
- **Fields**: what may be told of a flow, under these names in `rustnetd --flows` and in the API's `Application`. Each field has
  up to eight values of 255 bytes, a flow 1024 bytes in all; offline 200, 8192 and 256 KiB.
- **secret**: withheld, and counted (`FlowCounters::secrets_withheld`), unless `rustnetd --flows --show-secrets` asks. Of paths and URLs the query, the fragment
  and the user information are withheld in the same way, of `http_host` the user information.

| protocol | over | ports | elsewhere | fields | by |
|---|---|---|---|---|---|
)";

// The rows of one name and transport.
struct Entry {
  std::string_view name;
  Protocol transport = Protocol::kNone;
  std::vector<uint16_t> ports;
  std::vector<const Field*> fields;
  std::vector<std::string_view> sources;
  bool on_ports = false;  // a row for its ports alone
  bool any_port = false;
  bool probed = false;
};

template <typename T>
void AddOnce(T value, std::vector<T>* all) {
  if (std::find(all->begin(), all->end(), value) == all->end()) all->push_back(value);
}

// "RFC 8446, RFC 5246" is two.
void AddSources(std::string_view sources, Entry* entry) {
  while (!sources.empty()) {
    const size_t end = sources.find(", ");
    AddOnce(sources.substr(0, end), &entry->sources);
    sources = end == std::string_view::npos ? "" : sources.substr(end + 2);
  }
}

std::vector<Entry> Entries() {
  std::map<std::pair<std::string_view, Protocol>, Entry> entries;
  for (const Dissector& row : Registry()) {
    Entry& entry = entries[{row.name, row.transport}];
    entry.name = row.name;
    entry.transport = row.transport;
    entry.any_port = entry.any_port || row.any_port;
    entry.on_ports = entry.on_ports || (row.probe != nullptr && !row.any_port);
    entry.probed = entry.probed || row.probe != nullptr;
    for (const uint16_t port : row.ports) {
      if (port != 0) AddOnce(port, &entry.ports);
    }
    if (row.fields != nullptr) {
      for (const Field* field : row.fields()) AddOnce(field, &entry.fields);
    }
    AddSources(row.source, &entry);
  }
  std::vector<Entry> sorted;
  for (auto& [key, entry] : entries) sorted.push_back(std::move(entry));
  return sorted;
}

std::string_view Elsewhere(const Entry& entry) {
  if (!entry.probed) return "inside";
  if (!entry.any_port) return "no";
  return entry.on_ports ? "strictly" : "yes";
}

std::string Line(const Entry& entry) {
  std::string ports;
  for (const uint16_t port : entry.ports) {
    ports.append(ports.empty() ? "" : ", ").append(std::to_string(port));
  }
  std::string fields;
  for (const Field* field : entry.fields) {
    fields.append(fields.empty() ? "`" : ", `").append(field->name).append("`");
    if (field->secret) fields.append(" (secret)");
  }
  std::string sources;
  for (const std::string_view source : entry.sources) {
    sources.append(sources.empty() ? "" : ", ").append(source);
  }
  std::string line("| ");
  line.append(entry.name).append(" | ").append(ProtocolName(entry.transport, 0));
  for (const std::string_view cell : {std::string_view(ports), Elsewhere(entry),
                                      std::string_view(fields), std::string_view(sources)}) {
    line.append(" | ").append(cell);
  }
  return line.append(" |\n");
}

std::string Document() {
  std::string text(kHead);
  for (const Entry& entry : Entries()) text.append(Line(entry));
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string text = Document();
  if (argc == 1) return std::fputs(text.c_str(), stdout) < 0;
  if (argc != 3 || std::string_view(argv[1]) != "--check") return 64;
  std::ifstream file(argv[2]);
  const std::string there((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (there == text) return 0;
  std::fprintf(stderr, "%s is not what the registry says; renew it: %s > %s\n", argv[2], argv[0],
               argv[2]);
  return 1;
}
