// SPDX-License-Identifier: Apache-2.0
#include <linux/netlink.h>

#include <algorithm>

#include "common/base/netlink.h"

namespace rustnet {
namespace {

constexpr size_t kAlignment = 4;  // NLMSG_ALIGNTO, RTA_ALIGNTO

size_t Aligned(size_t size) { return (size + kAlignment - 1) & ~(kAlignment - 1); }

}  // namespace

bool ForEachMessage(Bytes messages, const std::function<void(const NetlinkMessage&)>& visit) {
  while (!messages.empty()) {
    if (messages.size() < sizeof(nlmsghdr)) return false;
    const auto header = HostValue<nlmsghdr>(messages);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > messages.size()) return false;
    const Bytes body = messages.first(header.nlmsg_len).subspan(sizeof header);
    visit({header.nlmsg_type, header.nlmsg_flags, header.nlmsg_seq, body});
    messages = messages.subspan(std::min(Aligned(header.nlmsg_len), messages.size()));
  }
  return true;
}

bool ForEachAttribute(Bytes body, size_t header,
                      const std::function<void(uint16_t type, Bytes value)>& visit) {
  if (body.size() < header) return false;
  Bytes rest = body.subspan(std::min(Aligned(header), body.size()));
  while (!rest.empty()) {
    if (rest.size() < sizeof(nlattr)) return false;
    const auto attribute = HostValue<nlattr>(rest);
    if (attribute.nla_len < sizeof attribute || attribute.nla_len > rest.size()) return false;
    visit(attribute.nla_type & NLA_TYPE_MASK,
          rest.first(attribute.nla_len).subspan(sizeof attribute));
    rest = rest.subspan(std::min(Aligned(attribute.nla_len), rest.size()));
  }
  return true;
}

}  // namespace rustnet
