// SPDX-License-Identifier: Apache-2.0
// Text to tree, by recursive descent; the depth is bounded, as the text comes from outside.
//
//   any  = all { "or" all }            all  = one { ["and"] one }
//   one  = ("not" | "-" | "!") one | "(" any ")" | term
//   term = key (":" | ">" | ">=" | "<" | "<=" | "=") value | text
//   text = word | "quoted" | /regular expression/[i] | ~fuzzy
#include <algorithm>
#include <map>
#include <utility>

#include "common/base/text.h"
#include "common/model/filter_node.h"

namespace rustnet::model {
namespace {

using NodePtr = std::unique_ptr<FilterNode>;

constexpr size_t kLongest = 4096;
constexpr int kDeepest = 64;
constexpr int kMostRegexes = 32;

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool EndsWord(char c) { return IsSpace(c) || c == '(' || c == ')'; }
bool IsKeyChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// Things with colons that are no keys: IPv6 addresses and networks, MAC addresses.
bool IsAddress(std::string_view word) {
  if (Cidr::Parse(word)) return true;
  const bool mac = word.size() == 17 &&
                   word.find_first_not_of("0123456789abcdefABCDEF:") == std::string_view::npos;
  return mac && word[2] == ':' && word[5] == ':';
}

// Where the regular expression that begins at `at` ends (its closing slash), or npos: then the
// slash is an ordinary character, as in a path.  No blank inside, unless escaped.
size_t RegexEnd(std::string_view text, size_t at) {
  size_t close = std::string_view::npos;
  for (size_t i = at + 1; i < text.size() && !IsSpace(text[i]); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '/') {
      size_t rest = i + 1;
      if (rest < text.size() && text[rest] == 'i') ++rest;
      while (rest < text.size() && text[rest] == ')') ++rest;
      if (rest == text.size() || IsSpace(text[rest])) close = i;
    }
  }
  return close;
}

class Parser {
 public:
  Parser(std::string_view text, const UserLookup& users, FilterError* error)
      : text_(text), users_(users), error_(*error) {}

  NodePtr Whole();

 private:
  NodePtr Any(int depth);
  NodePtr All(int depth);
  NodePtr One(int depth);
  NodePtr Term();
  NodePtr Keyed(const Key& key, size_t begin);
  bool Value(const Key& key, size_t begin, bool equals, FilterTerm* term);
  bool Number(const Key& key, size_t begin, FilterTerm* term);
  bool Text(const Key* key, TextTest::Kind kind, FilterTerm* term);
  bool Quoted(std::string* out);
  bool Regex(size_t close, FilterTerm* term);

