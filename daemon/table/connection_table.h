// SPDX-License-Identifier: Apache-2.0
// Flows, joined with their owners and names, as the rows that clients see.
//
// One thread (the table thread) calls what stands under "writing"; any thread may call the rest.
// The lock is held for a slice of rows at a time: a reader never waits for a whole tick, and a tick
// never for a whole snapshot.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/synchronization/mutex.h"
#include "common/base/status.h"
#include "daemon/attribution/attribution.h"
#include "daemon/nat/nat.h"
#include "daemon/table/access_class.h"
#include "daemon/table/completeness.h"
#include "daemon/table/describe.h"
#include "daemon/table/id_cipher.h"
#include "daemon/table/ordered_ids.h"
#include "daemon/table/owners.h"
#include "daemon/table/rate_history.h"
#include "daemon/table/record_store.h"
#include "daemon/table/subscription.h"

namespace rustnet {

struct TableOptions {
  uint32_t historic = 5000;                         // closed rows that are kept
  Duration historic_for = Duration{600} * kSecond;  // and how long
  Duration horizon = Duration{120} * kSecond;       // age of a tombstone that is forgotten
  uint32_t most_tombstones = 131'072;
  size_t message_bytes = kMostMessageBytes;  // of one piece; more than kMostRowBytes
  uint32_t most_views = 64;
  uint32_t most_views_per_uid = 8;
  uint32_t most_scoped_classes = 16;
  std::string_view (*service)(uint16_t port, net::Protocol protocol) = nullptr;
};

// What one tick brings.  `name` tells under which name the local address has asked for the remote
// one, or nothing.
struct TickInput {
  Time now = 0;        // of the capture
  Time monotonic = 0;  // for deadlines
  std::span<const net::FlowView> flows;
  Attribution* attribution = nullptr;
  std::function<std::optional<SeenName>(const IpAddress& local, const IpAddress& remote)> name;
  const Nat* nat = nullptr;
};

struct TableCounters {
  uint64_t history_evicted = 0;
  uint64_t subscriber_rows_missed = 0;
};

struct ProcessTotal {
  model::Process process;
  uint32_t connections = 0;
  model::Counters counters;
};

class ConnectionTable {
 public:
  explicit ConnectionTable(const TableOptions& options = {});
  ~ConnectionTable();

  // ---- writing ----
  // `netns`: cookie of the namespace that the handle captures in; 0: the host's.
  // `index`: of the interface; 0: its flows are not joined with those of others.
  void SetInterface(uint8_t handle, std::string name, uint64_t netns, uint32_t index = 0);
  // How the interfaces stand on each other.
  void SetLinks(std::span<const Link> links);
  // Rows that are there keep their orientation.
  void SetLocalNetwork(LocalNetwork network);
  void Tick(const TickInput& input);
  // Forgets all rows: a new epoch.  The caller has cleared the flow tables.
  void Reset();
  // Called at the end of each tick and reset, on the table thread, without the table's lock.  May
  // be changed by any thread; none: nobody is called.
  void OnTick(std::function<void()> listener);

  // ---- reading; `scope`: the uid whose rows alone are seen, none: all ----
  using Scope = std::optional<uint32_t>;

  uint64_t epoch() const;
  // INVALID_ARGUMENT, RESOURCE_EXHAUSTED.  `owner`: the uid whose share of views this uses.
  StatusOr<std::unique_ptr<Subscription>> Subscribe(Scope scope, uint32_t owner,
                                                    const ViewSpec& spec);
  // Ids of the matching rows in order, and the state that they are of.
  struct Selected {
    std::vector<ConnectionId> ids;
    uint64_t epoch = 0;
    Revision revision = 0;
  };
  Selected Select(Scope scope, const Selection& selection);
  // The rows of `ids` as they are now, without those that are gone, until they have `most_bytes`.
  // Returns how many ids were used.
  size_t Fetch(Scope scope, std::span<const ConnectionId> ids, const model::ReadMask& mask,
               size_t most_bytes, google::protobuf::RepeatedPtrField<v1::Connection>* out);
  // With detail.  False: no such row, or not for this caller.
  bool Get(Scope scope, ConnectionId id, model::Connection* connection,
           std::vector<RateSample>* samples);
  // Live rows that match, summed by process.
  std::vector<ProcessTotal> Processes(Scope scope, const Selection& selection);
  // Live flows by what is known of their owners.
  std::vector<AttributionTally> Tally() const;
  CompletenessReport AttributedLastMinute() const;
  CompletenessReport AttributedSinceStart() const;
  TableCounters counters() const;
  size_t size() const;
  uint32_t subscribers() const;

