// SPDX-License-Identifier: Apache-2.0
// The session of a protocol whose datagrams stand each for itself: a function reads one.
#pragma once

#include <array>
#include <memory>

#include "common/net/dpi/dissector.h"

namespace rustnet::net {

// kRead is `bool (Bytes datagram, const Moment&, Facts*)`: whether it was one of the protocol's.
// What is not is passed over: another datagram may be.
template <auto kRead>
class DatagramSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment& moment, Facts* facts) override {
    if (kRead(bytes, moment, facts)) spoken_[static_cast<size_t>(direction)] = true;
    return Progress::kMore;
  }
  bool Agreed() const override { return spoken_[0] && spoken_[1]; }
  size_t memory() const override { return sizeof *this; }

 private:
  std::array<bool, 2> spoken_{};
};

template <auto kRead>
std::unique_ptr<Session> StartDatagrams() {
  return std::make_unique<DatagramSession<kRead>>();
}

}  // namespace rustnet::net
