// SPDX-License-Identifier: Apache-2.0
#include "daemon/table/owners.h"

#include <algorithm>
#include <string>
#include <utility>

namespace rustnet {
namespace {

// An end that may be a container's is asked for five times, the last time when nothing is pending.
constexpr Duration kElsewhereFor = 2 * kSecond;
Duration ElsewhereAfter(Duration age) {
  return age < 600 * kMillisecond ? 300 * kMillisecond : 800 * kMillisecond;
}
constexpr Duration kLostSlack = 2 * kSecond;
constexpr Duration kHandoverAwaited = 5 * kSecond;

// How long until an owner that is not known is asked for again: packets come before their events by
// milliseconds, namespaces and rescans are seen later.
Duration RetryAfter(Duration age) {
  if (age < 2 * kSecond) return 0;
  if (age < 10 * kSecond) return kSecond;
  return age < 60 * kSecond ? 5 * kSecond : 30 * kSecond;
}

bool IsListeners(const std::optional<Owner>& known) {
  return known && known->quality == Quality::kListenerInherited;
}

bool WorthRetrying(const std::optional<Owner>& known) {
  return known && known->process == nullptr && known->quality != Quality::kUnspecified &&
         known->quality != Quality::kKernel && known->reason != NoOwner::kReplay;
}

bool Known(const Owner& owner) { return owner.process != nullptr || owner.uid.has_value(); }

Owner Nobody(NoOwner reason) { return {nullptr, std::nullopt, Quality::kNone, reason, ""}; }

// Asks for the ends of one flow.
class Asker {
 public:
  Asker(const OwnerQuestion& question, const OwnerSources& sources)
      : question_(question),
        sources_(sources),
        translation_(sources.nat == nullptr ? nullptr : sources.nat->Find(*question.key)) {}

  Owner Of(uint8_t end) const {
    const SocketTuple tuple = TupleOf(end);
    Owner owner = sources_.attribution->Find(tuple, question_.age);
    if (Known(owner) || owner.quality == Quality::kKernel) return owner;
    if (owner.reason == NoOwner::kNotLocal) {
      if (translation_ != nullptr && tuple.elsewhere) {
        owner.reason = NoOwner::kForwarded;
      } else if (translation_ == nullptr && LostSince()) {
        owner.reason = NoOwner::kLostEvent;
      }
    }
    return owner;
  }
  // Nobody, or in one other namespace.
  std::optional<Owner> Elsewhere(uint8_t end) const {
    SocketTuple tuple = TupleOf(end);
    if (tuple.remote.IsMulticast() || tuple.local.IsMulticast()) return std::nullopt;
    tuple.elsewhere = true;
    return sources_.attribution->Find(tuple, question_.age);
  }

 private:
  // As the socket of that end has it: who began sees what was before the translation.
  SocketTuple TupleOf(uint8_t end) const {
    const net::FlowKey* key = question_.key;
    if (translation_ != nullptr) {
      const bool original = translation_->original.address == key->address &&
                            translation_->original.port == key->port;
      const uint8_t source =
          original ? translation_->original_source : translation_->translated_source;
      const bool began = end == source;
      key = began ? &translation_->original : &translation_->translated;
      const uint8_t there = began ? translation_->original_source : translation_->translated_source;
      end = began ? there : there ^ 1;
    }
    SocketTuple tuple;
    tuple.protocol = key->protocol;
    tuple.local = key->ip(end).Unmapped();
    tuple.remote = key->ip(end ^ 1).Unmapped();
    tuple.local_port = key->port[end];
    tuple.remote_port = key->port[end ^ 1];
    tuple.netns = question_.netns;
    tuple.elsewhere = IsElsewhere(tuple.local);
    return tuple;
  }

  // A group's address, and none at all, are asked for as the host's; so are all of a host of which
  // no address is known.
  bool IsElsewhere(const IpAddress& address) const {
    const LocalNetwork& network = *sources_.network;
    return !network.empty() && !network.IsLocal(address) && !address.IsUnspecified() &&
           network.Kind(address) != model::AddressKind::kMulticast &&
           network.Kind(address) != model::AddressKind::kBroadcast;
  }

  bool LostSince() const {
    if (sources_.nat == nullptr || sources_.nat->lost_at() == 0) return false;
    return sources_.nat->lost_at() + kLostSlack >= sources_.monotonic - question_.age;
  }

