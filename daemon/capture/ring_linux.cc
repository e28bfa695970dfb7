// SPDX-License-Identifier: Apache-2.0
// TPACKET_V3 (linux/if_packet.h, Documentation/networking/packet_mmap.rst).  Beside the frame the
// kernel tells what no byte of it says: its direction, the kind of its interface, and the VLAN tag
// that the card or the stack took out.  libpcap keeps the direction to itself, hence our own.
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "common/base/bytes.h"
#include "daemon/capture/ring.h"
#include "daemon/seal/interfaces.h"

namespace rustnet {
namespace {

constexpr size_t kBatch = 256;
constexpr size_t kMacAddresses = 12;  // bytes before an Ethernet frame's type
constexpr size_t kTag = 4;            // 802.1Q: type, then priority and id
constexpr size_t kCookedHeader = 16;  // LINKTYPE_LINUX_SLL

void Put16(uint16_t value, uint8_t* at) {
  at[0] = static_cast<uint8_t>(value >> 8);
  at[1] = static_cast<uint8_t>(value);
}

// What the kernel wrote about one frame, at its place in the block.
struct Slot {
  explicit Slot(uint8_t* where)
      : at(where),
        header(*reinterpret_cast<const tpacket3_hdr*>(where)),
        address(
            *reinterpret_cast<const sockaddr_ll*>(where + TPACKET_ALIGN(sizeof(tpacket3_hdr)))) {}
  uint8_t* at;
  const tpacket3_hdr& header;
  const sockaddr_ll& address;

  bool has_tag() const {
    return header.hv1.tp_vlan_tci != 0 || (header.tp_status & TP_STATUS_VLAN_VALID) != 0;
  }
  uint16_t tag_type() const {
    const bool told =
        header.hv1.tp_vlan_tpid != 0 || (header.tp_status & TP_STATUS_VLAN_TPID_VALID) != 0;
    return told ? header.hv1.tp_vlan_tpid : uint16_t{ETH_P_8021Q};
  }
  uint16_t tag() const { return static_cast<uint16_t>(header.hv1.tp_vlan_tci); }
};

// The frame from its link header on, the VLAN tag put back where it was.  There is room for it:
// PACKET_RESERVE.
void ReadEthernet(const Slot& slot, net::Frame* frame) {
  uint8_t* start = slot.at + slot.header.tp_mac;
  size_t captured = slot.header.tp_snaplen;
  frame->length = slot.header.tp_len;
  if (slot.has_tag() && captured >= kMacAddresses) {
    std::memmove(start - kTag, start, kMacAddresses);
    start -= kTag;
    Put16(slot.tag_type(), start + kMacAddresses);
    Put16(slot.tag(), start + kMacAddresses + 2);
    captured += kTag;
    frame->length += kTag;
  }
  frame->bytes = Bytes(start, captured);
}

// The frame from its network header on, behind `front` bytes that the caller writes.
uint8_t* ReadNetwork(const Slot& slot, size_t front, net::Frame* frame) {
  const size_t link_header = static_cast<size_t>(slot.header.tp_net - slot.header.tp_mac);
  const size_t captured =
      slot.header.tp_snaplen - std::min<size_t>(slot.header.tp_snaplen, link_header);
  const size_t length = slot.header.tp_len - std::min<size_t>(slot.header.tp_len, link_header);
  uint8_t* start = slot.at + slot.header.tp_net - front;
  frame->bytes = Bytes(start, front + captured);
  frame->length = static_cast<uint32_t>(front + length);
  return start;
}

// https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
void ReadCooked(const Slot& slot, net::Frame* frame) {
  const sockaddr_ll& address = slot.address;
  // At least 16 bytes lie between sockaddr_ll and the network header (tpacket_rcv).
  uint8_t* start = ReadNetwork(slot, kCookedHeader, frame);
  Put16(address.sll_pkttype, start);
  Put16(address.sll_hatype, start + 2);
  Put16(address.sll_halen, start + 4);
  std::copy(std::begin(address.sll_addr), std::end(address.sll_addr), start + 6);
  std::memcpy(start + 14, &address.sll_protocol, sizeof address.sll_protocol);  // network order
}

tpacket_block_desc* BlockAt(uint8_t* ring, uint32_t block_size, uint32_t block) {
  return reinterpret_cast<tpacket_block_desc*>(ring + static_cast<size_t>(block_size) * block);
}

}  // namespace

class Ring::Blocks {
 public:
  Blocks(const CaptureHandle& handle, uint8_t id)
      : ring_(handle.ring),
        block_size_(handle.block_size),
        block_count_(handle.block_count),
        id_(id) {
    batch_.reserve(kBatch);
  }
  size_t Read(size_t limit, const FrameSource::Sink& sink);

