// SPDX-License-Identifier: Apache-2.0
#include "daemon/capture/test_source.h"

namespace rustnet {

void TestSource::Add(net::Frame frame, std::vector<uint8_t> bytes) {
  link_ = frame.link;
  frames_.push_back({frame, std::move(bytes)});
}

void TestSource::End(SourceState state, Status status) {
  end_ = state;
  status_ = std::move(status);
}

size_t TestSource::Read(size_t limit, const Sink& sink) {
  size_t count = 0;
  for (; count < limit && !frames_.empty(); ++count) {
    Owned owned = std::move(frames_.front());
    frames_.pop_front();
    owned.frame.bytes = Bytes(owned.bytes);
    if (owned.frame.length == 0) owned.frame.length = static_cast<uint32_t>(owned.bytes.size());
    ++read_;
    sink({&owned.frame, 1});
  }
  return count;
}

SourceState TestSource::state() const { return frames_.empty() ? end_ : SourceState::kActive; }

Status TestSource::status() const { return frames_.empty() ? status_ : Ok(); }

PacketLedger TestSource::ledger() {
  PacketLedger ledger;
  ledger.received = read_;
  return ledger;
}

}  // namespace rustnet
