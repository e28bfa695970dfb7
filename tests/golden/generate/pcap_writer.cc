// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/generate/pcap_writer.h"

#include <algorithm>

namespace rustnet::frame {

// https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-03.html section 4.
PcapWriter::PcapWriter(const std::string& path, uint32_t link_type, uint32_t snaplen)
    : file_(path, std::ios::binary | std::ios::trunc), snaplen_(snaplen) {
  Put(0xa1b2c3d4, 4);
  Put(2, 2);
  Put(4, 2);
  Put(0, 4);
  Put(0, 4);
  Put(snaplen, 4);
  Put(link_type, 4);
}

void PcapWriter::Put(uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) file_.put(static_cast<char>(value >> (8 * i)));
}

void PcapWriter::Write(Time now, const Buffer& frame, uint32_t wire_length) {
  const auto size = static_cast<uint32_t>(frame.size());
  const uint32_t captured = std::min(size, snaplen_);
  Put(static_cast<uint32_t>(now / kSecond), 4);
  Put(static_cast<uint32_t>(now % kSecond / kMicrosecond), 4);
  Put(captured, 4);
  Put(std::max(wire_length, size), 4);
  for (uint32_t i = 0; i < captured; ++i) file_.put(static_cast<char>(frame[i]));
}

void PcapWriter::Write(const Buffer& frame, Duration step) {
  Write(now_, frame);
  now_ += step;
}

}  // namespace rustnet::frame
