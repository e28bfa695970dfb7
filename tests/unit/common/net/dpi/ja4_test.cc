// SPDX-License-Identifier: Apache-2.0
// Without libcrypto there is none.
#ifdef RUSTNET_WITH_CRYPTO
#include "common/net/dpi/ja4.h"

#include <array>
#include <vector>

#include "common/net/dpi/sha256.h"
#include "common/net/dpi/tls_hello.h"
#include "tests/unit/common/net/dpi/dpi_testing.h"

namespace rustnet::net {
namespace {

using Numbers = std::vector<uint16_t>;

// The example of FoxIO's JA4.md: Chrome, in the order of the wire.
const Numbers kCiphers = {0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9,
                          0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035};
const Numbers kExtensions = {0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d,
                             0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015};
const Numbers kSignatures = {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601};
const ClientOffer kChrome{.version = 0x0304,
                          .sni = true,
                          .alpn = "h2",
                          .ciphers = kCiphers,
                          .extensions = kExtensions,
                          .signatures = kSignatures};

// FIPS 180-4's example.
TEST(Sha256Test, Abc) {
  std::array<uint8_t, kSha256Size> digest{};
  ASSERT_TRUE(Sha256("abc", &digest));
  EXPECT_EQ(AsText(Bytes(digest)),
            std::string_view("\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
                             "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad",
                             kSha256Size));
}

TEST(Ja4Test, TheSpecificationsExample) {
  EXPECT_EQ(Ja4(kChrome), "t13d1516h2_8daaf6152771_e5627efa2ab1");
}

// Of FoxIO's README: Chrome over QUIC.
TEST(Ja4Test, OverQuic) {
  const Numbers ciphers = {0x1301, 0x1302, 0x1303};
  const Numbers extensions = {0x4469, 0x0039, 0x0033, 0x0000, 0x0010,
                              0x002b, 0x001b, 0x000d, 0x002d, 0x000a};
  const Numbers signatures = {0x0403, 0x0804, 0x0401, 0x0503, 0x0805,
                              0x0501, 0x0806, 0x0601, 0x0201};
  EXPECT_EQ(Ja4({.transport = 'q',
                 .version = 0x0304,
                 .sni = true,
                 .alpn = "h3",
                 .ciphers = ciphers,
                 .extensions = extensions,
                 .signatures = signatures}),
            "q13d0310h3_55b375c5d22e_cd85d2d88918");
}

struct BeginningCase {
  const char* name;
  ClientOffer offer;
  const char* beginning;
};

const Numbers kNamesAlone = {0, 16};
const Numbers kMany(120, 5);
const BeginningCase kBeginnings[] = {
    {"Nothing", {}, "t00i000000_000000000000_000000000000"},
    {"OnlyWhatIsNotListed",
     {.sni = true, .extensions = kNamesAlone},
     "t00d000200_000000000000_00000"},
    {"OneCharacter", {.version = 0x0303, .alpn = "h"}, "t12i0000hh_"},
    {"NoText", {.version = 0x0302, .alpn = "\xab\xcd"}, "t11i0000ad_"},
    {"HalfText", {.version = 0x0301, .alpn = "0\xab"}, "t10i00003b_"},
    {"Dtls", {.transport = 'd', .version = 0xfefd}, "dd2i000000_"},
    {"Many", {.ciphers = kMany}, "t00i990000_"},
};

TEST(Ja4Test, Beginnings) {
  for (const BeginningCase& c : kBeginnings) {
    EXPECT_TRUE(Ja4(c.offer).starts_with(c.beginning)) << c.name << ": " << Ja4(c.offer);
  }
}

std::string OnTheWire(const Numbers& numbers) {
  std::string text;
  for (const uint16_t number : numbers) text += U16(number);
  return text;
}

std::string Extension(uint16_t type) {
  std::string body;
  if (type == 0) body = U16(6) + S("\0") + U16(3) + "a.b";
  if (type == 13) body = U16(2 * kSignatures.size()) + OnTheWire(kSignatures);
  if (type == 16) body = U16(3) + "\2h2";
  if (type == 43) body = "\6" + OnTheWire({0x3a3a, 0x0303, 0x0304});
  return U16(type) + U16(body.size()) + body;
}

// The same hello as bytes, GREASE in every list.
TEST(Ja4Test, OfAHello) {
  std::string extensions = U16(0x1a1a) + U16(0);
  for (const uint16_t type : kExtensions) extensions += Extension(type);
  const std::string ciphers = U16(0x2a2a) + OnTheWire(kCiphers);
  const std::string body = U16(0x0303) + std::string(32, 'r') + S("\0") + U16(ciphers.size()) +
                           ciphers + S("\1\0") + U16(extensions.size()) + extensions;
  const FactLimits limits;
  Facts facts(&limits);
  EXPECT_TRUE(ParseClientHello(AsBytes(body), HelloForm::kTls, &facts));
  EXPECT_EQ(facts.First("ja4"), "t13d1516h2_8daaf6152771_e5627efa2ab1");
  Facts of_quic(&limits);
  EXPECT_TRUE(ParseClientHello(AsBytes(body), HelloForm::kQuic, &of_quic));
  EXPECT_EQ(of_quic.First("ja4"), "q13d1516h2_8daaf6152771_e5627efa2ab1");
}

}  // namespace
}  // namespace rustnet::net

#endif
