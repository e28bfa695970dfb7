// SPDX-License-Identifier: Apache-2.0
// Bytes as a history: rows come, change and go, clients walk pieces of any length, tombstones are
// forgotten.  Whoever is whole must have exactly the rows that there are.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>

#include "daemon/table/row_log.h"

namespace rustnet {
namespace {

struct Row {
  ConnectionId id = 0;
  uint32_t facts = 0;
  uint32_t numbers = 0;
  bool operator==(const Row&) const = default;
};

struct Client {
  std::map<ConnectionId, Row> rows;
  Revision position = 0, origin = 0, whole = 0;
};

void Require(bool condition) {
  if (!condition) std::abort();
}

class World {
 public:
  void Change(uint8_t kind, RowIndex place) {
    ++now_;
    const auto found = rows_.find(place);
    if (found == rows_.end()) {
      rows_[place] = {++last_id_, 1, 1};
      log_.Put(place, last_id_);
    } else if (kind == 0) {
      log_.Remove(place, now_);
      rows_.erase(found);
    } else if (kind == 1) {
      ++found->second.facts;
      log_.Put(place, found->second.id);
    } else {
      ++found->second.numbers;
      log_.Count(place);
    }
  }

  void Forget(uint8_t most) { log_.Forget(now_ - 4 * most, most); }

  void Walk(Client* client, size_t limit) const {
    if (std::max(client->position, client->origin) < log_.horizon()) {
      *client = Client();
      client->origin = log_.tail();
    }
    const Revision base = client->position;
    // A piece changes one row once: what is removed in it does not come back before.
    client->position = log_.Walk(base, [&](const RowLog::Entry& entry) {
      if (limit-- == 0) return false;
      if (entry.gone) {
        if (entry.born <= base) client->rows.erase(entry.id);
        return true;
      }
      const Row& row = rows_.at(entry.row);
      Require(row.id == entry.id);
      const auto mine = client->rows.find(entry.id);
      if (entry.facts <= client->whole) {
        Require(mine != client->rows.end() && mine->second.facts == row.facts);
      }
      client->rows[entry.id] = row;
      return true;
    });
    if (client->position != log_.tail()) return;
    client->whole = client->origin = client->position;
    Require(client->rows.size() == rows_.size() && log_.size() == rows_.size());
    for (const auto& [place, row] : rows_) Require(client->rows.at(row.id) == row);
  }

 private:
  RowLog log_;
  std::map<RowIndex, Row> rows_;
  ConnectionId last_id_ = 0;
  Time now_ = 0;
};

}  // namespace
}  // namespace rustnet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  rustnet::World world;
  std::array<rustnet::Client, 4> clients;
  for (size_t i = 0; i < size; ++i) {
    const uint8_t low = data[i] & 0x0f;
    switch (data[i] >> 4) {
      case 0:
        world.Forget(low);
        break;
      case 1:
      case 2:
        world.Walk(&clients[low & 3], 1 + (low >> 2));
        break;
      case 3:
      case 4:
        world.Walk(&clients[low & 3], SIZE_MAX);
        break;
      case 5:
      case 6:
        world.Change(0, low);
        break;
      case 7:
      case 8:
      case 9:
        world.Change(1, low);
        break;
      default:
        world.Change(2, low);
    }
  }
  for (rustnet::Client& client : clients) world.Walk(&client, SIZE_MAX);
  return 0;
}
