// SPDX-License-Identifier: Apache-2.0
// rustnetd.toml: one row per key says where it goes and what it may be.
#include <algorithm>
#include <functional>
#include <limits>
#include <sstream>

#include "daemon/config.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace rustnet {
namespace {

struct Key {
  std::string_view section;
  std::string_view name;
  std::string_view expects;  // "a number from 64 to 262144"
  std::function<bool(const toml::node&, Config*)> set;
  std::function<std::string(Config)> print;
};

std::string Quoted(std::string_view text) {
  std::ostringstream out;
  out << toml::value<std::string>(std::string(text));
  return out.str();
}

// `member(config)` is the text or number that the key sets.
template <typename Member>
Key TextKey(std::string_view section, std::string_view name, Member member) {
  return {section, name, "a text in quotes",
          [member](const toml::node& node, Config* config) {
            const auto value = node.value_exact<std::string>();
            if (value) member(*config) = *value;
            return value.has_value();
          },
          [member](Config config) { return Quoted(member(config)); }};
}

template <typename Member>
Key NumberKey(std::string_view section, std::string_view name, std::string_view expects,
              int64_t least, int64_t most, Member member) {
  return {section, name, expects,
          [=](const toml::node& node, Config* config) {
            const auto value = node.value_exact<int64_t>();
            if (!value || *value < least || *value > most) return false;
            member(*config) = static_cast<std::decay_t<decltype(member(*config))>>(*value);
            return true;
          },
          [member](Config config) { return std::to_string(member(config)); }};
}

bool SetInterfaces(const toml::node& node, Config* config) {
  if (const auto one = node.value_exact<std::string>()) {
    config->seal.capture.interfaces = {*one};
    return true;
  }
  const toml::array* list = node.as_array();
  if (list == nullptr || list->empty()) return false;
  std::vector<std::string> names;
  for (const toml::node& item : *list) {
    const auto name = item.value_exact<std::string>();
    if (!name || name->empty()) return false;
    names.push_back(*name);
  }
  config->seal.capture.interfaces = std::move(names);
  return true;
}

std::string PrintInterfaces(const Config& config) {
  std::string text = "[";
  for (const std::string& name : config.seal.capture.interfaces)
    text += (text.size() > 1 ? ", " : "") + Quoted(name);
  return text + "]";
}

bool SetPromiscuous(const toml::node& node, Config* config) {
  const auto value = node.value_exact<bool>();
  if (value) config->seal.capture.promiscuous = *value;
  return value.has_value();
}

bool SetOthers(const toml::node& node, Config* config) {
  const auto value = node.value_exact<std::string>();
  if (!value || (*value != "own" && *value != "none")) return false;
  config->seal.others = *value == "own" ? OthersAccess::kOwn : OthersAccess::kNone;
  return true;
}

bool SetLevel(const toml::node& node, Config* config) {
  static constexpr std::string_view kLevels[] = {"trace", "debug", "info", "warn", "error", "off"};
  const auto value = node.value_exact<std::string>();
  if (!value || std::find(std::begin(kLevels), std::end(kLevels), *value) == std::end(kLevels))
    return false;
  config->log_level = *value;
  return true;
}

const std::vector<Key>& Keys() {
  static const std::vector<Key> keys = {
      TextKey(
          "server", "socket", [](Config & c) -> auto& { return c.seal.socket_path; }),
      TextKey(
          "server", "user", [](Config & c) -> auto& { return c.seal.user; }),
      {"capture", "interfaces", "a list of interface names, or \"auto\" or \"any\"", SetInterfaces,
       PrintInterfaces},
      TextKey(
          "capture", "filter", [](Config & c) -> auto& { return c.seal.capture.filter; }),
      NumberKey(
          "capture", "snaplen", "bytes, a number from 64 to 262144", 64, 262144,
          [](Config & c) -> auto& { return c.seal.capture.snaplen; }),
      NumberKey(
          "capture", "ring_mib", "MiB, a number from 1 to 1024", 1, 1024,
          [](Config & c) -> auto& { return c.seal.capture.ring_mib; }),
      NumberKey(
          "capture", "spares", "a number from 0 to 64", 0, 64,
          [](Config & c) -> auto& { return c.seal.capture.spares; }),
      NumberKey(
          "capture", "workers", "a number from 1 to 16", 1, 16,
          [](Config & c) -> auto& { return c.seal.capture.workers; }),
      {"capture", "promiscuous", "true or false", SetPromiscuous,
       [](const Config& config) {
         return std::string(config.seal.capture.promiscuous ? "true" : "false");
       }},
      NumberKey(
          "table", "connections", "a number from 100 to 16000000", 100, 16'000'000,
          [](Config & c) -> auto& { return c.connections; }),
      NumberKey(
          "table", "historic", "a number from 0 to 1000000", 0, 1'000'000,
          [](Config & c) -> auto& { return c.historic; }),
      {"access", "others", "\"own\" or \"none\"", SetOthers,
       [](const Config& config) {
         return Quoted(config.seal.others == OthersAccess::kOwn ? "own" : "none");
       }},
      {"log", "level", "one of trace debug info warn error off", SetLevel,
       [](const Config& config) { return Quoted(config.log_level); }},
      TextKey(
          "log", "file", [](Config & c) -> auto& { return c.seal.log_file; }),
  };
  return keys;
}

size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, replaced}));
    }
  }
  return row[b.size()];
}