  const OwnerQuestion& question_;
  const OwnerSources& sources_;
  const Translation* translation_;
};

Owners AskInTransit(const OwnerQuestion& question, const Asker& asker) {
  Owners answer;
  answer.orientation = question.orientation;
  const uint8_t initiator = question.initiator;
  std::optional<Owner> began = asker.Elsewhere(initiator);
  std::optional<Owner> answered = asker.Elsewhere(initiator ^ 1);
  const bool from_here = began && Known(*began);
  const bool to_here = answered && Known(*answered);
  if (from_here) {
    answer.orientation = {initiator,
                          to_here ? model::Direction::kLocal : model::Direction::kOutgoing};
    answer.owner = std::move(began);
    if (to_here) answer.peer = std::move(answered);
  } else if (to_here) {
    answer.orientation = {static_cast<uint8_t>(initiator ^ 1), model::Direction::kIncoming};
    answer.owner = std::move(answered);
  } else {
    const bool ambiguous = (began && began->reason == NoOwner::kOtherNetns) ||
                           (answered && answered->reason == NoOwner::kOtherNetns);
    answer.owner = Nobody(ambiguous ? NoOwner::kOtherNetns : NoOwner::kNotLocal);
  }
  return answer;
}

// What is known of a process alone can have been made anew.
bool SameProcess(const std::shared_ptr<const ProcessInfo>& a,
                 const std::shared_ptr<const ProcessInfo>& b) {
  if (a == b || a == nullptr || b == nullptr) return a == b;
  return a->pid == b->pid && a->start_time_ns == b->start_time_ns && a->exec_id == b->exec_id &&
         a->executable == b->executable && a->name == b->name;
}

void SetParty(Party* party, Owner owner) {
  party->process = std::move(owner.process);
  party->has_uid = owner.uid.has_value();
  party->uid = owner.uid.value_or(0);
  if (!party->has_uid && party->process != nullptr) {
    party->has_uid = true;
    party->uid = party->process->uid;
  }
  party->quality = owner.quality;
  party->reason = owner.reason;
  party->creator = std::move(owner.creator);
  party->thread_name.reset();
  if (!owner.thread_name.empty()) {
    party->thread_name = std::make_unique<std::string>(std::move(owner.thread_name));
  }
}

}  // namespace

Owners Ask(const OwnerQuestion& question, const OwnerSources& sources) {
  const Asker asker(question, sources);
  Owners answer;
  answer.orientation = question.orientation;
  // No socket sends or receives these.
  if (question.key->family == 0 || question.key->protocol == net::Protocol::kArp) {
    if (answer.orientation.direction == model::Direction::kTransit) {
      answer.owner = Nobody(NoOwner::kNotLocal);
    }
    return answer;
  }
  if (answer.orientation.direction == model::Direction::kTransit) {
    return AskInTransit(question, asker);
  }
  const uint8_t local = answer.orientation.local;
  answer.owner = asker.Of(local);
  if (answer.orientation.direction == model::Direction::kLocal) {
    answer.peer = asker.Of(local ^ 1);
  } else if (sources.containers) {
    std::optional<Owner> peer = asker.Elsewhere(local ^ 1);
    if (!peer || !Known(*peer)) return answer;
    answer.peer = std::move(peer);
    answer.orientation = {question.initiator, model::Direction::kLocal};
    if (question.initiator != local) std::swap(answer.owner, answer.peer);
  }
  return answer;
}

bool SameParty(const Party& party, const Owner& owner) {
  return SameProcess(party.process, owner.process) && party.owner() == owner.uid &&
         party.quality == owner.quality && party.reason == owner.reason &&
         SameProcess(party.creator, owner.creator);
}

void SetParties(Record* record, Owners answer) {
  if (answer.owner) SetParty(&record->party, std::move(*answer.owner));
  if (!answer.peer) return;
  if (!record->peer) record->peer = std::make_unique<Party>();
  SetParty(record->peer.get(), std::move(*answer.peer));
}

std::optional<Duration> AskAgainAfter(const Owners& answer, Duration age, bool containers) {
  const model::Direction direction = answer.orientation.direction;
  const bool transit = direction == model::Direction::kTransit;
  if (!transit && (WorthRetrying(answer.owner) || WorthRetrying(answer.peer))) {
    return RetryAfter(age);
  }
  // The connection's own socket is told when the handshake is done, the worker when it reads.
  const bool listeners = IsListeners(answer.owner) || IsListeners(answer.peer);
  if (listeners && age < kHandoverAwaited) return RetryAfter(age);
  const bool half = containers && direction != model::Direction::kLocal;
  if ((transit || half) && answer.owner && age < kElsewhereFor) {
    return ElsewhereAfter(age);
  }
  return std::nullopt;
}

}  // namespace rustnet
