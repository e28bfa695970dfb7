// SPDX-License-Identifier: Apache-2.0
// One message through the reader that DNS, mDNS, LLMNR and NetBIOS share.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/dns_message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<uint8_t> message(data, data + size);
  rustnet::net::DnsReader reader(message);
  rustnet::net::DnsQuestion question;
  rustnet::net::DnsRecord record;
  rustnet::net::DnsName name;
  uint32_t read = 0;
  while (reader.NextQuestion(&question)) ++read;
  while (reader.NextRecord(&record)) {
    ++read;
    if (reader.Name(record.owner, &name) && name.view().size() > 255) std::abort();
    reader.Name(record.data_at, &name);
    if (record.data_at + record.data.size() > size) std::abort();
  }
  if (read > size) std::abort();
  if (size == 0) return 0;
  rustnet::net::ProbeDns(message);
  rustnet::net::ProbeDnsPort(message);
  rustnet::net::ProbeDnsTcp(message);
  return 0;
}
