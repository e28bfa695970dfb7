// SPDX-License-Identifier: Apache-2.0
#include "client/commands/config.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "common/base/text.h"

namespace rustnet::client {
namespace {

std::string Place(const std::string& file, const toml::source_region& source) {
  return file + ":" + std::to_string(source.begin.line) + ":" +
         std::to_string(source.begin.column) + ": ";
}

// Changes that turn one word into the other (Levenshtein).
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row[b.size()];
}

// Reads one table; the first error is kept.
class Reader {
 public:
  Reader(const toml::table& root, const std::string& file, Config* config)
      : root_(root), file_(file), config_(config) {}

  // Enters `name`; its keys are then asked for one by one, and Leave reports those never asked for.
  bool Enter(std::string_view name, const toml::table& parent) {
    const toml::node* node = parent.get(name);
    section_ = name;
    known_.clear();
    table_ = nullptr;
    if (node == nullptr) return false;
    table_ = node->as_table();
    if (table_ == nullptr) Fail(*node, "'" + std::string(name) + "' must be a table");
    return table_ != nullptr;
  }
  void Leave() {
    for (const auto& [key, node] : *table_) {
      if (std::find(known_.begin(), known_.end(), key.str()) == known_.end()) {
        Unknown(key.str(), node);
      }
    }
  }
  void Unknown(std::string_view key, const toml::node& node) {
    const std::string_view near = Nearest(key, known_);
    std::string text = Place(file_, node.source()) + "'" + Printable(key, 64) + "' is no key";
    if (!section_.empty()) text.append(" of [").append(section_).append("]");
    if (!near.empty()) text.append("; is ").append(near).append(" meant?");
    config_->warnings.push_back(std::move(text));
  }

  void Number(std::string_view key, uint32_t least, uint32_t most, uint32_t* out) {
    const toml::node* node = Get(key);
    if (node == nullptr) return;
    const std::optional<int64_t> value = node->value_exact<int64_t>();
    if (!value || *value < least || *value > most) {
      Fail(*node, std::string(key) + " must be a number from " + std::to_string(least) + " to " +
                      std::to_string(most));
      return;
    }
    *out = static_cast<uint32_t>(*value);
  }
  void Flag(std::string_view key, bool* out) {
    const toml::node* node = Get(key);
    if (node == nullptr) return;
    const std::optional<bool> value = node->value_exact<bool>();
    if (!value) return Fail(*node, std::string(key) + " must be true or false");
    *out = *value;
  }
  void String(std::string_view key, std::string* out) {
    const toml::node* node = Get(key);
    if (node == nullptr) return;
    const std::optional<std::string> value = node->value_exact<std::string>();
    if (!value) return Fail(*node, std::string(key) + " must be a text in quotes");
    *out = *value;
  }
  // A text, or a list of texts, joined by ','.
  void Strings(std::string_view key, std::string* out) {
    const toml::node* node = Get(key);
    if (node == nullptr) return;
    std::vector<std::string> texts;
    if (!TextsOf(*node, &texts)) return;
    out->clear();
    for (const std::string& text : texts) out->append(out->empty() ? "" : ",").append(text);
  }
  bool TextsOf(const toml::node& node, std::vector<std::string>* texts) {
    if (const std::optional<std::string> one = node.value_exact<std::string>()) {
      texts->push_back(*one);
      return true;
    }
    if (const toml::array* array = node.as_array()) {
      for (const toml::node& element : *array) {
        const std::optional<std::string> text = element.value_exact<std::string>();
        if (!text) {
          Fail(element, "a text in quotes is wanted here");
          return false;
        }
        texts->push_back(*text);
      }
      return true;
    }
    Fail(node, "a text, or a list of texts, is wanted here");
    return false;
  }

  const toml::node* Get(std::string_view key) {
    known_.push_back(key);
    return table_->get(key);
  }
  void Fail(const toml::node& node, const std::string& why) {
    if (error_.empty()) error_ = Place(file_, node.source()) + why;
  }
  const toml::table& root() const { return root_; }
  const toml::table& table() const { return *table_; }
  const std::string& error() const { return error_; }

