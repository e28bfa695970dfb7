// SPDX-License-Identifier: Apache-2.0
// Who sees what, lists and single rows, over a real socket.
#include <set>

#include "tests/unit/daemon/rpc/harness.h"

namespace rustnet {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Stub = v1::MonitorService::Stub;

#define NEEDS_ROOT() \
  if (getuid() != 0) GTEST_SKIP() << "other users can be had by root alone"

TEST(ServerTest, EachIsTakenForWhoTheyAre) {
  NEEDS_ROOT();
  Harness harness;
  struct Row {
    uid_t uid;
    std::vector<gid_t> groups;
    v1::Scope scope;
    bool control;
  };
  for (const Row& row : {Row{0, {}, v1::SCOPE_ALL, true}, Row{1000, {}, v1::SCOPE_OWN, false},
                         Row{1000, {5, kReaders}, v1::SCOPE_ALL, false},
                         Row{1001, {kAdmins}, v1::SCOPE_ALL, true}}) {
    Client client(harness, row.uid, row.groups);
    v1::GetServerInfoResponse info;
    const grpc::Status status = client.Info(&info);
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(info.peer_uid(), row.uid);
    EXPECT_EQ(info.scope(), row.scope);
    EXPECT_EQ(info.may_control(), row.control);
    EXPECT_EQ(info.version(), "test");
    EXPECT_EQ(info.epoch(), harness.table().epoch());
    EXPECT_EQ(info.limits().message_bytes(), 256u * 1024);
  }
}

TEST(ServerTest, OthersCanBeRefusedWithASentence) {
  NEEDS_ROOT();
  ServerOptions options;
  options.access.others_own = false;
  Harness harness(options);
  Client client(harness, 1000);
  v1::GetServerInfoResponse info;
  const grpc::Status status = client.Info(&info);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("group rustnet"));
  EXPECT_TRUE(Client(harness, 1000, {kReaders}).Info(&info).ok());
}

