// SPDX-License-Identifier: Apache-2.0
#include "daemon/rpc/monitor_service.h"

#include <algorithm>
#include <utility>

#include "common/base/clock.h"
#include "common/base/text.h"
#include "common/model/convert.h"
#include "daemon/rpc/watch_stream.h"
#include "grpcpp/impl/codegen/proto_utils.h"

namespace rustnet {
namespace {

constexpr uint32_t kApiRevision = 1;
constexpr uint32_t kMinimumApiRevision = 1;
constexpr uint32_t kDefaultPage = 500;
constexpr uint32_t kLargestPage = 5000;
// A page ends early rather than come near the 4 MiB that clients accept.
constexpr size_t kMostPageBytes = 2 * 1024 * 1024;
constexpr uint32_t kSlowestInterval = 60'000;

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

void Report(const AttributionTally& tally, v1::AttributionCount* out) {
  out->set_quality(static_cast<v1::Quality>(tally.quality));
  out->set_reason(static_cast<v1::NoOwner>(tally.reason));
  out->set_flows(tally.flows);
}

void Report(const CompletenessReport& report, v1::AttributionCompleteness* out) {
  out->set_local(report.local());
  out->set_attributed(report.attributed);
  out->set_not_local(report.not_local);
  out->set_kernel(report.kernel);
  out->set_pending(report.pending);
  for (const AttributionTally& tally : report.counts) Report(tally, out->add_counts());
  if (report.p50) out->set_p50_us(static_cast<uint64_t>(*report.p50 / kMicrosecond));
  if (report.p99) out->set_p99_us(static_cast<uint64_t>(*report.p99 / kMicrosecond));
  if (report.p999) out->set_p999_us(static_cast<uint64_t>(*report.p999 / kMicrosecond));
}

template <typename Response>
class NotYet final : public grpc::ServerWriteReactor<Response> {
 public:
  explicit NotYet(const char* sentence) {
    this->Finish(grpc::Status(grpc::StatusCode::UNIMPLEMENTED, sentence));
  }
  void OnDone() override { delete this; }
};

class BadRequest final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  explicit BadRequest(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

v1::Limits MonitorService::Limits() const {
  v1::Limits limits;
  limits.set_message_bytes(kMostMessageBytes);
  limits.set_page_size(kLargestPage);
  limits.set_minimum_interval_ms(shared_.options->tick_ms);
  limits.set_heartbeat_ms(shared_.options->heartbeat_ms);
  limits.set_resume_seconds(120);
  limits.set_connections_per_uid(shared_.options->limits.connections_per_uid);
  return limits;
}

grpc::ServerUnaryReactor* MonitorService::GetServerInfo(grpc::CallbackServerContext* context,
                                                        const v1::GetServerInfoRequest* request,
                                                        v1::GetServerInfoResponse* response) {
  if (shared_.context->info) shared_.context->info(response);
  response->set_api_revision(kApiRevision);
  response->set_minimum_api_revision(kMinimumApiRevision);
  response->set_epoch(shared_.table->epoch());
  response->set_peer_uid(caller_.uid);
  response->set_scope(caller_.sees_all() ? v1::SCOPE_ALL : v1::SCOPE_OWN);
  response->set_may_control(caller_.may_control());
  *response->mutable_limits() = Limits();
  if (shared_.context->log && !request->client_name().empty() && WorthLogging()) {
    shared_.context->log("client of uid " + std::to_string(caller_.uid) + ": " +
                         Printable(request->client_name(), 64));
  }
  return Answer(context, Ok());
}

// Scripts call again and again: one line a minute tells of a user.
bool MonitorService::WorthLogging() {
  const Time now = MonotonicNow();
  Time logged = logged_;
  return (logged == 0 || now - logged > 60 * kSecond) &&
         logged_.compare_exchange_strong(logged, now);
}

grpc::ServerUnaryReactor* MonitorService::ListConnections(grpc::CallbackServerContext* context,
                                                          const v1::ListConnectionsRequest* request,
                                                          v1::ListConnectionsResponse* response) {
  return Answer(context, List(*request, response));
}

Status MonitorService::List(const v1::ListConnectionsRequest& request,
                            v1::ListConnectionsResponse* response) {
  v1::ListConnectionsRequest without_token = request;
  without_token.clear_page_token();
  without_token.clear_page_size();
  const std::string name = without_token.SerializeAsString();
  std::shared_ptr<PinnedList> list;
  size_t next = 0;
  if (request.page_token().empty()) {
    ViewSpec spec;
    spec.filter = request.filter();
    spec.historic = request.include_historic();
    spec.order_by = request.order_by();
    spec.read_mask.assign(request.read_mask().begin(), request.read_mask().end());
    Selection selection;
    RN_ASSIGN_OR_RETURN(selection, Selection::From(spec));
    list = std::make_shared<PinnedList>();
    list->caller = caller_;
    list->request = name;
    list->selected = shared_.table->Select(caller_.scope(), selection);
    list->mask = std::move(selection.mask);
  } else {
    auto found = shared_.lists->Find(request.page_token(), caller_, name);
    if (!found.ok()) return found.status();
    std::tie(list, next) = std::move(found).value();
  }
  if (list->selected.epoch != shared_.table->epoch()) {
    return Status(StatusCode::kAborted, "page_token: statistics were reset; begin again");
  }
  const uint32_t page =
      request.page_size() == 0 ? kDefaultPage : std::min(request.page_size(), kLargestPage);
  const std::span<const ConnectionId> rest = std::span(list->selected.ids).subspan(next);
  next += shared_.table->Fetch(caller_.scope(), rest.first(std::min<size_t>(page, rest.size())),
                               list->mask, kMostPageBytes, response->mutable_connections());
  response->set_total_size(static_cast<uint32_t>(list->selected.ids.size()));
  response->set_epoch(list->selected.epoch);
  response->set_revision(list->selected.revision);
  if (next < list->selected.ids.size()) {
    response->set_next_page_token(shared_.lists->Pin(std::move(list), next));
  }
  return Ok();
}

grpc::ServerUnaryReactor* MonitorService::GetConnection(grpc::CallbackServerContext* context,
                                                        const v1::GetConnectionRequest* request,
                                                        v1::GetConnectionResponse* response) {
  model::Connection connection;
  std::vector<RateSample> samples;
  if (!shared_.table->Get(caller_.scope(), request->id(), &connection, &samples)) {
    return Answer(context, NotFound("no connection has this id: it may be gone for more than 10 "
                                    "minutes, or belong to another user"));
  }
  ToProto(connection, model::Extent::kDetail, response->mutable_connection());
  for (const RateSample& sample : samples) {
    v1::RateSample* proto = response->add_samples();
    *proto->mutable_time() = model::ToTimestamp(sample.time);
    proto->set_send_rate(sample.send_rate);
    proto->set_receive_rate(sample.receive_rate);
  }
  return Answer(context, Ok());
}

grpc::ServerWriteReactor<grpc::ByteBuffer>* MonitorService::WatchConnections(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) {
  v1::WatchConnectionsRequest parsed;
  grpc::ByteBuffer copy = *request;
  const grpc::Status status =
      grpc::SerializationTraits<v1::WatchConnectionsRequest>::Deserialize(&copy, &parsed);
  if (!status.ok()) {
    return new BadRequest(
        grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "not a WatchConnectionsRequest"));
  }
  WatchStream::Terms terms;
  terms.limits = Limits();
  terms.interval_ms = std::clamp(parsed.interval_ms(), shared_.options->tick_ms, kSlowestInterval);
  terms.each_tick = parsed.interval_ms() <= shared_.options->tick_ms;
  return WatchStream::Open(context, shared_.pump, shared_.table, caller_, parsed, terms);
}

grpc::ServerWriteReactor<v1::WatchEventsResponse>* MonitorService::WatchEvents(
    grpc::CallbackServerContext*, const v1::WatchEventsRequest*) {
  return new NotYet<v1::WatchEventsResponse>(
      "this rustnetd has no event stream yet; WatchConnections shows every change of a row");
}

grpc::ServerWriteReactor<v1::WatchStatsResponse>* MonitorService::WatchStats(
    grpc::CallbackServerContext*, const v1::WatchStatsRequest*) {
  return new NotYet<v1::WatchStatsResponse>(
      "this rustnetd has no stream of statistics yet; call GetStats");
}

grpc::ServerUnaryReactor* MonitorService::ListProcesses(grpc::CallbackServerContext* context,
                                                        const v1::ListProcessesRequest* request,
                                                        v1::ListProcessesResponse* response) {
  return Answer(context, Processes(*request, response));
}

Status MonitorService::Processes(const v1::ListProcessesRequest& request,
                                 v1::ListProcessesResponse* response) {
  ViewSpec spec;
  spec.filter = request.filter();
  spec.order_by = request.order_by();
  Selection selection;
  RN_ASSIGN_OR_RETURN(selection, Selection::From(spec));
  std::vector<ProcessTotal> totals = shared_.table->Processes(caller_.scope(), selection);
  // The keys of connections serve: a process is sorted like one connection with its sums.
  std::vector<std::pair<model::Connection, size_t>> keys(totals.size());
  for (size_t i = 0; i < totals.size(); ++i) {
    keys[i].first.id = i;
    keys[i].first.process = totals[i].process;
    keys[i].first.counters = totals[i].counters;
    keys[i].second = i;
  }
  std::sort(keys.begin(), keys.end(),
            [&](const auto& a, const auto& b) { return selection.order.Less(a.first, b.first); });
  // There are few processes: a page token is the place in the list as it is now.
  size_t next = 0;
  if (!request.page_token().empty()) {
    const std::string& token = request.page_token();
    if (token.size() > 9 ||
        !std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      return InvalidArgument("page_token: not a token of this daemon");
    }
    next = std::min<size_t>(static_cast<size_t>(std::stoul(token)), keys.size());
  }
  const uint32_t page =
      request.page_size() == 0 ? kDefaultPage : std::min(request.page_size(), kLargestPage);
  size_t bytes = 0;
  const size_t end = std::min<size_t>(keys.size(), next + page);
  for (; next < end && bytes < kMostPageBytes; ++next) {
    const ProcessTotal& total = totals[keys[next].second];
    v1::ProcessSummary* proto = response->add_processes();
    ToProto(total.process, model::Extent::kDetail, proto->mutable_process());
    proto->set_connections(total.connections);
    ToProto(total.counters, proto->mutable_counters());
    bytes += proto->ByteSizeLong();
  }
  response->set_total_size(static_cast<uint32_t>(keys.size()));
  if (next < keys.size()) response->set_next_page_token(std::to_string(next));
  return Ok();
}

grpc::ServerUnaryReactor* MonitorService::ListInterfaces(grpc::CallbackServerContext* context,
                                                         const v1::ListInterfacesRequest*,
                                                         v1::ListInterfacesResponse* response) {
  if (shared_.context->interfaces) shared_.context->interfaces(response);
  if (!caller_.sees_all()) {
    for (v1::Interface& interface : *response->mutable_interfaces()) interface.clear_packets();
  }
  return Answer(context, Ok());
}

grpc::ServerUnaryReactor* MonitorService::GetStats(grpc::CallbackServerContext* context,
                                                   const v1::GetStatsRequest*,
                                                   v1::GetStatsResponse* response) {
  v1::Stats* stats = response->mutable_stats();
  if (shared_.context->stats) shared_.context->stats(stats);
  *stats->mutable_time() = model::ToTimestamp(WallNow());
  if (!caller_.sees_all()) {
    // Totals tell of others too.
    stats->clear_losses();
    stats->clear_attribution();
    return Answer(context, Ok());
  }
  v1::LossLedger* losses = stats->mutable_losses();
  const TableCounters table = shared_.table->counters();
  losses->set_history_evicted(table.history_evicted);
  losses->set_subscriber_rows_missed(table.subscriber_rows_missed);
  const AcceptorCounters connections = shared_.connections();
  losses->set_subscribers_cut(shared_.pump->cut() + connections.cut);
  losses->set_connections_refused(connections.refused);
  stats->mutable_self()->set_subscribers(static_cast<uint32_t>(shared_.pump->size()));
  for (const AttributionTally& tally : shared_.table->Tally()) {
    Report(tally, stats->add_attribution());
  }
  Report(shared_.table->AttributedLastMinute(), stats->mutable_attribution_last_minute());
  Report(shared_.table->AttributedSinceStart(), stats->mutable_attribution_since_start());
  return Answer(context, Ok());
}

}  // namespace rustnet
