// SPDX-License-Identifier: Apache-2.0
#include "client/stream/row.h"

#include <algorithm>

#include "common/base/text.h"
#include "common/model/convert.h"

namespace rustnet::client {
namespace {

constexpr size_t kMaxText = 1024;

void ProcessSafe(model::Process* process) {
  MakeSafe(&process->name);
  MakeSafe(&process->executable);
  MakeSafe(&process->unit);
  MakeSafe(&process->container_id);
  MakeSafe(&process->container_runtime);
  MakeSafe(&process->pod_uid);
  for (std::string& argument : process->cmdline) MakeSafe(&argument);
  MakeSafe(&process->cwd);
  MakeSafe(&process->lsm_label);
  for (model::ProcessRef& parent : process->parents) {
    MakeSafe(&parent.name);
    MakeSafe(&parent.executable);
  }
  if (process->creator) {
    MakeSafe(&process->creator->name);
    MakeSafe(&process->creator->executable);
  }
  MakeSafe(&process->cgroup);
  MakeSafe(&process->thread_name);
}

void EndpointSafe(model::Endpoint* endpoint) {
  MakeSafe(&endpoint->address);
  for (model::RemoteName& name : endpoint->names) MakeSafe(&name.name);
  MakeSafe(&endpoint->country);
  MakeSafe(&endpoint->mac);
}

void ApplicationSafe(model::Application* application) {
  MakeSafe(&application->protocol);
  MakeSafe(&application->name);
  MakeSafe(&application->summary);
  for (std::string& protocol : application->protocols) MakeSafe(&protocol);
  for (model::Application::Field& field : application->fields) {
    MakeSafe(&field.name);
    for (std::string& value : field.values) MakeSafe(&value);
  }
}

}  // namespace

void MakeSafe(std::string* text) {
  const bool plain =
      text->size() <= kMaxText &&
      std::all_of(text->begin(), text->end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (!plain) *text = Printable(*text, kMaxText);
}

void MakeSafe(v1::GetServerInfoResponse* info) {
  MakeSafe(info->mutable_version());
  MakeSafe(info->mutable_platform());
  MakeSafe(info->mutable_replay());
  for (v1::Backend& backend : *info->mutable_backends()) {
    MakeSafe(backend.mutable_name());
    MakeSafe(backend.mutable_text());
  }
  for (v1::SandboxControl& control : *info->mutable_sandbox()->mutable_controls()) {
    MakeSafe(control.mutable_control());
    MakeSafe(control.mutable_value());
    MakeSafe(control.mutable_evidence());
  }
}

std::unique_ptr<model::Connection> RowFromProto(const v1::Connection& proto) {
  auto row = std::make_unique<model::Connection>(model::FromProto(proto));
  EndpointSafe(&row->local);
  EndpointSafe(&row->remote);
  ProcessSafe(&row->process);
  if (row->peer_process) ProcessSafe(&*row->peer_process);
  ApplicationSafe(&row->application);
  MakeSafe(&row->interface);
  MakeSafe(&row->state_text);
  for (std::string& carrier : row->tunnel) MakeSafe(&carrier);
  return row;
}

}  // namespace rustnet::client
