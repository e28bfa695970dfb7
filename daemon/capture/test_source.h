// SPDX-License-Identifier: Apache-2.0
// Frames from memory, for tests of what stands above: bytes of the test's choice through the same
// door as a live interface.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "daemon/capture/source.h"

namespace rustnet {

class TestSource : public FrameSource {
 public:
  explicit TestSource(std::string name = "test") : name_(std::move(name)) {}

  // `bytes` are copied; `frame.length` 0 stands for their number.
  void Add(net::Frame frame, std::vector<uint8_t> bytes);
  // Once all frames are read: the state, and why.
  void End(SourceState state = SourceState::kEnded, Status status = Ok());

  int fd() const override { return -1; }
  size_t Read(size_t limit, const Sink& sink) override;
  SourceState state() const override;
  Status status() const override;
  std::string name() const override { return name_; }
  net::LinkType link_type() const override { return link_; }
  PacketLedger ledger() override;

 private:
  struct Owned {
    net::Frame frame;
    std::vector<uint8_t> bytes;
  };
  const std::string name_;
  std::deque<Owned> frames_;
  uint64_t read_ = 0;
  net::LinkType link_ = net::LinkType::kEthernet;
  SourceState end_ = SourceState::kActive;
  Status status_ = Ok();
};

}  // namespace rustnet
