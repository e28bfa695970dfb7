// SPDX-License-Identifier: Apache-2.0
// What a dissector learnt of a flow: pairs of a field and a printable text, bounded in number and
// size.
//
// A field is declared in the file of the dissector that fills it (`constexpr Field kSni{"sni"};`)
// and is known by its address.  Its name is the key in `rustnetd --flows`, in the API's
// ApplicationField and in filters.
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
  uint16_t values_per_field = 8;  // 200 offline
  uint16_t bytes_per_value = 255;
  uint16_t bytes_per_flow = 1024;  // of all values; 64 KiB offline
};

struct Fact {
  const Field* field;
  std::string_view value;
};

// Distinct values in order of appearance.  Beyond the limits a value is dropped and counted.
class Facts {
 public:
  explicit Facts(const FactLimits* limits) : limits_(limits) {}

  // Makes `raw` printable and adds it unless that field has it already.
  void Add(const Field& field, std::string_view raw);
  void AddNumber(const Field& field, uint64_t value);

  bool Has(const Field& field) const;
  std::string_view First(std::string_view field_name) const;  // empty if there is none
  std::vector<Fact> All() const;
  uint32_t dropped() const { return dropped_; }
  // Grows with each change: who compares it knows whether to look again.
  uint32_t revision() const { return revision_; }

 private:
  struct Entry {
    const Field* field;
    uint32_t offset;
    uint16_t size;
  };
  const FactLimits* limits_;  // outlives this
  std::string bytes_;
  std::vector<Entry> entries_;
  uint32_t dropped_ = 0;
  uint32_t revision_ = 0;
};

}  // namespace rustnet::net
