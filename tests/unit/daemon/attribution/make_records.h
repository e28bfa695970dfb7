// SPDX-License-Identifier: Apache-2.0
// Records as the BPF programs write them, for tests.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/bytes.h"
#include "common/base/ip_address.h"
#include "daemon/attribution/attribution.h"
#include "daemon/attribution/bpf/records.h"

namespace rustnet {

inline constexpr uint64_t kNetns = 7;

template <typename Record>
std::string BytesOf(const Record& record) {
  std::string bytes(sizeof record, '\0');
  std::memcpy(bytes.data(), &record, sizeof record);
  return bytes;
}

struct Who {
  uint32_t pid = 100;
  uint32_t exec_id = 1;
  uint8_t role = bpf::kRoleConnect;
  uint32_t tid = 0;  // 0: the leader
  std::string thread = "curl";
};

inline bpf::RecordOwner OwnerRecord(const Who& who) {
  bpf::RecordOwner owner{};
  owner.tgid = who.pid;
  owner.tid = who.tid == 0 ? who.pid : who.tid;
  owner.uid = 1000;
  owner.exec_id = who.exec_id;
  owner.start = uint64_t{who.pid} * 1000;
  owner.role = who.role;
  who.thread.copy(owner.thread, sizeof owner.thread - 1);
  return owner;
}

// "1.2.3.4:80" or "[::1]:80".
struct Endpoint {
  IpAddress address;
  uint16_t port = 0;
  Endpoint() = default;
  Endpoint(std::string_view text) {
    const size_t colon = text.rfind(':');
    std::string_view host = text.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
    address = IpAddress::Parse(host).value();
    port = static_cast<uint16_t>(std::stoi(std::string(text.substr(colon + 1))));
  }
  Endpoint(const char* text) : Endpoint(std::string_view(text)) {}
};

inline bpf::SocketRecord SocketRecordOf(bpf::RecordType type, uint8_t protocol, uint64_t cookie,
                                        const Endpoint& local, const Endpoint& remote,
                                        const Who& who, Time time, uint64_t netns = kNetns) {
  bpf::SocketRecord record{};
  record.header.type = type;
  record.header.protocol = protocol;
  record.header.family = local.address.is_v6() ? 6 : 4;
  record.header.time = static_cast<uint64_t>(time);
  record.cookie = cookie;
  record.netns = netns;
  std::copy(local.address.raw().begin(), local.address.raw().end(), record.local);
  std::copy(remote.address.raw().begin(), remote.address.raw().end(), record.remote);
  record.local_port = local.port;
  record.remote_port = remote.port;
  record.owner = OwnerRecord(who);
  return record;
}

inline bpf::CloseRecord CloseRecordOf(uint64_t cookie, Time time) {
  bpf::CloseRecord record{};
  record.header.type = bpf::kRecordClose;
  record.header.time = static_cast<uint64_t>(time);
  record.cookie = cookie;
  return record;
}

// `state`: 1 established, 7 closed.
inline bpf::TcpRecord TcpRecordOf(uint64_t cookie, uint64_t acked, uint8_t state, Time time) {
  bpf::TcpRecord record{};
  record.header.type = bpf::kRecordTcp;
  record.header.state = state;
  record.header.time = static_cast<uint64_t>(time);
  record.cookie = cookie;
  record.bytes_acked = acked;
  record.bytes_sent = acked + 1000;
  record.bytes_received = 77;
  record.srtt = 8 * 250 + 7;
  record.mdev = 4 * 30 + 3;
  record.min_rtt = 200;
  record.retransmissions = 2;
  record.congestion_window = 10;
  record.delivered = 5;
  record.delivery_interval = 1000;
  record.mss = 1448;
  return record;
}

inline bpf::ImageRecord ImageRecordOf(bpf::RecordType type, uint32_t pid, uint32_t exec_id,
                                      Time time) {
  bpf::ImageRecord record{};
  record.header.type = type;
  record.header.time = static_cast<uint64_t>(time);
  record.start = uint64_t{pid} * 1000;
  record.tgid = pid;
  record.exec_id = exec_id;
  return record;
}

// Texts that are each ended by NUL, in the order given.
inline void PutTexts(const std::vector<std::string>& texts, char* out, size_t capacity,
                     uint16_t* bytes) {
  std::string all;
  for (const std::string& text : texts) all += text + '\0';
  *bytes = static_cast<uint16_t>(all.copy(out, capacity));
}

struct Described {
  std::string comm = "curl";
  std::vector<std::string> exe_leaf_first = {"curl", "bin", "usr"};
  std::vector<std::string> cgroup_leaf_first = {"a.service", "system.slice"};
  std::vector<std::string> directory_leaf_first = {"www", "var"};
  std::vector<std::string> arguments = {"curl", "-s", "http://example.com"};
};

inline bpf::ProcessRecord ProcessRecordOf(uint32_t pid, uint32_t exec_id, Time time,
                                          const Described& what = {}) {
  bpf::ProcessRecord record{};
  record.header.type = bpf::kRecordProcess;
  record.header.time = static_cast<uint64_t>(time);
  record.start = uint64_t{pid} * 1000;
  record.tgid = pid;
  record.exec_id = exec_id;
  record.uid = 1000;
  record.gid = 100;
  record.login_uid = UINT32_MAX;
  what.comm.copy(record.comm, sizeof record.comm - 1);
  PutTexts(what.exe_leaf_first, record.exe, sizeof record.exe, &record.exe_bytes);
  PutTexts(what.cgroup_leaf_first, record.cgroup, sizeof record.cgroup, &record.cgroup_bytes);
  PutTexts(what.directory_leaf_first, record.directory, sizeof record.directory,
           &record.directory_bytes);
  PutTexts(what.arguments, record.arguments, sizeof record.arguments, &record.argument_bytes);
  return record;
}

}  // namespace rustnet
