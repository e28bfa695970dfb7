// SPDX-License-Identifier: Apache-2.0
// What clients can do wrong: too many, too big, garbage, silent, stopped.
#include "tests/unit/daemon/rpc/harness.h"

namespace rustnet {
namespace {

using testing::HasSubstr;

// Waits until the peer has closed; what it sends before is read and dropped.
bool EndsWithin(const UniqueFd& connection, int milliseconds) {
  const Time end = MonotonicNow() + milliseconds * kMillisecond;
  char buffer[4096];
  while (MonotonicNow() < end) {
    pollfd polled{connection.get(), POLLIN, 0};
    if (poll(&polled, 1, 100) <= 0) continue;
    if (read(connection.get(), buffer, sizeof buffer) <= 0) return true;
  }
  return false;
}

bool Answers(Harness& harness) {
  Client client(harness);
  v1::GetServerInfoResponse info;
  return client.Info(&info).ok();
}

TEST(FaultsTest, GarbageIsClosedAndForgotten) {
  Harness harness;
  for (const std::string& garbage :
       {std::string("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), std::string(70'000, '\xff'),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff", 33)}) {
    const UniqueFd connection = ConnectAs(harness.path(), getuid());
    ASSERT_TRUE(connection);
    // The server may have closed before all of it is written.
    static_cast<void>(!send(connection.get(), garbage.data(), garbage.size(), MSG_NOSIGNAL));
    EXPECT_TRUE(EndsWithin(connection, 20'000));
  }
  EXPECT_TRUE(Answers(harness));
}

TEST(FaultsTest, ASilentConnectionIsClosed) {
  ServerOptions options;
  options.handshake_timeout_ms = 300;
  Harness harness(options);
  const UniqueFd silent = ConnectAs(harness.path(), getuid());
  const UniqueFd half = ConnectAs(harness.path(), getuid());
  ASSERT_EQ(write(half.get(), "PRI * HT", 8), 8);
  EXPECT_TRUE(EndsWithin(silent, 20'000));
  EXPECT_TRUE(EndsWithin(half, 20'000));
}

TEST(FaultsTest, ConnectionsPerUserAreBounded) {
  ServerOptions options;
  options.limits.connections_per_uid = 4;
  options.limits.refused = 2;
  Harness harness(options);
  std::vector<std::unique_ptr<Client>> clients;
  v1::GetServerInfoResponse info;
  for (int i = 0; i < 4; ++i) {
    clients.push_back(std::make_unique<Client>(harness));
    ASSERT_TRUE(clients.back()->Info(&info).ok());
  }
  {
    Client fifth(harness);
    const grpc::Status status = fifth.Info(&info);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_THAT(status.error_message(), HasSubstr("4 connections"));
    Client sixth(harness);
    EXPECT_EQ(sixth.Info(&info).error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    // Beyond those who are told, others find it closed.
    EXPECT_TRUE(EndsWithin(ConnectAs(harness.path(), getuid()), 20'000));
  }
  if (getuid() == 0) {
    EXPECT_TRUE(Client(harness, 1000).Info(&info).ok());
  }
  EXPECT_EQ(harness.server().connections().refused, 3u);
  // One ends: there is room again.
  clients.pop_back();
  bool again = false;
  for (int i = 0; i < 200 && !again; ++i) {
    again = Answers(harness);
    if (!again) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(again);
}

TEST(FaultsTest, UsersWhoHaveGoneMakeRoom) {
  if (getuid() != 0) GTEST_SKIP() << "other users can be had by root alone";
  ServerOptions options;
  options.most_users = 2;
  options.idle_user_kept = 0;
  Harness harness(options);
  v1::GetServerInfoResponse info;
  {
    Client first(harness, 1000);
    Client second(harness, 1001);
    ASSERT_TRUE(first.Info(&info).ok());
    ASSERT_TRUE(second.Info(&info).ok());
    const grpc::Status status = Client(harness, 1002).Info(&info);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_THAT(status.error_message(), HasSubstr("too many users"));
  }
  bool room = false;
  for (int i = 0; i < 200 && !room; ++i) {
    room = Client(harness, 1003).Info(&info).ok();
    if (!room) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_TRUE(room);
}

// Descriptors used up: the listener pauses, and goes on when there are some again.
TEST(FaultsTest, DescriptorsThatAreUsedUpStopNothingForGood) {
  Harness harness;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  ASSERT_TRUE(Answers(harness));
  // The client's socket is made first, then nothing is left for the server.
  UniqueFd waiting(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const rlimit none{3, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  const sockaddr_un address = AddressOf(harness.path());
  ASSERT_EQ(connect(waiting.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  bool paused = false;
  for (int i = 0; i < 500 && !paused; ++i) {
    paused = harness.server().connections().paused >= 3;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(paused);
  Client client(std::move(waiting));
  v1::GetServerInfoResponse info;
  EXPECT_TRUE(client.Info(&info).ok());
}

TEST(FaultsTest, ABigRequestIsRefused) {
  Harness harness;
  Client client(harness);
  v1::ListConnectionsRequest request;
  request.set_filter(std::string(5'000'000, 'x'));
  v1::ListConnectionsResponse response;
  EXPECT_EQ(
      client.Call(&v1::MonitorService::Stub::ListConnections, request, &response).error_code(),
      grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(Answers(harness));
}

// Between a client and the server, so that the client can seem stopped: nothing is read for it.
class Stoppable {
 public:
  explicit Stoppable(const std::string& path) : server_(ConnectAs(path, getuid())) {
    int pair[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    inner_ = UniqueFd(pair[0]);
    outer_ = UniqueFd(pair[1]);
    thread_ = std::thread([this] { Run(); });
  }
  ~Stoppable() {
    end_ = true;
    thread_.join();
  }
  UniqueFd TakeClientEnd() { return std::move(outer_); }
  void Stop() { stopped_ = true; }
  bool server_has_closed() const { return closed_; }

 private:
  void Run() {
    std::vector<char> buffer(65'536);
    while (!end_) {
      // A stopped client notices only that its connection is gone.
      const short wanted = stopped_ ? 0 : POLLIN;
      pollfd polled[2] = {{server_.get(), wanted, 0}, {inner_.get(), wanted, 0}};
      if (poll(polled, 2, 20) <= 0) continue;
      if ((polled[0].revents & (POLLHUP | POLLERR)) != 0) closed_ = true;
      if (closed_) {
        shutdown(inner_.get(), SHUT_RDWR);
        return;
      }
      for (int i = 0; i < 2; ++i) {
        if ((polled[i].revents & POLLIN) == 0) continue;
        const ssize_t n = read(polled[i].fd, buffer.data(), buffer.size());
        if (n <= 0) return;
        if (send(polled[1 - i].fd, buffer.data(), static_cast<size_t>(n), MSG_NOSIGNAL) < n) return;
      }
    }
  }

  UniqueFd server_, inner_, outer_;
  std::atomic<bool> stopped_{false}, end_{false}, closed_{false};
  std::thread thread_;
};

TEST(FaultsTest, ShutdownDoesNotWaitForAStoppedClient) {
  Harness harness({}, 2000);
  Stoppable proxy(harness.path());
  Client client(proxy.TakeClientEnd());
  Watch watch(&client, {});
  ASSERT_EQ(watch.Next().event_case(), v1::WatchConnectionsResponse::kHello);
  proxy.Stop();
  for (int i = 0; i < 10; ++i) harness.Move(2000);
  const Time begin = MonotonicNow();
  harness.DestroyServer();
  // 0.7 s and a little; without the cut it would never come back.
  EXPECT_LT(MonotonicNow() - begin, 20 * kSecond);
}

TEST(FaultsTest, AStoppedClientIsCutAndHarmsNobody) {
  ServerOptions options;
  options.limits.write_stall = kSecond;
  Harness harness(options, 2000);
  Stoppable proxy(harness.path());
  Client stopped(proxy.TakeClientEnd());
  Watch slow(&stopped, {});
  ASSERT_EQ(slow.Next().event_case(), v1::WatchConnectionsResponse::kHello);
  proxy.Stop();
  Client healthy(harness);
  Watch watch(&healthy, {});
  int deltas = 0;
  for (int i = 0; i < 20'000 && !proxy.server_has_closed(); ++i) {
    harness.Move(1000);
    if (watch.Next().event_case() == v1::WatchConnectionsResponse::kDelta) ++deltas;
  }
  EXPECT_TRUE(proxy.server_has_closed());
  EXPECT_GT(deltas, 3);
  EXPECT_GE(harness.server().connections().cut + harness.server().subscribers_cut(), 1u);
}

// The server goes while streams run: nobody hangs, nothing is used after it is gone.
TEST(FaultsTest, ShutdownEndsRunningStreams) {
  Harness harness({}, 1000);
  std::vector<std::thread> readers;
  std::atomic<int> ended{0};
  std::atomic<int> begun{0};
  for (int i = 0; i < 8; ++i) {
    readers.emplace_back([&] {
      Client client(harness);
      Watch watch(&client, {});
      watch.Next();
      ++begun;
      while (watch.Next().event_case() != v1::WatchConnectionsResponse::EVENT_NOT_SET) {
      }
      ++ended;
    });
  }
  while (begun < 8) harness.Move(100);
  harness.server().Shutdown();
  harness.Move(100);
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(ended, 8);
  harness.DestroyServer();
  harness.Move(100);
}

TEST(FaultsTest, StreamsThatComeAndGoLeaveNothing) {
  Harness harness({}, 200);
  Client client(harness);
  for (int i = 0; i < 100; ++i) {
    Watch watch(&client, {});
    if (i % 3 != 0) watch.Next();
    harness.Move(20);
  }
  bool none = false;
  for (int i = 0; i < 1000 && !none; ++i) {
    none = harness.table().subscribers() == 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(none);
}

}  // namespace
}  // namespace rustnet
