// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/cgroup_place.h"

#include <algorithm>

namespace rustnet {
namespace {

constexpr size_t kIdDigits = 64;
constexpr size_t kUidDigits = 32;
constexpr size_t kLongestText = 256;

bool IsHex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool IsContainerId(std::string_view text) {
  return text.size() == kIdDigits && std::all_of(text.begin(), text.end(), &IsHex);
}

bool Strip(std::string_view prefix, std::string_view suffix, std::string_view* text) {
  if (text->size() <= prefix.size() + suffix.size()) return false;
  if (!text->starts_with(prefix) || !text->ends_with(suffix)) return false;
  text->remove_prefix(prefix.size());
  text->remove_suffix(suffix.size());
  return true;
}

// systemd.unit(5): \xHH stands for a byte of the name.  Control characters stay as they are.
std::string Unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size() && out.size() < kLongestText; ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
      const int high = HexValue(text[i + 2]);
      const int low = HexValue(text[i + 3]);
      const int value = high * 16 + low;
      if (high >= 0 && low >= 0 && value >= ' ' && value < 0x7f) {
        out += static_cast<char>(value);
        i += 3;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

// How runtimes name the scope of a container, with systemd's cgroup driver.
struct Scope {
  std::string_view prefix;
  std::string_view runtime;
};
constexpr Scope kScopes[] = {{"docker-", "docker"},
                             {"cri-containerd-", "containerd"},
                             {"nerdctl-", "containerd"},
                             {"crio-", "cri-o"},
                             {"libpod-", "podman"}};

// What a directory's name says of the container in a bare one ("docker/<id>", "kubepods/…/<id>").
std::string_view RuntimeOfParent(std::string_view parent) {
  if (parent == "docker" || parent == "buildkit") return "docker";
  if (parent == "libpod_parent" || parent == "libpod") return "podman";
  if (parent == "containerd" || parent == "default" || parent == "k8s.io") return "containerd";
  return "";
}

bool SetContainer(std::string_view id, std::string_view runtime, CgroupPlace* place) {
  place->container_id = Unescape(id);
  place->container_runtime = runtime;
  return true;
}

bool ReadContainer(std::string_view parent, std::string_view name, CgroupPlace* place) {
  for (const Scope& scope : kScopes) {
    std::string_view id = name;
    // "crio-conmon-<id>" and "libpod-conmon-<id>" watch a container and are outside of it.
    if ((Strip(scope.prefix, ".scope", &id) || Strip(scope.prefix, "", &id)) && IsContainerId(id)) {
      return SetContainer(id, scope.runtime, place);
    }
  }
  // containerd's own form: "kubepods-…-pod<uid>.slice:cri-containerd:<id>".
  if (const size_t colon = name.rfind(':'); colon != std::string_view::npos) {
    const std::string_view id = name.substr(colon + 1);
    const std::string_view rest = name.substr(0, colon);
    if (IsContainerId(id)) {
      for (const Scope& scope : kScopes) {
        if (rest.ends_with(scope.prefix.substr(0, scope.prefix.size() - 1))) {
          return SetContainer(id, scope.runtime, place);
        }
      }
      return SetContainer(id, "", place);
    }
  }
  if (IsContainerId(name)) return SetContainer(name, RuntimeOfParent(parent), place);
  std::string_view lxc = name;
  if (parent == "lxc") return SetContainer(name, "lxc", place);
  if (Strip("lxc.payload.", "", &lxc)) return SetContainer(lxc, "lxc", place);
  std::string_view machine = name;
  if (parent == "machine.slice" && Strip("systemd-nspawn@", ".service", &machine)) {
    return SetContainer(machine, "nspawn", place);
  }
  if (parent == "machine.slice" && Strip("machine-", ".scope", &machine) &&
      !machine.starts_with("qemu")) {
    return SetContainer(machine, "nspawn", place);
  }
  return false;
}

// "pod" and a UUID, with hyphens, underscores or neither, at the end of "kubepods-besteffort-".
bool ReadPod(std::string_view name, std::string* uid) {
  if (const size_t colon = name.find(':'); colon != std::string_view::npos) {
    name = name.substr(0, colon);
  }
  std::string_view inner = name;
  if (Strip("", ".slice", &inner)) name = inner;
  const size_t at = name.rfind("pod");
  if (at == std::string_view::npos || (at != 0 && name[at - 1] != '-')) return false;
  std::string digits;
  for (const char c : name.substr(at + 3)) {
    if (IsHex(c)) {
      digits += c;
    } else if (c != '-' && c != '_') {
      return false;
    }
  }
  if (digits.size() != kUidDigits) return false;
  for (const size_t hyphen : {size_t{20}, size_t{16}, size_t{12}, size_t{8}}) {
    digits.insert(hyphen, 1, '-');
  }
  *uid = digits;
  return true;
}

bool IsUnit(std::string_view name) {
  for (const std::string_view kind : {".service", ".scope", ".socket", ".mount", ".swap"}) {
    if (name.size() > kind.size() && name.ends_with(kind)) return true;
  }
  return false;
}

}  // namespace

CgroupPlace PlaceOf(std::string_view path) {
  CgroupPlace place;
  std::string_view parent;
  std::string_view slice;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (name.empty()) continue;
    if (name.starts_with("pod") || name.starts_with("kubepods")) ReadPod(name, &place.pod_uid);
    ReadContainer(parent, name, &place);
    if (IsUnit(name)) place.unit = Unescape(name);
    if (name.ends_with(".slice")) slice = name;
    parent = name;
  }
  // A process directly in a slice, as those of a pod without systemd's driver are not.
  if (place.unit.empty() && !slice.empty() && parent == slice) place.unit = Unescape(slice);
  return place;
}

}  // namespace rustnet