std::string Nearest(std::string_view section, std::string_view name) {
  const Key* best = nullptr;
  size_t best_distance = 4;
  for (const Key& key : Keys()) {
    const size_t distance = Distance(key.name, name) + (key.section == section ? 0 : 1);
    if (distance < best_distance) best = &key, best_distance = distance;
  }
  if (best == nullptr) return "; --print-config shows all keys";
  return "; did you mean " + std::string(best->name) + " in [" + std::string(best->section) + "]?";
}

Status At(std::string_view file, const toml::source_region& source, std::string_view sentence) {
  std::ostringstream text;
  text << file << ':' << source.begin.line << ':' << source.begin.column << ": " << sentence;
  return FailedPrecondition(text.str());
}

Status ApplySection(std::string_view file, std::string_view section, const toml::table& table,
                    Config* config) {
  for (const auto& [name, node] : table) {
    const auto key = std::find_if(Keys().begin(), Keys().end(), [&, n = name.str()](const Key& k) {
      return k.section == section && k.name == n;
    });
    const std::string label(name.str());
    if (key == Keys().end()) {
      return At(
          file, name.source(),
          "unknown key " + label + " in [" + std::string(section) + "]" + Nearest(section, label));
    }
    if (!key->set(node, config)) {
      return At(file, node.source(), label + " has to be " + std::string(key->expects));
    }
  }
  return Ok();
}

}  // namespace

Status ApplyToml(std::string_view text, std::string_view file_name, Config* config) {
  const toml::parse_result parsed = toml::parse(text, file_name);
  if (!parsed) {
    return At(file_name, parsed.error().source(), parsed.error().description());
  }
  Config changed = *config;
  for (const auto& [name, node] : parsed.table()) {
    const std::string section(name.str());
    const bool known = std::any_of(Keys().begin(), Keys().end(),
                                   [&](const Key& key) { return key.section == section; });
    if (!known || !node.is_table()) {
      return At(file_name, name.source(),
                "unknown section " + section + "; known are server, capture, table, access, log");
    }
    RN_RETURN_IF_ERROR(ApplySection(file_name, section, *node.as_table(), &changed));
  }
  *config = std::move(changed);
  return Ok();
}

std::string PrintConfig(const Config& config) {
  std::string text;
  std::string_view section;
  for (const Key& key : Keys()) {
    if (key.section != section) {
      if (!text.empty()) text += '\n';
      text += '[' + std::string(key.section) + "]\n";
      section = key.section;
    }
    text += std::string(key.name) + " = " + key.print(config) + '\n';
  }
  return text;
}

}  // namespace rustnet
