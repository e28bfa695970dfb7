// SPDX-License-Identifier: Apache-2.0
// read_mask: which fields of a Connection a caller wants.  A path names a field, or one of a
// submessage: "counters", "process.unit".  A message named as a whole gives its row fields; detail
// (fields from 32 on) comes only by its own name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/status.h"
#include "google/protobuf/message.h"

namespace rustnet::model {

class ReadMask {
 public:
  // Fields of `type`; an unknown path is one sentence.  No paths: the row fields.
  static StatusOr<ReadMask> Parse(const std::vector<std::string>& paths,
                                  const google::protobuf::Descriptor* type);

  // No mask was given.
  bool empty() const { return root_.whole; }
  // Removes from `message` (which has its detail) what was not asked for.  The field named "id"
  // always stays.
  void Trim(google::protobuf::Message* message) const;
  // Equal masks give equal texts; empty for no mask.
  std::string Canonical() const;

 private:
  struct Node {
    std::map<int, Node> fields;
    std::string name;
    bool whole = false;  // named itself: its row fields, beside `fields`
  };
  static void TrimNode(const Node& node, google::protobuf::Message* message);
  static void Print(const Node& node, const std::string& prefix, std::vector<std::string>* out);
  Node root_;
};

}  // namespace rustnet::model
