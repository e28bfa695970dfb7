// SPDX-License-Identifier: Apache-2.0
// The threads against a daemon in this process: what the user interface gets to know, whatever the
// daemon does.
#include "client/stream/link.h"

#include <gmock/gmock.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "client/stream/table.h"
#include "common/base/clock.h"
#include "tests/unit/client/stream/wire.h"

namespace rustnet::client {
namespace {

using ::testing::HasSubstr;
using Phase = LinkState::Phase;

// Each stream runs `script`; it ends when the script returns.
class Daemon : public v1::MonitorService::Service {
 public:
  using Writer = grpc::ServerWriter<v1::WatchConnectionsResponse>;
  using Script = std::function<grpc::Status(int stream, const v1::WatchConnectionsRequest&, Writer*,
                                            grpc::ServerContext*)>;

  explicit Daemon(const std::string& socket, Script script) : script_(std::move(script)) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + socket, grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~Daemon() override { server_->Shutdown(std::chrono::system_clock::now()); }

  v1::GetServerInfoResponse info;
  std::atomic<uint64_t> looked_at = 0;  // 0: none
  std::atomic<int> looks = 0;
  std::atomic<bool> forgotten = false;

 private:
  grpc::Status GetConnection(grpc::ServerContext*, const v1::GetConnectionRequest* request,
                             v1::GetConnectionResponse* response) override {
    looked_at = request->id();
    ++looks;
    if (forgotten) return {grpc::StatusCode::NOT_FOUND, "gone"};
    response->mutable_connection()->set_id(request->id());
    response->mutable_connection()->mutable_process()->add_cmdline("a\033b");
    v1::RateSample* sample = response->add_samples();
    sample->set_receive_rate(7);
    sample->set_send_rate(8);
    return grpc::Status::OK;
  }
  grpc::Status GetServerInfo(grpc::ServerContext*, const v1::GetServerInfoRequest*,
                             v1::GetServerInfoResponse* response) override {
    *response = info;
    if (response->api_revision() == 0) response->set_api_revision(kApiRevision);
    return grpc::Status::OK;
  }
  grpc::Status WatchConnections(grpc::ServerContext* context,
                                const v1::WatchConnectionsRequest* request,
                                Writer* writer) override {
    return script_(stream_++, *request, writer, context);
  }

  Script script_;
  int stream_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

class LinkTest : public ::testing::Test {
 protected:
  LinkTest() {
    char directory[] = "/tmp/rustnet-link-XXXXXX";
    directory_ = mkdtemp(directory);
    socket_ = directory_ + "/s o%c#k?.sock";  // nothing of a path may mean something to a URI
  }
  ~LinkTest() override {
    unlink(socket_.c_str());
    rmdir(directory_.c_str());
  }

  // Handles mail until `done`; false after 10 s.
  bool Until(const std::function<bool()>& done) {
    const Time deadline = MonotonicNow() + 10 * kSecond;
    while (MonotonicNow() < deadline) {
      Batch batch;
      if (mailbox_.TakeBatch(&batch)) {
        std::vector<Slot> touched;
        table_.Apply(std::move(batch), &touched);
      }
      if (done()) return true;
      pollfd mail{mailbox_.wake_fd(), POLLIN, 0};
      poll(&mail, 1, 50);
      mailbox_.ClearWake();
    }
    return false;
  }
  bool Live() { return mailbox_.link().phase == Phase::kLive; }
  bool Lost() { return mailbox_.link().phase == Phase::kLost; }

