// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/application_text.h"

#include <gtest/gtest.h>

namespace rustnet {
namespace {

constexpr net::Field kSni{"sni"};
constexpr net::Field kHost{"http_host"};

net::ApplicationFacts With(const net::Field& field, std::string_view text) {
  net::ApplicationFacts facts;
  const net::Fact fact{&field, text};
  facts.SetValues({&fact, 1});
  return facts;
}

TEST(NameInTest, AHostIsANameWithoutItsPort) {
  EXPECT_EQ(NameIn(With(kHost, "www.example.org")).name, "www.example.org");
  EXPECT_EQ(NameIn(With(kHost, "www.example.org:8080")).name, "www.example.org");
  EXPECT_EQ(NameIn(With(kHost, "localhost:80")).source, model::NameSource::kHttpHost);
  for (const char* address : {"192.0.2.1", "192.0.2.1:8080", "[2001:db8::1]", "[2001:db8::1]:80"}) {
    EXPECT_EQ(NameIn(With(kHost, address)).name, "") << address;
  }
  EXPECT_EQ(NameIn(With(kHost, "")).name, "");
}

TEST(NameInTest, AnSniIsOneAsItIs) {
  const net::ApplicationFacts facts = With(kSni, "www.example.org");
  EXPECT_EQ(NameIn(facts).name, "www.example.org");
  EXPECT_EQ(NameIn(facts).source, model::NameSource::kSni);
}

}  // namespace
}  // namespace rustnet
