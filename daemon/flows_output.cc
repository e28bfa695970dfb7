// SPDX-License-Identifier: Apache-2.0
#include "daemon/flows_output.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "common/base/json_writer.h"
#include "daemon/pipeline.h"

namespace rustnet {
namespace {

using net::Direction;
using net::FlowView;
using net::Protocol;

constexpr size_t kFramesPerRead = 256;

std::string EndpointText(const FlowView& flow, Direction from) {
  if (flow.key.family != 0) return flow.ip(from).ToString();
  MacAddress mac;
  std::copy_n(flow.key.address[flow.initiator ^ static_cast<uint8_t>(from)].begin(), mac.size(),
              mac.begin());
  return ToString(mac);
}

bool HasPorts(Protocol protocol) {
  return protocol == Protocol::kTcp || protocol == Protocol::kUdp || protocol == Protocol::kSctp;
}

void AppendCounters(const FlowView& flow, JsonWriter* json) {
  static constexpr std::pair<Direction, const char*> kSides[] = {{Direction::kForward, "_out"},
                                                                 {Direction::kBackward, "_in"}};
  for (const auto& [direction, suffix] : kSides) {
    const net::DirectionCounters& counters = flow.counters[static_cast<size_t>(direction)];
    const auto key = [suffix = suffix](const char* name) { return std::string(name) + suffix; };
    json->Number(key("pkts"), counters.packets).Number(key("bytes"), counters.bytes);
    json->Number(key("ip_bytes"), counters.ip_bytes).Number(key("payload"), counters.payload_bytes);
  }
  json->Seconds("first", flow.first).Seconds("last", flow.last);
}

void AppendTcp(const FlowView& flow, JsonWriter* json) {
  json->Text("tcp_state", net::EndState(flow.seen));
  json->Number("tcp_retrans", flow.metrics.retransmissions)
      .Number("tcp_ooo", flow.metrics.out_of_order);
  json->Number("tcp_dupack", flow.metrics.duplicate_acks).Number("tcp_gap", flow.metrics.gaps);
}

void AppendApplication(const FlowView& flow, JsonWriter* json) {
  if (flow.application == nullptr || flow.application->protocols.empty()) {
    json->Null("app").Texts("apps", std::vector<std::string>());
    return;
  }
  std::vector<std::string_view> names;
  for (const net::Dissector* dissector : flow.application->protocols)
    names.push_back(dissector->name);
  json->Text("app", names.front()).Texts("apps", names);
  if (IsQuic(flow.stage)) json->Text("quic_state", StageName(flow.stage));
  if (IsSsh(flow.stage)) json->Text("ssh_state", StageName(flow.stage));
  // Values stand in order of appearance; those of one field are gathered at its first.
  std::vector<const net::Field*> done;
  for (const auto& value : flow.application->values) {
    const net::Field* field = value.field;
    if (std::find(done.begin(), done.end(), field) != done.end()) continue;
    done.push_back(field);
    std::vector<std::string_view> texts;
    for (const auto& other : flow.application->values) {
      if (other.field == field) texts.push_back(other.text);
    }
    json->Texts(field->name, texts);
  }
}

FlowView OrphanView(const net::OrphanFragments& orphan) {
  FlowView flow;
  flow.key = orphan.key;
  flow.initiator = orphan.from;
  flow.first = orphan.first;
  flow.last = orphan.last;
  flow.counters[0].packets = orphan.counted.packets;
  flow.counters[0].bytes = orphan.counted.frame_bytes;
  flow.counters[0].ip_bytes = orphan.counted.ip_bytes;
  return flow;
}

void Append(const FlowView& flow, std::string_view l4, std::string* out) {
  JsonWriter json(out);
  const bool ports = HasPorts(flow.key.protocol);
  json.Text("kind", "flow").Text("l4", l4);
  json.Text("src", EndpointText(flow, Direction::kForward))
      .Number("sport", ports ? flow.port(Direction::kForward) : 0);
  json.Text("dst", EndpointText(flow, Direction::kBackward))
      .Number("dport", ports ? flow.port(Direction::kBackward) : 0);
  json.Number("depth", flow.depth);
  std::vector<std::string> carriers;
  for (size_t i = 0; i < flow.depth; ++i) carriers.push_back(net::CarrierName(flow.carriers[i]));
  json.Texts("encap", carriers);
  json.Numbers("vlan",
               std::vector<uint16_t>(flow.vlans.begin(), flow.vlans.begin() + flow.vlan_count));
  AppendCounters(flow, &json);
  if (flow.key.protocol == Protocol::kTcp) AppendTcp(flow, &json);
  AppendApplication(flow, &json);
  json.End();
}

net::FlowOptions OfflineOptions(const FlowsOptions& options) {
  net::FlowOptions flow;
  flow.capacity = 16'000'000;
  flow.expire = false;
  flow.inspection.facts.values_per_field = 200;
  flow.inspection.facts.bytes_per_value = 8192;
  flow.inspection.facts.bytes_per_flow = 256 * 1024;
  flow.inspection.facts.show_secrets = options.show_secrets;
  return flow;
}

// Lines on their way out, a piece at a time.
class Lines {
 public:
  explicit Lines(const LineWriter& write) : write_(write) {}

  void Add(const FlowView& flow, std::string_view l4) {
    Append(flow, l4, &buffer_);
    if (buffer_.size() >= kPiece) Flush();
  }
  // The first failure is the result; what comes behind it is not written.
  Status Finish() {
    Flush();
    return status_;
  }

 private:
  void Flush() {
    if (status_.ok() && !buffer_.empty()) status_ = write_(buffer_);
    buffer_.clear();
  }

  static constexpr size_t kPiece = 256 * 1024;

  const LineWriter& write_;
  std::string buffer_;
  Status status_ = Ok();
};

}  // namespace

FlowsResult WriteFlowLines(FrameSource& source, const FlowsOptions& options,
                           const LineWriter& write) {
  const auto pipeline = std::make_unique<Pipeline>(OfflineOptions(options));
  const auto feed = [&](std::span<const net::Frame> frames) { pipeline->Add(frames); };
  while (source.state() == SourceState::kActive) source.Read(kFramesPerRead, feed);
  Lines lines(write);
  const auto visit = [](const FlowView& flow, void* to) {
    static_cast<Lines*>(to)->Add(flow, net::ProtocolName(flow.key.protocol, flow.key.ip_protocol));
  };
  pipeline->flows().ForEach(pipeline->newest(), visit, &lines);
  for (const net::OrphanFragments& orphan : pipeline->decoder().TakeOrphans()) {
    lines.Add(OrphanView(orphan),
              net::ProtocolName(orphan.key.protocol, orphan.key.ip_protocol) + "-frag");
  }
  return {source.status(), lines.Finish()};
}

}  // namespace rustnet
