// SPDX-License-Identifier: Apache-2.0
// XMPP (RFC 6120): an XML stream each way, "<stream:stream to='host' ...>".  Of the elements that
// follow only the names are looked at: <starttls/> and <proceed/> mean that TLS follows, <success/>
// or a stanza that nothing more is wanted.
#include <array>
#include <string>

#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kXmppTo{"xmpp_to"};

constexpr std::string_view kStream = "<stream:stream";
constexpr std::string_view kNamespace = "http://etherx.jabber.org/streams";
constexpr size_t kLongestOpening = 1024;
constexpr uint32_t kEnough = 64 * 1024;  // bytes of both ends

// The value of an attribute, in either quotes.
std::string_view Attribute(std::string_view tag, std::string_view name) {
  for (const char quote : {'\'', '"'}) {
    const std::string wanted = std::string(" ").append(name).append("=") + quote;
    const size_t at = tag.find(wanted);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = tag.substr(at + wanted.size());
    const size_t end = rest.find(quote);
    if (end != std::string_view::npos) return rest.substr(0, end);
  }
  return {};
}

class XmppSession : public Session {
 public:
  Progress OnData(Direction direction, Bytes bytes, const Moment&, Facts* facts) override {
    Side& side = sides_[static_cast<size_t>(direction)];
    for (; !bytes.empty(); bytes = bytes.subspan(1)) {
      if (++seen_ > kEnough) return Progress::kDone;
      const char c = static_cast<char>(bytes.front());
      if (c == '<') side.tag.clear();
      if (side.tag.empty() && c != '<') continue;
      if (side.tag.size() < kLongestOpening) side.tag.push_back(c);
      if (c != '>') continue;
      const Progress progress = OnTag(&side, facts);
      side.tag.clear();
      if (progress == Progress::kMore) continue;
      unread_ = bytes.subspan(1);
      ended_by_ = direction;
      return progress;
    }
    return Progress::kMore;
  }
  Bytes Unread(Direction direction) const override {
    return direction == ended_by_ ? unread_ : Bytes();
  }
  bool Agreed() const override { return sides_[0].begun && sides_[1].begun; }
  size_t memory() const override {
    return sizeof *this + sides_[0].tag.capacity() + sides_[1].tag.capacity();
  }

 private:
  struct Side {
    std::string tag;  // that has begun
    bool begun = false;
  };

  Progress OnTag(Side* side, Facts* facts) {
    const std::string_view tag = side->tag;
    const std::string_view name = tag.substr(0, tag.find_first_of(" \t\r\n/>", 1));
    if (name == kStream) {
      side->begun = true;
      facts->Add(kXmppTo, Attribute(tag, "to"));
    }
    if (name == "<starttls") asked_ = true;
    if (name == "<proceed" && asked_) return Progress::kNext;
    const bool over =
        name == "<success" || name == "<iq" || name == "<message" || name == "<presence";
    return over ? Progress::kDone : Progress::kMore;
  }

  std::array<Side, 2> sides_;
  Bytes unread_;
  Direction ended_by_ = Direction::kForward;
  uint32_t seen_ = 0;
  bool asked_ = false;
};

}  // namespace

Verdict ProbeXmpp(Bytes opening) {
  constexpr std::string_view kDeclaration = "<?xml";
  const std::string_view text = AsText(opening).substr(0, kLongestOpening);
  const bool open = text.size() < kLongestOpening;
  size_t at = 0;
  const Verdict declared = StartsLike(text, kDeclaration);
  if (declared == Verdict::kMatch) {
    const size_t end = text.find('>');
    if (end == std::string_view::npos) return open ? Verdict::kNeedMore : Verdict::kNotMine;
    at = end + 1;
  } else if (declared == Verdict::kNeedMore) {
    return declared;
  }
  while (at < text.size() && std::string_view(" \r\n\t").find(text[at]) != std::string_view::npos) {
    ++at;
  }
  const Verdict stream = StartsLike(text.substr(at), kStream);
  if (stream != Verdict::kMatch) return stream;
  if (text.find(kNamespace) != std::string_view::npos) return Verdict::kMatch;
  const bool whole = text.find('>', at) != std::string_view::npos;
  return open && !whole ? Verdict::kNeedMore : Verdict::kNotMine;
}

FieldList XmppFields() { return FieldsOf<kXmppTo>(); }

std::unique_ptr<Session> StartXmpp() { return std::make_unique<XmppSession>(); }

}  // namespace rustnet::net
