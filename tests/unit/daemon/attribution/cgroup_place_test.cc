// SPDX-License-Identifier: Apache-2.0
#include "daemon/attribution/cgroup_place.h"

#include <gtest/gtest.h>

#include <ostream>

namespace rustnet {

void PrintTo(const CgroupPlace& place, std::ostream* out) {
  *out << "unit " << place.unit << ", container " << place.container_id << " ("
       << place.container_runtime << "), pod " << place.pod_uid;
}

namespace {

constexpr char kId[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD "11112222-3333-4444-5555-666677778888"

struct Case {
  const char* name;
  const char* path;
  CgroupPlace place;
};
const Case kCases[] = {
    {"Root", "/", {}},
    {"Empty", "", {}},
    {"Service", "/system.slice/nginx.service", {"nginx.service", "", "", ""}},
    {"Template",
     "/system.slice/system-getty.slice/getty@tty1.service",
     {"getty@tty1.service", "", "", ""}},
    {"Escaped", "/system.slice/dev\\x2dhub.service", {"dev-hub.service", "", "", ""}},
    {"EscapedControlStays", "/system.slice/a\\x0ab.service", {"a\\x0ab.service", "", "", ""}},
    {"User",
     "/user.slice/user-1000.slice/user@1000.service/app.slice/app-foot-77.scope",
     {"app-foot-77.scope", "", "", ""}},
    {"Session", "/user.slice/user-0.slice/session-1.scope", {"session-1.scope", "", "", ""}},
    {"SliceItself", "/user.slice/user-1000.slice", {"user-1000.slice", "", "", ""}},
    {"Init", "/init.scope", {"init.scope", "", "", ""}},
    {"BelowAUnit", "/system.slice/foo.service/worker", {"foo.service", "", "", ""}},
    {"DockerSystemd",
     "/system.slice/docker-" ID ".scope",
     {"docker-" ID ".scope", kId, "docker", ""}},
    {"DockerBare", "/docker/" ID, {"", kId, "docker", ""}},
    {"DockerWithSystemdInside",
     "/system.slice/docker-" ID ".scope/system.slice/cron.service",
     {"cron.service", kId, "docker", ""}},
    {"Podman",
     "/machine.slice/libpod-" ID ".scope/container",
     {"libpod-" ID ".scope", kId, "podman", ""}},
    {"PodmanOfAUser",
     "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
     {"libpod-" ID ".scope", kId, "podman", ""}},
    {"ConmonIsOutside",
     "/machine.slice/libpod-conmon-" ID ".scope",
     {"libpod-conmon-" ID ".scope", "", "", ""}},
    {"KubernetesContainerd",
     "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-"
     "pod11112222_3333_4444_5555_666677778888.slice/cri-containerd-" ID ".scope",
     {"cri-containerd-" ID ".scope", kId, "containerd", POD}},
    {"KubernetesCrio",
     "/kubepods.slice/kubepods-pod11112222_3333_4444_5555_666677778888.slice/crio-" ID ".scope",
     {"crio-" ID ".scope", kId, "cri-o", POD}},
    {"KubernetesBare", "/kubepods/besteffort/pod" POD "/" ID, {"", kId, "", POD}},
    {"KubernetesMirrorPod",
     "/kubepods/pod11112222333344445555666677778888/" ID,
     {"", kId, "", POD}},
    {"ContainerdColons",
     "/system.slice/containerd.service/"
     "kubepods-pod11112222_3333_4444_5555_666677778888.slice:cri-containerd:" ID,
     {"containerd.service", kId, "containerd", POD}},
    {"Lxc", "/lxc/web", {"", "web", "lxc", ""}},
    {"LxcPayload", "/lxc.payload.web/system.slice/ssh.service", {"ssh.service", "web", "lxc", ""}},
    {"Nspawn",
     "/machine.slice/systemd-nspawn@web.service",
     {"systemd-nspawn@web.service", "web", "nspawn", ""}},
    {"Machine",
     "/machine.slice/machine-web\\x2d1.scope",
     {"machine-web-1.scope", "web-1", "nspawn", ""}},
    {"AVirtualMachineIsNone",
     "/machine.slice/machine-qemu\\x2d1\\x2dvm.scope",
     {"machine-qemu-1-vm.scope", "", "", ""}},
    {"TooShortForAnId", "/system.slice/docker-0123.scope", {"docker-0123.scope", "", "", ""}},
    {"NoHex", "/docker/zzz3456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", {}},
    {"Slashes", "//system.slice///a.service//", {"a.service", "", "", ""}},
    {"OnlyTheSuffix", "/system.slice/.service", {}},
};

class CgroupPlaceTest : public testing::TestWithParam<Case> {};

TEST_P(CgroupPlaceTest, SaysWhoRunsThere) { EXPECT_EQ(PlaceOf(GetParam().path), GetParam().place); }
INSTANTIATE_TEST_SUITE_P(Cases, CgroupPlaceTest, testing::ValuesIn(kCases),
                         [](const auto& test) { return test.param.name; });

TEST(CgroupPlaceTest, EveryPrefixIsHarmless) {
  for (const Case& c : kCases) {
    const std::string_view path = c.path;
    for (size_t n = 0; n <= path.size(); ++n) {
      const std::string heap(path.substr(0, n));
      PlaceOf(heap);
    }
  }
}

}  // namespace
}  // namespace rustnet
