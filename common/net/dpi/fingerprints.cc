// SPDX-License-Identifier: Apache-2.0
// A cache in which each offer has one place: at most 64 offers of at most 256 numbers, 37 KiB for a
// thread.  An offer is compared whole, so another with the same hash only costs its place.
#include "common/net/dpi/fingerprints.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>

#include "common/net/dpi/ja3.h"
#include "common/net/dpi/ja4.h"

namespace rustnet::net {
namespace {

constexpr size_t kPlaces = 64;
constexpr size_t kLargest = 256;

struct Remembered {
  std::u16string offer;
  Fingerprints fingerprints;
};

// All that fingerprints are made of, as one text: the sizes of the lists tell them apart.
void Write(const ClientOffer& offer, std::u16string* text) {
  const auto byte = [](char c) { return static_cast<uint8_t>(c); };
  const char16_t alpn =
      offer.alpn.empty()
          ? char16_t{0}
          : static_cast<char16_t>(byte(offer.alpn.front()) << 8 | byte(offer.alpn.back()));
  text->assign({static_cast<char16_t>(byte(offer.transport) << 2 | (offer.sni ? 2 : 0) |
                                      (offer.alpn.empty() ? 0 : 1)),
                offer.legacy_version, offer.version, alpn});
  for (const OfferedNumbers list :
       {offer.ciphers, offer.extensions, offer.groups, offer.formats, offer.signatures}) {
    text->push_back(static_cast<char16_t>(list.size()));
    text->append(list.begin(), list.end());
  }
}

void Fingerprint(const ClientOffer& offer, Fingerprints* fingerprints) {
  fingerprints->ja3 = Ja3(offer);
  fingerprints->ja4 = Ja4(offer);
}

}  // namespace

const Fingerprints& FingerprintsOf(const ClientOffer& offer) {
  thread_local std::array<Remembered, kPlaces> cache;
  thread_local Remembered current;
  Write(offer, &current.offer);
  if (current.offer.size() > kLargest) {
    Fingerprint(offer, &current.fingerprints);
    return current.fingerprints;
  }
  Remembered& place = cache[std::hash<std::u16string>()(current.offer) % kPlaces];
  if (place.offer != current.offer) {
    place.offer = current.offer;
    Fingerprint(offer, &place.fingerprints);
  }
  return place.fingerprints;
}

}  // namespace rustnet::net
