// SPDX-License-Identifier: Apache-2.0
// Frames of one live capture handle.  A worker reads; LiveCapture, on another thread, moves the
// handle from interface to interface meanwhile.  That needs no agreement between them: each frame
// in the ring says which kind of interface it came from.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/capture/ring.h"
#include "daemon/capture/source.h"
#include "daemon/seal/interfaces.h"
#include "daemon/seal/open_capture_filter.h"

namespace rustnet {

class LiveSource : public FrameSource {
 public:
  // Takes the handle over, and closes it at its end; its frames carry `id`.
  LiveSource(CaptureHandle handle, uint8_t id);
  ~LiveSource() override;
  LiveSource(const LiveSource&) = delete;
  LiveSource& operator=(const LiveSource&) = delete;

  // For the worker.
  int fd() const override { return fd_; }
  size_t Read(size_t limit, const Sink& sink) override;

  // For anybody.
  SourceState state() const override;
  Status status() const override;
  std::string name() const override;  // empty for a spare
  net::LinkType link_type() const override;
  PacketLedger ledger() override;
  uint8_t id() const { return id_; }
  int worker() const { return worker_; }

  // For LiveCapture alone.
  CaptureHandle handle() const;
  void Describe(const NetworkInterface& interface);  // as the interface is called now
  void SetState(SourceState state, Status status);
  // Lets pass what `program` takes.
  Status Open(const FilterProgram& program);
  Status Bind(const NetworkInterface& interface, bool promiscuous);
  void SetJoined();
  // `counters` of the interface to which the handle is bound now: what they lost since it was.
  void AddInterfaceLoss(const InterfaceCounters& counters);

 private:
  const int fd_;
  const uint8_t id_;
  const int worker_;
  Ring ring_;                // the worker's
  uint32_t idle_reads_ = 0;  // the worker's
  std::atomic<uint64_t> delivered_{0};
  mutable std::mutex mutex_;
  CaptureHandle handle_;
  SourceState state_ = SourceState::kSpare;
  Status status_ = Ok();
  PacketLedger ledger_;
  bool has_base_ = false;  // base_ is of the present interface
  InterfaceCounters base_;
};

}  // namespace rustnet
