// SPDX-License-Identifier: Apache-2.0
// Interfaces by rtnetlink (rtnetlink(7)): sockets, dumps and the default route.  What a message
// says is in interfaces_messages.cc.
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <functional>
#include <limits>

#include "daemon/seal/interfaces.h"
#include "daemon/seal/interfaces_messages.h"

namespace rustnet {
namespace {

constexpr int kAnswerMs = 2'000;
constexpr size_t kBufferBytes =
    size_t{64} * 1024;  // the kernel's dumps come in pieces of at most 32 KiB

struct DumpRequest {
  nlmsghdr header;
  rtgenmsg family;
};

Status Ask(int fd, uint16_t type, uint8_t family, uint32_t sequence) {
  DumpRequest request{};
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.family);
  request.header.nlmsg_type = type;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.header.nlmsg_seq = sequence;
  request.family.rtgen_family = family;
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (sendto(fd, &request, sizeof request, 0, reinterpret_cast<const sockaddr*>(&kernel),
             sizeof kernel) < 0) {
    return FromErrno(errno, "cannot ask the kernel for its interfaces");
  }
  return Ok();
}

// Hands every message of one dump to `visit`.  kUnavailable with an empty text: interrupted by a
// change, ask again.
Status Dump(int fd, uint16_t type, uint8_t family, std::vector<uint8_t>* buffer,
            const std::function<void(const NetlinkMessage&)>& visit) {
  static std::atomic<uint32_t> last_sequence = 0;
  const uint32_t sequence = ++last_sequence;
  RN_RETURN_IF_ERROR(Ask(fd, type, family, sequence));
  bool interrupted = false;
  while (true) {
    pollfd waiting{fd, POLLIN, 0};
    if (poll(&waiting, 1, kAnswerMs) <= 0) {
      return Unavailable("the kernel did not answer within 2 s when asked for its interfaces");
    }
    const ssize_t got = recv(fd, buffer->data(), buffer->size(), MSG_TRUNC);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return FromErrno(errno, "cannot read the kernel's list of interfaces");
    if (static_cast<size_t>(got) > buffer->size()) {
      return Internal("the kernel's list of interfaces came in a piece larger than 64 KiB");
    }
    bool done = false;
    Status failure = Ok();
    const bool whole = ForEachMessage(
        Bytes(*buffer).first(static_cast<size_t>(got)), [&](const NetlinkMessage& m) {
          if (m.sequence != sequence || done) return;  // of a dump that was given up
          interrupted = interrupted || (m.flags & NLM_F_DUMP_INTR) != 0;
          if (m.type == NLMSG_DONE) {
            done = true;
          } else if (m.type == NLMSG_ERROR) {
            done = true;
            failure =
                FromErrno(-HostValue<int32_t>(m.body), "the kernel refuses to list interfaces");
          } else {
            visit(m);
          }
        });
    if (!whole) return Internal("the kernel's list of interfaces is malformed");
    if (done) return failure.ok() && interrupted ? Unavailable("") : failure;
  }
}

Status DumpOnce(int fd, std::vector<NetworkInterface>* interfaces) {
  std::vector<uint8_t> buffer(kBufferBytes);
  const auto apply = [&](const NetlinkMessage& message) { ApplyLinkMessage(message, interfaces); };
  interfaces->clear();
  RN_RETURN_IF_ERROR(Dump(fd, RTM_GETLINK, AF_UNSPEC, &buffer, apply));
  return Dump(fd, RTM_GETADDR, AF_UNSPEC, &buffer, apply);
}

}  // namespace

StatusOr<UniqueFd> OpenNetlink(int protocol, uint32_t groups, const char* purpose) {
  UniqueFd fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = groups;
  if (!fd || bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return FromErrno(errno, std::string("cannot open a netlink socket to ") + purpose);
  }
  return fd;
}

int LinkTypeOfHardware(uint16_t hardware) {
  switch (hardware) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
      return kLinkEthernet;
    case ARPHRD_NONE:
    case ARPHRD_RAWIP:
    case ARPHRD_TUNNEL:
    case ARPHRD_TUNNEL6:
    case ARPHRD_SIT:
      return kLinkRaw;
    case ARPHRD_IEEE80211:
      return kLinkIeee80211;
    case ARPHRD_IEEE80211_RADIOTAP:
      return kLinkRadiotap;
    case ARPHRD_IEEE802154:
      return kLinkIeee802154;
    default:
      return kLinkLinuxSll;
  }
}

StatusOr<UniqueFd> OpenLinkEvents() {
  RN_ASSIGN_OR_RETURN(
      UniqueFd fd, OpenNetlink(NETLINK_ROUTE, RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
                               "follow interfaces"));
  // A burst (a host starting 100 containers) should not overflow; if it does, we dump again.
  const int bytes = 1 << 20;
  setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  return fd;
}

StatusOr<UniqueFd> OpenLinkDump() { return OpenNetlink(NETLINK_ROUTE, 0, "list interfaces"); }

StatusOr<std::vector<NetworkInterface>> DumpInterfaces(int dump_fd) {
  std::vector<NetworkInterface> interfaces;
  Status status = Ok();
  for (int attempt = 0; attempt < 5; ++attempt) {
    status = DumpOnce(dump_fd, &interfaces);
    if (status.ok()) return interfaces;
    if (!Message(status).empty()) return status;
  }
  // Interfaces that change without end: the last list is as good as any.
  return interfaces;
}

StatusOr<std::vector<NetworkInterface>> ListInterfaces() {
  RN_ASSIGN_OR_RETURN(const UniqueFd fd, OpenLinkDump());
  return DumpInterfaces(fd.get());
}

StatusOr<uint32_t> DefaultRouteInterface(int dump_fd) {
  std::vector<uint8_t> buffer(kBufferBytes);
  for (const uint8_t family : {uint8_t{AF_INET}, uint8_t{AF_INET6}}) {
    uint32_t best = 0;
    uint32_t best_metric = std::numeric_limits<uint32_t>::max();
    const Status status =
        Dump(dump_fd, RTM_GETROUTE, family, &buffer, [&](const NetlinkMessage& message) {
          const DefaultRoute route = ParseDefaultRoute(message);
          if (route.interface == 0 || (best != 0 && route.metric >= best_metric)) return;
          best = route.interface;
          best_metric = route.metric;
        });
    if (!status.ok() && !Message(status).empty()) return status;
    if (best != 0) return best;
  }
  return uint32_t{0};
}

LinkNews ReadLinkEvents(int events_fd, std::vector<NetworkInterface>* interfaces) {
  std::vector<uint8_t> buffer(kBufferBytes);
  LinkNews news = LinkNews::kNone;
  while (true) {
    const ssize_t got = recv(events_fd, buffer.data(), buffer.size(), MSG_TRUNC | MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == ENOBUFS) {
      news = LinkNews::kLost;
      continue;
    }
    if (got <= 0) return news;
    const size_t size = std::min(static_cast<size_t>(got), buffer.size());
    const bool whole = static_cast<size_t>(got) <= buffer.size() &&
                       ApplyLinkMessages(Bytes(buffer).first(size), interfaces);
    if (!whole) news = LinkNews::kLost;
    if (news == LinkNews::kNone) news = LinkNews::kChanged;
  }
}

}  // namespace rustnet