  NodePtr Fail(size_t offset, std::string sentence) {
    error_ = {offset, std::move(sentence)};
    return nullptr;
  }
  bool Refuse(size_t offset, std::string sentence) {
    Fail(offset, std::move(sentence));
    return false;
  }
  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }
  bool AtEnd() const { return at_ >= text_.size(); }
  char Peek() const { return AtEnd() ? '\0' : text_[at_]; }
  // The word at `at_`, without moving.
  std::string_view Word() const {
    size_t end = at_;
    while (end < text_.size() && !EndsWord(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }
  bool TakeKeyword(std::string_view keyword) {
    if (!EqualsIgnoreCase(Word(), keyword)) return false;
    at_ += keyword.size();
    return true;
  }

  std::string_view text_;
  const UserLookup& users_;
  FilterError& error_;
  size_t at_ = 0;
  int regexes_ = 0;
};

NodePtr Parser::Whole() {
  if (text_.size() > kLongest) return Fail(kLongest, "the filter is longer than 4096 bytes");
  NodePtr root = Any(0);
  if (root == nullptr) return nullptr;
  SkipSpace();
  if (!AtEnd()) return Fail(at_, "')' closes nothing");
  return root;
}

// Joins operands: those of the same kind are taken in, and each stands once, in order of its text.
NodePtr Joined(FilterNode::Kind kind, std::vector<NodePtr> operands) {
  if (operands.size() == 1) return std::move(operands.front());
  auto node = std::make_unique<FilterNode>();
  node->kind = kind;
  for (NodePtr& operand : operands) {
    if (operand->kind == kind) {
      for (NodePtr& child : operand->children) node->children.push_back(std::move(child));
    } else {
      node->children.push_back(std::move(operand));
    }
  }
  std::map<std::string, NodePtr> ordered;
  for (NodePtr& child : node->children) ordered.try_emplace(child->Canonical(), std::move(child));
  if (ordered.size() == 1) return std::move(ordered.begin()->second);
  node->children.clear();
  for (auto& [text, child] : ordered) node->children.push_back(std::move(child));
  return node;
}

NodePtr Parser::Any(int depth) {
  std::vector<NodePtr> operands;
  do {
    NodePtr operand = All(depth);
    if (operand == nullptr) return nullptr;
    operands.push_back(std::move(operand));
    SkipSpace();
  } while (TakeKeyword("or"));
  return Joined(FilterNode::Kind::kOr, std::move(operands));
}

NodePtr Parser::All(int depth) {
  std::vector<NodePtr> operands;
  for (;;) {
    SkipSpace();
    if (!operands.empty()) {
      if (AtEnd() || Peek() == ')' || EqualsIgnoreCase(Word(), "or")) break;
      TakeKeyword("and");
    }
    NodePtr operand = One(depth);
    if (operand == nullptr) return nullptr;
    operands.push_back(std::move(operand));
  }
  return Joined(FilterNode::Kind::kAnd, std::move(operands));
}

NodePtr Parser::One(int depth) {
  SkipSpace();
  const size_t begin = at_;
  if (depth >= kDeepest) return Fail(begin, "nested more than 64 deep");
  if (AtEnd()) return Fail(begin, "something to look for is missing here");
  if (const char sign = Peek(); sign == '-' || sign == '!') {
    ++at_;
  } else if (!TakeKeyword("not")) {
    if (sign == ')') return Fail(begin, "something to look for is missing before ')'");
    if (EqualsIgnoreCase(Word(), "or") || EqualsIgnoreCase(Word(), "and")) {
      return Fail(begin, "something to look for is missing before '" + std::string(Word()) + "'");
    }
    if (sign != '(') return Term();
    ++at_;
    NodePtr inner = Any(depth + 1);
    if (inner == nullptr) return nullptr;
    SkipSpace();
    if (Peek() != ')') return Fail(begin, "'(' is not closed");
    ++at_;
    return inner;
  }
  NodePtr inner = One(depth + 1);
  if (inner == nullptr) return nullptr;
  if (inner->kind == FilterNode::Kind::kNot) return std::move(inner->children.front());
  auto node = std::make_unique<FilterNode>();
  node->kind = FilterNode::Kind::kNot;
  node->children.push_back(std::move(inner));
  return node;
}

NodePtr Parser::Term() {
  const size_t begin = at_;
  const std::string_view word = Word();
  size_t end = 0;
  while (end < word.size() && IsKeyChar(word[end])) ++end;
  const std::string_view name = word.substr(0, end);
  const char sign = end < word.size() ? word[end] : '\0';
  const bool comparison = sign == '<' || sign == '>';
  if (!name.empty() && (sign == ':' || sign == '=' || comparison)) {
    if (const Key* key = FindKey(name)) {
      at_ += end;
      return Keyed(*key, begin);
    }
    const bool number = name.find_first_not_of("0123456789") == std::string_view::npos;
    if ((sign == ':' || comparison) && !number && !IsAddress(word)) {
      const std::string_view near = NearestKey(name);
      std::string sentence = "unknown key '" + std::string(name) + "'";
      if (near.empty()) {
        sentence += "; put the text in quotes to look for it";
      } else {
        sentence += "; did you mean '" + std::string(near) + "'?";
      }
      return Fail(begin, std::move(sentence));
    }
  }
  auto node = std::make_unique<FilterNode>();
  return Text(nullptr, TextTest::Kind::kContains, &node->term) ? std::move(node) : nullptr;
}

// Behind the name: a sign and a value.
NodePtr Parser::Keyed(const Key& key, size_t begin) {
  auto node = std::make_unique<FilterNode>();
  node->term.key = &key;
  if (Peek() == ':') ++at_;
  const bool equals = Peek() == '=' && key.numbers == nullptr;
  if (equals) ++at_;
  return Value(key, begin, equals, &node->term) ? std::move(node) : nullptr;
}

bool Parser::Value(const Key& key, size_t begin, bool equals, FilterTerm* term) {
  const std::string name(key.info.name);
  const std::string_view word = Word();
  if (key.kind == KeyKind::kFlag) {
    const bool yes = EqualsIgnoreCase(word, "yes") || EqualsIgnoreCase(word, "true");
    if (!yes && !EqualsIgnoreCase(word, "no") && !EqualsIgnoreCase(word, "false")) {
      return Refuse(at_, name + ": yes or no");
    }
    at_ += word.size();
    term->kind = FilterTerm::Kind::kFlag;
    term->flag = yes;
    return true;
  }
  if (key.numbers != nullptr) {
    if (key.texts != nullptr && Peek() == '/' && RegexEnd(text_, at_) != std::string_view::npos) {
      return Text(&key, TextTest::Kind::kContains, term);
    }
    return Number(key, begin, term);
  }
  if (Peek() == '<' || Peek() == '>') {
    return Refuse(at_, name + ": is a text and cannot be compared");
  }
  if (key.kind == KeyKind::kProcess && !equals && EqualsIgnoreCase(word, "unknown")) {
    at_ += word.size();
    term->kind = FilterTerm::Kind::kUnattributed;
    return true;
  }
  if (key.kind == KeyKind::kAddress) {
    if (auto network = Cidr::Parse(word)) {
      at_ += word.size();
      term->kind = FilterTerm::Kind::kNetwork;
      term->network = *network;
      term->network_text = ToLower(word);
      return true;
    }
  }
  return Text(&key, equals ? TextTest::Kind::kEquals : TextTest::Kind::kContains, term);
}

bool Parser::Number(const Key& key, size_t begin, FilterTerm* term) {
  const size_t offset = at_;
  std::string value(Word());
  if (Peek() == '"') {
    if (!Quoted(&value)) return false;
  } else {
    at_ += value.size();
  }
  term->kind = FilterTerm::Kind::kNumber;
  std::string sentence;
  if (NumberTest::Parse(value, key.unit, &term->number, &sentence)) return true;
  if (key.kind == KeyKind::kUser && !value.empty()) {
    const bool equals = value.front() == '=';
    if (const std::string name = value.substr(equals ? 1 : 0); users_) {
      const auto uid = users_(name);
      if (!uid) return Refuse(offset, "user: there is no user '" + name + "'");
      term->number = NumberTest::Exactly(*uid);
      return true;
    }
    return Refuse(offset, "user: '" + value + "' is not a number, and names are not known here");
  }
  return Refuse(std::max(offset, begin), std::string(key.info.name) + ": " + sentence);
}

bool Parser::Text(const Key* key, TextTest::Kind kind, FilterTerm* term) {
  const size_t begin = at_;
  if (Peek() == '/' && kind == TextTest::Kind::kContains) {
    if (const size_t close = RegexEnd(text_, at_); close != std::string_view::npos) {
      return Regex(close, term);
    }
  }
  if (Peek() == '~' && kind == TextTest::Kind::kContains) {
    kind = TextTest::Kind::kFuzzy;
    ++at_;
  }
  std::string value;
  if (Peek() == '"') {
    if (!Quoted(&value)) return false;
  } else {
    value = Word();
    at_ += value.size();
  }
  if (value.empty()) {
    const std::string name = key == nullptr ? "" : std::string(key->info.name) + ": ";
    return Refuse(std::max(begin, at_), name + "a text to look for is missing");
  }
  term->text = TextTest::Of(kind, value);
  return true;
}

bool Parser::Quoted(std::string* out) {
  const size_t begin = at_++;
  out->clear();
  for (; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') return ++at_, true;
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    *out += text_[at_];
  }
  return Refuse(begin, "the quote is not closed");
}

bool Parser::Regex(size_t close, FilterTerm* term) {
  const size_t begin = at_;
  if (++regexes_ > kMostRegexes) return Refuse(begin, "more than 32 regular expressions");
  at_ = close + 1;
  const bool ignore_case = Peek() == 'i';
  if (ignore_case) ++at_;
  std::string sentence;
  const std::string_view pattern = text_.substr(begin + 1, close - begin - 1);
  if (pattern.empty()) return Refuse(begin, "the regular expression is empty");
  return TextTest::Regex(pattern, ignore_case, &term->text, &sentence) || Refuse(begin, sentence);
}

}  // namespace

std::unique_ptr<FilterNode> ParseFilter(std::string_view text, const UserLookup& users,
                                        FilterError* error) {
  return Parser(text, users, error).Whole();
}

}  // namespace rustnet::model
