// SPDX-License-Identifier: Apache-2.0
// What a dissector learnt of a flow: pairs of a field and a printable text, bounded in number and
// size.
//
// A field is declared once, beside the dissector that fills it (`inline constexpr Field
// kSni{"sni"};`), and is known by its address.  Its name is the key in `rustnetd --flows`, in the
// API's ApplicationField and in filters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rustnet::net {

struct Field {
  std::string_view name;
  bool secret = false;  // withheld unless `--show-secrets` (passwords, communities)
  bool number = false;  // printed as a number in JSON
};

struct FactLimits {
  uint16_t values_per_field = 8;   // 200 offline
  uint16_t bytes_per_value = 255;  // 8 192 offline, which is the most
  uint32_t bytes_per_flow = 1024;  // of all values; 256 KiB offline
  // Offline and on request alone.  Otherwise a secret is not even stored: what is not here cannot
  // leave.
  bool show_secrets = false;
};

struct Fact {
  const Field* field;
  std::string_view value;
};

// Distinct values in order of appearance.  Beyond the limits a value is dropped and counted; a
// value cut to bytes_per_value counts too.
class Facts {
 public:
  // `limits` outlives this.
  explicit Facts(const FactLimits* limits) : limits_(limits) {}

  // Makes `raw` printable and adds it unless that field has it already.  `field` outlives this.
  void Add(const Field& field, std::string_view raw);
  void AddNumber(const Field& field, uint64_t value);
  // A dissector met more than it may hold (a header line, a message): something may be missing.
  void CountCut() { ++dropped_; }
  // A dissector left a secret out of what it added.
  void CountWithheld() { ++withheld_; }

  bool Has(const Field& field) const;
  std::string_view First(std::string_view field_name) const;  // empty if there is none
  std::vector<Fact> All() const;
  bool empty() const { return entries_.empty(); }
  size_t size() const { return entries_.size(); }
  // Forgets all but the first `size`.
  void Truncate(size_t size);
  bool show_secrets() const { return limits_->show_secrets; }
  uint32_t dropped() const { return dropped_; }
  uint32_t withheld() const { return withheld_; }  // secrets that were seen and not stored
  // Grows with each change: who compares it knows whether to look again.
  uint32_t revision() const { return revision_; }
  // Bytes on the heap.
  size_t memory() const { return bytes_.capacity() + entries_.capacity() * sizeof(Entry); }

 private:
  struct Entry {
    const Field* field;
    uint32_t offset;
    uint16_t size;
    uint16_t hash;
  };
  // `text` is printable; `cut`: and not all of it.
  void AddText(const Field& field, std::string_view text, bool cut);
  std::string_view Text(const Entry& entry) const {
    return std::string_view(bytes_).substr(entry.offset, entry.size);
  }

  const FactLimits* limits_;
  std::string bytes_;
  std::vector<Entry> entries_;
  uint32_t dropped_ = 0;
  uint32_t withheld_ = 0;
  uint32_t revision_ = 0;
};

}  // namespace rustnet::net
