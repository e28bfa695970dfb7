// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <pcap/pcap.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "common/base/text.h"
#include "daemon/seal/interfaces.h"
#include "daemon/seal/interfaces_messages.h"
#include "daemon/seal/open_capture.h"
#include "daemon/seal/open_capture_filter.h"
#include "daemon/seal/open_capture_socket.h"

namespace rustnet {
namespace {

// A frame names its handle in 8 bits (net::Frame).
constexpr size_t kMostHandles = 250;
constexpr int kOtherRingMib = 4;
// All rings of interfaces that nobody named, together: a host with 200 containers has 200 of them.
constexpr int kOtherRingsMib = 256;

// What is to be opened, in order.
struct Choice {
  std::vector<NetworkInterface> interfaces;
  size_t main = 0;  // so many of them, from the first, are captured with all workers and full rings
  bool any = false;
};

Status CheckNumbers(const CaptureConfig& config) {
  const auto check = [](const char* name, int value, int least, int most) {
    if (value >= least && value <= most) return Ok();
    return InvalidArgument(std::string(name) + " " + std::to_string(value) + " is not between " +
                           std::to_string(least) + " and " + std::to_string(most));
  };
  RN_RETURN_IF_ERROR(check("snaplen", config.snaplen, 64, 262'144));
  RN_RETURN_IF_ERROR(check("ring_mib", config.ring_mib, 1, 4'096));
  RN_RETURN_IF_ERROR(check("spares", config.spares, 0, 64));
  return check("workers", config.workers, 1, 64);
}

std::string Names(const std::vector<NetworkInterface>& interfaces) {
  std::string names;
  for (const NetworkInterface& interface : interfaces) {
    names += (names.empty() ? "" : ", ") + Printable(interface.name);
  }
  return names;
}

void AddOnce(const NetworkInterface& interface, Choice* choice) {
  for (const NetworkInterface& chosen : choice->interfaces) {
    if (chosen.index == interface.index) return;
  }
  choice->interfaces.push_back(interface);
}

// The interface of the default route, else the first that is up, loopback last.
const NetworkInterface& Automatic(const std::vector<NetworkInterface>& all,
                                  uint32_t default_route) {
  const NetworkInterface* best = nullptr;
  const auto rank = [&](const NetworkInterface& i) {
    if (default_route != 0 && i.index == default_route) return 3;
    return i.up && !i.loopback ? 2 : i.loopback ? 1 : 0;
  };
  for (const NetworkInterface& interface : all) {
    if (best == nullptr || rank(interface) > rank(*best)) best = &interface;
  }
  return *best;
}

StatusOr<Choice> Choose(const CaptureConfig& config) {
  RN_ASSIGN_OR_RETURN(const UniqueFd dump, OpenLinkDump());
  RN_ASSIGN_OR_RETURN(const std::vector<NetworkInterface> all, DumpInterfaces(dump.get()));
  if (all.empty()) return Unavailable("this host has no network interface to capture on");
  const auto default_route = DefaultRouteInterface(dump.get());
  const NetworkInterface& automatic = Automatic(all, default_route.ok() ? *default_route : 0);
  Choice choice;
  for (const std::string& name : config.interfaces) {
    if (name == "any") {
      choice.any = true;
      continue;
    }
    if (name == "auto") {
      AddOnce(automatic, &choice);
      continue;
    }
    const auto found = std::find_if(all.begin(), all.end(),
                                    [&](const NetworkInterface& i) { return i.name == name; });
    if (found == all.end()) {
      return Unavailable("there is no interface \"" + Printable(name, 64) + "\" here, only " +
                         Names(all) + "; \"any\" captures on all of them");
    }
    AddOnce(*found, &choice);
  }
  if (choice.interfaces.empty()) AddOnce(automatic, &choice);
  choice.main = choice.interfaces.size();
  if (!choice.any) return choice;
  for (const NetworkInterface& interface : all) {
    if (interface.up) AddOnce(interface, &choice);
  }
  return choice;
}

// A libpcap handle of a live Ethernet interface, to compile with; its socket is closed again, as
// pcap_compile needs none.  Null if there is no such interface, or no permission.
pcap* OpenCompiler(const std::vector<NetworkInterface>& interfaces, int snaplen) {
  for (const NetworkInterface& interface : interfaces) {
    if (!interface.up || interface.link_type != kLinkEthernet) continue;
    char error[PCAP_ERRBUF_SIZE] = "";
    pcap* handle = pcap_create(interface.name.c_str(), error);
    if (handle == nullptr) continue;
    pcap_set_snaplen(handle, snaplen);
    pcap_set_buffer_size(handle, 64 * 1024);
    const UniqueFd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (pcap_activate(handle) < 0 || pcap_datalink(handle) != DLT_EN10MB || !nothing ||
        dup3(nothing.get(), pcap_fileno(handle), O_CLOEXEC) < 0) {
      pcap_close(handle);
      continue;
    }
    return handle;
  }
  return nullptr;
}

Status CheckFilter(const CaptureFilter& filter, const Choice& choice) {
  Status first = Ok();
  for (size_t i = 0; i < choice.interfaces.size(); ++i) {
    const auto program = ProgramFor(filter, choice.interfaces[i]);
    if (program.ok() && choice.any)
      return Ok();  // where it applies to none of the others, say so there
    if (!program.ok() && first.ok()) first = program.status();
  }
  return first;
}

class Opener {
 public:
  Opener(const CaptureConfig& config, const Choice& choice) : config_(config), choice_(choice) {
    const size_t others = choice.interfaces.size() - choice.main;
    const int each = kOtherRingsMib / static_cast<int>(std::max<size_t>(others, 1));
    other_ring_mib_ = std::min(std::clamp(each, 1, kOtherRingMib), config.ring_mib);
  }

  Status OpenInterface(const NetworkInterface& interface, bool is_main) {
    // With fanout the kernel needs a group, and lo shows each packet twice to one: one worker
    // there.
    const int sockets = is_main ? config_.workers : 1;
    for (int i = 0; i < sockets; ++i) {
      if (handles_.size() + 1 > kMostHandles) return Ok();  // LiveCapture names those not captured
      CaptureHandle& handle = handles_.emplace_back();
      handle.worker = is_main ? i : static_cast<int>(handles_.size()) % config_.workers;
      RN_RETURN_IF_ERROR(
          OpenRing(is_main && !interface.loopback ? config_.ring_mib : other_ring_mib_,
                   config_.snaplen, &handle));
      RN_RETURN_IF_ERROR(BindCapture(interface, config_.promiscuous, &handle));
    }
    return Ok();
  }

  Status OpenSpares() {
    for (int i = 0; i < config_.spares && handles_.size() < kMostHandles; ++i) {
      CaptureHandle& handle = handles_.emplace_back();
      handle.spare = true;
      handle.worker = i % config_.workers;
      RN_RETURN_IF_ERROR(OpenRing(other_ring_mib_, config_.snaplen, &handle));
    }
    return Ok();
  }

  Status OpenAll() {
    for (size_t i = 0; i < choice_.interfaces.size(); ++i) {
      RN_RETURN_IF_ERROR(OpenInterface(choice_.interfaces[i], i < choice_.main));
    }
    return choice_.any || config_.workers > 1 ? OpenSpares() : Ok();
  }

  std::vector<CaptureHandle>& handles() { return handles_; }

 private:
  const CaptureConfig& config_;
  const Choice& choice_;
  int other_ring_mib_ = kOtherRingMib;
  std::vector<CaptureHandle> handles_;
};

}  // namespace

StatusOr<std::vector<CaptureHandle>> OpenCaptures(const CaptureConfig& config) {
  RN_RETURN_IF_ERROR(CheckNumbers(config));
  RN_ASSIGN_OR_RETURN(const Choice choice, Choose(config));
  // A mistake in the filter is told before a lack of privilege.
  RN_RETURN_IF_ERROR(CompileFilter(config.filter, config.snaplen, nullptr).status());
  Opener opener(config, choice);
  Status status = opener.OpenAll();
  if (status.ok()) {
    auto plan = std::make_shared<CapturePlan>();
    plan->config = config;
    plan->any = choice.any;
    plan->compiler.reset(OpenCompiler(choice.interfaces, config.snaplen), [](pcap* handle) {
      if (handle != nullptr) pcap_close(handle);
    });
    auto filter = CompileFilter(config.filter, config.snaplen, plan->compiler.get());
    status = filter.ok() ? CheckFilter(*filter, choice) : filter.status();
    if (status.ok()) {
      plan->filter = *std::move(filter);
      for (CaptureHandle& handle : opener.handles()) handle.plan = plan;
      return std::move(opener.handles());
    }
  }
  for (CaptureHandle& handle : opener.handles()) CloseCapture(&handle);
  return status;
}

void CloseCapture(CaptureHandle* handle) {
  if (handle->ring != nullptr) {
    munmap(handle->ring, static_cast<size_t>(handle->block_size) * handle->block_count);
  }
  if (handle->fd >= 0) close(handle->fd);
  *handle = CaptureHandle();
}

}  // namespace rustnet
