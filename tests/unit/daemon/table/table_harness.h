// SPDX-License-Identifier: Apache-2.0
// A table, flows to feed it, and owners to answer it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/net/names/services.h"
#include "daemon/table/connection_table.h"
#include "tests/e2e/synthetic_flows.h"

namespace rustnet {

inline constexpr Time kStart = Time{1'700'000'000} * kSecond;

inline net::FlowView Flow(uint64_t id, const char* from, uint16_t from_port, const char* to,
                          uint16_t to_port, net::Protocol protocol = net::Protocol::kTcp) {
  net::FlowView flow;
  flow.id = id;
  const IpAddress a = *IpAddress::Parse(from);
  const IpAddress b = *IpAddress::Parse(to);
  flow.key.protocol = protocol;
  flow.key.family = a.is_v4() ? 4 : 6;
  // The lower end stands first; the flow was begun by `from`.
  const bool turned = b < a || (a == b && to_port < from_port);
  flow.initiator = turned ? 1 : 0;
  flow.key.address[flow.initiator] = a.raw();
  flow.key.port[flow.initiator] = from_port;
  flow.key.address[flow.initiator ^ 1] = b.raw();
  flow.key.port[flow.initiator ^ 1] = to_port;
  flow.first = flow.last = kStart;
  flow.counters[0] = {.packets = 3, .bytes = 300};
  flow.counters[1] = {.packets = 5, .bytes = 5000};
  flow.rate = {30, 500};
  if (protocol == net::Protocol::kTcp) {
    flow.tcp = net::TcpState::kFinWait2;
    flow.tcp_peer = net::TcpState::kCloseWait;
  }
  return flow;
}

// Answers what it is told to, by local address and port.
class Answers : public Attribution {
 public:
  int poll_fd() const override { return -1; }
  void Poll(Time) override {}
  Owner Find(const SocketTuple& tuple, Duration) override {
    ++asked;
    const auto found = owners.find({tuple.local.ToString(), tuple.local_port});
    return found == owners.end() ? Owner() : found->second;
  }
  std::vector<BackendState> backends() const override { return {}; }
  AttributionCounters counters() const override { return {}; }

  void Own(const std::string& address, uint16_t port, uint32_t pid, uint32_t uid) {
    auto process = std::make_shared<ProcessInfo>();
    process->pid = pid;
    process->name = "p" + std::to_string(pid);
    process->cmdline = {process->name, "--secret"};
    process->uid = uid;
    owners[{address, port}] = {process, uid, Quality::kExact, NoOwner::kUnspecified, ""};
  }

  void TakeTcpChanges(std::vector<TcpChange>* out) override {
    *out = std::exchange(tcp_changes, {});
  }

  std::optional<Successor> SuccessorOf(uint64_t cookie, const SocketTuple&) override {
    const auto found = successors.find(cookie);
    return found == successors.end() ? std::nullopt : std::optional(found->second);
  }
  // Another socket of the tuple, of process `pid`, after `cookie`.
  void Succeed(uint64_t cookie, uint64_t next, uint32_t pid, Time opened) {
    Own("", 0, pid, 1000);
    Owner owner = owners.extract({"", 0}).mapped();
    owner.socket = next;
    successors[cookie] = {std::move(owner), opened};
  }

  std::map<uint64_t, Successor> successors;
  std::map<std::pair<std::string, uint16_t>, Owner> owners;
  std::vector<TcpChange> tcp_changes;
  int asked = 0;
};

class ConnectionTableTest : public testing::Test {
 protected:
  explicit ConnectionTableTest(const TableOptions& options = Options()) : table_(options) {
    table_.SetInterface(0, "eth0", 0);
    LocalNetwork network = synthetic::ThisHost();
    network.AddAddress(*IpAddress::Parse("2001:db8::1"));
    network.AddBroadcast(*IpAddress::Parse("10.0.0.255"));
    table_.SetLocalNetwork(std::move(network));
  }

  static TableOptions Options() {
    TableOptions options;
    options.service = &net::ServiceName;
    return options;
  }

  void Tick(std::vector<net::FlowView> flows, Duration later = 100 * kMillisecond) {
    now_ += later;
    table_.Tick({now_, now_, flows, &answers_, name_});
  }

  std::vector<model::Connection> List(ConnectionTable::Scope scope = {}, bool historic = true,
                                      const std::string& filter = "") {
    ViewSpec spec;
    spec.filter = filter;
    spec.historic = historic;
    auto selection = Selection::From(spec);
    EXPECT_TRUE(selection.ok());
    std::vector<model::Connection> out;
    for (const ConnectionId id : table_.Select(scope, *selection).ids) {
      model::Connection connection;
      EXPECT_TRUE(table_.Get(scope, id, &connection, nullptr));
      out.push_back(std::move(connection));
    }
    return out;
  }
  model::Connection Only(ConnectionTable::Scope scope = {}) {
    const std::vector<model::Connection> all = List(scope);
    EXPECT_THAT(all, testing::SizeIs(1));
    return all.empty() ? model::Connection() : all.front();
  }

  ConnectionTable table_;
  Answers answers_;
  decltype(TickInput::name) name_;
  Time now_ = kStart;
};

}  // namespace rustnet
