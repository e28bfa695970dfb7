// SPDX-License-Identifier: Apache-2.0
#include "daemon/seal/open_capture_filter.h"

#include <pcap/pcap.h>

#include <memory>

#include "daemon/seal/interfaces_messages.h"

namespace rustnet {
namespace {

// Offsets that the kernel understands in absolute loads (linux/filter.h, networking/filter.rst).
constexpr uint32_t kAncillary = 0xfffff000;       // SKF_AD_OFF
constexpr uint32_t kProtocol = kAncillary + 0;    // SKF_AD_PROTOCOL
constexpr uint32_t kPacketType = kAncillary + 4;  // SKF_AD_PKTTYPE
constexpr uint32_t kNetwork = 0xfff00000;         // SKF_NET_OFF
constexpr uint32_t kOutgoing = 4;                 // PACKET_OUTGOING

constexpr uint16_t kLoadWord = BPF_LD | BPF_W | BPF_ABS;
constexpr uint16_t kLoadByte = BPF_LD | BPF_B | BPF_ABS;
constexpr uint16_t kIfEqual = BPF_JMP | BPF_JEQ | BPF_K;
constexpr uint16_t kReturn = BPF_RET | BPF_K;

constexpr uint32_t kCookedHeader = 16;  // bytes of LINKTYPE_LINUX_SLL
constexpr uint32_t kCookedPacketType = 0;
constexpr uint32_t kCookedProtocol = 14;

struct PcapCloser {
  void operator()(pcap* handle) const { pcap_close(handle); }
};

struct LinkRow {
  int link_type;  // LINKTYPE_
  int dlt;        // what libpcap calls it here: DLT_RAW is another number on each system
  bool counts_from_network;
  uint32_t header;
};
constexpr LinkRow kLinks[] = {
    {kLinkEthernet, DLT_EN10MB, false, 0},
    {kLinkRaw, DLT_RAW, true, 0},
    {kLinkLinuxSll, DLT_LINUX_SLL, true, kCookedHeader},
    {kLinkIeee80211, DLT_IEEE802_11, false, 0},
    {kLinkRadiotap, DLT_IEEE802_11_RADIO, false, 0},
    {kLinkIeee802154, DLT_IEEE802_15_4_WITHFCS, false, 0},
};

// libpcap's message, empty if it compiled.
std::string Compile(pcap* handle, const std::string& expression, FilterProgram* program) {
  bpf_program compiled{};
  if (pcap_compile(handle, &compiled, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0) {
    return pcap_geterr(handle);
  }
  for (u_int i = 0; i < compiled.bf_len; ++i) {
    const bpf_insn& from = compiled.bf_insns[i];
    program->push_back({from.code, from.jt, from.jf, from.k});
  }
  pcap_freecode(&compiled);
  return {};
}

void CompileFor(const LinkRow& link, int snaplen, pcap* live, CaptureFilter* filter) {
  FilterProgram program;
  if (filter->expression.empty()) {
    filter->programs[link.link_type] = {{kReturn, 0, 0, static_cast<uint32_t>(snaplen)}};
    return;
  }
  std::unique_ptr<pcap, PcapCloser> dead;
  pcap* handle = link.link_type == kLinkEthernet ? live : nullptr;
  if (handle == nullptr) {
    dead.reset(pcap_open_dead(link.dlt, snaplen));
    handle = dead.get();
  }
  std::string refusal =
      handle == nullptr ? "out of memory" : Compile(handle, filter->expression, &program);
  if (refusal.empty() && link.counts_from_network &&
      !CountFromNetworkHeader(link.header, &program)) {
    refusal = "it looks at a link header that this link type does not have";
  }
  if (refusal.empty() && program.size() > kLongestProgram - WithoutOutgoing({}).size()) {
    refusal = "it is too long for the kernel (" + std::to_string(program.size()) + " instructions)";
  }
  if (refusal.empty()) {
    filter->programs[link.link_type] = std::move(program);
  } else {
    filter->refusals[link.link_type] = std::move(refusal);
  }
}

void Append(const FilterProgram& more, FilterProgram* program) {
  program->insert(program->end(), more.begin(), more.end());
}

// The worker's number from the xor of `words` 32-bit words, from `offset` behind the network
// header.
FilterProgram HashWords(uint32_t offset, uint32_t words) {
  FilterProgram program = {{kLoadWord, 0, 0, kNetwork + offset}};
  for (uint32_t i = 1; i < words; ++i) {
    Append({{BPF_MISC | BPF_TAX, 0, 0, 0},
            {kLoadWord, 0, 0, kNetwork + offset + 4 * i},
            {BPF_ALU | BPF_XOR | BPF_X, 0, 0, 0}},
           &program);
  }
  // Fibonacci hashing: bit 24 of the product, the lowest one kept, depends on 25 bits of the xor.
  Append({{BPF_ALU | BPF_MUL | BPF_K, 0, 0, 0x9E3779B1},
          {BPF_ALU | BPF_RSH | BPF_K, 0, 0, 24},
          {BPF_RET | BPF_A, 0, 0, 0}},
         &program);
  return program;
}
// The addresses stand side by side: 2 words in IPv4 (RFC 791 3.1), 8 in IPv6 (RFC 8200 3).
FilterProgram HashV4(uint32_t ip) { return HashWords(ip + 12, 2); }
FilterProgram HashV6(uint32_t ip) { return HashWords(ip + 8, 8); }

// `then`, which returns, if the accumulator is `value`.
FilterProgram IfEqual(uint32_t value, const FilterProgram& then) {
  FilterProgram program = {{kIfEqual, 0, static_cast<uint8_t>(then.size()), value}};
  Append(then, &program);
  return program;
}

// The worker's number for IP of either version at `ip` behind the network header; 0 for the rest.
FilterProgram HashByVersion(uint32_t ip) {
  FilterProgram program = {{kLoadByte, 0, 0, kNetwork + ip},
                           {BPF_ALU | BPF_AND | BPF_K, 0, 0, 0xf0}};
  Append(IfEqual(0x40, HashV4(ip)), &program);
  Append(IfEqual(0x60, HashV6(ip)), &program);
  Append({{kReturn, 0, 0, 0}}, &program);
  return program;
}

}  // namespace

StatusOr<CaptureFilter> CompileFilter(const std::string& expression, int snaplen, pcap* live) {
  CaptureFilter filter;
  filter.expression = expression;
  for (const LinkRow& link : kLinks) CompileFor(link, snaplen, live, &filter);
  if (filter.programs.empty()) {
    return InvalidArgument("the filter \"" + expression +
                           "\" does not compile: " + filter.refusals[kLinkEthernet]);
  }
  return filter;
}

FilterProgram DropAll() { return {{kReturn, 0, 0, 0}}; }

FilterProgram WithoutOutgoing(const FilterProgram& program) {
  FilterProgram guarded = {
      {kLoadWord, 0, 0, kPacketType}, {kIfEqual, 0, 1, kOutgoing}, {kReturn, 0, 0, 0}};
  guarded.insert(guarded.end(), program.begin(), program.end());
  return guarded;
}

FilterProgram FanoutProgram() {
  constexpr uint32_t kTag = 4;  // bytes of an 802.1Q tag
  FilterProgram program = {{kLoadWord, 0, 0, kProtocol}};
  Append(IfEqual(0x0800, HashV4(0)), &program);
  Append(IfEqual(0x86dd, HashV6(0)), &program);
  // Of a frame with a further tag the network header is that tag on the way in, and IP on the way
  // out (tried, kernel 6.18); the first nibble of IP is its version.
  FilterProgram incoming = HashByVersion(kTag);
  FilterProgram tagged = {{kLoadWord, 0, 0, kPacketType},
                          {kIfEqual, static_cast<uint8_t>(incoming.size()), 0, kOutgoing}};
  Append(incoming, &tagged);
  Append(HashByVersion(0), &tagged);
  Append({{kIfEqual, 2, 0, 0x8100}, {kIfEqual, 1, 0, 0x88a8}, {kReturn, 0, 0, 0}}, &program);
  Append(tagged, &program);
  return program;
}

bool CountFromNetworkHeader(uint32_t header, FilterProgram* program) {
  for (FilterInstruction& instruction : *program) {
    const uint16_t kind = instruction.code & 0x07;
    const uint16_t mode = instruction.code & 0xe0;
    const bool reads = (kind == BPF_LD && (mode == BPF_ABS || mode == BPF_IND)) ||
                       (kind == BPF_LDX && mode == BPF_MSH);
    if (!reads || instruction.k >= kNetwork) continue;
    if (instruction.k >= header) {
      instruction.k = kNetwork + instruction.k - header;
    } else if (mode == BPF_ABS && instruction.k == kCookedPacketType) {
      instruction.k = kPacketType;
    } else if (mode == BPF_ABS && instruction.k == kCookedProtocol) {
      instruction.k = kProtocol;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace rustnet
