// SPDX-License-Identifier: Apache-2.0
// A list of a hello is read through its own reader, so one with a false length spoils only itself.
#include "common/net/dpi/tls_hello.h"

#include <algorithm>
#include <array>
#include <vector>

#include "common/net/dpi/fingerprints.h"
#include "common/net/dpi/quic_packet.h"

namespace rustnet::net {
namespace {

// IANA "TLS ExtensionType Values".
constexpr uint16_t kServerName = 0, kSupportedGroups = 10, kPointFormats = 11,
                   kSignatureAlgorithms = 13, kAlpnList = 16, kSupportedVersions = 43,
                   kQuicParameters = 57, kQuicDraftParameters = 0xffa5,
                   kEncryptedClientHello = 0xfe0d;
constexpr uint8_t kHostName = 0;

// RFC 8446 section 4.1.3: SHA-256 of "HelloRetryRequest".
constexpr std::array<uint8_t, 32> kRetryRandom = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

// Where the numbers of a hello stand in it.
struct Lists {
  Bytes ciphers;
  Bytes extensions;  // with their bodies
  Bytes groups;
  Bytes formats;
  Bytes signatures;
};

// Hands out what a hello offers as numbers, from one buffer: a number takes at least a byte of the
// extensions, or two of the ciphers.
class NumberBuffer {
 public:
  explicit NumberBuffer(size_t most) { numbers_.reserve(most); }

  OfferedNumbers Pairs(Bytes list) {
    const size_t begin = numbers_.size();
    ByteReader reader(list);
    while (reader.size() >= 2) Add(reader.U16());
    return Since(begin);
  }
  OfferedNumbers Singles(Bytes list) {
    const size_t begin = numbers_.size();
    for (const uint8_t number : list) Add(number);
    return Since(begin);
  }
  OfferedNumbers Types(Bytes extensions) {
    const size_t begin = numbers_.size();
    ByteReader reader(extensions);
    while (!reader.empty()) {
      const uint16_t type = reader.U16();
      reader.Skip(reader.U16());
      if (reader.ok()) Add(type);
    }
    return Since(begin);
  }

 private:
  void Add(uint16_t number) {
    if (!IsGrease(number)) numbers_.push_back(number);
  }
  OfferedNumbers Since(size_t begin) const { return OfferedNumbers(numbers_).subspan(begin); }

