// SPDX-License-Identifier: Apache-2.0
// A server over a socket in a temporary directory, with a table that ticks when it is told to, and
// clients of any uid.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/base/clock.h"
#include "daemon/rpc/server.h"
#include "rustnet/v1/control.grpc.pb.h"
#include "rustnet/v1/monitor.grpc.pb.h"
#include "tests/e2e/synthetic_flows.h"

namespace rustnet {

inline constexpr gid_t kReaders = 4001;
inline constexpr gid_t kAdmins = 4002;

inline sockaddr_un AddressOf(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

class Harness {
 public:
  explicit Harness(ServerOptions options = {}, size_t rows = 50) : flows_(1, rows, WallNow()) {
    char name[] = "/tmp/rustnet-rpc-XXXXXX";
    directory_ = mkdtemp(name);
    chmod(directory_.c_str(), 0755);
    path_ = directory_ + "/socket";
    table_.SetInterface(0, "eth0", 0);
    table_.SetLocalNetwork(synthetic::ThisHost());
    options.access.reader_gid = kReaders;
    options.access.admin_gid = kAdmins;
    if (options.access.owner_uid < 0 && getuid() != 0) {
      options.access.owner_uid = static_cast<int64_t>(getuid());
    }
    UniqueFd listener(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const sockaddr_un address = AddressOf(path_);
    EXPECT_EQ(bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(chmod(path_.c_str(), 0666), 0);
    EXPECT_EQ(listen(listener.get(), 128), 0);
    ServerContext context;
    context.info = [](v1::GetServerInfoResponse* info) { info->set_version("test"); };
    context.stats = [this](v1::Stats* stats) {
      stats->mutable_losses()->mutable_packets()->set_received(500);
      stats->mutable_losses()->mutable_packets()->set_kernel_ring_dropped(dropped);
    };
    context.interfaces = [](v1::ListInterfacesResponse* response) {
      response->add_interfaces()->set_name("eth0");
      response->mutable_interfaces(0)->mutable_packets()->set_received(500);
    };
    context.reset = [this] {
      table_.Reset();
      changes_ = flows_.live();
      return Ok();
    };
    auto server = StartServer(std::move(listener), table_, std::move(context), options);
    EXPECT_TRUE(server.ok()) << Message(server.status());
    server_ = std::move(server).value();
    changes_ = flows_.live();
    Tick();
    // Owners that are known a little late.
    Tick(300 * kMillisecond);
  }
  ~Harness() {
    server_.reset();
    unlink(path_.c_str());
    rmdir(directory_.c_str());
  }

  void Tick(Duration later = 0) {
    skew_ += later;
    const Time now = WallNow() + skew_;
    table_.Tick({now, MonotonicNow(), changes_, &owners_, {}});
    changes_.clear();
  }
  // Some traffic, and its tick.
  void Move(int flows = 5) {
    const Time now = WallNow() + skew_;
    for (int i = 0; i < flows; ++i) {
      changes_.push_back(flows_.Move(flows_.Number(flows_.size()), now));
    }
    Tick();
  }

  void CloseSome(int flows) {
    for (int i = 0; i < flows; ++i) changes_.push_back(flows_.Close(0, WallNow() + skew_));
    Tick();
  }

  ConnectionTable& table() { return table_; }
  synthetic::Flows& flows() { return flows_; }
  Server& server() { return *server_; }
  void DestroyServer() { server_.reset(); }
  const std::string& path() const { return path_; }
  std::atomic<uint64_t> dropped{0};

 private:
  std::string directory_;
  std::string path_;
  ConnectionTable table_;
  synthetic::Flows flows_;
  synthetic::Owners owners_{3};
  std::vector<net::FlowView> changes_;
  Duration skew_ = 0;
  std::unique_ptr<Server> server_;
};

// A connection made as another user.  Credentials are per thread for the kernel (credentials(7)),
// so a short-lived thread can be somebody else at connect.
inline UniqueFd ConnectAs(const std::string& path, uid_t uid,
                          const std::vector<gid_t>& groups = {}) {
  UniqueFd connection;
  std::thread([&] {
    if (uid != getuid()) {
      syscall(SYS_setgroups, groups.size(), groups.data());
      syscall(SYS_setresgid, uid, uid, uid);
      syscall(SYS_setresuid, uid, uid, uid);
    }
    UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = AddressOf(path);
    if (connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      connection = std::move(fd);
    }
  }).join();
  return connection;
}

inline std::shared_ptr<grpc::Channel> ChannelOver(UniqueFd connection) {
  const int fd = connection.release();
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  return grpc::CreateInsecureChannelFromFd("localhost", fd);
}

struct Client {
  explicit Client(UniqueFd connection)
      : channel(ChannelOver(std::move(connection))),
        monitor(v1::MonitorService::NewStub(channel)),
        control(v1::ControlService::NewStub(channel)) {}
  explicit Client(const Harness& harness, uid_t uid = getuid(),
                  const std::vector<gid_t>& groups = {})
      : Client(ConnectAs(harness.path(), uid, groups)) {}

  template <typename Request, typename Response>
  grpc::Status Call(grpc::Status (v1::MonitorService::Stub::*method)(grpc::ClientContext*,
                                                                     const Request&, Response*),
                    const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    return (monitor.get()->*method)(&context, request, response);
  }
  grpc::Status Info(v1::GetServerInfoResponse* info) {
    return Call(&v1::MonitorService::Stub::GetServerInfo, v1::GetServerInfoRequest(), info);
  }

  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::MonitorService::Stub> monitor;
  std::unique_ptr<v1::ControlService::Stub> control;
};

// A WatchConnections call that is read message by message.
class Watch {
 public:
  Watch(Client* client, const v1::WatchConnectionsRequest& request) {
    context_.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    reader_ = client->monitor->WatchConnections(&context_, request);
  }
  ~Watch() {
    context_.TryCancel();
    if (reader_) {
      v1::WatchConnectionsResponse rest;
      while (reader_->Read(&rest)) {
      }
      reader_->Finish();
    }
  }
  // The next message; an empty one if the call has ended.
  v1::WatchConnectionsResponse Next() {
    v1::WatchConnectionsResponse response;
    if (!reader_->Read(&response)) response.Clear();
    return response;
  }
  grpc::Status Finish() {
    const grpc::Status status = reader_->Finish();
    reader_.reset();
    return status;
  }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchConnectionsResponse>> reader_;
};

}  // namespace rustnet
