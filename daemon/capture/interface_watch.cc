// SPDX-License-Identifier: Apache-2.0
#include "daemon/capture/interface_watch.h"

#include <utility>

namespace rustnet {

bool InterfaceWatch::ReadNews() {
  if (events_fd_ < 0) return false;
  const LinkNews news = ReadLinkEvents(events_fd_, &working_);
  if (news == LinkNews::kNone) return false;
  if (news == LinkNews::kLost) {
    {
      const std::lock_guard lock(mutex_);
      ++news_lost_;
    }
    if (Refresh().ok()) return true;
  }
  Publish();
  return true;
}

Status InterfaceWatch::Refresh() {
  RN_ASSIGN_OR_RETURN(working_, DumpInterfaces(dump_fd_));
  Publish();
  return Ok();
}

void InterfaceWatch::Publish() {
  auto picture = std::make_shared<const InterfaceList>(working_);
  const std::lock_guard lock(mutex_);
  published_ = std::move(picture);
}

std::shared_ptr<const InterfaceList> InterfaceWatch::interfaces() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

uint64_t InterfaceWatch::news_lost() const {
  const std::lock_guard lock(mutex_);
  return news_lost_;
}

const NetworkInterface* FindInterface(const InterfaceList& interfaces, uint32_t index) {
  for (const NetworkInterface& interface : interfaces) {
    if (interface.index == index) return &interface;
  }
  return nullptr;
}

const NetworkInterface* FindInterface(const InterfaceList& interfaces, std::string_view name) {
  for (const NetworkInterface& interface : interfaces) {
    if (interface.name == name) return &interface;
  }
  return nullptr;
}

}  // namespace rustnet
