// SPDX-License-Identifier: Apache-2.0
#include "common/model/read_mask.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "common/base/text.h"

namespace rustnet::model {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr int kFirstDetail = 32;

}  // namespace

StatusOr<ReadMask> ReadMask::Parse(const std::vector<std::string>& paths, const Descriptor* type) {
  ReadMask mask;
  mask.root_.whole = paths.empty();
  for (const std::string& path : paths) {
    Node* node = &mask.root_;
    const Descriptor* message = type;
    for (size_t start = 0; start <= path.size();) {
      const size_t end = std::min(path.find('.', start), path.size());
      const std::string name = path.substr(start, end - start);
      const FieldDescriptor* field = message == nullptr ? nullptr : message->FindFieldByName(name);
      if (field == nullptr) {
        return InvalidArgument("read_mask: '" + Printable(path, 100) + "' is not a field of " +
                               type->name());
      }
      node = &node->fields[field->number()];
      node->name = name;
      message = field->message_type();
      start = end + 1;
    }
    node->whole = true;
  }
  return mask;
}

void ReadMask::TrimNode(const Node& node, Message* message) {
  const Reflection* reflection = message->GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const auto found = node.fields.find(field->number());
    const bool named = found != node.fields.end();
    const bool in_row = node.whole && field->number() < kFirstDetail;
    if (!named && !in_row && field->name() != "id") {
      reflection->ClearField(message, field);
      continue;
    }
    if (field->message_type() == nullptr) continue;
    Node below = named ? found->second : Node{};
    below.whole |= in_row;
    if (!field->is_repeated()) {
      TrimNode(below, reflection->MutableMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      TrimNode(below, reflection->MutableRepeatedMessage(message, field, i));
    }
  }
}

void ReadMask::Trim(Message* message) const { TrimNode(root_, message); }

void ReadMask::Print(const Node& node, const std::string& prefix, std::vector<std::string>* out) {
  for (const auto& [number, child] : node.fields) {
    const std::string path = prefix.empty() ? child.name : prefix + "." + child.name;
    if (child.whole) out->push_back(path);
    Print(child, path, out);
  }
}

std::string ReadMask::Canonical() const {
  std::vector<std::string> paths;
  Print(root_, "", &paths);
  std::string text;
  for (const std::string& path : paths) {
    if (!text.empty()) text += ',';
    text += path;
  }
  return text;
}

}  // namespace rustnet::model
