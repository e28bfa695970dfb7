// SPDX-License-Identifier: Apache-2.0
// What two ends of SSH offer each other, and what follows from it (RFC 4253 section 7.1).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "common/base/bytes.h"
#include "common/net/dpi/facts.h"

namespace rustnet::net {

// SSH_MSG_KEXINIT: lists of names, best first.  Views of the message.
struct SshOffer {
  std::string_view kex;
  std::string_view host_key;
  // From client to server, and from server to client.
  std::array<std::string_view, 2> cipher;
  std::array<std::string_view, 2> mac;
  std::array<std::string_view, 2> compression;
};

// `payload`: from the message's number on.  False if it is not whole.
bool ReadSshOffer(Bytes payload, SshOffer* offer);

// HASSH (github.com/salesforce/hassh) of the client's offer, or of the server's.
std::string Hassh(const SshOffer& offer, bool of_server);

// What both will use: the first of the client's names that the server has too.
void AddAgreed(const SshOffer& client, const SshOffer& server, Facts* facts);

}  // namespace rustnet::net
