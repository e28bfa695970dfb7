// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/certificate.h"

#include "tests/unit/common/net/dpi/certificate_testing.h"

namespace rustnet::net {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> Told(const std::string& body, bool* read = nullptr) {
  const FactLimits limits;
  Facts facts(&limits);
  const std::vector<char> heap(body.begin(), body.end());
  const bool whole = ReadLeaf(AsBytes({heap.data(), heap.size()}), &facts);
  if (read != nullptr) *read = whole;
  std::vector<std::string> told;
  for (const Fact& fact : facts.All()) {
    told.push_back(std::string(fact.field->name) + "=" + std::string(fact.value));
  }
  return told;
}

// DER, of less than 64 KiB.
std::string Der(int tag, const std::string& body) {
  std::string out(1, static_cast<char>(tag));
  if (body.size() < 128) return out + static_cast<char>(body.size()) + body;
  return out + '\x82' + U16(body.size()) + body;
}
std::string Attribute(const std::string& type, int tag, const std::string& value) {
  return Der(0x31, Der(0x30, Der(6, type) + Der(tag, value)));
}
std::string Certificate(const std::string& subject, const std::string& not_after,
                        const std::string& rest = "") {
  const std::string sequence = Der(0x30, "");
  const std::string body = Der(2, "1") + sequence + sequence +
                           Der(0x30, Der(0x17, "260101000000Z") + not_after) + Der(0x30, subject) +
                           sequence + rest;
  return CertificateBody(Der(0x30, Der(0x30, body)));
}

TEST(CertificateTest, ThatOfOpenssl) {
  bool read = false;
  EXPECT_EQ(Told(CertificateBody(kCertificateDer, "its issuer"), &read), kCertificateFacts);
  EXPECT_TRUE(read);
}

const std::string kCn = "\x55\x04\x03", kO = "\x55\x04\x0a";

struct NameCase {
  const char* name;
  std::string subject;
  std::string text;
};
const NameCase kNames[] = {
    {"None", Attribute("\x55\x04\x06", 0x13, "DE"), ""},
    {"Organisation", Attribute(kO, 0x0c, "A"), "O=A"},
    {"Two", Attribute(kCn, 0x0c, "first") + Attribute(kCn, 0x0c, "last"), "CN=last"},
    {"Special", Attribute(kCn, 0x0c, " #a+b\\ "), "CN=\\ #a\\+b\\\\\\ "},
    {"Hash", Attribute(kCn, 0x0c, "#a"), "CN=\\#a"},
    {"Nul", Attribute(kCn, 0x13, S("a\0b")), "CN=a\\00b"},
    {"Bmp", Attribute(kCn, 0x1e, S("\0a\0\xfc\x20\xac")), "CN=a\u00fc\u20ac"},
    {"Universal", Attribute(kCn, 0x1c, S("\0\0\0a")), ""},
};

TEST(CertificateTest, Names) {
  for (const NameCase& c : kNames) {
    const std::vector<std::string> told = Told(Certificate(c.subject, ""));
    if (c.text.empty()) {
      EXPECT_THAT(told, IsEmpty()) << c.name;
    } else {
      EXPECT_THAT(told, ElementsAre("cert_subject=" + c.text)) << c.name;
    }
  }
}

struct TimeCase {
  int tag;
  const char* raw;
  const char* text;
};
constexpr TimeCase kTimes[] = {
    {0x17, "491231235959Z", "2049-12-31T23:59:59Z"},
    {0x17, "500101000000Z", "1950-01-01T00:00:00Z"},
    {0x18, "99991231235959Z", "9999-12-31T23:59:59Z"},
    {0x17, "4912312359Z", ""},
    {0x17, "Z", ""},
    {0x18, "", ""},
    {0x18, "2050010100000+Z", ""},
    {0x0c, "99991231235959Z", ""},
};

TEST(CertificateTest, Times) {
  for (const TimeCase& c : kTimes) {
    const std::vector<std::string> told = Told(Certificate("", Der(c.tag, c.raw)));
    const std::string text =
        told.empty() ? "" : told[0].substr(std::string("cert_not_after=").size());
    EXPECT_EQ(text, c.text) << c.raw;
  }
}

TEST(CertificateTest, ACriticalExtensionAndOthers) {
  const std::string names = Der(0x30, Der(0x82, "a.example") + Der(0x87, "1234"));
  const std::string extensions =
      Der(0x30, Der(0x30, Der(6, "\x55\x1d\x0f") + Der(4, "x")) +
                    Der(0x30, Der(6, "\x55\x1d\x11") + Der(1, "\xff") + Der(4, names)));
  EXPECT_THAT(Told(Certificate("", "", Der(0x81, "id") + Der(0xa3, extensions))),
              ElementsAre("cert_san=a.example"));
}

// Whatever is cut or wrong: nothing false is told, nothing read past the end.
TEST(CertificateTest, Hostile) {
  const std::string body = CertificateBody(kCertificateDer);
  for (size_t n = 0; n < body.size(); ++n) {
    bool read = true;
    EXPECT_THAT(Told(body.substr(0, n), &read), IsEmpty()) << n;
    EXPECT_FALSE(read) << n;
  }
  // The certificate itself cut, in a list that says so.
  for (size_t n = 0; n < kCertificateDer.size(); ++n) {
    Told(CertificateBody(kCertificateDer.substr(0, n)));
  }
  for (size_t at = 0; at < body.size(); ++at) {
    for (const char c : {'\0', '\x7f', '\x84', '\xff'}) {
      std::string changed = body;
      changed[at] = c;
      EXPECT_LE(Told(changed).size(), kCertificateFacts.size());
    }
  }
}

TEST(CertificateTest, HowFarTheFirstReaches) {
  EXPECT_EQ(LeafEnd({}), 6u);
  EXPECT_EQ(LeafEnd(AsBytes(S("\0\1\0\0\0"))), 6u);
  EXPECT_EQ(LeafEnd(AsBytes(S("\0\1\0\0\0\xf0"))), 246u);
  EXPECT_EQ(LeafEnd(AsBytes(S("\0\x20\3\0\x20\0"))), 6u + kLongestLeaf);
  EXPECT_EQ(LeafEnd(AsBytes(S("\0\x20\4\0\x20\1"))), 0u);
}

}  // namespace
}  // namespace rustnet::net
