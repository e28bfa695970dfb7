// SPDX-License-Identifier: Apache-2.0
// Packet sockets with TPACKET_V3 rings (Documentation/networking/packet_mmap.rst).
#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "common/base/unique_fd.h"
#include "daemon/seal/open_capture_socket.h"

namespace rustnet {
namespace {

constexpr uint32_t kMinBlock = 128 * 1024;
constexpr uint32_t kBlockOverhead = 4096;  // block and frame headers, generously
constexpr uint32_t kBlockTimeoutMs = 10;   // a lone packet is seen no later
constexpr uint32_t kHeadroom = 4;          // a VLAN tag that the kernel keeps apart is put back
constexpr uint32_t kNoChunk = 2048;        // tp_frame_size: no limit in V3, but it must divide
constexpr uint32_t kSmallRingBlocks = 4;

template <typename T>
int Set(int fd, int option, const T& value) {
  return setsockopt(fd, SOL_PACKET, option, &value, sizeof value);
}

Status SocketError(int error) {
  if (error == EPERM || error == EACCES) {
    return PermissionDenied(
        "cannot open a packet socket: " +
        std::string(error == EPERM ? "operation not permitted" : "permission denied") +
        "; start rustnetd as root (sudo, or systemctl start rustnetd)");
  }
  if (error == EAFNOSUPPORT) {
    return Unavailable("this kernel has no packet sockets (CONFIG_PACKET, module af_packet)");
  }
  return FromErrno(error, "cannot open a packet socket");
}

uint32_t BlockSize(int snaplen) {
  uint32_t size = kMinBlock;
  while (size < static_cast<uint32_t>(snaplen) + kBlockOverhead) size *= 2;
  return size;
}

}  // namespace

Status OpenRing(int ring_mib, int snaplen, CaptureHandle* handle) {
  // Protocol 0: nothing is received before BindCapture.
  UniqueFd fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return SocketError(errno);
  const int version = TPACKET_V3;
  if (Set(fd.get(), PACKET_VERSION, version) != 0 ||
      Set(fd.get(), PACKET_RESERVE, kHeadroom) != 0) {
    return FromErrno(errno, "cannot set up a packet socket (Linux 3.2 or newer is needed)");
  }
  tpacket_req3 request{};
  request.tp_block_size = BlockSize(snaplen);
  request.tp_block_nr = std::max(
      kSmallRingBlocks,
      static_cast<uint32_t>((static_cast<uint64_t>(ring_mib) << 20) / request.tp_block_size));
  request.tp_frame_size = kNoChunk;
  request.tp_frame_nr = request.tp_block_size / kNoChunk * request.tp_block_nr;
  request.tp_retire_blk_tov = kBlockTimeoutMs;
  const size_t bytes = static_cast<size_t>(request.tp_block_size) * request.tp_block_nr;
  void* ring = MAP_FAILED;
  if (Set(fd.get(), PACKET_RX_RING, request) == 0) {
    ring = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  }
  if (ring == MAP_FAILED) {
    return ResourceExhausted("cannot get a capture ring of " + std::to_string(bytes >> 20) +
                             " MiB; set a smaller ring_mib or fewer spares");
  }
  RN_RETURN_IF_ERROR(AttachFilter(fd.get(), DropAll()));
  handle->ring = static_cast<uint8_t*>(ring);
  handle->block_size = request.tp_block_size;
  handle->block_count = request.tp_block_nr;
  handle->snaplen = snaplen;
  handle->fd = fd.release();
  return Ok();
}

Status AttachFilter(int fd, const FilterProgram& program) {
  std::vector<sock_filter> kernel;
  kernel.reserve(program.size());
  for (const FilterInstruction& i : program) {
    kernel.push_back({i.code, i.jump_true, i.jump_false, i.k});
  }
  const sock_fprog list{static_cast<unsigned short>(kernel.size()), kernel.data()};
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &list, sizeof list) != 0) {
    return FromErrno(errno, "the kernel does not take the capture filter");
  }
  return Ok();
}

StatusOr<FilterProgram> ProgramFor(const CaptureFilter& filter, const NetworkInterface& interface) {
  const auto found = filter.programs.find(interface.link_type);
  if (found == filter.programs.end()) {
    const auto refusal = filter.refusals.find(interface.link_type);
    return InvalidArgument("the filter \"" + filter.expression + "\" does not apply to " +
                           interface.name + " (" + LinkTypeName(interface.link_type) + "): " +
                           (refusal == filter.refusals.end() ? "unknown" : refusal->second));
  }
  return interface.loopback ? WithoutOutgoing(found->second) : found->second;
}

Status BindCapture(const NetworkInterface& interface, bool promiscuous, CaptureHandle* handle) {
  // Spares, the proof of a spare on lo, keep this option from one interface to the next.  Best
  // effort (Linux 4.20): the filter of a loopback interface does the same, at a higher price.
  const int ignore_outgoing = interface.loopback ? 1 : 0;
  Set(handle->fd, PACKET_IGNORE_OUTGOING, ignore_outgoing);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(interface.index);
  if (bind(handle->fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return FromErrno(errno, "cannot capture on " + interface.name);
  }
  if (promiscuous && !interface.loopback) {
    packet_mreq membership{};
    membership.mr_ifindex = static_cast<int>(interface.index);
    membership.mr_type = PACKET_MR_PROMISC;
    // An interface without such a mode (a tunnel) shows everything anyway.
    Set(handle->fd, PACKET_ADD_MEMBERSHIP, membership);
  }
  handle->name = interface.name;
  handle->index = interface.index;
  handle->link_type = interface.link_type;
  handle->spare = false;
  return Ok();
}

Status JoinFanout(std::span<const int> fds) {
  int group = 0;
  for (size_t i = 0; i < fds.size(); ++i) {
    // The kernel chooses the first one's number, so that no other program's group is met.
    const uint32_t type =
        PACKET_FANOUT_CBPF | (i == 0 ? uint32_t{PACKET_FANOUT_FLAG_UNIQUEID} : 0U);
    const uint32_t argument = static_cast<uint32_t>(group & 0xffff) | type << 16;
    if (Set(fds[i], PACKET_FANOUT, argument) != 0) {
      return FromErrno(errno, "the kernel does not share an interface among workers");
    }
    socklen_t size = sizeof group;
    if (i == 0 && getsockopt(fds[i], SOL_PACKET, PACKET_FANOUT, &group, &size) != 0) {
      return FromErrno(errno, "the kernel does not tell its fanout group");
    }
  }
  const FilterProgram program = FanoutProgram();
  std::vector<sock_filter> kernel;
  for (const FilterInstruction& i : program) {
    kernel.push_back({i.code, i.jump_true, i.jump_false, i.k});
  }
  const sock_fprog list{static_cast<unsigned short>(kernel.size()), kernel.data()};
  if (Set(fds[0], PACKET_FANOUT_DATA, list) != 0) {
    return FromErrno(errno, "the kernel does not take the program that shares an interface");
  }
  return Ok();
}

}  // namespace rustnet
