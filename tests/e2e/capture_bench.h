// SPDX-License-Identifier: Apache-2.0
// A bench for capture tests: a network namespace of the test's own, frames made by hand and put on
// an interface, and a way to read sources until they have what was sent.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/unique_fd.h"
#include "daemon/capture/live_capture.h"
#include "daemon/seal/interfaces.h"
#include "daemon/seal/open_capture.h"

namespace rustnet::capture_bench {

// Empty if this process is now in a new, silent network namespace; else why not.
inline std::string EnterNamespace() {
  if (geteuid() != 0) return "needs root, for a network namespace";
  if (unshare(CLONE_NEWNET) != 0) return "cannot make a network namespace";
  // No router solicitations: counts have to be exact.
  for (const char* which : {"all", "default"}) {
    std::ofstream("/proc/sys/net/ipv6/conf/" + std::string(which) + "/disable_ipv6") << "1";
  }
  return {};
}

inline bool Shell(const std::string& command) {
  return std::system(("{ " + command + "; } >/dev/null 2>&1").c_str()) == 0;
}

// Until the kernel has noticed the carrier, which it does in its own time, a device drops what is
// sent on it.
inline bool WaitUntilUp(const std::string& name) {
  return Shell("for i in $(seq 500); do ip -o link show " + name +
               " | grep -q 'state UP' && exit 0; sleep 0.01; done; exit 1");
}

// A veth pair that is up, offloads off: what is captured is what the interface counts.
inline bool MakePair(const std::string& a, const std::string& b) {
  const std::string off = " tso off gso off gro off tx off rx off; ";
  return Shell("ip link add " + a + " type veth peer name " + b) &&
         Shell("ethtool -K " + a + off + "ethtool -K " + b + off + "ip link set " + a +
               " up && ip link set " + b + " up") &&
         WaitUntilUp(a) && WaitUntilUp(b);
}

using Octets = std::vector<uint8_t>;

inline void Put(uint64_t value, int octets, Octets* to) {
  for (int i = octets - 1; i >= 0; --i) to->push_back(static_cast<uint8_t>(value >> (8 * i)));
}

// Ethernet, then a tag for each of `tags` (type, id).
inline Octets EthernetHeader(uint16_t type,
                             const std::vector<std::pair<uint16_t, uint16_t>>& tags) {
  Octets frame;
  Put(0x02aabbccdd01, 6, &frame);
  Put(0x02aabbccdd02, 6, &frame);
  for (const auto& [tag_type, id] : tags) {
    Put(tag_type, 2, &frame);
    Put(id, 2, &frame);
  }
  Put(type, 2, &frame);
  return frame;
}

struct Ip {
  int version = 4;
  uint32_t source = 0;  // the low word of an IPv6 address
  uint32_t destination = 0;
  uint16_t source_port = 1000;
  uint16_t destination_port = 2000;
  size_t payload = 32;
  uint16_t fragment = 0;  // flags and offset, IPv4
  std::vector<std::pair<uint16_t, uint16_t>> tags = {};
};

// UDP; a later fragment has payload alone.
inline Octets UdpFrame(const Ip& ip) {
  Octets frame = EthernetHeader(ip.version == 4 ? 0x0800 : 0x86dd, ip.tags);
  const bool header = (ip.fragment & 0x1fff) == 0;
  const size_t datagram = ip.payload + (header ? 8 : 0);
  if (ip.version == 4) {
    Put(0x4500, 2, &frame);
    Put(20 + datagram, 2, &frame);
    Put(0x1234, 2, &frame);
    Put(ip.fragment, 2, &frame);
    Put(0x4011, 2, &frame);
    Put(0, 2, &frame);
    Put(ip.source, 4, &frame);
    Put(ip.destination, 4, &frame);
  } else {
    Put(0x60000000, 4, &frame);
    Put(datagram, 2, &frame);
    Put(0x1140, 2, &frame);
    for (const uint32_t low : {ip.source, ip.destination}) {
      Put(0x20010db800000000, 8, &frame);
      Put(low, 8, &frame);
    }
  }
  if (header) {
    Put(ip.source_port, 2, &frame);
    Put(ip.destination_port, 2, &frame);
    Put(datagram, 2, &frame);
    Put(0, 2, &frame);
  }
  frame.insert(frame.end(), ip.payload, uint8_t{0x5a});
  return frame;
}

// Puts frames on an interface.
class Sender {
 public:
  explicit Sender(const std::string& interface) : fd_(socket(AF_PACKET, SOCK_RAW, 0)) {
    address_.sll_family = AF_PACKET;
    // Protocol 0: the kernel reads it from the frame.
    address_.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  }
  bool Send(const Octets& frame) {
    return sendto(fd_.get(), frame.data(), frame.size(), 0,
                  reinterpret_cast<const sockaddr*>(&address_),
                  sizeof address_) == static_cast<ssize_t>(frame.size());
  }

