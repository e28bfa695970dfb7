// SPDX-License-Identifier: Apache-2.0
// The interfaces of the host, followed through the two rtnetlink sockets that stay open behind the
// seal: one tells the news, the other is asked.  News that were lost (ENOBUFS) are made good by
// asking for everything.
//
// One thread reads and asks; any thread may look at the last picture.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "common/base/status.h"
#include "daemon/seal/interfaces.h"

namespace rustnet {

using InterfaceList = std::vector<NetworkInterface>;  // by index

class InterfaceWatch {
 public:
  // Of OpenLinkEvents and OpenLinkDump; borrowed.  Empty before the first Refresh.
  InterfaceWatch(int events_fd, int dump_fd) : events_fd_(events_fd), dump_fd_(dump_fd) {}

  // Readable when there is news.
  int fd() const { return events_fd_; }
  // Reads the news that are there; true if there were any.  Never blocks, but for a dump if some
  // were lost.
  bool ReadNews();
  // Asks for everything, counters too.  Unavailable if the kernel does not answer: the old picture
  // stands.
  Status Refresh();

  // Never null.
  std::shared_ptr<const InterfaceList> interfaces() const;
  // How often news were lost and everything had to be asked for.
  uint64_t news_lost() const;

 private:
  void Publish();

  const int events_fd_;
  const int dump_fd_;
  InterfaceList working_;
  mutable std::mutex mutex_;
  std::shared_ptr<const InterfaceList> published_ = std::make_shared<InterfaceList>();
  uint64_t news_lost_ = 0;
};

// Null if there is none.
const NetworkInterface* FindInterface(const InterfaceList& interfaces, uint32_t index);
const NetworkInterface* FindInterface(const InterfaceList& interfaces, std::string_view name);

}  // namespace rustnet
