// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/fingerprints.h"

#include <gtest/gtest.h>

#include <vector>

#include "common/net/dpi/ja3.h"
#include "common/net/dpi/ja4.h"

namespace rustnet::net {
namespace {

using Numbers = std::vector<uint16_t>;

const Numbers kOne = {1}, kTwo = {1, 2}, kThree = {1, 2, 3}, kVeryMany(1000, 7);

// Each differs from the first in one thing that a fingerprint tells.
const ClientOffer kOffers[] = {
    {.legacy_version = 0x0303, .version = 0x0304, .ciphers = kTwo, .extensions = kTwo},
    {.transport = 'q',
     .legacy_version = 0x0303,
     .version = 0x0304,
     .ciphers = kTwo,
     .extensions = kTwo},
    {.legacy_version = 0x0302, .version = 0x0304, .ciphers = kTwo, .extensions = kTwo},
    {.legacy_version = 0x0303, .version = 0x0303, .ciphers = kTwo, .extensions = kTwo},
    {.legacy_version = 0x0303, .version = 0x0304, .sni = true, .ciphers = kTwo, .extensions = kTwo},
    {.legacy_version = 0x0303,
     .version = 0x0304,
     .alpn = "h2",
     .ciphers = kTwo,
     .extensions = kTwo},
    {.legacy_version = 0x0303, .version = 0x0304, .alpn = "x", .ciphers = kTwo, .extensions = kTwo},
    // The same numbers in other lists.
    {.legacy_version = 0x0303, .version = 0x0304, .ciphers = kThree, .extensions = kOne},
    {.legacy_version = 0x0303,
     .version = 0x0304,
     .ciphers = kTwo,
     .extensions = kOne,
     .groups = kOne},
    {.legacy_version = 0x0303,
     .version = 0x0304,
     .ciphers = kTwo,
     .extensions = kOne,
     .formats = kOne},
    {.legacy_version = 0x0303,
     .version = 0x0304,
     .ciphers = kTwo,
     .extensions = kTwo,
     .signatures = kOne},
    // Too large to be remembered.
    {.legacy_version = 0x0303, .version = 0x0304, .ciphers = kVeryMany, .extensions = kTwo},
};

TEST(FingerprintsTest, WhatIsRememberedIsOfThatOffer) {
  for (int round = 0; round < 3; ++round) {
    for (const ClientOffer& offer : kOffers) {
      const Fingerprints& found = FingerprintsOf(offer);
      EXPECT_EQ(found.ja3, Ja3(offer));
      EXPECT_EQ(found.ja4, Ja4(offer));
    }
  }
}

// More than there are places: each is forgotten for another, and none is mistaken for it.
TEST(FingerprintsTest, OffersPushEachOtherOut) {
  for (int round = 0; round < 2; ++round) {
    for (uint16_t i = 0; i < 300; ++i) {
      const Numbers numbers = {i, 5};
      const ClientOffer offer{.version = 0x0304, .ciphers = numbers, .extensions = numbers};
      EXPECT_EQ(FingerprintsOf(offer).ja3, Ja3(offer)) << i;
      EXPECT_EQ(FingerprintsOf(offer).ja4, Ja4(offer)) << i;
    }
  }
}

}  // namespace
}  // namespace rustnet::net
