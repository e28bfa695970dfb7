// SPDX-License-Identifier: Apache-2.0
// BPF by libbpf and the generated skeleton.
//
// One program that cannot be loaded makes the whole object fail, so fentry and fexit programs are
// tried alone first, then the object as a whole, and then again without the optional program that
// libbpf names.  After attaching, the links alone are kept: program descriptors would let their
// holder attach again.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <mntent.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string_view>

#include "daemon/seal/load_bpf.h"
#include "rustnet_bpf.skel.h"

namespace rustnet {
namespace {

constexpr int kFloorMajor = 5;  // sleepable iterators, storage in sleepable programs: 5.18, 5.17
constexpr int kFloorMinor = 19;
constexpr ino_t kRootInode = 1;  // of every cgroup2 hierarchy (kernfs numbers from 1)
constexpr size_t kMaxLogLines = 40;
constexpr size_t kMaxLogLine = 400;

// What is lost without an optional program; the others are required.
struct OptionalProgram {
  std::string_view name;
  std::string_view loss;
  bool beyond = false;  // rung L1 is whole without it
};
constexpr OptionalProgram kOptional[] = {
    {"OnSendLength", "sockets handed to another process are noticed late or not at all"},
    {"OnReceiveLength", "sockets handed to another process are noticed late or not at all"},
    {"OnExec", "a socket kept over an exec is shown with the former program"},
    {"OnExit", "ended processes are remembered longer"},
    {"OnScan", "sockets opened before the daemon have no process"},
    {"OnTcpScan", "TCP connections of other namespaces have no numbers of the kernel's"},
    {"OnBind4", "UDP sockets that only receive have no process"},
    {"OnBind6", "UDP sockets that only receive have no process"},
    {"OnConnect4", "UDP sockets used by a forked child are shown with its parent"},
    {"OnConnect6", "UDP sockets used by a forked child are shown with its parent"},
    {"OnSend4", "UDP sockets used by a forked child are shown with its parent"},
    {"OnSend6", "UDP sockets used by a forked child are shown with its parent"},
    {"OnAccepted", "connections accepted and not used are shown with who listens", true},
    {"OnTcpSend", "TCP sockets handed over are shown with the former process", true},
    {"OnTcpReceive", "TCP sockets handed over to a reader are shown with the former process", true},
    {"OnUdpSend", "connected UDP sockets handed over are shown with the former process", true},
    {"OnUdp6Send", "connected UDP sockets handed over are shown with the former process", true},
};

const OptionalProgram* FindOptional(std::string_view name) {
  for (const OptionalProgram& program : kOptional) {
    if (program.name == name) return &program;
  }
  return nullptr;
}

// Everything that keeps the programs attached.
struct Loaded {
  ~Loaded() {
    for (bpf_link* link : links) bpf_link__destroy(link);
    rustnet_bpf::destroy(skeleton);
  }
  rustnet_bpf* skeleton = nullptr;
  std::vector<bpf_link*> links;
};

// libbpf has one callback for the process and gives it no context.  Set only inside LoadBpf.
std::vector<std::string>* current_log = nullptr;

__attribute__((format(printf, 2, 0))) int Collect(libbpf_print_level level, const char* format,
                                                  va_list arguments) {
  if (level == LIBBPF_DEBUG || current_log == nullptr) return 0;
  char line[4096];
  const int n = vsnprintf(line, sizeof line, format, arguments);
  if (n <= 0) return 0;
  std::string_view text(line, std::min(static_cast<size_t>(n), sizeof line - 1));
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  // The end of a verifier's log is what tells.
  if (text.size() > kMaxLogLine) text.remove_prefix(text.size() - kMaxLogLine);
  if (current_log->size() == kMaxLogLines) current_log->erase(current_log->begin());
  current_log->emplace_back(text);
  return 0;
}

// The program that the newest message is about: "prog 'NAME': failed …".
std::string BlamedProgram(const std::vector<std::string>& log) {
  constexpr std::string_view kPrefix = "prog '";
  for (auto line = log.rbegin(); line != log.rend(); ++line) {
    const size_t at = line->find(kPrefix);
    if (at == std::string::npos) continue;
    const size_t begin = at + kPrefix.size();
    const size_t end = line->find('\'', begin);
    if (end != std::string::npos) return line->substr(begin, end - begin);
  }
  return {};
}

std::string ErrorText(int error) { return strerror(error < 0 ? -error : error); }

BpfHandles Refuse(BpfRefusal reason, std::string sentence, std::vector<std::string> log = {}) {
  BpfHandles handles;
  handles.rung = "UID";
  handles.refusal = std::move(sentence);
  handles.refusal_reason = reason;
  handles.log = std::move(log);
  return handles;
}

bool KernelIsNewEnough(std::string* release) {
  utsname name{};
  if (uname(&name) != 0) return false;
  *release = name.release;
  int major = 0;
  int minor = 0;
  if (sscanf(name.release, "%d.%d", &major, &minor) != 2) return false;
  return major > kFloorMajor || (major == kFloorMajor && minor >= kFloorMinor);
}

// The first capability that is needed and not there; empty: all are.
std::string MissingCapability() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2] = {};
  if (syscall(SYS_capget, &header, data) != 0) return "any capability";
  const auto has = [&](unsigned bit) {
    return ((data[bit / 32].effective >> (bit % 32)) & 1) != 0;
  };
  const bool admin = has(CAP_SYS_ADMIN);
  if (!has(CAP_BPF) && !admin) return "CAP_BPF";
  if (!has(CAP_PERFMON) && !admin) return "CAP_PERFMON";
  if (!has(CAP_NET_ADMIN)) return "CAP_NET_ADMIN";
  return {};
}

