// SPDX-License-Identifier: Apache-2.0
// All live captures of the daemon: which handle is on which interface, from the first packet on.
// An interface that comes back gets its handle again; with `any`, one that appears gets a spare;
// what has no handle is named.  Needs no privilege.
//
// Workers read the sources; one thread calls Tick; anybody may ask.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/capture/interface_watch.h"
#include "daemon/capture/live_source.h"
#include "daemon/capture/source.h"
#include "daemon/seal/handles.h"
#include "daemon/seal/open_capture_filter.h"

namespace rustnet {

// What is known of one interface, captured or not.
struct InterfaceReport {
  NetworkInterface interface;
  bool present = true;    // false: deleted; `interface` is what it was
  bool captured = false;  // a handle is on it, or waits for it
  SourceState state = SourceState::kActive;
  Status status;                 // why it is not captured, or not as asked for
  std::vector<uint8_t> handles;  // net::Frame::handle of its frames
  PacketLedger ledger;           // of these handles together, from when each was opened
};

class LiveCapture {
 public:
  // Takes over the handles of OpenCaptures; the sockets are of OpenLinkEvents and OpenLinkDump and
  // stay the caller's.  A source's id is its place in `captures`, then `spares`.
  LiveCapture(std::vector<CaptureHandle> captures, std::vector<CaptureHandle> spares,
              int link_events_fd, int link_dump_fd);

  // Lets packets in.  A capture that cannot begin says so in Interfaces(); an error here means that
  // none could.
  Status Start();

  int workers() const { return workers_; }
  // Those that `worker` reads, spares included: the list never changes.
  std::vector<FrameSource*> Sources(int worker) const;

  // Readable when interfaces changed; Tick may wait for it, or come each 100 ms.
  int fd() const { return watch_.fd(); }
  // Follows the interfaces; asks for their counters each second.
  void Tick(Time monotonic_now);

  // The captured ones first, in the order of their handles, then the others, by index.
  std::vector<InterfaceReport> Interfaces();
  // Names of interfaces that should be captured and have no handle.
  std::vector<std::string> Uncovered() const;
  // Never null: all interfaces with their addresses, as of the last Tick.
  std::shared_ptr<const InterfaceList> interfaces() const { return watch_.interfaces(); }

  // Replaces the filter of all handles without a loss.  InvalidArgument: it does not compile; the
  // old one stands.  Host names cannot be resolved behind the seal.
  Status SetFilter(const std::string& expression);
  std::string filter() const;

 private:
  // The handles that share one interface; alone, or joined by fanout.
  using Group = std::vector<LiveSource*>;

  // REQUIRES (all of these): mutex_ is held.
  std::map<uint32_t, Group> Groups() const;  // by index of the interface to which they are bound
  Status OpenGroup(const Group& group, const NetworkInterface& interface);
  Status JoinGroup(const Group& group, const FilterProgram& program);
  void Reconcile();
  void FollowGroup(const Group& group, const NetworkInterface& interface);
  void Cover(const NetworkInterface& interface);
  Group FreeHandlesFor(const NetworkInterface& interface);
  LiveSource* FreeHandle(const std::string& name, int worker);
  size_t SocketsWanted(const NetworkInterface& interface) const;
  void CountInterfaceLoss();
  void AddSource(LiveSource& source, std::vector<InterfaceReport>* reports);

  std::vector<std::unique_ptr<LiveSource>> sources_;
  InterfaceWatch watch_;
  std::shared_ptr<const CapturePlan> plan_;
  int workers_ = 1;
  Time next_refresh_ = 0;
  mutable std::mutex mutex_;  // of what follows, and of what happens to the sources
  CaptureFilter filter_;
  std::map<std::string, size_t> wanted_;  // captured whenever they are there, by so many sockets
  std::vector<std::string> uncovered_;
  std::vector<NetworkInterface> known_;  // each source's interface as it was last seen; by id
};

}  // namespace rustnet
