// SPDX-License-Identifier: Apache-2.0
// What the path of a cgroup says of who runs in it: the unit that systemd named it after, the
// container that a runtime did.  No runtime is asked.
#pragma once

#include <string>
#include <string_view>

namespace rustnet {

struct CgroupPlace {
  std::string unit;               // "nginx.service"; innermost
  std::string container_id;       // 64 hex digits, or the name (LXC, systemd-nspawn)
  std::string container_runtime;  // "docker", "containerd", "cri-o", "podman", "lxc", "nspawn"
  std::string pod_uid;            // Kubernetes, with hyphens

  friend bool operator==(const CgroupPlace&, const CgroupPlace&) = default;
};

// `path`: printable, "/" separated.  Systemd's escapes (\x2d) are resolved.
CgroupPlace PlaceOf(std::string_view path);

}  // namespace rustnet
