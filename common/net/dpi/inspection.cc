// SPDX-License-Identifier: Apache-2.0
// Who is asked about an opening: rows whose probe accepts its first byte (a table, made once by
// asking every probe about every byte), that have not refused yet; those of the flow's ports first.
#include "common/net/dpi/inspection.h"

#include <algorithm>
#include <utility>

#include "common/base/check.h"

namespace rustnet::net {
namespace {

constexpr uint32_t kMostHops = 8;       // sessions that one OnData may start
constexpr uint32_t kOneSidedTries = 8;  // times opening_packets, if the other end says nothing

// The rows of one transport.
class Rows {
 public:
  explicit Rows(Protocol transport) : named_(Registry().size()) {
    for (const Dissector& row : Registry()) {
      if (row.transport != transport) continue;
      RN_CHECK(rows_.size() < RowSet::kMost);
      const RowSet self = RowSet::Of(static_cast<uint32_t>(rows_.size()));
      rows_.push_back(&row);
      for (size_t i = 0; i < named_.size(); ++i) {
        if (Registry()[i].name == row.name) named_[i].Add(self);
      }
      if (row.any_port) any_port_.Add(self);
      for (const uint16_t port : row.ports) {
        if (port != 0) by_port_[Bucket(port)].Add(self);
      }
      if (row.probe == nullptr) continue;
      for (uint32_t byte = 0; byte < 256; ++byte) {
        const uint8_t first = static_cast<uint8_t>(byte);
        if (row.probe(Bytes(&first, 1)) != Verdict::kNotMine) by_first_[byte].Add(self);
      }
    }
  }

  const Dissector& row(uint32_t index) const { return *rows_[index]; }
  const RowSet& any_port() const { return any_port_; }
  // The rows of the same name.
  const RowSet& Named(const Dissector& row) const {
    return named_[static_cast<size_t>(&row - Registry().data())];
  }
  const RowSet& ByFirst(uint8_t byte) const { return by_first_[byte]; }

  RowSet ByPort(uint16_t port) const {
    RowSet found;
    if (port == 0) return found;
    by_port_[Bucket(port)].Any([&](uint32_t index) {
      const auto& ports = rows_[index]->ports;
      if (std::find(ports.begin(), ports.end(), port) != ports.end()) found.Add(RowSet::Of(index));
      return false;
    });
    return found;
  }

 private:
  static size_t Bucket(uint16_t port) { return (port ^ port >> 8) & 0xff; }