 private:
  friend class Subscription;
  // What is found out about a flow before the lock is taken.
  struct Prepared {
    RowIndex row = kNoRow;
    Owners answer;
    std::optional<SeenName> name;
  };
  struct Retry {
    Time due;
    RowIndex row;
    ConnectionId id;
    bool operator<(const Retry& other) const { return due > other.due; }  // soonest on top
  };
  static constexpr size_t kSlice = 128;  // rows per hold of the lock
  static constexpr RowIndex kNoRow = UINT32_MAX;

  // connection_table.cc: the table thread.
  void ApplyAll(std::span<const net::FlowView* const> flows, const TickInput& input);
  void Prepare(const net::FlowView& flow, const TickInput& input, Prepared* out) const;
  void Apply(const net::FlowView& flow, Prepared* prepared, const TickInput& input);
  RowIndex NewRow(const net::FlowView& flow, Prepared* prepared, const TickInput& input);
  OwnerSources Sources(const TickInput& input) const;
  bool Update(const net::FlowView& flow, RowIndex row, const TickInput& input);
  void RetryOwners(const TickInput& input);
  void Close(RowIndex row, const TickInput& input);
  void Drop(RowIndex row);
  void Expire(const TickInput& input);
  void TakeSamples(const TickInput& input);
  void TellListener();

  // succession.cc: datagrams of one tuple that one socket after another sends.
  RowIndex Succeed(const net::FlowView& flow, RowIndex row, bool is_new, const TickInput& input);
  std::vector<Attribution::Successor> SuccessorsOf(const net::FlowView& flow, Record* record,
                                                   const TickInput& input) const;

  // joining.cc: flows of one conversation into one row.
  struct Join {
    RowIndex row = kNoRow;
    uint8_t local = 0;     // index in the sighted key of the row's local end
    bool unclear = false;  // there is a row that may turn out to be the same
  };
  uint32_t InterfaceOf(const net::FlowKey& key) const { return around_.handles[key.handle].index; }
  void Index(RowIndex row);
  void Unindex(RowIndex row);
  Sighting SightingOf(const Record& record) const;
  Copy CopyOf(const Record& record) const;
  Join FindJoin(const Sighting& sighting, RowIndex self, const Nat* nat) const;
  bool Matches(const Record& record, const Sighting& sighting, const Translation* translation,
               Join* join) const;
  void JoinFlow(const net::FlowView& flow, const Join& join, Prepared* prepared);
  RowIndex MergeIfClear(RowIndex row, const TickInput& input);
  void Merge(RowIndex into, RowIndex from, bool turned);
  void AddCopy(RowIndex row, Copy copy);
  void FollowNearest(RowIndex row);
  void TurnTo(RowIndex row, const Orientation& to);
  static void KeepSpans(const net::FlowView& flow, Record* record);
  static bool CountPath(const net::FlowView& flow, Record* record, model::Numbers* numbers);

  // sockets.cc: whose the rows' sockets are, and what the kernel counts of them.
  struct Counted {  // how a row stands in `completeness_`
    Time first = 0;
    Completeness::Known party;
    Completeness::Known peer;
  };
  static Counted CountedOf(const Record& record);
  void SetOwners(RowIndex row, Owners answer);
  void CountMerged(RowIndex into, const Counted& before, const Counted& gone);
  void SetSocket(RowIndex row, const Owner& owner);
  void ForgetSocket(RowIndex row);
  void FollowSockets(const TickInput& input);
  static bool SetKernelTcp(const KernelTcp& tcp, Record* record);
  void TakeSocket(RowIndex into, RowIndex from);