  std::vector<uint16_t> numbers_;  // REQUIRES: never grows beyond what was reserved
};

void ReadServerNames(ByteReader extension, Facts* facts) {
  ByteReader list = extension.Sub(extension.U16());
  while (list.ok() && !list.empty()) {
    const uint8_t kind = list.U8();
    const Bytes name = list.Take(list.U16());
    if (list.ok() && kind == kHostName) facts->Add(kSni, AsText(name));
  }
}

// Returns the first.
std::string_view ReadAlpn(ByteReader extension, const Field& field, Facts* facts) {
  std::string_view first;
  ByteReader list = extension.Sub(extension.U16());
  while (list.ok() && !list.empty()) {
    const Bytes name = list.Take(list.U8());
    const bool grease = name.size() == 2 && (name[0] & 0x0f) == 0x0a && name[0] == name[1];
    if (!list.ok() || grease) continue;
    facts->Add(field, AsText(name));
    if (first.empty()) first = AsText(name);
  }
  return first;
}

void AddVersion(const Field& field, uint16_t version, Facts* facts) {
  facts->Add(field, TlsVersionName(version));
}

// The newer of two versions; those of DTLS count downwards.
uint16_t Newer(uint16_t a, uint16_t b) {
  const bool dtls = a >> 8 == 0xfe && b >> 8 == 0xfe;
  return dtls ? std::min(a, b) : std::max(a, b);
}

// The server's are encrypted.
void ReadParameters(ByteReader extension, Facts* facts, ClientHello* hello) {
  QuicParameters parameters;
  if (!ReadQuicParameters(extension, &parameters)) return;
  if (parameters.idle_timeout_ms != 0)
    facts->AddNumber(kQuicIdleTimeout, parameters.idle_timeout_ms);
  if (parameters.max_udp_payload != 0)
    facts->AddNumber(kQuicMaxUdpPayload, parameters.max_udp_payload);
  hello->quic_idle_timeout_ms =
      static_cast<uint32_t>(std::min<uint64_t>(parameters.idle_timeout_ms, UINT32_MAX));
}

// Reads the extensions of a ClientHello; false if they are cut.
bool ReadClientExtensions(ByteReader extensions, Lists* lists, ClientOffer* offer, Facts* facts,
                          ClientHello* hello) {
  lists->extensions = extensions.rest();
  bool has_versions = false;
  while (extensions.ok() && !extensions.empty()) {
    const uint16_t type = extensions.U16();
    ByteReader body = extensions.Sub(extensions.U16());
    if (!extensions.ok()) break;
    switch (type) {
      case kServerName:
        ReadServerNames(body, facts);
        offer->sni = true;
        break;
      case kAlpnList:
        offer->alpn = ReadAlpn(body, kAlpn, facts);
        break;
      case kSignatureAlgorithms:
        lists->signatures = body.Take(body.U16());
        break;
      case kSupportedGroups:
        lists->groups = body.Take(body.U16());
        break;
      case kPointFormats:
        lists->formats = body.Take(body.U8());
        break;
      case kQuicParameters:
      case kQuicDraftParameters:
        if (offer->transport == 'q') ReadParameters(body, facts, hello);
        break;
      case kEncryptedClientHello:
        facts->Add(kEch, "true");
        break;
      case kSupportedVersions: {
        has_versions = true;
        ByteReader list = body.Sub(body.U8());
        uint16_t newest = 0;
        while (list.ok() && list.size() >= 2) {
          const uint16_t version = list.U16();
          AddVersion(kTlsOffered, version, facts);
          if (!IsGrease(version)) newest = newest == 0 ? version : Newer(newest, version);
        }
        if (newest != 0) offer->version = newest;
        break;
      }
      default:
        break;
    }
  }
  if (!has_versions && extensions.ok()) AddVersion(kTlsOffered, offer->legacy_version, facts);
  return extensions.ok();
}

char TransportOf(HelloForm form) {
  return form == HelloForm::kTls ? 't' : form == HelloForm::kDtls ? 'd' : 'q';
}

// `offer` has yet no lists.
void AddFingerprints(const Lists& lists, ClientOffer offer, Facts* facts) {
  NumberBuffer numbers(lists.ciphers.size() / 2 + lists.extensions.size());
  offer.ciphers = numbers.Pairs(lists.ciphers);
  offer.extensions = numbers.Types(lists.extensions);
  offer.groups = numbers.Pairs(lists.groups);
  offer.formats = numbers.Singles(lists.formats);
  offer.signatures = numbers.Pairs(lists.signatures);
  const Fingerprints& fingerprints = FingerprintsOf(offer);
  if (offer.transport != 'd') facts->Add(kJa3, fingerprints.ja3);
  facts->Add(kJa4, fingerprints.ja4);
}

}  // namespace

std::string_view TlsVersionName(uint16_t version) {
  switch (version) {
    case 0x0002:
      return "SSL2.0";
    case 0x0300:
      return "SSL3.0";
    case 0x0301:
      return "TLS1.0";
    case 0x0302:
      return "TLS1.1";
    case 0x0303:
      return "TLS1.2";
    case 0x0304:
      return "TLS1.3";
    case 0xfeff:
    case 0x0100:
      return "DTLS1.0";  // 0x0100: OpenSSL before 0.9.8f
    case 0xfefd:
      return "DTLS1.2";
    case 0xfefc:
      return "DTLS1.3";
    default:
      return version >> 8 == 0x7f ? "TLS1.3" : "";  // drafts
  }
}

bool ParseClientHello(Bytes body, HelloForm form, Facts* facts, ClientHello* hello) {
  ClientHello unasked;
  if (hello == nullptr) hello = &unasked;
  ByteReader reader(body);
  ClientOffer offer;
  offer.transport = TransportOf(form);
  offer.legacy_version = offer.version = reader.U16();
  reader.Skip(32);                                         // random
  reader.Skip(reader.U8());                                // session id
  if (form == HelloForm::kDtls) reader.Skip(reader.U8());  // cookie
  Lists lists;
  lists.ciphers = reader.Take(reader.U16());
  reader.Skip(reader.U8());  // compression
  if (!reader.ok()) return false;
  bool whole = true;
  if (reader.empty()) {  // no extensions at all: SSL 3.0
    AddVersion(kTlsOffered, offer.legacy_version, facts);
  } else {
    const uint16_t size = reader.U16();
    whole = reader.ok() && size <= reader.size();
    const ByteReader extensions(reader.TakeUpTo(size));
    whole = ReadClientExtensions(extensions, &lists, &offer, facts, hello) && whole;
  }
  if (whole) AddFingerprints(lists, offer, facts);
  return whole;
}

bool ParseServerHello(Bytes body, Facts* facts, ServerHello* hello) {
  ByteReader reader(body);
  hello->version = reader.U16();
  const Bytes random = reader.Take(kRetryRandom.size());
  hello->retry = std::equal(random.begin(), random.end(), kRetryRandom.begin()) && !random.empty();
  const bool draft = hello->version >> 8 == 0x7f;  // of TLS 1.3, up to 21: two members less
  if (!draft) reader.Skip(reader.U8());            // session id
  const uint16_t cipher = reader.U16();
  if (!draft) reader.Skip(1);  // compression
  if (!reader.ok()) return false;
  bool whole = true;
  if (!reader.empty()) {
    const uint16_t size = reader.U16();
    whole = reader.ok() && size <= reader.size();
    ByteReader extensions(reader.TakeUpTo(size));
    while (extensions.ok() && !extensions.empty()) {
      const uint16_t type = extensions.U16();
      ByteReader extension = extensions.Sub(extensions.U16());
      if (!extensions.ok()) break;
      if (type == kSupportedVersions) {
        const uint16_t version = extension.U16();
        if (extension.ok()) hello->version = version;
      } else if (type == kAlpnList) {
        ReadAlpn(extension, kAlpnSelected, facts);
      }
    }
    whole = whole && extensions.ok();
  }
  AddVersion(kTlsVersion, hello->version, facts);
  facts->AddNumber(kTlsCipher, cipher);
  return whole;
}

}  // namespace rustnet::net
