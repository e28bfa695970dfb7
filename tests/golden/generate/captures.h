// SPDX-License-Identifier: Apache-2.0
// The captures of the golden tests, each made from nothing by one function.
#pragma once

#include <span>
#include <string_view>

#include "tests/golden/generate/pcap_writer.h"

namespace rustnet::frame {

struct Capture {
  std::string_view name;  // of the file, without ".pcap"
  uint32_t link_type;
  uint32_t snaplen;
  void (*write)(PcapWriter* out);
};

std::span<const Capture> Captures();

}  // namespace rustnet::frame
