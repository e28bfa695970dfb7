// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/target.h"

#include <string>

namespace rustnet::net {
namespace {

// Without the user information of `authority`.
std::string_view HostOf(std::string_view authority) {
  const size_t at = authority.rfind('@');
  return at == std::string_view::npos ? authority : authority.substr(at + 1);
}

}  // namespace

void AddTarget(const Field& field, std::string_view target, Facts* facts) {
  if (facts->show_secrets()) return facts->Add(field, target);
  const std::string_view path = target.substr(0, target.find_first_of("?#"));
  const size_t scheme = path.find("://");
  const size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view authority = path.substr(begin, path.find('/', begin) - begin);
  const std::string_view host = HostOf(authority);
  if (host.size() == authority.size()) {
    facts->Add(field, path);
  } else {
    std::string told(path.substr(0, begin));
    told.append(host).append(path.substr(begin + authority.size()));
    facts->Add(field, told);
  }
  if (path.size() != target.size() || host.size() != authority.size()) facts->CountWithheld();
}

void AddHost(const Field& field, std::string_view host, Facts* facts) {
  if (facts->show_secrets()) return facts->Add(field, host);
  const std::string_view told = HostOf(host);
  facts->Add(field, told);
  if (told.size() != host.size()) facts->CountWithheld();
}

}  // namespace rustnet::net
