// SPDX-License-Identifier: Apache-2.0
#include "daemon/capture/capture_file.h"

#include <array>
#include <cstring>
#include <utility>

#include "common/base/byte_reader.h"
#include "common/base/text.h"

namespace rustnet {
namespace {

constexpr size_t kBatch = 256;

std::string Packets(uint64_t count) {
  return std::to_string(count) + (count == 1 ? " packet" : " packets");
}

std::string Hex(Bytes bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const uint8_t byte : bytes) {
    if (!text.empty()) text += ' ';
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

// Why a file that begins so is none of ours.
std::string Unknown(Bytes magic) {
  ByteReader reader(magic);
  if (magic.empty()) return " is empty: neither a pcap nor a pcapng file";
  switch (reader.U16()) {
    case 0x1f8b:  // RFC 1952
      return " is compressed by gzip; unpack it first (gunzip)";
    case 0x28b5:  // RFC 8878
      return " is compressed by zstd; unpack it first (unzstd)";
    case 0xfd37:
      return " is compressed by xz; unpack it first (unxz)";
    default:
      return " is neither a pcap nor a pcapng file: it begins with " + Hex(magic);
  }
}

}  // namespace

CaptureFile::CaptureFile(int fd, const std::string& name) : name_(Printable(name)), buffer_(fd) {
  batch_.reserve(kBatch);
}

CaptureFile::~CaptureFile() = default;

bool CaptureFile::Begin() {
  buffer_.Fill(kMagicBytes);
  const Bytes start = buffer_.available();
  const Bytes magic = start.first(std::min(start.size(), kMagicBytes));
  if (magic.size() == kMagicBytes) {
    format_ = MakePcapFormat(magic);
    if (format_ == nullptr) format_ = MakePcapngFormat(magic);
  }
  if (format_ != nullptr) return true;
  if (buffer_.error() != 0) {
    StopAtEnd();
  } else {
    Stop(SourceState::kFailed, DataLoss(name_ + Unknown(magic)));
  }
  return false;
}

size_t CaptureFile::Read(size_t limit, const Sink& sink) {
  size_t count = 0;
  if (state_ != SourceState::kActive || (format_ == nullptr && !Begin())) return 0;
  while (state_ == SourceState::kActive && count < limit) {
    net::Frame frame;
    const FileRecord record = format_->Next(buffer_.available(), &frame);
    switch (record.kind) {
      case FileRecord::Kind::kFrame:
        batch_.push_back(frame);
        ++count;
        buffer_.Consume(record.consumed);
        if (batch_.size() == kBatch) HandOver(sink);
        break;
      case FileRecord::Kind::kNothing:
        buffer_.Consume(record.consumed);
        break;
      case FileRecord::Kind::kNeedMore:
        HandOver(sink);  // what they borrow is about to move
        if (!buffer_.Fill(record.needed)) StopAtEnd();
        break;
      case FileRecord::Kind::kBad:
        HandOver(sink);
        Stop(SourceState::kFailed, DataLoss(name_ + " is damaged after " + Packets(frames_) + ": " +
                                            std::string(record.why)));
        break;
    }
  }
  HandOver(sink);
  return count;
}

void CaptureFile::HandOver(const Sink& sink) {
  if (batch_.empty()) return;
  link_ = batch_.back().link;
  frames_ += batch_.size();
  sink(batch_);
  batch_.clear();
}

void CaptureFile::Stop(SourceState state, Status status) {
  state_ = state;
  status_ = std::move(status);
}

void CaptureFile::StopAtEnd() {
  if (buffer_.error() != 0) {
    Stop(SourceState::kFailed, DataLoss("cannot read " + name_ + " after " + Packets(frames_) +
                                        ": " + std::strerror(buffer_.error())));
  } else if (buffer_.cut() || !buffer_.available().empty()) {
    Stop(SourceState::kFailed, DataLoss(name_ + " is cut after " + Packets(frames_)));
  } else {
    Stop(SourceState::kEnded, Ok());
  }
}

PacketLedger CaptureFile::ledger() {
  PacketLedger ledger;
  ledger.received = frames_;
  return ledger;
}

}  // namespace rustnet