 private:
  bool OpenBlock();  // false: the kernel has not finished the next one
  void CloseBlock();
  net::Frame NextFrame();

  uint8_t* const ring_;
  const uint32_t block_size_;
  const uint32_t block_count_;
  const uint8_t id_;
  uint32_t block_ = 0;        // the one being read, or next
  uint32_t frames_left_ = 0;  // in it; 0: it is the kernel's
  uint8_t* next_ = nullptr;   // its next frame
  uint16_t hardware_ = 0;     // ARPHRD_ of the last frame, and how such frames are read
  net::LinkType link_ = static_cast<net::LinkType>(LinkTypeOfHardware(0));
  std::vector<net::Frame> batch_;
};

bool Ring::Blocks::OpenBlock() {
  if (ring_ == nullptr) return false;
  tpacket_block_desc* block = BlockAt(ring_, block_size_, block_);
  const uint32_t status = __atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE);
  if ((status & TP_STATUS_USER) == 0) return false;
  frames_left_ = block->hdr.bh1.num_pkts;
  next_ = reinterpret_cast<uint8_t*>(block) + block->hdr.bh1.offset_to_first_pkt;
  if (frames_left_ == 0) CloseBlock();
  return true;
}

void Ring::Blocks::CloseBlock() {
  tpacket_block_desc* block = BlockAt(ring_, block_size_, block_);
  __atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
  block_ = block_ + 1 == block_count_ ? 0 : block_ + 1;
}

net::Frame Ring::Blocks::NextFrame() {
  const Slot slot(next_);
  next_ += slot.header.tp_next_offset;
  --frames_left_;
  net::Frame frame;
  frame.time = static_cast<Time>(slot.header.tp_sec) * kSecond + slot.header.tp_nsec;
  frame.handle = id_;
  frame.outgoing = slot.address.sll_pkttype == PACKET_OUTGOING;
  if (slot.address.sll_hatype != hardware_) {
    hardware_ = slot.address.sll_hatype;
    link_ = static_cast<net::LinkType>(LinkTypeOfHardware(hardware_));
  }
  frame.link = link_;
  if (link_ == net::LinkType::kRaw) {
    ReadNetwork(slot, 0, &frame);
  } else if (link_ == net::LinkType::kLinuxSll) {
    ReadCooked(slot, &frame);
  } else {
    ReadEthernet(slot, &frame);
  }
  return frame;
}

size_t Ring::Blocks::Read(size_t limit, const FrameSource::Sink& sink) {
  size_t count = 0;
  while (count < limit) {
    if (frames_left_ == 0) {
      if (!OpenBlock()) break;
      continue;  // it may have been empty
    }
    batch_.clear();
    while (frames_left_ > 0 && batch_.size() < kBatch) batch_.push_back(NextFrame());
    sink(batch_);
    count += batch_.size();
    if (frames_left_ == 0) CloseBlock();
  }
  return count;
}

Ring::Ring(const CaptureHandle& handle, uint8_t id)
    : blocks_(std::make_unique<Blocks>(handle, id)) {}
Ring::~Ring() = default;
size_t Ring::Read(size_t limit, const FrameSource::Sink& sink) {
  return blocks_->Read(limit, sink);
}

RingCounts TakeRingCounts(int fd) {
  tpacket_stats_v3 kernel{};
  socklen_t size = sizeof kernel;
  if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &kernel, &size) != 0) return {};
  return {kernel.tp_packets, kernel.tp_drops};  // tp_packets counts the dropped ones too
}

void ClearSocketError(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
}

uint32_t BoundInterface(int fd) {
  sockaddr_ll address{};
  socklen_t size = sizeof address;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return address.sll_ifindex > 0 ? static_cast<uint32_t>(address.sll_ifindex) : 0;
}

}  // namespace rustnet
