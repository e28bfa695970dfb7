// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/netlink_linux.h"

#include <linux/inet_diag.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_compat.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <utility>

#include "daemon/seal/interfaces.h"

namespace rustnet {
namespace {

constexpr int kNewsBuffer = 1 << 20;  // bytes; thousands of interfaces coming at once

// A dump that matches no socket.  Its sense: the kernel loads the module that answers for
// `protocol` now, as it may need root's help (modprobe) to.  The answer is read and dropped.
bool AnswersFor(int fd, uint8_t protocol) {
  struct {
    nlmsghdr header;
    inet_diag_req_v2 query;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.query.sdiag_family = AF_INET;
  request.query.sdiag_protocol = protocol;
  if (send(fd, &request, sizeof request, 0) < 0) return false;
  std::array<char, 4096> answer{};
  bool answered = false;
  // A dump begins before send returns; what is there is all of it, as nothing matches.
  while (recv(fd, answer.data(), answer.size(), MSG_DONTWAIT) > 0) answered = true;
  return answered;
}

// Bytes, used only while events wait for the next tick; one takes about 1 KiB.
constexpr int kConntrackBuffer = 16 << 20;

}  // namespace

Status OpenRouteSockets(Handles& handles) {
  RN_ASSIGN_OR_RETURN(handles.link_events, OpenLinkEvents());
  // Past net.core.rmem_max, by CAP_NET_ADMIN; without it the default stands, and a lost piece of
  // news is made good by a dump.
  setsockopt(handles.link_events.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kNewsBuffer,
             sizeof kNewsBuffer);
  RN_ASSIGN_OR_RETURN(handles.link_dump, OpenLinkDump());
  socklen_t size = sizeof handles.host_netns_cookie;
  if (getsockopt(handles.link_dump.get(), SOL_SOCKET, SO_NETNS_COOKIE, &handles.host_netns_cookie,
                 &size) != 0) {
    handles.host_netns_cookie = 0;  // before Linux 5.14
  }
  return Ok();
}

Status OpenSockDiag(Handles& handles) {
  handles.sock_diag.reset(
      socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_SOCK_DIAG));
  if (!handles.sock_diag) return Ok();
  const bool tcp = AnswersFor(handles.sock_diag.get(), IPPROTO_TCP);
  const bool udp = AnswersFor(handles.sock_diag.get(), IPPROTO_UDP);
  if (!tcp && !udp) handles.sock_diag.reset();
  return Ok();
}

Status OpenConntrack(Handles& handles) {
  constexpr const char* kPurpose = "follow address translation";
  auto events = OpenNetlink(
      NETLINK_NETFILTER,
      NF_NETLINK_CONNTRACK_NEW | NF_NETLINK_CONNTRACK_UPDATE | NF_NETLINK_CONNTRACK_DESTROY,
      kPurpose);
  auto dump = OpenNetlink(NETLINK_NETFILTER, 0, kPurpose);
  if (!events.ok() || !dump.ok()) {
    handles.conntrack_refusal = Message(events.ok() ? dump.status() : events.status());
    return Ok();
  }
  setsockopt(events->get(), SOL_SOCKET, SO_RCVBUFFORCE, &kConntrackBuffer, sizeof kConntrackBuffer);
  // Asked for when events already come, so that nothing falls between.
  struct {
    nlmsghdr header;
    nfgenmsg family;
  } request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  send(dump->get(), &request, sizeof request, 0);  // without an answer, events are much already
  handles.conntrack_events = std::move(*events);
  handles.conntrack_dump = std::move(*dump);
  return Ok();
}

}  // namespace rustnet
