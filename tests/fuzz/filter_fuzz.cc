// SPDX-License-Identifier: Apache-2.0
// Any text as a filter and as a sort order: refused with an offset inside of it, or read back from
// its canonical text with the same meaning.
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/base/check.h"
#include "common/model/filter.h"
#include "common/model/sort.h"

namespace {

using rustnet::model::Connection;
using rustnet::model::Filter;
using rustnet::model::FilterError;
using rustnet::model::SortOrder;

Connection Row() {
  Connection row;
  row.protocol = rustnet::model::Protocol::kTcp;
  row.local.address = "10.0.0.1";
  row.local.ip = rustnet::IpAddress::V4(0x0a000001);
  row.local.port = 40000;
  row.remote.address = "2001:db8::1";
  row.remote.ip = *rustnet::IpAddress::Parse(row.remote.address);
  row.remote.port = 443;
  row.remote.names = {{"example.com", rustnet::model::NameSource::kSni}};
  row.process.name = "firefox";
  row.process.pid = 77;
  row.application.protocol = "tls";
  row.rtt_us = 5'000;
  row.counters.receive_rate = 1'000'000;
  return row;
}

void TryFilter(std::string_view text) {
  static const Connection row = Row();
  constexpr rustnet::Time kNow = 1'000'000'000;
  FilterError error;
  const auto filter = Filter::Parse(text, &error);
  if (filter == nullptr) {
    RN_CHECK(error.offset <= text.size());
    RN_CHECK(!error.sentence.empty());
    return;
  }
  const std::string canonical = filter->Canonical();
  const auto again = Filter::Parse(canonical, &error);
  if (again == nullptr) {
    RN_CHECK(canonical.size() > 4096);  // quotes and units can make a long text too long
    return;
  }
  RN_CHECK(again->Canonical() == canonical);
  RN_CHECK(again->Matches(row, kNow) == filter->Matches(row, kNow));
  RN_CHECK(again->reads_counters() == filter->reads_counters());
}

void TrySort(std::string_view text) {
  const auto order = SortOrder::Parse(text);
  if (!order.ok()) return;
  const auto again = SortOrder::Parse(order->Canonical());
  RN_CHECK(again.ok());
  RN_CHECK(again->Canonical() == order->Canonical());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = rustnet::AsText(rustnet::Bytes(data, size));
  TryFilter(text);
  TrySort(text);
  return 0;
}
