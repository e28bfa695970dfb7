// SPDX-License-Identifier: Apache-2.0
// Gearman (gearman: PROTOCOL): packets of "\0REQ" or "\0RES", a type, a size, arguments.  Whoever
// administers it says words in clear instead, of which nothing is told.
#include <iterator>

#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"
#include "common/net/dpi/frames.h"
#include "common/net/dpi/shape.h"

namespace rustnet::net {
namespace {

constexpr Field kGearmanPacket{"gearman_packet"};

constexpr size_t kHeader = 12;
constexpr uint32_t kLongest = 1U << 28;
constexpr std::string_view kWords[] = {"workers",  "status",  "prioritystatus", "show",
                                       "maxqueue", "version", "verbose",        "getpid",
                                       "cancel",   "create",  "drop",           "shutdown"};
constexpr std::string_view kRequest("\0REQ", 4), kResponse("\0RES", 4);
// By their numbers; the fifth is not used.
constexpr std::string_view kPackets[] = {"CAN_DO",
                                         "CANT_DO",
                                         "RESET_ABILITIES",
                                         "PRE_SLEEP",
                                         "",
                                         "NOOP",
                                         "SUBMIT_JOB",
                                         "JOB_CREATED",
                                         "GRAB_JOB",
                                         "NO_JOB",
                                         "JOB_ASSIGN",
                                         "WORK_STATUS",
                                         "WORK_COMPLETE",
                                         "WORK_FAIL",
                                         "GET_STATUS",
                                         "ECHO_REQ",
                                         "ECHO_RES",
                                         "SUBMIT_JOB_BG",
                                         "ERROR",
                                         "STATUS_RES",
                                         "SUBMIT_JOB_HIGH",
                                         "SET_CLIENT_ID",
                                         "CAN_DO_TIMEOUT",
                                         "ALL_YOURS",
                                         "WORK_EXCEPTION",
                                         "OPTION_REQ",
                                         "OPTION_RES",
                                         "WORK_DATA",
                                         "WORK_WARNING",
                                         "GRAB_JOB_UNIQ",
                                         "JOB_ASSIGN_UNIQ",
                                         "SUBMIT_JOB_HIGH_BG",
                                         "SUBMIT_JOB_LOW",
                                         "SUBMIT_JOB_LOW_BG",
                                         "SUBMIT_JOB_SCHED",
                                         "SUBMIT_JOB_EPOCH",
                                         "SUBMIT_REDUCE_JOB",
                                         "SUBMIT_REDUCE_JOB_BACKGROUND",
                                         "GRAB_JOB_ALL",
                                         "JOB_ASSIGN_ALL",
                                         "GET_STATUS_UNIQUE",
                                         "STATUS_RES_UNIQUE"};

size_t GearmanSize(Bytes start) {
  ByteReader reader(start);
  const std::string_view magic = AsText(reader.Take(kRequest.size()));
  reader.Skip(4);
  const uint32_t size = reader.U32();
  if (!reader.ok()) return kFrameSizeUnknown;
  return (magic == kRequest || magic == kResponse) && size <= kLongest ? kHeader + size : 0;
}

bool ReadGearman(Bytes frame, const Moment&, Facts* facts) {
  ByteReader reader(frame);
  reader.Skip(kRequest.size());
  const uint32_t type = reader.U32();
  if (!reader.ok() || type == 0 || type > std::size(kPackets)) return false;
  const std::string_view name = kPackets[type - 1];
  if (!name.empty()) facts->Add(kGearmanPacket, name);
  return true;
}

}  // namespace

Verdict ProbeGearman(Bytes opening) {
  if (opening.front() != 0) return ProbeWord(AsText(opening), kWords);
  const auto packet = [&](std::string_view magic) {
    return Shape(opening)
        .Is(magic)
        .U32(Between(1, std::size(kPackets)))
        .U32(Between(0, kLongest))
        .verdict();
  };
  const Verdict request = packet(kRequest);
  return request != Verdict::kNotMine ? request : packet(kResponse);
}

FieldList GearmanFields() { return FieldsOf<kGearmanPacket>(); }

std::unique_ptr<Session> StartGearman() {
  return StartFrames<&GearmanSize, &ReadGearman, kHeader>();
}

}  // namespace rustnet::net
