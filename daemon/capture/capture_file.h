// SPDX-License-Identifier: Apache-2.0
// Frames of a capture file, pcap or pcapng, from a descriptor that was opened before the seal.  The
// bytes are hostile: everything is read through ByteReader from a buffer of bounded size, and a
// file that is cut or lies gives its good frames first, then one sentence.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "daemon/capture/file_buffer.h"
#include "daemon/capture/file_format.h"
#include "daemon/capture/source.h"

namespace rustnet {

class CaptureFile : public FrameSource {
 public:
  // Reads `fd` (a file, a pipe) from where it stands; borrowed.  `name` is for people.
  CaptureFile(int fd, const std::string& name);
  ~CaptureFile() override;

  int fd() const override { return -1; }
  size_t Read(size_t limit, const Sink& sink) override;
  // kActive until the end, then kEnded, or kFailed with a DataLoss status.
  SourceState state() const override { return state_; }
  Status status() const override { return status_; }
  std::string name() const override { return name_; }
  // Of the last frame.
  net::LinkType link_type() const override { return link_; }
  PacketLedger ledger() override;

 private:
  bool Begin();  // finds the format; false if there is none
  void Stop(SourceState state, Status status);
  void StopAtEnd();
  void HandOver(const Sink& sink);

  const std::string name_;
  FileBuffer buffer_;
  std::unique_ptr<FileFormat> format_;  // null before the first read
  std::vector<net::Frame> batch_;       // borrows from buffer_
  uint64_t frames_ = 0;
  net::LinkType link_ = net::LinkType::kEthernet;
  SourceState state_ = SourceState::kActive;
  Status status_ = Ok();
};

}  // namespace rustnet
