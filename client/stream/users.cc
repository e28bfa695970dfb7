// SPDX-License-Identifier: Apache-2.0
#include "client/stream/users.h"

#include <pwd.h>

#include "common/model/filter.h"

namespace rustnet::client {

std::optional<uint32_t> UidOf(std::string_view name) {
  const passwd* entry = getpwnam(std::string(name).c_str());
  if (entry == nullptr) return std::nullopt;
  return entry->pw_uid;
}

StatusOr<std::string> FilterForDaemon(const std::string& text) {
  model::FilterError error;
  if (model::Filter::Parse(text, &error) != nullptr) return text;
  const auto filter = model::Filter::Parse(text, &error, UidOf);
  if (filter != nullptr) return filter->Canonical();
  return InvalidArgument("filter, at " + std::to_string(error.offset) + ": " + error.sentence);
}

}  // namespace rustnet::client
