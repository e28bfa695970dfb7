// SPDX-License-Identifier: Apache-2.0
// Capture filters as programs of classic BPF, one for each link type, and what else the captures of
// a daemon have in common.  A program compiled before the seal serves interfaces that come later; a
// new filter can be compiled behind the seal too, as long as it needs no name from a file or DNS.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/base/status.h"
#include "daemon/seal/open_capture.h"

namespace rustnet {

// struct sock_filter, struct bpf_insn.
struct FilterInstruction {
  uint16_t code = 0;
  uint8_t jump_true = 0;
  uint8_t jump_false = 0;
  uint32_t k = 0;
  friend bool operator==(const FilterInstruction&, const FilterInstruction&) = default;
};
using FilterProgram = std::vector<FilterInstruction>;

// The most that the kernel takes (BPF_MAXINSNS).
inline constexpr size_t kLongestProgram = 4096;

// One filter for every link type that we read.
struct CaptureFilter {
  std::string expression;
  std::map<int, FilterProgram> programs;  // by LINKTYPE_
  std::map<int, std::string> refusals;    // why there is none: libpcap's words
};

struct CapturePlan {
  CaptureConfig config;
  bool any = false;  // interfaces that come up are captured too
  CaptureFilter filter;
  // Never read: libpcap compiles `vlan` rightly for a live handle alone.  Null if no interface was
  // up.
  std::shared_ptr<pcap> compiler;
};

// `live` as CapturePlan::compiler, or null.  InvalidArgument, with libpcap's message and the
// expression, if there is no link type to which it applies.
StatusOr<CaptureFilter> CompileFilter(const std::string& expression, int snaplen, pcap* live);

// What stands until a capture may begin: nothing passes.
FilterProgram DropAll();

// `program` for an Ethernet-like handle, made to see each packet once on a loopback interface,
// where the kernel shows it on its way out and again on its way in.
FilterProgram WithoutOutgoing(const FilterProgram& program);

// Chooses the worker (modulo their number) from the pair of addresses, the same both ways and for
// all fragments; packets without IP go to worker 0.  For PACKET_FANOUT_CBPF.
FilterProgram FanoutProgram();

// Rewrites a program that counts from the start of a header of `header` bytes (0, or 16 for Linux
// cooked) so that it counts from the network header, wherever that is in a frame.  False if it
// looks at a part of the header that the kernel does not keep.  For CompileFilter and its tests.
bool CountFromNetworkHeader(uint32_t header, FilterProgram* program);

}  // namespace rustnet
