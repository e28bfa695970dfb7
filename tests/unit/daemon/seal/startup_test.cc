// SPDX-License-Identifier: Apache-2.0
// The order of the steps, and that none is run after one that failed.
#include "daemon/seal/startup.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <type_traits>
#include <vector>

namespace rustnet {
namespace {

// Writes down what is asked of it; the step named `fail_at` fails.
class FakeOs : public Os {
 public:
  explicit FakeOs(std::string fail_at = "") : fail_at_(std::move(fail_at)) {}
  const std::vector<std::string>& steps() const { return steps_; }

  Status FindIdentity(const SealConfig&, SealDraft&) override { return Do("FindIdentity"); }
  Status OpenFiles(const SealConfig&, SealDraft&) override { return Do("OpenFiles"); }
  Status OpenCaptures(const SealConfig&, SealDraft&) override { return Do("OpenCaptures"); }
  Status LoadBpf(const SealConfig&, SealDraft&) override { return Do("LoadBpf"); }
  Status OpenRouteSockets(const SealConfig&, SealDraft& draft) override {
    draft.handles.host_netns_cookie = 7;
    return Do("OpenRouteSockets");
  }
  Status OpenSockDiag(const SealConfig&, SealDraft&) override { return Do("OpenSockDiag"); }
  Status OpenConntrack(const SealConfig&, SealDraft&) override { return Do("OpenConntrack"); }
  Status OpenSurroundings(const SealConfig&, SealDraft&) override { return Do("OpenSurroundings"); }
  Status BindListener(const SealConfig&, SealDraft&) override { return Do("BindListener"); }
  Status LeaveNamespaces(const SealConfig&, SealDraft&) override { return Do("LeaveNamespaces"); }
  Status EnterEmptyRoot(const SealConfig&, SealDraft&) override { return Do("EnterEmptyRoot"); }
  Status BecomeUser(const SealConfig&, SealDraft&) override { return Do("BecomeUser"); }
  Status DropCapabilities(const SealConfig&, SealDraft&) override { return Do("DropCapabilities"); }
  Status ForbidNewPrivileges(const SealConfig&, SealDraft&) override {
    return Do("ForbidNewPrivileges");
  }
  Status EnterLandlock(const SealConfig&, SealDraft&) override { return Do("EnterLandlock"); }
  Status RefuseSystemCalls(const SealConfig&, SealDraft&) override {
    return Do("RefuseSystemCalls");
  }
  Status Prove(const SealConfig&, SealDraft& draft) override {
    draft.attestation.acts_tried = 3;
    return Do("Prove");
  }
  Status KillForbidden(const SealConfig&, SealDraft&) override { return Do("KillForbidden"); }

 private:
  Status Do(const char* step) {
    steps_.emplace_back(step);
    return step == fail_at_ ? FailedPrecondition("the reason") : Ok();
  }