  // publish.cc: from records to logs and views.
  void Publish(RowIndex row, bool facts_changed, const model::Numbers& before, bool was_live);
  void PublishTo(AccessClass* access, RowIndex row, bool facts_changed,
                 const model::Numbers& before);
  void UpdateView(View* view, const AccessClass& access, RowIndex row, bool facts_changed);
  void Unpublish(AccessClass* access, RowIndex row);
  const model::Connection& Row(RowIndex row, const AccessClass& access);
  void Rescan(const TickInput& input);
  void RescanView(AccessClass* access, View* view, Time now);
  void MoveWindow(AccessClass* access, View* view);
  void ForEachRow(AccessClass* access, const std::function<void(RowIndex)>& visit);
  void DropUnused(Time monotonic);

  // reading.cc
  StatusOr<AccessClass*> ClassFor(Scope scope, bool* is_new);
  StatusOr<View*> ViewFor(AccessClass* access, uint32_t owner, Selection* selection, bool* is_new);
  void Fill(AccessClass* access);
  void FillView(AccessClass* access, View* view);
  void Release(View* view);
  void WaitUntilFilled(const bool* filled);
  template <typename Visit>
  void ForEachMatch(Scope scope, const Selection& selection, Visit visit);
  Revision RevisionFor(Scope scope) const;
  std::shared_ptr<const EncodedDelta> Encode(AccessClass* access, View* view, Revision base,
                                             Revision whole);
  std::string_view Facts(AccessClass* access, RowIndex row);
  Summary SummaryOf(const AccessClass& access, const View& view) const;
  const Record* Find(ConnectionId id, RowIndex* row) const;

  const TableOptions options_;
  mutable absl::Mutex mutex_;
  // The table thread alone changes what follows, and holds the mutex when it does; it may read
  // without.  What readers fill (facts, views) is touched by all only with the mutex.
  Surroundings around_;
  RecordStore records_;
  std::vector<std::unique_ptr<AccessClass>> classes_;  // the first: all rows
  RateHistory rates_;
  std::deque<std::pair<Time, RowIndex>> closed_;  // historic rows, oldest first
  uint64_t epoch_ = 0;
  std::optional<IdCipher> cipher_;
  Time now_ = 0;
  Time monotonic_ = 0;
  TableCounters counters_;
  Completeness completeness_;
  uint16_t next_instance_ = 1;
  uint32_t subscribers_ = 0;
  model::Connection scratch_;
  RowIndex scratch_row_ = UINT32_MAX;
  const AccessClass* scratch_class_ = nullptr;
  model::Connection row_scratch_;
  std::string facts_scratch_;
  v1::Connection masked_;

  // The table thread's own.
  absl::flat_hash_map<uint64_t, RowIndex> by_flow_;
  bool joins_ = false;   // several interfaces are captured
  bool merged_ = false;  // rows were, in this slice: what was prepared may name one that is gone
  absl::flat_hash_map<uint64_t, RowIndex> by_tuple_;  // live rows, if `joins_`; Record::same_tuple
  // By cookie, until the socket has ended: more than one if it was seen on several interfaces.
  absl::flat_hash_map<uint64_t, absl::InlinedVector<RowIndex, 1>> by_socket_;
  std::vector<TcpChange> tcp_changes_;
  std::priority_queue<Retry> retries_;
  std::vector<Prepared> prepared_;
  std::vector<const net::FlowView*> known_flows_;
  std::vector<const net::FlowView*> new_flows_;
  Time next_sample_ = 0;

  absl::Mutex listener_mutex_;
  std::function<void()> listener_;  // guarded by listener_mutex_
};

}  // namespace rustnet
