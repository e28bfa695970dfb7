// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/ssh_kex.h"

#include "common/base/byte_reader.h"
#include "common/net/dpi/lines.h"
#include "common/net/dpi/md5.h"
#include "common/net/dpi/ssh.h"

namespace rustnet::net {
namespace {

bool Contains(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    if (TakeWord(&list, ',') == name) return true;
  }
  return false;
}

// Empty if there is none.
std::string_view Agreed(std::string_view client, std::string_view server) {
  constexpr int kMostNames = 128;  // each is looked for in the other list
  for (int i = 0; i < kMostNames && !client.empty(); ++i) {
    const std::string_view name = TakeWord(&client, ',');
    if (!name.empty() && Contains(server, name)) return name;
  }
  return {};
}

// Ciphers that authenticate by themselves: whatever MAC was agreed on is not used (RFC 5647 section
// 5.1, OpenSSH's PROTOCOL.chacha20poly1305).
bool IsAead(std::string_view cipher) {
  return cipher == "chacha20-poly1305@openssh.com" || cipher == "chacha20-poly1305" ||
         cipher == "aes128-gcm@openssh.com" || cipher == "aes256-gcm@openssh.com" ||
         cipher.starts_with("AEAD_");
}

}  // namespace

bool ReadSshOffer(Bytes payload, SshOffer* offer) {
  constexpr size_t kNumberAndCookie = 1 + 16;
  ByteReader reader(payload);
  reader.Skip(kNumberAndCookie);
  for (std::string_view* list :
       {&offer->kex, &offer->host_key, &offer->cipher[0], &offer->cipher[1], &offer->mac[0],
        &offer->mac[1], &offer->compression[0], &offer->compression[1]}) {
    *list = AsText(reader.Take(reader.U32()));
  }
  return reader.ok();
}

std::string Hassh(const SshOffer& offer, bool of_server) {
  const size_t way = of_server ? 1 : 0;
  std::string text(offer.kex);
  for (const std::string_view list : {offer.cipher[way], offer.mac[way], offer.compression[way]}) {
    text.append(1, ';').append(list);
  }
  return Md5Hex(text);
}

void AddAgreed(const SshOffer& client, const SshOffer& server, Facts* facts) {
  facts->Add(kSshKex, Agreed(client.kex, server.kex));
  facts->Add(kSshHostKey, Agreed(client.host_key, server.host_key));
  for (size_t way = 0; way < 2; ++way) {
    const std::string_view cipher = Agreed(client.cipher[way], server.cipher[way]);
    facts->Add(kSshCipher, cipher);
    if (!IsAead(cipher)) facts->Add(kSshMac, Agreed(client.mac[way], server.mac[way]));
  }
}

}  // namespace rustnet::net
