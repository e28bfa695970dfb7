// SPDX-License-Identifier: Apache-2.0
#include "common/net/dpi/quic_ids.h"

#include <algorithm>

#include "common/base/byte_reader.h"
#include "common/base/hash.h"

namespace rustnet::net {

size_t QuicIds::Hash::operator()(const Id& id) const {
  ByteReader reader{Bytes(id.bytes)};
  uint64_t hash = MixHash(seed, id.size);
  hash = MixHash(hash, reader.U64());
  hash = MixHash(hash, reader.U64());
  return MixHash(hash, reader.U32());
}

QuicIds::Id QuicIds::IdOf(Bytes bytes) {
  Id id;
  id.size = static_cast<uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), id.bytes.begin());
  return id;
}

void QuicIds::Learn(Bytes bytes, const std::shared_ptr<const Connection>& connection) {
  if (bytes.size() < kShortest || bytes.size() > kLongestQuicId) return;
  const Id id = IdOf(bytes);
  if (const auto known = index_.find(id); known != index_.end()) Forget(known->second);
  if (index_.size() == kMost) {
    Forget(std::prev(entries_.end()));
    ++forgotten_;
  }
  entries_.push_front({id, connection});
  index_.emplace(id, entries_.begin());
  ++by_size_[id.size];
}

// RFC 9000 section 17.3.1: the id stands behind the first byte and does not tell its length.
const QuicIds::Connection* QuicIds::Find(Bytes datagram) {
  constexpr size_t kLeast = 20;  // behind the id: RFC 9001 section 5.4.2
  if (datagram.empty() || (datagram.front() & 0xc0) != 0x40) return nullptr;
  for (size_t size = kLongestQuicId; size >= kShortest; --size) {
    if (by_size_[size] == 0 || datagram.size() < 1 + size + kLeast) continue;
    const auto found = index_.find(IdOf(datagram.subspan(1, size)));
    if (found == index_.end()) continue;
    entries_.splice(entries_.begin(), entries_, found->second);
    return found->second->connection.get();
  }
  return nullptr;
}

void QuicIds::Forget(std::list<Entry>::iterator entry) {
  --by_size_[entry->id.size];
  index_.erase(entry->id);
  entries_.erase(entry);
}

void QuicIds::Clear() {
  index_.clear();
  entries_.clear();
  by_size_ = {};
}

}  // namespace rustnet::net
