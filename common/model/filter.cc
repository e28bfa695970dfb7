// SPDX-License-Identifier: Apache-2.0
#include "common/model/filter.h"

#include <algorithm>

#include "common/model/filter_node.h"

namespace rustnet::model {
namespace {

bool InNetwork(const Cidr& network, const Endpoint& end) {
  return network.Contains(end.ip) || network.Contains(end.ip.Unmapped());
}

// Does any term of the tree look at something that `changes`?
bool Reads(const FilterNode& node, bool (*changes)(const FilterTerm&)) {
  if (node.kind == FilterNode::Kind::kTerm) return changes(node.term);
  return std::any_of(node.children.begin(), node.children.end(),
                     [&](const auto& child) { return Reads(*child, changes); });
}

}  // namespace

bool FilterTerm::Matches(const Connection& connection, Time now) const {
  switch (kind) {
    case Kind::kText:
      return key == nullptr ? AnyText(connection, text) : key->texts(connection, text);
    case Kind::kNumber:
      return key->numbers(connection, now, number);
    case Kind::kNetwork:
      return (key->local && InNetwork(*network, connection.local)) ||
             (key->remote && InNetwork(*network, connection.remote));
    case Kind::kUnattributed:
      return !connection.process.pid && connection.process.name.empty();
    case Kind::kFlag:
      return connection.historic == flag;
  }
  return false;
}

std::string FilterTerm::Canonical() const {
  if (key == nullptr) return text.Canonical(false);
  std::string name(key->kind == KeyKind::kUser ? "uid" : key->info.name);
  switch (kind) {
    case Kind::kText:
      return name + text.Canonical(true);
    case Kind::kNumber:
      return name + number.Canonical();
    case Kind::kNetwork:
      return name + ":" + network_text;
    case Kind::kUnattributed:
      return name + ":unknown";
    case Kind::kFlag:
      return name + (flag ? ":yes" : ":no");
  }
  return name;
}

bool FilterNode::Matches(const Connection& connection, Time now) const {
  const auto matches = [&](const auto& child) { return child->Matches(connection, now); };
  switch (kind) {
    case Kind::kTerm:
      return term.Matches(connection, now);
    case Kind::kNot:
      return !matches(children.front());
    case Kind::kAnd:
      return std::all_of(children.begin(), children.end(), matches);
    case Kind::kOr:
      return std::any_of(children.begin(), children.end(), matches);
  }
  return false;
}

std::string FilterNode::Canonical() const {
  if (kind == Kind::kTerm) return term.Canonical();
  const auto written = [this](const FilterNode& child) {
    const bool looser = child.kind == Kind::kOr || (child.kind == Kind::kAnd && kind == Kind::kNot);
    return looser ? "(" + child.Canonical() + ")" : child.Canonical();
  };
  if (kind == Kind::kNot) return "not " + written(*children.front());
  std::string text;
  for (const auto& child : children) {
    if (!text.empty()) text += kind == Kind::kOr ? " or " : " ";
    text += written(*child);
  }
  return text;
}

Filter::Filter() = default;
Filter::~Filter() = default;

std::unique_ptr<Filter> Filter::Parse(std::string_view text, FilterError* error,
                                      const UserLookup& users) {
  auto filter = std::make_unique<Filter>();
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return filter;
  filter->root_ = ParseFilter(text, users, error);
  return filter->root_ == nullptr ? nullptr : std::move(filter);
}

bool Filter::Matches(const Connection& connection, Time now) const {
  return root_ == nullptr || root_->Matches(connection, now);
}

std::string Filter::Canonical() const { return root_ == nullptr ? "" : root_->Canonical(); }

bool Filter::reads_counters() const {
  // A bare text is looked for in the state too.
  return root_ != nullptr && Reads(*root_, [](const FilterTerm& term) {
           return term.key == nullptr || term.key->counters;
         });
}

bool Filter::reads_age() const {
  return root_ != nullptr &&
         Reads(*root_, [](const FilterTerm& term) { return term.key != nullptr && term.key->age; });
}

}  // namespace rustnet::model