 private:
  UniqueFd fd_;
  sockaddr_ll address_{};
};

// An interface without link header, on which the test is the other side.  Of ARPHRD_ `hardware`.
class Tunnel {
 public:
  Tunnel(const std::string& name, unsigned long hardware) : fd_(open("/dev/net/tun", O_RDWR)) {
    ifreq request{};
    name.copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    made_ = fd_ && ioctl(fd_.get(), TUNSETIFF, &request) == 0 &&
            ioctl(fd_.get(), TUNSETLINK, hardware) == 0 && Shell("ip link set " + name + " up");
  }
  bool made() const { return made_; }
  // `packet` arrives on the interface.
  bool Deliver(const Octets& packet) {
    return write(fd_.get(), packet.data(), packet.size()) == static_cast<ssize_t>(packet.size());
  }

 private:
  UniqueFd fd_;
  bool made_ = false;
};

// Datagrams of one byte to an address and port, as many as `count`, through the kernel's stack.
inline bool SendDatagrams(uint32_t address, uint16_t port, int count) {
  const UniqueFd fd(socket(AF_INET, SOCK_DGRAM, 0));
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(address);
  for (int i = 0; i < count; ++i) {
    if (sendto(fd.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&to), sizeof to) != 1) return false;
  }
  return true;
}

// A frame that outlives its ring.
struct Kept {
  Octets bytes;
  uint32_t length = 0;
  net::LinkType link = net::LinkType::kEthernet;
  bool outgoing = false;
  uint8_t handle = 0;
  int worker = 0;
  Time time = 0;
};

// Captures of this namespace as the daemon has them, but for the seal.
class Bench {
 public:
  // Opens and starts; status() tells.
  explicit Bench(const CaptureConfig& config) {
    auto handles = OpenCaptures(config);
    if (!handles.ok()) {
      status_ = handles.status();
      return;
    }
    std::vector<CaptureHandle> captures, spares;
    for (CaptureHandle& handle : *handles) {
      (handle.spare ? spares : captures).push_back(handle);
    }
    auto events = OpenLinkEvents();
    auto dump = OpenLinkDump();
    events_ = std::move(events).value();
    dump_ = std::move(dump).value();
    live_ = std::make_unique<LiveCapture>(std::move(captures), std::move(spares), events_.get(),
                                          dump_.get());
    status_ = live_->Start();
  }

  const Status& status() const { return status_; }
  LiveCapture& live() { return *live_; }

  // Reads every source once.
  void ReadAll() {
    for (int worker = 0; worker < live_->workers(); ++worker) {
      for (FrameSource* source : live_->Sources(worker)) {
        source->Read(100'000, [&](std::span<const net::Frame> frames) {
          for (const net::Frame& f : frames) {
            kept_.push_back({Octets(f.bytes.begin(), f.bytes.end()), f.length, f.link, f.outgoing,
                             f.handle, worker, f.time});
          }
        });
      }
    }
  }

  // Reads and follows interfaces until `enough`, for at most 10 s.  False: it never was.
  bool Until(const std::function<bool()>& enough) {
    const Time deadline = MonotonicNow() + 10 * kSecond;
    while (true) {
      live_->Tick(MonotonicNow());
      ReadAll();
      if (enough()) return true;
      if (MonotonicNow() > deadline) return false;
      poll(nullptr, 0, 5);
    }
  }
  bool UntilFrames(size_t count) {
    return Until([&] { return kept_.size() >= count; });
  }

  std::vector<Kept>& kept() { return kept_; }
  InterfaceReport Report(const std::string& name) {
    for (InterfaceReport& report : live_->Interfaces()) {
      if (report.interface.name == name) return report;
    }
    InterfaceReport none;
    none.present = false;
    return none;
  }

 private:
  Status status_ = Ok();
  UniqueFd events_;
  UniqueFd dump_;
  std::unique_ptr<LiveCapture> live_;
  std::vector<Kept> kept_;
};

inline InterfaceCounters CountersOf(const std::string& name) {
  const auto all = ListInterfaces();
  const NetworkInterface* found = all.ok() ? FindInterface(*all, name) : nullptr;
  return found == nullptr ? InterfaceCounters() : found->counters;
}

}  // namespace rustnet::capture_bench

// The first line of each test.
#define RN_ENTER_NAMESPACE()                                                          \
  if (const std::string why = rustnet::capture_bench::EnterNamespace(); !why.empty()) \
  GTEST_SKIP() << why