  static v1::WatchConnectionsResponse Message(const v1::Hello& hello) {
    v1::WatchConnectionsResponse message;
    *message.mutable_hello() = hello;
    return message;
  }
  static v1::WatchConnectionsResponse Message(const v1::Delta& delta) {
    v1::WatchConnectionsResponse message;
    *message.mutable_delta() = delta;
    return message;
  }
  static grpc::Status WaitForEnd(grpc::ServerContext* context) {
    while (!context->IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return grpc::Status::OK;
  }

  std::string directory_;
  std::string socket_;
  Mailbox mailbox_;
  Table table_;
};

TEST_F(LinkTest, AStreamThatEndsIsResumedFromItsLastWholeState) {
  WireTable wire;
  for (uint64_t id = 1; id <= 5; ++id) wire.Put(id, "row", id);
  v1::WatchConnectionsRequest second;
  Daemon daemon(socket_, [&](int stream, const v1::WatchConnectionsRequest& request,
                             Daemon::Writer* writer, grpc::ServerContext* context) {
    if (stream == 0) {
      writer->Write(Message(HelloOf(9, v1::Hello::START_SNAPSHOT)));
      writer->Write(Message(wire.Piece(0, 0, 100)));
      return grpc::Status(grpc::StatusCode::UNAVAILABLE, "cut");
    }
    second = request;
    wire.Put(6, "later", 6);
    writer->Write(Message(HelloOf(9, v1::Hello::START_RESUMED)));
    const uint64_t base = request.resume().revision();
    writer->Write(Message(wire.Piece(base, base, 100)));
    return WaitForEnd(context);
  });
  Link link({socket_, 100, false}, &mailbox_);
  ASSERT_TRUE(Until([&] { return table_.live() == 6; }));
  EXPECT_TRUE(Until([&] { return Live(); }));
  EXPECT_EQ(second.resume().epoch(), 9U);
  EXPECT_EQ(second.resume().view(), 7U);
  EXPECT_EQ(second.resume().revision(), 5U);
  EXPECT_TRUE(second.columns());
  EXPECT_EQ(mailbox_.link().restarts, 0U);
}

TEST_F(LinkTest, AfterNonsenseItStartsOverWithoutResume) {
  WireTable wire;
  wire.Put(1, "row", 1);
  bool resumed = true;
  Daemon daemon(socket_, [&](int stream, const v1::WatchConnectionsRequest& request,
                             Daemon::Writer* writer, grpc::ServerContext* context) {
    writer->Write(Message(HelloOf(9, v1::Hello::START_SNAPSHOT)));
    writer->Write(Message(wire.Piece(0, 0, 100)));
    if (stream == 0) {
      v1::Delta wrong;
      wrong.set_base(99);
      writer->Write(Message(wrong));
    } else {
      resumed = request.has_resume();
    }
    return WaitForEnd(context);
  });
  Link link({socket_, 100, false}, &mailbox_);
  ASSERT_TRUE(Until([&] { return mailbox_.link().restarts == 1 && !resumed; }));
  EXPECT_TRUE(Until([&] { return Live() && table_.live() == 1; }));
}

TEST_F(LinkTest, ADaemonThatComesBackIsFoundWithinSeconds) {
  const auto script = [](int, const v1::WatchConnectionsRequest&, Daemon::Writer* writer,
                         grpc::ServerContext* context) {
    writer->Write(Message(HelloOf(9, v1::Hello::START_SNAPSHOT)));
    writer->Write(Message(v1::Delta()));
    return WaitForEnd(context);
  };
  auto daemon = std::make_unique<Daemon>(socket_, script);
  Link link({socket_, 100, false}, &mailbox_);
  ASSERT_TRUE(Until([&] { return Live(); }));
  daemon.reset();
  ASSERT_TRUE(Until([&] { return Lost(); }));
  EXPECT_TRUE(
      Until([&] { return Lost() && mailbox_.link().failure.kind == Failure::Kind::kNoSocket; }));
  EXPECT_TRUE(mailbox_.link().ever_live);
  daemon = std::make_unique<Daemon>(socket_, script);
  EXPECT_TRUE(Until([&] { return Live(); }));
}

TEST_F(LinkTest, LossesAreAddedUpBySource) {
  Daemon daemon(socket_, [&](int, const v1::WatchConnectionsRequest&, Daemon::Writer* writer,
                             grpc::ServerContext* context) {
    writer->Write(Message(HelloOf(9, v1::Hello::START_SNAPSHOT)));
    for (const int count : {3, 4, -1}) {
      v1::WatchConnectionsResponse message;
      message.mutable_lost()->set_source(v1::Lost::SOURCE_SUBSCRIBER);
      if (count > 0) message.mutable_lost()->set_count(static_cast<uint64_t>(count));
      writer->Write(message);
    }
    return WaitForEnd(context);
  });
  Link link({socket_, 100, false}, &mailbox_);
  ASSERT_TRUE(Until([&] { return mailbox_.link().lost_unknown == 1; }));
  EXPECT_EQ(mailbox_.link().lost[v1::Lost::SOURCE_SUBSCRIBER], 7U);
}

TEST_F(LinkTest, AskingForClosedConnectionsOpensTheStreamAnewWithoutALoss) {
  WireTable wire;
  std::vector<bool> asked;
  Daemon daemon(socket_, [&](int, const v1::WatchConnectionsRequest& request,
                             Daemon::Writer* writer, grpc::ServerContext* context) {
    asked.push_back(request.include_historic());
    if (request.include_historic()) wire.Put(2, "old", 2);
    writer->Write(Message(HelloOf(9, v1::Hello::START_VIEW_CHANGED)));
    writer->Write(Message(wire.Piece(0, 0, 100)));
    return WaitForEnd(context);
  });
  Link link({socket_, 100, false}, &mailbox_);
  ASSERT_TRUE(Until([&] { return Live(); }));
  link.SetHistoric(true);
  bool lost = false;
  ASSERT_TRUE(Until([&] {
    lost = lost || Lost();
    return table_.live() == 1;
  }));
  EXPECT_FALSE(lost);
  EXPECT_EQ(asked, (std::vector<bool>{false, true}));
}

TEST_F(LinkTest, EachReasonHasItsSentenceAndItsCode) {
  const auto failure = [&] {
    Mailbox mailbox;
    Link link({socket_, 100, false}, &mailbox);
    EXPECT_TRUE(Until([&] { return mailbox.link().phase == Phase::kLost; }));
    return mailbox.link().failure;
  };
  Failure none = failure();
  EXPECT_EQ(none.kind, Failure::Kind::kNoSocket);
  EXPECT_EQ(none.exit_code, kExitUnavailable);
  EXPECT_THAT(none.sentence, HasSubstr("--standalone"));

  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  const UniqueFd listener(socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(failure().kind, Failure::Kind::kRefused);

  ASSERT_EQ(listen(listener.get(), 8), 0);  // and never accepts
  Failure silent = failure();
  EXPECT_EQ(silent.kind, Failure::Kind::kNotAnswering);
  EXPECT_THAT(silent.sentence, HasSubstr("does not answer"));
}

TEST_F(LinkTest, VersionsThatDoNotFitSayWhichSideToUpdate) {
  Daemon daemon(socket_, [](int, const v1::WatchConnectionsRequest&, Daemon::Writer*,
                            grpc::ServerContext*) { return grpc::Status::OK; });
  daemon.info.set_version("9.9");
  daemon.info.set_minimum_api_revision(kApiRevision + 1);
  daemon.info.set_api_revision(kApiRevision + 4);
  Link link({socket_, 100, false}, &mailbox_);
  ASSERT_TRUE(Until([&] { return Lost(); }));
  EXPECT_EQ(mailbox_.link().failure.kind, Failure::Kind::kVersion);
  EXPECT_THAT(mailbox_.link().failure.sentence, HasSubstr("update rustnet-client"));
  EXPECT_EQ(mailbox_.link().failure.exit_code, kExitUnavailable);
}

TEST_F(LinkTest, ARefusedCallGivesTheDaemonsOwnSentence) {
  Daemon daemon(socket_, [](int, const v1::WatchConnectionsRequest&, Daemon::Writer*,
                            grpc::ServerContext*) {
    return grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "only group rustnet may watch\033");
  });
  Link link({socket_, 100, false}, &mailbox_);
  ASSERT_TRUE(Until([&] { return Lost(); }));
  EXPECT_EQ(mailbox_.link().failure.exit_code, kExitPermission);
  EXPECT_EQ(mailbox_.link().failure.sentence, "only group rustnet may watch\u241b");
}

TEST_F(LinkTest, TheDetailOfOneConnectionIsAskedForWhileItIsLookedAt) {
  Daemon daemon(socket_, [](int, const v1::WatchConnectionsRequest&, Daemon::Writer*,
                            grpc::ServerContext* context) { return WaitForEnd(context); });
  Link link({socket_}, &mailbox_);
  EXPECT_FALSE(mailbox_.detail().id);
  link.Inspect(5);
  ASSERT_TRUE(Until([&] { return mailbox_.detail().id == 5U; }));
  const Detail first = mailbox_.detail();
  ASSERT_NE(first.row, nullptr);
  EXPECT_EQ(first.row->process.cmdline, std::vector<std::string>{"a\u241bb"});
  EXPECT_EQ(first.down, std::vector<uint64_t>{7});
  EXPECT_EQ(first.up, std::vector<uint64_t>{8});
  const Time changed = MonotonicNow();
  link.Inspect(6);
  ASSERT_TRUE(Until([&] { return mailbox_.detail().id == 6U; }));
  EXPECT_LT(MonotonicNow() - changed, 900 * kMillisecond) << "another one is asked for at once";
  daemon.forgotten = true;
  ASSERT_TRUE(Until([&] { return mailbox_.detail().gone; }));
  EXPECT_NE(mailbox_.detail().row, nullptr) << "what it was stays";
  link.Inspect(7);
  ASSERT_TRUE(Until([&] { return mailbox_.detail().id == 7U; }));
  EXPECT_TRUE(mailbox_.detail().gone);
  EXPECT_EQ(mailbox_.detail().row, nullptr);
  link.Inspect(std::nullopt);
  const int looks = daemon.looks;
  std::this_thread::sleep_for(std::chrono::milliseconds(1'200));
  EXPECT_LE(daemon.looks, looks + 1);
}

}  // namespace
}  // namespace rustnet::client