  std::string fail_at_;
  std::vector<std::string> steps_;
};

const std::vector<std::string> kLiveOrder = {"FindIdentity",
                                             "OpenFiles",
                                             "OpenCaptures",
                                             "LoadBpf",
                                             "OpenRouteSockets",
                                             "OpenSockDiag",
                                             "OpenConntrack",
                                             "OpenSurroundings",
                                             "BindListener",
                                             "LeaveNamespaces",
                                             "EnterEmptyRoot",
                                             "BecomeUser",
                                             "DropCapabilities",
                                             "ForbidNewPrivileges",
                                             "EnterLandlock",
                                             "RefuseSystemCalls",
                                             "Prove",
                                             "KillForbidden"};
const std::vector<std::string> kConfining = {"LeaveNamespaces", "EnterEmptyRoot",
                                             "EnterLandlock",   "RefuseSystemCalls",
                                             "Prove",           "KillForbidden"};

std::vector<std::string> Without(std::vector<std::string> steps,
                                 const std::vector<std::string>& gone) {
  std::erase_if(steps, [&](const std::string& step) {
    return std::find(gone.begin(), gone.end(), step) != gone.end();
  });
  return steps;
}

TEST(StartupTest, OpensThenConfinesThenProvesInThisOrder) {
  FakeOs os;
  const StatusOr<Sealed> sealed = AcquireAndSeal(SealConfig{}, os);
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(os.steps(), kLiveOrder);
  EXPECT_EQ(sealed->handles().host_netns_cookie, 7u);
  EXPECT_EQ(sealed->attestation().acts_tried, 3u);
}

TEST(StartupTest, AFailingStepIsTheLastOneAndSealsNothing) {
  for (size_t i = 0; i < kLiveOrder.size(); ++i) {
    FakeOs os(kLiveOrder[i]);
    const StatusOr<Sealed> sealed = AcquireAndSeal(SealConfig{}, os);
    ASSERT_FALSE(sealed.ok()) << kLiveOrder[i];
    EXPECT_EQ(Message(sealed.status()), "the reason");
    EXPECT_EQ(ExitCode(sealed.status()), 78);
    std::vector<std::string> up_to_it = kLiveOrder;
    up_to_it.resize(i + 1);
    EXPECT_EQ(os.steps(), up_to_it);
  }
}

TEST(StartupTest, AReplayOpensNothingLive) {
  SealConfig config;
  config.read_files = {"a.pcap"};
  FakeOs os;
  ASSERT_TRUE(AcquireAndSeal(config, os).ok());
  EXPECT_EQ(os.steps(), Without(kLiveOrder, {"OpenCaptures", "LoadBpf", "OpenRouteSockets",
                                             "OpenSockDiag", "OpenConntrack"}));
}

TEST(StartupTest, WithoutServingThereIsNoListener) {
  SealConfig config;
  config.serve = false;
  FakeOs os;
  ASSERT_TRUE(AcquireAndSeal(config, os).ok());
  EXPECT_EQ(os.steps(), Without(kLiveOrder, {"BindListener"}));
}

TEST(StartupTest, OffGivesUpRootAllTheSame) {
  SealConfig config;
  config.mode = SandboxMode::kOff;
  FakeOs os;
  const StatusOr<Sealed> sealed = AcquireAndSeal(config, os);
  ASSERT_TRUE(sealed.ok());
  EXPECT_EQ(os.steps(), Without(kLiveOrder, kConfining));
  ASSERT_EQ(sealed->attestation().controls.size(), kConfining.size());
  for (const SandboxControl& control : sealed->attestation().controls) {
    EXPECT_EQ(control.state, ControlState::kOff) << control.control;
  }
}

TEST(StartupTest, BestEffortGoesOnWithAMissingControlButNeverAsRoot) {
  SealConfig config;
  for (const SandboxMode mode : {SandboxMode::kBestEffort, SandboxMode::kReport}) {
    config.mode = mode;
    for (const std::string& step : kLiveOrder) {
      FakeOs os(step);
      const StatusOr<Sealed> sealed = AcquireAndSeal(config, os);
      const bool may_fail =
          std::find(kConfining.begin(), kConfining.end(), step) != kConfining.end();
      ASSERT_EQ(sealed.ok(), may_fail) << step;
      if (!may_fail) continue;
      EXPECT_EQ(os.steps(), kLiveOrder);
      ASSERT_EQ(sealed->attestation().controls.size(), 1u);
      EXPECT_EQ(sealed->attestation().controls[0].state, ControlState::kUnsupported);
      EXPECT_EQ(sealed->attestation().controls[0].evidence, "the reason");
    }
  }
}

TEST(StartupTest, NobodyElseMakesASealed) {
  static_assert(!std::is_default_constructible_v<Sealed>);
  static_assert(!std::is_constructible_v<Sealed, SealDraft>);
  static_assert(!std::is_copy_constructible_v<Sealed>);
}

}  // namespace
}  // namespace rustnet