 private:
  const toml::table& root_;
  const std::string& file_;
  Config* config_;
  const toml::table* table_ = nullptr;
  std::string_view section_;
  std::vector<std::string_view> known_;
  std::string error_;
};

void ReadUi(Reader* reader, Config* config) {
  if (!reader->Enter("ui", reader->root())) return;
  reader->Number("refresh_ms", 100, 10'000, &config->refresh_ms);
  reader->String("theme", &config->theme);
  reader->Strings("sort", &config->sort);
  reader->String("group", &config->group);
  reader->String("filter", &config->filter);
  reader->Flag("mouse", &config->mouse);
  reader->Flag("confirm_quit", &config->confirm_quit);
  reader->Number("hold_ms", 0, 60'000, &config->hold_ms);
  reader->Flag("sync", &config->sync);
  reader->Number("esc_delay_ms", 1, 1'000, &config->esc_delay_ms);
  reader->Flag("sidebar", &config->sidebar);
  reader->Flag("historic", &config->historic);
  reader->Leave();
}

// RustNet's own file: [theme] name and [theme.overrides].
void ReadTheme(Reader* reader, Config* config) {
  if (!reader->Enter("theme", reader->root())) return;
  const toml::table& theme = reader->table();
  reader->String("name", &config->theme);
  reader->Get("overrides");
  reader->Leave();
  if (!reader->Enter("overrides", theme)) return;
  for (const auto& [key, node] : reader->table()) {
    const std::optional<std::string> value = node.value_exact<std::string>();
    if (!value) return reader->Fail(node, "a colour is a text: \"#rrggbb\" or a name");
    config->colors.emplace_back(std::string(key.str()), *value);
  }
}

void BindAll(Reader* reader, const toml::table& table, Config* config) {
  for (const auto& [key, node] : table) {
    if (const toml::table* scope = node.as_table()) {  // [keys.list]
      BindAll(reader, *scope, config);
      continue;
    }
    std::vector<std::string> keys;
    if (!reader->TextsOf(node, &keys)) return;
    const Status status = config->keymap.Bind(key.str(), keys);
    if (!status.ok()) return reader->Fail(node, Message(status));
  }
}

}  // namespace

std::string_view Nearest(std::string_view word, const std::vector<std::string_view>& known) {
  std::string_view best;
  size_t least = word.size() / 3 + 2;
  for (const std::string_view candidate : known) {
    const size_t distance = Distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string DefaultConfigPath() {
  const char* xdg = std::getenv("XDG_CONFIG_HOME");
  if (xdg != nullptr && *xdg == '/') return std::string(xdg) + "/rustnet/config.toml";
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home != '/') return {};
  return std::string(home) + "/.config/rustnet/config.toml";
}

StatusOr<Config> ParseConfig(std::string_view toml, const std::string& file_name) {
  toml::table root;
  try {
    root = toml::parse(toml, file_name);
  } catch (const toml::parse_error& error) {
    // Its description may quote the file; ours does not.
    return FailedPrecondition(Place(file_name, error.source()) + "this is not TOML");
  }
  Config config;
  Reader reader(root, file_name, &config);
  ReadUi(&reader, &config);
  ReadTheme(&reader, &config);
  if (reader.Enter("socket", root)) {
    reader.String("path", &config.socket);
    reader.Leave();
  }
  if (reader.Enter("keys", root)) BindAll(&reader, reader.table(), &config);
  if (!reader.error().empty()) return FailedPrecondition(reader.error());
  static const std::vector<std::string_view> kSections = {"ui", "theme", "socket", "keys"};
  for (const auto& [key, node] : root) {
    if (std::find(kSections.begin(), kSections.end(), key.str()) != kSections.end()) continue;
    const std::string_view near = Nearest(key.str(), kSections);
    std::string text =
        Place(file_name, node.source()) + "'" + Printable(key.str(), 64) + "' is no section";
    if (!near.empty()) text.append("; is [").append(near).append("] meant?");
    config.warnings.push_back(std::move(text));
  }
  return config;
}

StatusOr<Config> LoadConfig(const std::string& path) {
  const std::string file = path.empty() ? DefaultConfigPath() : path;
  if (file.empty()) return Config();
  std::ifstream in(file);
  if (!in) {
    if (path.empty() && errno == ENOENT) return Config();
    return FailedPrecondition("cannot read " + file + ": " + std::strerror(errno));
  }
  std::ostringstream text;
  text << in.rdbuf();
  return ParseConfig(text.str(), file);
}

}  // namespace rustnet::client
