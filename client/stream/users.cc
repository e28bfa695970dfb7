// SPDX-License-Identifier: Apache-2.0
#include "client/stream/users.h"

#include <pwd.h>

#include "absl/container/flat_hash_map.h"
#include "common/base/text.h"
#include "common/model/filter.h"

namespace rustnet::client {

std::optional<uint32_t> UidOf(std::string_view name) {
  const passwd* entry = getpwnam(std::string(name).c_str());
  if (entry == nullptr) return std::nullopt;
  return entry->pw_uid;
}

std::string UserName(uint32_t uid) {
  // A directory server is not asked again with each picture.  One thread draws.
  static auto* const known = new absl::flat_hash_map<uint32_t, std::string>;
  const auto [found, is_new] = known->try_emplace(uid);
  if (is_new) {
    const passwd* entry = getpwuid(uid);
    if (entry != nullptr) found->second = Printable(entry->pw_name, 64);
  }
  return found->second;
}

StatusOr<std::string> FilterForDaemon(const std::string& text) {
  model::FilterError error;
  if (model::Filter::Parse(text, &error) != nullptr) return text;
  const auto filter = model::Filter::Parse(text, &error, UidOf);
  if (filter != nullptr) return filter->Canonical();
  return InvalidArgument("filter, at " + std::to_string(error.offset) + ": " + error.sentence);
}

}  // namespace rustnet::client