TEST(ServerTest, TheOverflowUidIsNobody) {
  NEEDS_ROOT();
  Harness harness;
  v1::GetServerInfoResponse info;
  EXPECT_EQ(Client(harness, 65534).Info(&info).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST(ServerTest, ControlIsForAdmins) {
  NEEDS_ROOT();
  Harness harness;
  const uint64_t epoch = harness.table().epoch();
  for (const std::vector<gid_t>& groups : {std::vector<gid_t>{}, std::vector<gid_t>{kReaders}}) {
    Client client(harness, 1000, groups);
    grpc::ClientContext context;
    v1::ResetStatisticsResponse response;
    const grpc::Status status = client.control->ResetStatistics(&context, {}, &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
    EXPECT_THAT(status.error_message(), HasSubstr("rustnet-admin"));
    grpc::ClientContext again;
    v1::ReloadResponse reload;
    EXPECT_EQ(client.control->Reload(&again, {}, &reload).error_code(),
              grpc::StatusCode::PERMISSION_DENIED);
  }
  EXPECT_EQ(harness.table().epoch(), epoch);
  Client admin(harness, 1000, {kAdmins});
  grpc::ClientContext context;
  v1::ResetStatisticsResponse response;
  ASSERT_TRUE(admin.control->ResetStatistics(&context, {}, &response).ok());
  EXPECT_NE(response.epoch(), epoch);
  EXPECT_EQ(response.epoch(), harness.table().epoch());
  grpc::ClientContext again;
  v1::ReloadResponse reload;
  EXPECT_EQ(admin.control->Reload(&again, {}, &reload).error_code(),
            grpc::StatusCode::UNIMPLEMENTED);
}

TEST(ServerTest, WhatIsNotThereYetSaysSo) {
  Harness harness;
  Client client(harness);
  grpc::ClientContext events;
  auto event_reader = client.monitor->WatchEvents(&events, {});
  v1::WatchEventsResponse event;
  EXPECT_FALSE(event_reader->Read(&event));
  grpc::Status status = event_reader->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
  EXPECT_THAT(status.error_message(), HasSubstr("WatchConnections"));
  grpc::ClientContext stats;
  auto stats_reader = client.monitor->WatchStats(&stats, {});
  v1::WatchStatsResponse stat;
  EXPECT_FALSE(stats_reader->Read(&stat));
  EXPECT_EQ(stats_reader->Finish().error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

std::set<uint64_t> ListAll(Client* client, v1::ListConnectionsRequest request) {
  std::set<uint64_t> ids;
  while (true) {
    v1::ListConnectionsResponse page;
    const grpc::Status status = client->Call(&Stub::ListConnections, request, &page);
    EXPECT_TRUE(status.ok()) << status.error_message();
    for (const v1::Connection& row : page.connections()) {
      EXPECT_TRUE(ids.insert(row.id()).second) << "twice";
    }
    if (!status.ok() || page.next_page_token().empty()) return ids;
    EXPECT_EQ(page.connections_size(), static_cast<int>(request.page_size()));
    request.set_page_token(page.next_page_token());
  }
}

TEST(ServerTest, PagesGiveEachRowOnce) {
  Harness harness;
  Client client(harness);
  v1::ListConnectionsRequest request;
  request.set_page_size(7);
  EXPECT_EQ(ListAll(&client, request).size(), 50u);
  request.set_order_by("down:desc");
  EXPECT_EQ(ListAll(&client, request).size(), 50u);
  request.set_filter("proto:udp");
  const size_t udp = ListAll(&client, request).size();
  request.set_filter("not proto:udp");
  EXPECT_EQ(ListAll(&client, request).size(), 50u - udp);
  EXPECT_GT(udp, 0u);
}

TEST(ServerTest, AListStandsStillWhileItsRowsGo) {
  Harness harness;
  Client client(harness);
  v1::ListConnectionsRequest request;
  request.set_page_size(20);
  v1::ListConnectionsResponse page;
  ASSERT_TRUE(client.Call(&Stub::ListConnections, request, &page).ok());
  EXPECT_EQ(page.total_size(), 50u);
  harness.Move(50);
  const std::string token = page.next_page_token();
  request.set_page_token(token);
  v1::ListConnectionsResponse second;
  ASSERT_TRUE(client.Call(&Stub::ListConnections, request, &second).ok());
  EXPECT_EQ(second.connections_size(), 20);
  // The same page again is the same page.
  v1::ListConnectionsResponse again;
  ASSERT_TRUE(client.Call(&Stub::ListConnections, request, &again).ok());
  EXPECT_EQ(again.connections(0).id(), second.connections(0).id());
  // With another request, from another caller, or after two more lists: not this one.
  v1::ListConnectionsRequest other = request;
  other.set_filter("proto:udp");
  EXPECT_EQ(client.Call(&Stub::ListConnections, other, &page).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  if (getuid() == 0) {
    Client stranger(harness, 1000);
    EXPECT_EQ(stranger.Call(&Stub::ListConnections, request, &page).error_code(),
              grpc::StatusCode::ABORTED);
  }
  request.clear_page_token();
  ASSERT_TRUE(client.Call(&Stub::ListConnections, request, &page).ok());
  ASSERT_TRUE(client.Call(&Stub::ListConnections, request, &page).ok());
  request.set_page_token(token);
  const grpc::Status late = client.Call(&Stub::ListConnections, request, &page);
  EXPECT_EQ(late.error_code(), grpc::StatusCode::ABORTED);
  EXPECT_THAT(late.error_message(), StartsWith("page_token: "));
  for (const char* bad : {"x", "12", "12-", "-1", "zz-1", "1-2-3", "99999999999999999999-1"}) {
    request.set_page_token(bad);
    EXPECT_EQ(client.Call(&Stub::ListConnections, request, &page).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT)
        << bad;
  }
}

TEST(ServerTest, WrongRequestsSayWhatIsWrong) {
  Harness harness;
  Client client(harness);
  v1::ListConnectionsResponse page;
  v1::ListConnectionsRequest request;
  request.set_filter("port:x");
  grpc::Status status = client.Call(&Stub::ListConnections, request, &page);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), testing::MatchesRegex("filter:[0-9]+: .*"));
  request.clear_filter();
  request.set_order_by("nonsense");
  EXPECT_EQ(client.Call(&Stub::ListConnections, request, &page).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_order_by();
  request.add_read_mask("nonsense");
  EXPECT_EQ(client.Call(&Stub::ListConnections, request, &page).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST(ServerTest, AReadMaskGivesDetailInLists) {
  Harness harness;
  Client client(harness);
  v1::ListConnectionsRequest request;
  request.add_read_mask("process.cmdline");
  v1::ListConnectionsResponse page;
  ASSERT_TRUE(client.Call(&Stub::ListConnections, request, &page).ok());
  int cmdlines = 0;
  for (const v1::Connection& row : page.connections()) {
    EXPECT_NE(row.id(), 0u);
    EXPECT_FALSE(row.has_local());
    cmdlines += row.process().cmdline_size() > 0 ? 1 : 0;
  }
  EXPECT_GT(cmdlines, 40);
}

TEST(ServerTest, AUserSeesOwnRowsAlone) {
  NEEDS_ROOT();
  Harness harness;
  Client root(harness);
  Client user(harness, 1001);
  const std::set<uint64_t> all = ListAll(&root, {});
  const std::set<uint64_t> own = ListAll(&user, {});
  EXPECT_GT(own.size(), 5u);
  EXPECT_LT(own.size(), all.size());
  for (const uint64_t id : all) {
    v1::GetConnectionRequest request;
    request.set_id(id);
    v1::GetConnectionResponse response;
    ASSERT_TRUE(root.Call(&Stub::GetConnection, request, &response).ok());
    const v1::Connection row = response.connection();
    const bool is_own = row.process().uid() == 1001 || row.peer_process().uid() == 1001;
    EXPECT_EQ(own.contains(id), is_own);
    const grpc::Status status = user.Call(&Stub::GetConnection, request, &response);
    EXPECT_EQ(status.error_code(), is_own ? grpc::StatusCode::OK : grpc::StatusCode::NOT_FOUND);
    if (!is_own) continue;
    for (const v1::Process& process :
         {response.connection().process(), response.connection().peer_process()}) {
      if (process.has_uid()) {
        EXPECT_EQ(process.uid(), 1001u);
      }
      if (!process.has_uid()) {
        EXPECT_EQ(process.ByteSizeLong(), 0u) << process.DebugString();
      }
    }
  }
  // No filter makes another's row show.
  for (const char* filter : {"uid:1000", "not uid:1001", "process:curl or uid:1002", "*", "10.0"}) {
    v1::ListConnectionsRequest request;
    request.set_filter(filter);
    for (const uint64_t id : ListAll(&user, request)) EXPECT_TRUE(own.contains(id)) << filter;
  }
  v1::ListProcessesResponse processes;
  ASSERT_TRUE(user.Call(&Stub::ListProcesses, v1::ListProcessesRequest(), &processes).ok());
  EXPECT_GT(processes.processes_size(), 0);
  for (const v1::ProcessSummary& summary : processes.processes()) {
    EXPECT_EQ(summary.process().uid(), 1001u);
  }
  v1::GetStatsResponse stats;
  ASSERT_TRUE(user.Call(&Stub::GetStats, v1::GetStatsRequest(), &stats).ok());
  EXPECT_FALSE(stats.stats().has_losses());
  EXPECT_EQ(stats.stats().attribution_size(), 0);
  EXPECT_FALSE(stats.stats().has_attribution_last_minute());
  EXPECT_FALSE(stats.stats().has_attribution_since_start());
  v1::ListInterfacesResponse interfaces;
  ASSERT_TRUE(user.Call(&Stub::ListInterfaces, v1::ListInterfacesRequest(), &interfaces).ok());
  ASSERT_EQ(interfaces.interfaces_size(), 1);
  EXPECT_FALSE(interfaces.interfaces(0).has_packets());
}

TEST(ServerTest, StatsTellOfLossesAndOwners) {
  Harness harness;
  Client client(harness);
  v1::GetStatsResponse stats;
  ASSERT_TRUE(client.Call(&Stub::GetStats, v1::GetStatsRequest(), &stats).ok());
  EXPECT_EQ(stats.stats().losses().packets().received(), 500u);
  uint64_t flows = 0;
  for (const v1::AttributionCount& count : stats.stats().attribution()) flows += count.flows();
  EXPECT_EQ(flows, 50u);
  const v1::AttributionCompleteness& all = stats.stats().attribution_since_start();
  uint64_t ends = 0;
  for (const v1::AttributionCount& count : all.counts()) ends += count.flows();
  EXPECT_GE(ends, 50u);
  EXPECT_EQ(ends, all.local() + all.not_local() + all.kernel() + all.pending());
  EXPECT_GT(all.attributed(), 0u);
  EXPECT_TRUE(all.has_p50_us());
  v1::ListInterfacesResponse interfaces;
  ASSERT_TRUE(client.Call(&Stub::ListInterfaces, v1::ListInterfacesRequest(), &interfaces).ok());
  EXPECT_EQ(interfaces.interfaces(0).packets().received(), 500u);
}

TEST(ServerTest, ProcessesAreSortedAndPaged) {
  Harness harness;
  Client client(harness);
  v1::ListProcessesRequest request;
  request.set_order_by("down:desc");
  request.set_page_size(4);
  std::set<uint32_t> pids;
  uint64_t before = UINT64_MAX;
  uint32_t connections = 0;
  while (true) {
    v1::ListProcessesResponse page;
    const grpc::Status status = client.Call(&Stub::ListProcesses, request, &page);
    ASSERT_TRUE(status.ok()) << status.error_message();
    for (const v1::ProcessSummary& summary : page.processes()) {
      EXPECT_TRUE(pids.insert(summary.process().pid()).second);
      EXPECT_LE(summary.counters().receive_rate(), before);
      before = summary.counters().receive_rate();
      connections += summary.connections();
      if (summary.process().has_pid()) {
        EXPECT_GT(summary.process().cmdline_size(), 0);
      }
    }
    EXPECT_GE(page.total_size(), pids.size());
    if (page.next_page_token().empty()) break;
    request.set_page_token(page.next_page_token());
  }
  EXPECT_GE(connections, 50u);  // loopback rows count at both ends
}

}  // namespace
}  // namespace rustnet
