// SPDX-License-Identifier: Apache-2.0
// Answers of sock_diag, for tests.
#pragma once

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <sys/socket.h>

#include <cstring>
#include <string>

#include "tests/unit/daemon/attribution/make_records.h"

namespace rustnet {

inline constexpr uint32_t kSequence = 5;

inline std::string Message(uint16_t type, const std::string& body, uint32_t sequence = kSequence) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<uint32_t>(sizeof header + body.size());
  header.nlmsg_type = type;
  header.nlmsg_seq = sequence;
  return BytesOf(header) + body;
}

inline std::string Attribute(uint16_t type, const std::string& body) {
  rtattr header{};
  header.rta_len = static_cast<uint16_t>(sizeof header + body.size());
  header.rta_type = type;
  std::string bytes = BytesOf(header) + body;
  bytes.resize((bytes.size() + 3) / 4 * 4);
  return bytes;
}

struct DiagWords {
  uint32_t uid = 0;
  uint32_t inode = 77;
  uint64_t cookie = 0x100000002;
  std::string attributes = {};
  uint32_t sequence = kSequence;
};

inline std::string DiagMessage(const Endpoint& local, const Endpoint& remote,
                               const DiagWords& words) {
  inet_diag_msg info{};
  info.idiag_family = local.address.is_v6() ? AF_INET6 : AF_INET;
  std::memcpy(info.id.idiag_src, local.address.raw().data(), 16);
  std::memcpy(info.id.idiag_dst, remote.address.raw().data(), 16);
  info.id.idiag_sport = htons(local.port);
  info.id.idiag_dport = htons(remote.port);
  info.id.idiag_cookie[0] = static_cast<uint32_t>(words.cookie);
  info.id.idiag_cookie[1] = static_cast<uint32_t>(words.cookie >> 32);
  info.idiag_uid = words.uid;
  info.idiag_inode = words.inode;
  return Message(SOCK_DIAG_BY_FAMILY, BytesOf(info) + words.attributes, words.sequence);
}

}  // namespace rustnet