  std::vector<const Dissector*> rows_;
  std::vector<RowSet> named_;  // of each row of the registry
  RowSet any_port_;
  std::array<RowSet, 256> by_port_{};
  std::array<RowSet, 256> by_first_{};
};

const Rows& RowsOf(Protocol transport) {
  static const Rows tcp(Protocol::kTcp);
  static const Rows udp(Protocol::kUdp);
  return transport == Protocol::kTcp ? tcp : udp;
}

// The row that takes the opening, those of the flow's ports asked first; null: nobody, or not yet.
// Rows that refuse it leave `alive`.
const Dissector* Ask(const Rows& rows, const RowSet& by_port, Bytes opening, RowSet* alive) {
  const Dissector* found = nullptr;
  const auto ask = [&](uint32_t index) {
    const Dissector& row = rows.row(index);
    const Verdict verdict = row.probe(opening);
    if (verdict == Verdict::kMatch) found = &row;
    if (verdict == Verdict::kNotMine) alive->Remove(index);
    return found != nullptr;
  };
  const RowSet others = *alive - by_port;
  if (!(*alive & by_port).Any(ask)) others.Any(ask);
  return found;
}

// The rows to be asked about an opening.
RowSet Candidates(const Rows& rows, const RowSet& by_port, Bytes opening) {
  return rows.ByFirst(opening.front()) & (rows.any_port() | by_port);
}

Moment Late(Moment moment) {
  moment.late = true;
  return moment;
}

Moment Turned(const Moment& moment) {
  Moment turned = moment;
  std::swap(turned.source, turned.destination);
  std::swap(turned.source_port, turned.destination_port);
  return turned;
}

}  // namespace

const Dissector* FindDissector(std::string_view name) {
  for (const Dissector& row : Registry()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

const Dissector* FindExpected(std::string_view name) {
  for (const Dissector& row : Registry()) {
    if (row.name == name && !row.any_port && row.ports.front() == 0) return &row;
  }
  return nullptr;
}

bool AnybodyKnows(Protocol transport, uint16_t client_port, uint16_t server_port, Bytes opening) {
  const Rows& rows = RowsOf(transport);
  const RowSet by_port = rows.ByPort(server_port) | rows.ByPort(client_port);
  RowSet alive = Candidates(rows, by_port, opening);
  if (Ask(rows, by_port, opening, &alive) != nullptr) return true;
  return !alive.empty() && transport == Protocol::kTcp;  // a datagram is all there is
}

bool Hopeless(const Misses& misses, const InspectionLimits& limits) {
  const auto [fewer, more] = std::minmax(misses[0], misses[1]);
  return fewer >= limits.opening_packets || more >= limits.opening_packets * kOneSidedTries;
}

Inspection::Inspection(Protocol transport, uint16_t client_port, uint16_t server_port,
                       const InspectionLimits* limits, InspectionCounters* counters,
                       const Misses& misses)
    : limits_(limits), counters_(counters), facts_(&limits->facts), transport_(transport) {
  const Rows& rows = RowsOf(transport);
  by_port_ = rows.ByPort(server_port) | rows.ByPort(client_port);
  for (size_t way = 0; way < misses.size(); ++way) sides_[way].misses = misses[way];
}

Inspection::~Inspection() = default;

void Inspection::OnData(Direction direction, Bytes bytes, const Moment& moment) {
  hops_ = 0;
  Feed(direction, bytes, moment);
}

void Inspection::OnGap(Direction direction, uint64_t lost) {
  if (finished_) return;
  if (session_ == nullptr) {
    side(direction).held = {};
    side(direction).alive = {};
    return;
  }
  hops_ = 0;
  if (direction == Direction::kBackward) claim_.answered = true;  // and the answer is lost
  const Progress progress = session_->OnGap(direction, lost);
  Hear();
  After(progress, direction, Moment{});
}

void Inspection::Feed(Direction direction, Bytes bytes, const Moment& moment) {
  if (finished_ || bytes.empty()) return;
  if (session_ == nullptr) return Look(direction, bytes, moment);
  if (Contradicts(direction, bytes)) {
    Withdraw();
    session_.reset();
    return Look(direction, bytes, moment);
  }
  const uint32_t dropped = facts_.dropped();
  const uint32_t withheld = facts_.withheld();
  const Progress progress = claim_.late ? session_->OnData(direction, bytes, Late(moment), &facts_)
                                        : session_->OnData(direction, bytes, moment, &facts_);
  counters_->facts_dropped += facts_.dropped() - dropped;
  counters_->secrets_withheld += facts_.withheld() - withheld;
  if (!claim_.named && session_->Proved() && !Name()) return Finish();
  if (claim_.named && evidence_ != Evidence::kHandshake && session_->Agreed()) {
    evidence_ = Evidence::kHandshake;
    ++changes_;
  }
  if (claim_.named) NameInner();
  Hear();
  After(progress, direction, moment);
}

void Inspection::After(Progress progress, Direction direction, const Moment& moment) {
  if (progress == Progress::kMore) return;
  if (progress == Progress::kDone && claim_.named) return Finish();
  const std::unique_ptr<Session> old = std::move(session_);  // owns what is unread
  sides_ = {};
  if (!claim_.named || (progress == Progress::kMistaken && !claim_.by_port)) Withdraw();
  if (!old->Next().empty()) {
    const Dissector* next = FindDissector(old->Next());
    if (next == nullptr || !Begin(*next)) return Finish();
    claim_.answered = true;
  } else if (++hops_ > kMostHops) {
    return Finish();
  }
  Feed(Opposite(direction), old->Unread(Opposite(direction)), Turned(moment));
  Feed(direction, old->Unread(direction), moment);
}

void Inspection::Look(Direction direction, Bytes bytes, const Moment& moment) {
  Side& s = side(direction);
  if (s.misses >= limits_->opening_packets) return Miss(&s);
  Bytes opening = bytes;
  Bytes rest;
  const Bytes fresh = bytes;
  const bool continued = !s.held.empty();
  if (continued) {
    const size_t room = limits_->opening_bytes - s.held.size();
    rest = bytes.subspan(std::min(room, bytes.size()));
    bytes = bytes.first(bytes.size() - rest.size());
    s.held.insert(s.held.end(), bytes.begin(), bytes.end());
    opening = s.held;
  }
  const Dissector* found = TakeExpected(opening);
  if (found == nullptr) found = Probe(&s, opening);
  // What cannot be proved is what was expected, if it is nothing else.
  if (found == nullptr && s.alive.empty()) found = std::exchange(expected_, nullptr);
  if (found != nullptr) {
    // The buffers move out first: what follows may begin new openings.
    const std::vector<uint8_t> own = std::move(s.held);
    Side& peer = side(Opposite(direction));
    const bool fits = peer.alive.Meets(RowsOf(transport_).Named(*found));
    if (!peer.held.empty() && !fits) ++peer.misses;
    const std::vector<uint8_t> other = fits ? std::move(peer.held) : std::vector<uint8_t>();
    const bool both_spoke = sides_[0].misses != 0 && sides_[1].misses != 0;
    sides_ = {};
    if (!Begin(*found)) return Finish();
    claim_.late = both_spoke && !claim_.by_port;
    claim_.by_client = direction == Direction::kForward;
    Feed(Opposite(direction), other, Turned(moment));
    Feed(direction, opening, moment);
    return Feed(direction, rest, moment);
  }
  if (s.alive.empty() || transport_ != Protocol::kTcp) {
    Miss(&s);
    // What was held was nothing; what came now may begin something.
    if (continued && !finished_) Look(direction, fresh, moment);
    return;
  }
  if (opening.size() >= limits_->opening_bytes) {
    counters_->opening_bytes_dropped += opening.size() + rest.size();
    return Miss(&s);
  }
  if (s.held.empty()) s.held.assign(opening.begin(), opening.end());
}

const Dissector* Inspection::TakeExpected(Bytes opening) {
  if (expected_ == nullptr || expected_->probe == nullptr) return nullptr;
  const Dissector* row = std::exchange(expected_, nullptr);
  return row->probe(opening) == Verdict::kMatch ? row : nullptr;
}

const Dissector* Inspection::Probe(Side* side, Bytes opening) const {
  const Rows& rows = RowsOf(transport_);
  if (side->alive.empty()) side->alive = Candidates(rows, by_port_, opening) - mistaken_;
  return Ask(rows, by_port_, opening, &side->alive);
}

bool Inspection::Begin(const Dissector& dissector) {
  claim_ = {.row = &dissector,
            .facts = facts_.size(),
            .by_port = RowsOf(transport_).Named(dissector).Meets(by_port_)};
  const bool reads = dissector.start != nullptr && hops_ < kMostHops;
  if (reads) session_ = dissector.start();
  if ((!reads || session_->Proved()) && !Name()) session_.reset();
  if (reads) ++hops_;
  return session_ != nullptr;
}

bool Inspection::Name() {
  claim_.named = true;
  const bool is_new = !IsNamed(claim_.row->name);
  if (is_new && protocol_count_ == kMostProtocols) return false;
  if (is_new) AddName(claim_.row);
  if (evidence_ == Evidence::kNone) evidence_ = Evidence::kSignature;
  return true;
}

void Inspection::NameInner() {
  const std::string_view inner = session_->Inner();
  if (inner.empty() || protocol_count_ == kMostProtocols || IsNamed(inner)) return;
  AddName(FindDissector(inner));
}

bool Inspection::IsNamed(std::string_view name) const {
  const auto known = protocols();
  return std::any_of(known.begin(), known.end(),
                     [&](const Dissector* p) { return p->name == name; });
}

void Inspection::AddName(const Dissector* row) {
  protocols_[protocol_count_++] = row;
  ++claim_.names;
  ++changes_;
}

void Inspection::Hear() {
  if (!claim_.named) return;
  const Standing now = session_->standing();
  if (now == standing_) return;
  standing_ = now;
  ++changes_;
}

bool Inspection::Contradicts(Direction direction, Bytes bytes) {
  if (claim_.answered || direction == Direction::kForward) return false;
  claim_.answered = true;
  if (!claim_.by_client || transport_ != Protocol::kTcp) return false;
  if (claim_.row->probe(bytes) != Verdict::kNotMine) return false;
  Side fresh;
  const Dissector* other = Probe(&fresh, bytes);
  if (other == nullptr || other->name == claim_.row->name) return false;
  return other->start == nullptr || other->start()->Proved();
}

void Inspection::Withdraw() {
  if (!claim_.named) {
    facts_.Truncate(claim_.facts);
    mistaken_.Add(RowsOf(transport_).Named(*claim_.row));
    return;
  }
  if (claim_.names == 0) return;
  for (; claim_.names != 0; --claim_.names) protocols_[--protocol_count_] = nullptr;
  standing_ = {};
  if (protocol_count_ == 0) evidence_ = Evidence::kNone;
  facts_.Truncate(claim_.facts);
  mistaken_.Add(RowsOf(transport_).Named(*claim_.row));
  ++changes_;
}

void Inspection::Miss(Side* side) {
  side->held = {};
  side->alive = {};
  ++side->misses;
  if (!Hopeless({sides_[0].misses, sides_[1].misses}, *limits_)) return;
  if (protocol_count_ == 0) ++counters_->hopeless;
  Finish();
}

void Inspection::OnSilence() {
  const bool waits = !sides_[0].held.empty() || !sides_[1].held.empty();
  const bool reads = session_ != nullptr && claim_.named;
  if (finished_ || waits || reads || protocol_count_ > 0) return;
  ++counters_->hopeless;
  Finish();
}

void Inspection::Finish() {
  finished_ = true;
  session_.reset();
  sides_ = {};
}

size_t Inspection::memory() const {
  return sizeof *this + facts_.memory() + sides_[0].held.capacity() + sides_[1].held.capacity() +
         (session_ == nullptr ? 0 : session_->memory());
}

}  // namespace rustnet::net
