// SPDX-License-Identifier: Apache-2.0
// The headers of frames that an agent sampled, in sFlow 5 datagrams (sflow.org, "sFlow Version 5",
// section 5): traffic of elsewhere, in the hands of its collector.
#pragma once

#include <optional>

#include "common/net/packet/layer.h"

namespace rustnet::net {

struct SampledFrame {
  LinkType link = LinkType::kEthernet;
  uint32_t length = 0;  // on that wire, >= bytes.size()
  Bytes bytes;
};

class SflowSamples {
 public:
  explicit SflowSamples(Bytes datagram);
  // The next one of a link that is read here; nothing: there is no further.
  std::optional<SampledFrame> Next();

 private:
  bool NextSample();

  ByteReader datagram_;
  uint32_t samples_ = 0;  // left in datagram_
  ByteReader sample_{Bytes()};
  uint32_t records_ = 0;  // left in sample_
};

}  // namespace rustnet::net
