// SPDX-License-Identifier: Apache-2.0
// What is told of one connection in words: the same in the Details screen and in `show`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/model/connection.h"

namespace rustnet::client {

std::string Joined(const std::vector<std::string>& texts, std::string_view between);

// As precise as it is known: "79us", "30.5ms", "12.3s".
std::string PreciseRtt(uint32_t microseconds);
// "kernel", "captured", "captured handshake", "request to answer"; "" if unspecified.
std::string_view SourceText(model::RttSource source);
// "sni", "http host" as a reader knows them: "SNI", "Host header", "DNS answer".
std::string_view SourceText(model::NameSource source);
// "handshake", "signature", "guess by port"; "" if unspecified.
std::string_view EvidenceText(model::Evidence evidence);

// What the word means: "it was seen to make, connect or accept the socket"; "" if unspecified.
std::string_view Meaning(model::Quality quality);
std::string_view Meaning(model::NoOwner reason);

// "0a1b2c3d4e5f (docker)"; the whole id with `whole`.
std::string ContainerText(const model::Process& process, bool whole);
// The outermost first, down to the process: "systemd (1) > sshd (80) > bash (91)".
std::string TreeText(const model::Process& process);
// "bash (91) /usr/bin/bash".
std::string RefText(const model::ProcessRef& ref);
// "none", "all", "all but sys_module", "net_bind_service, net_raw".
std::string CapabilitiesText(uint64_t capabilities);

// "4 129 bytes in 12 packets".
std::string VolumeText(uint64_t bytes, uint64_t packets);

// One number as packets show it and as the kernel has it.
struct TwoSided {
  std::string_view label;  // "RTT"
  std::string packets;     // "-": not to be seen in packets
  std::string kernel;      // "-": the kernel does not tell it
  std::string difference;  // packets less kernel: "+3", "0"; "-" if one of them is unknown
};
// RTT, retransmissions, bytes and what only one side has, in the order of a screen.
std::vector<TwoSided> TransportTable(const model::TcpMetrics& tcp);

}  // namespace rustnet::client