// cgroup2 without a mount point, for hosts that mount v1 hierarchies alone.
UniqueFd OpenDetachedCgroup() {
  const UniqueFd context(static_cast<int>(syscall(SYS_fsopen, "cgroup2", FSOPEN_CLOEXEC)));
  if (!context) return UniqueFd();
  if (syscall(SYS_fsconfig, context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0) {
    return UniqueFd();
  }
  const UniqueFd mount(static_cast<int>(syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, 0)));
  if (!mount) return UniqueFd();
  return UniqueFd(openat(mount.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool IsHierarchyRoot(const UniqueFd& fd) {
  struct stat info {};
  return fstat(fd.get(), &info) == 0 && info.st_ino == kRootInode;
}

// The root of cgroup2, from where programs see every process.  A mount that shows only a part (in a
// container) is taken if there is nothing better.
UniqueFd OpenCgroupRoot() {
  UniqueFd partial;
  if (FILE* mounts = setmntent("/proc/self/mounts", "re")) {
    while (const mntent* entry = getmntent(mounts)) {
      if (strcmp(entry->mnt_type, "cgroup2") != 0) continue;
      UniqueFd fd(open(entry->mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (!fd) continue;
      if (IsHierarchyRoot(fd)) {
        endmntent(mounts);
        return fd;
      }
      partial = std::move(fd);
    }
    endmntent(mounts);
  }
  UniqueFd detached = OpenDetachedCgroup();
  if (detached && (IsHierarchyRoot(detached) || !partial)) return detached;
  return partial;
}

// Programs to be loaded beside those that always are, and not to be loaded.
struct Plan {
  std::vector<std::string> with;
  std::vector<std::string> without;
};

void SetAutoload(const std::vector<std::string>& names, bool autoload, rustnet_bpf* skeleton) {
  for (const std::string& name : names) {
    bpf_program* program = bpf_object__find_program_by_name(skeleton->obj, name.c_str());
    if (program != nullptr) bpf_program__set_autoload(program, autoload);
  }
}

// Opens and loads as planned.  Null: errno of the failure in `error`.
std::unique_ptr<Loaded> Load(const Plan& plan, int* error) {
  auto loaded = std::make_unique<Loaded>();
  loaded->skeleton = rustnet_bpf::open();
  if (loaded->skeleton == nullptr) {
    *error = errno;
    return nullptr;
  }
  SetAutoload(plan.with, true, loaded->skeleton);
  SetAutoload(plan.without, false, loaded->skeleton);
  const int result = rustnet_bpf::load(loaded->skeleton);
  if (result == 0) return loaded;
  *error = -result;
  return nullptr;
}

void NoteMissing(std::string_view name, std::string_view why, BpfHandles* handles) {
  const OptionalProgram* program = FindOptional(name);
  std::vector<std::string>& list = program->beyond ? handles->beyond : handles->missing;
  list.push_back(std::string(name) + ": " + std::string(why) + "; " + std::string(program->loss) +
                 ".");
}

// 0, or the errno of an fentry or fexit program of the same function that does nothing.
int TryTrampoline(const btf* kernel, const bpf_program* program) {
  const char* function = strchr(bpf_program__section_name(program), '/') + 1;
  const int id = btf__find_by_name_kind(kernel, function, BTF_KIND_FUNC);
  if (id < 0) return ENOENT;
  const bpf_insn body[] = {{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
                           {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.expected_attach_type = bpf_program__expected_attach_type(program);
  options.attach_btf_id = static_cast<uint32_t>(id);
  const UniqueFd fd(bpf_prog_load(BPF_PROG_TYPE_TRACING, "trial", "Dual BSD/GPL", body,
                                  std::size(body), &options));
  return fd ? 0 : errno;
}

// fentry and fexit programs are off unless they are permitted here.  Those for fentry do what the
// length tracepoints do where there are none.
Plan PlanPrograms(const bpf_object* object, BpfHandles* handles) {
  Plan plan;
  btf* kernel = btf__load_vmlinux_btf();
  if (kernel == nullptr) {
    NoteMissing("OnAccepted", "not tried, the kernel's types cannot be read", handles);
    return plan;
  }
  const bool lengths =
      btf__find_by_name_kind(kernel, "btf_trace_sock_send_length", BTF_KIND_TYPEDEF) > 0;
  if (!lengths) plan.without = {"OnSendLength", "OnReceiveLength"};
  bool replaced = true;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    const bool fentry = bpf_program__expected_attach_type(program) == BPF_TRACE_FENTRY;
    if (bpf_program__autoload(program) || (fentry && lengths)) continue;
    const std::string name = bpf_program__name(program);
    const int error = TryTrampoline(kernel, program);
    if (error == 0) {
      plan.with.push_back(name);
      continue;
    }
    NoteMissing(name, "not loaded, " + ErrorText(error), handles);
    replaced = replaced && !fentry;
  }
  btf__free(kernel);
  if (replaced) return plan;
  for (const std::string& name : plan.without) {
    NoteMissing(name, "not loaded, the kernel has no such tracepoint", handles);
  }
  return plan;
}

// Loads as many programs as the kernel takes; null if a required one is refused.
std::unique_ptr<Loaded> LoadWhatWorks(BpfHandles* handles, std::string* why) {
  Loaded opened;
  opened.skeleton = rustnet_bpf::open();
  Plan plan;
  if (opened.skeleton != nullptr) plan = PlanPrograms(opened.skeleton->obj, handles);
  while (true) {
    int error = 0;
    std::unique_ptr<Loaded> loaded = Load(plan, &error);
    if (loaded != nullptr) return loaded;
    const std::string blamed = BlamedProgram(handles->log);
    const bool tried =
        std::find(plan.without.begin(), plan.without.end(), blamed) != plan.without.end();
    if (tried || FindOptional(blamed) == nullptr) {
      *why = (blamed.empty() ? "its object" : "program " + blamed) + " was refused (" +
             ErrorText(error) + ")";
      return nullptr;
    }
    NoteMissing(blamed, "not loaded, " + ErrorText(error), handles);
    plan.without.push_back(blamed);
  }
}

bool BelongsToCgroup(const bpf_program* program) {
  switch (bpf_program__type(program)) {
    case BPF_PROG_TYPE_CGROUP_SKB:
    case BPF_PROG_TYPE_CGROUP_SOCK:
    case BPF_PROG_TYPE_CGROUP_SOCK_ADDR:
    case BPF_PROG_TYPE_SOCK_OPS:
      return true;
    default:
      return false;
  }
}

// Attaches by links: beside what others have attached, and gone with this process.
bool AttachAll(int cgroup, Loaded* loaded, BpfHandles* handles, std::string* why) {
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, loaded->skeleton->obj) {
    if (!bpf_program__autoload(program)) continue;
    const std::string name = bpf_program__name(program);
    bpf_link* link = BelongsToCgroup(program) ? bpf_program__attach_cgroup(program, cgroup)
                                              : bpf_program__attach(program);
    if (link != nullptr) {
      if (name == "OnScan") handles->task_file_link = bpf_link__fd(link);
      if (name == "OnTcpScan") handles->tcp_link = bpf_link__fd(link);
      loaded->links.push_back(link);
    } else if (FindOptional(name) != nullptr) {
      NoteMissing(name, "not attached, " + ErrorText(errno), handles);
    } else {
      *why = "program " + name + " could not be attached (" + ErrorText(errno) + ")";
      return false;
    }
  }
  bpf_object__for_each_program(program, loaded->skeleton->obj) bpf_program__unload(program);
  return true;
}

BpfHandles LoadCollecting(std::vector<std::string>* log) {
  std::string release;
  if (!KernelIsNewEnough(&release)) {
    return Refuse(BpfRefusal::kKernelTooOld,
                  "Processes need Linux 5.19 or later, and this is " + release + ".");
  }
  if (access("/sys/kernel/btf/vmlinux", R_OK) != 0) {
    return Refuse(BpfRefusal::kNoBtf,
                  "The kernel has no type information (/sys/kernel/btf/vmlinux: " +
                      ErrorText(errno) + "); use one built with CONFIG_DEBUG_INFO_BTF.");
  }
  if (const std::string missing = MissingCapability(); !missing.empty()) {
    return Refuse(BpfRefusal::kMissingCapability,
                  "BPF programs cannot be loaded without " + missing + "; start rustnetd as root.");
  }
  const UniqueFd cgroup = OpenCgroupRoot();
  if (!cgroup) {
    return Refuse(BpfRefusal::kSystemError, "No cgroup2 hierarchy is mounted or can be (" +
                                                ErrorText(errno) +
                                                "); BPF programs cannot be attached.");
  }
  BpfHandles handles;
  handles.log.swap(*log);
  current_log = &handles.log;
  std::string why;
  std::unique_ptr<Loaded> loaded = LoadWhatWorks(&handles, &why);
  if (loaded == nullptr || !AttachAll(cgroup.get(), loaded.get(), &handles, &why)) {
    return Refuse(BpfRefusal::kProgramRefused, "BPF is not used: " + why + ".",
                  std::move(handles.log));
  }
  if (!IsHierarchyRoot(cgroup)) {
    handles.missing.emplace_back(
        "cgroup: only a part of the hierarchy is visible; UDP and new TCP connections of other "
        "containers have no process.");
  }
  handles.ring_map = bpf_map__fd(loaded->skeleton->maps.ring);
  handles.counters = loaded->skeleton->bss->counters;
  handles.rung = handles.beyond.empty() ? "L0" : "L1";
  handles.object = loaded.release();
  return handles;
}

}  // namespace

BpfHandles LoadBpf() {
  std::vector<std::string> log;
  current_log = &log;
  const libbpf_print_fn_t before = libbpf_set_print(&Collect);
  BpfHandles handles = LoadCollecting(&log);
  libbpf_set_print(before);
  current_log = nullptr;
  return handles;
}

void UnloadBpf(BpfHandles* handles) {
  delete static_cast<Loaded*>(handles->object);
  *handles = BpfHandles();
}

}  // namespace rustnet
