// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/target.h"

#include <gtest/gtest.h>

namespace rustnet::net {
namespace {

constexpr Field kField{"field"};

struct TargetCase {
  std::string_view target;
  std::string_view told;
  bool withheld;
};

TEST(TargetTest, QueryFragmentAndUserInformationAreWithheld) {
  constexpr TargetCase kCases[] = {
      {"/a/b", "/a/b", false},
      {"*", "*", false},
      {"/a?b=c", "/a", true},
      {"/a#b", "/a", true},
      {"?b", "", true},
      {"/x@y:z/w", "/x@y:z/w", false},
      {"h.example:443", "h.example:443", false},
      {"me:pass@h.example:443", "h.example:443", true},
      {"http://h.example", "http://h.example", false},
      {"http://h.example/x@y", "http://h.example/x@y", false},
      {"http://h.example?mail=a@b", "http://h.example", true},
      {"rtsp://me:p@ss@[::1]:554/a?b", "rtsp://[::1]:554/a", true},
      {"/proxy/http://me:pass@h/a", "/proxy/http://h/a", true},
  };
  for (const TargetCase& c : kCases) {
    const FactLimits limits;
    Facts facts(&limits);
    AddTarget(kField, c.target, &facts);
    EXPECT_EQ(facts.First("field"), c.told) << c.target;
    EXPECT_EQ(facts.withheld(), c.withheld ? 1u : 0u) << c.target;
    const FactLimits all{.show_secrets = true};
    Facts shown(&all);
    AddTarget(kField, c.target, &shown);
    EXPECT_EQ(shown.First("field"), c.target);
    EXPECT_EQ(shown.withheld(), 0u) << c.target;
  }
}

TEST(TargetTest, AHostHasNoUser) {
  constexpr TargetCase kCases[] = {{"h.example:80", "h.example:80", false},
                                   {"me:pass@h.example", "h.example", true}};
  for (const TargetCase& c : kCases) {
    const FactLimits limits;
    Facts facts(&limits);
    AddHost(kField, c.target, &facts);
    EXPECT_EQ(facts.First("field"), c.told) << c.target;
    EXPECT_EQ(facts.withheld(), c.withheld ? 1u : 0u) << c.target;
  }
}

}  // namespace
}  // namespace rustnet::net
