// SPDX-License-Identifier: Apache-2.0
#include "client/commands/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/commands/rows_text.h"
#include "client/stream/row.h"

namespace rustnet::client {
namespace {

using ::testing::HasSubstr;

// What `print` writes.
template <typename Print>
std::string Printed(const Print& print) {
  FILE* file = std::tmpfile();
  {
    Output out(file);
    print(&out);
  }
  std::string text(static_cast<size_t>(std::ftell(file)), '\0');
  std::rewind(file);
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

TEST(OutputTest, CsvQuotesWhatItMust) {
  EXPECT_EQ(Printed([](Output* out) {
              out->Csv({"a", "b,c", "say \"x\"", "", "=1+1", "-5"});
            }),
            "a,\"b,c\",\"say \"\"x\"\"\",,'=1+1,'-5\n");
}

TEST(OutputTest, TablesAreAlignedByCells) {
  EXPECT_EQ(Printed([](Output* out) {
              TextTable table({{"NAME", false, 0}, {"N", true, 3}, {"LAST", false, 0}}, out);
              table.Add({"世界", "1", "x"});
              table.Add({"a", "1000", "y"});
              table.EndPage();
              table.Add({"b", "2", "z"});
              table.EndPage();
            }),
            "NAME     N  LAST\n世界     1  x\na     1000  y\nb        2  z\n");
}

TEST(OutputTest, JsonIsOneLineWithTheNamesOfTheProto) {
  v1::Connection row;
  row.set_id(18446744073709551615ULL);
  row.mutable_counters()->set_bytes_sent(5);
  row.mutable_process()->set_name("a\u202eb\nc");
  EXPECT_EQ(Printed([&](Output* out) { out->Json(row); }),
            "{\"id\":\"18446744073709551615\",\"process\":{\"name\":\"a\\u202eb\\nc\"},"
            "\"counters\":{\"bytes_sent\":\"5\"}}\n");
}

TEST(OutputTest, Times) {
  EXPECT_EQ(Rfc3339(0), "");
  EXPECT_EQ(Rfc3339(1'770'000'000'123'456'789), "2026-02-02T02:40:00.123Z");
}

TEST(RowsTextTest, EveryRowHasTheColumnsOfItsHead) {
  const auto row = RowFromProto(v1::Connection());
  EXPECT_EQ(CsvRow(*row).size(), CsvColumns().size());
  EXPECT_EQ(ConnectionRow(*row).size(), ConnectionColumns().size());
}

TEST(RowsTextTest, DetailsShowWhatThereIs) {
  v1::GetConnectionResponse response;
  v1::Connection* row = response.mutable_connection();
  row->set_id(7);
  row->set_protocol(v1::PROTOCOL_TCP);
  row->mutable_remote()->set_address("192.0.2.1");
  row->mutable_remote()->set_port(443);
  row->mutable_process()->set_name("curl");
  row->mutable_process()->add_cmdline("curl");
  row->mutable_process()->add_cmdline("https://example.org\033[2J");
  v1::ApplicationField* field = row->mutable_application()->add_fields();
  field->set_name("tls_alpn");
  field->add_values("h2");
  for (const char* interface : {"br0", "eth0"}) {
    v1::InterfaceCopy* copy = row->add_copies();
    copy->set_interface(interface);
    copy->set_packets(12);
    copy->set_bytes(4129);
  }
  const std::string text = Printed([&](Output* out) { PrintDetails(response, out); });
  EXPECT_THAT(text, HasSubstr("192.0.2.1 port 443"));
  EXPECT_THAT(text, HasSubstr("curl https://example.org\u241b[2J"));
  EXPECT_THAT(text, HasSubstr("  tls_alpn        h2"));
  EXPECT_THAT(text, HasSubstr("br0 4 129 bytes in 12 packets > eth0 4 129 bytes in 12 packets"));
}

TEST(RowsTextTest, WhatTheKernelSaysStandsBesideWhatWasCaptured) {
  v1::GetConnectionResponse response;
  v1::Connection* row = response.mutable_connection();
  row->set_rtt_us(1200);
  row->set_rtt_source(v1::RTT_SOURCE_KERNEL);
  v1::TcpMetrics* tcp = row->mutable_tcp();
  tcp->set_smoothed_rtt_us(1300);
  tcp->set_retransmissions(1);
  tcp->set_payload_sent(90);
  tcp->set_payload_received(70);
  std::string text = Printed([&](Output* out) { PrintDetails(response, out); });
  EXPECT_THAT(text, HasSubstr("tcp captured"));
  EXPECT_THAT(text, Not(HasSubstr("tcp kernel")));
  v1::KernelTcp* kernel = tcp->mutable_kernel();
  kernel->set_smoothed_rtt_us(1200);
  kernel->set_minimum_rtt_us(79);
  kernel->set_retransmissions(2);
  kernel->set_bytes_sent(100);
  kernel->set_bytes_received(70);
  kernel->set_final(true);
  text = Printed([&](Output* out) { PrintDetails(response, out); });
  EXPECT_THAT(text, HasSubstr("round trip        1.2ms (kernel)"));
  EXPECT_THAT(text, HasSubstr("tcp captured      round trip 1.3ms, retransmissions 1"));
  EXPECT_THAT(
      text,
      HasSubstr("tcp kernel        round trip 1.2ms, minimum 79us, retransmissions 2, closed"));
  EXPECT_THAT(text, HasSubstr("captured 90 bytes, kernel 100 bytes: 10 not captured"));
  EXPECT_THAT(text, HasSubstr("captured 70 bytes, kernel 70 bytes: no difference"));
}

}  // namespace
}  // namespace rustnet::client
