// SPDX-License-Identifier: Apache-2.0
// Redis (RESP, "Redis serialization protocol specification"): a command is an array of strings,
// "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n", or a line of words; an answer begins with its type.  The names
// of commands are kept, never an argument.
#include <algorithm>
#include <charconv>

#include "common/base/text.h"
#include "common/net/dpi/commands.h"
#include "common/net/dpi/dissectors.h"

namespace rustnet::net {
namespace {

constexpr Field kRedisCommand{"redis_command"};

constexpr size_t kLongestLine = 128;
constexpr uint64_t kMostElements = 1 << 20;
constexpr uint64_t kLongestCommand = 24;
constexpr uint32_t kEnough = 64;  // commands

// "Redis commands reference": those that a client begins with or sends often.
constexpr std::string_view kCommands[] = {
    "GET",     "SET",       "PING",          "AUTH",        "HELLO",    "SELECT",     "INFO",
    "CONFIG",  "CLIENT",    "COMMAND",       "KEYS",        "SCAN",     "DEL",        "EXISTS",
    "EXPIRE",  "PEXPIRE",   "TTL",           "PTTL",        "TYPE",     "INCR",       "INCRBY",
    "DECR",    "DECRBY",    "APPEND",        "MGET",        "MSET",     "SETEX",      "PSETEX",
    "SETNX",   "GETSET",    "HGET",          "HSET",        "HMGET",    "HMSET",      "HGETALL",
    "HDEL",    "HLEN",      "HKEYS",         "HEXISTS",     "LPUSH",    "RPUSH",      "LPOP",
    "RPOP",    "LRANGE",    "LLEN",          "LTRIM",       "BLPOP",    "BRPOP",      "SADD",
    "SREM",    "SMEMBERS",  "SISMEMBER",     "SCARD",       "ZADD",     "ZREM",       "ZRANGE",
    "ZSCORE",  "ZCARD",     "ZRANGEBYSCORE", "XADD",        "XREAD",    "XREADGROUP", "XACK",
    "PUBLISH", "SUBSCRIBE", "PSUBSCRIBE",    "UNSUBSCRIBE", "MULTI",    "EXEC",       "DISCARD",
    "WATCH",   "EVAL",      "EVALSHA",       "SCRIPT",      "FLUSHALL", "FLUSHDB",    "DBSIZE",
    "SAVE",    "BGSAVE",    "SLAVEOF",       "REPLICAOF",   "REPLCONF", "PSYNC",      "SYNC",
    "MODULE",  "MONITOR",   "SHUTDOWN",      "DEBUG",       "ECHO",     "QUIT",       "ROLE",
    "CLUSTER", "READONLY",  "ASKING",        "MEMORY",      "LATENCY",  "OBJECT",     "DUMP",
    "RESTORE", "MIGRATE",   "RENAME",        "ACL",         "SENTINEL", "SLOWLOG",    "TIME",
    "WAIT",    "UNLINK",    "SETRANGE",      "GETRANGE",    "STRLEN",   "PERSIST",    "RESET",
    "HINCRBY", "PFADD",     "GEOADD",        "SORT",        "EXPIREAT", "HSCAN",      "SSCAN"};

// n of "*n" or "$n"; false: the line is none such.
bool ReadCount(std::string_view line, char kind, uint64_t* count) {
  if (line.size() < 2 || line[0] != kind) return false;
  const char* end = line.data() + line.size();
  const auto parsed = std::from_chars(line.data() + 1, end, *count);
  return parsed.ec == std::errc() && parsed.ptr == end;
}

// Only in the client's direction anything is read; which that is, its first array of strings tells.
class RedisSession : public LineSession {
 public:
  RedisSession() : LineSession(kLongestLine) {}

 private:
  enum class Expect : uint8_t { kCommand, kNameSize, kName, kArgument };

  Progress OnLine(Direction direction, std::string_view line, Facts* facts) override {
    if (IsServer(direction) || line.empty()) return Progress::kMore;
    uint64_t count = 0;
    switch (expect_) {
      case Expect::kCommand:
        if (ReadCount(line, '*', &left_) && left_ != 0 && left_ <= kMostElements) {
          array_from_ = direction;
          expect_ = Expect::kNameSize;
          return Progress::kMore;
        }
        return Inline(direction, line, facts);
      case Expect::kNameSize:
        if (direction != array_from_) return Progress::kMore;
        expect_ = ReadCount(line, '$', &count) && count <= kLongestCommand ? Expect::kName
                                                                           : Expect::kCommand;
        return Progress::kMore;
      case Expect::kName:
        if (direction != array_from_) return Progress::kMore;
        return OnCommand(direction, KnownWord(kCommands, line), facts);
      case Expect::kArgument:
        if (direction != array_from_) return Progress::kMore;
        if (!ReadCount(line, '$', &count)) {
          expect_ = Expect::kCommand;
        } else {
          Skip(direction, count + 2);
          if (--left_ == 0) expect_ = Expect::kCommand;
        }
        return Progress::kMore;
    }
    return Progress::kMore;
  }

  Progress OnCommand(Direction direction, std::string_view command, Facts* facts) {
    expect_ = --left_ == 0 ? Expect::kCommand : Expect::kArgument;
    if (command.empty()) return Progress::kMore;
    SettleServer(Opposite(direction));
    Spoke(direction);
    facts->Add(kRedisCommand, command);
    const bool over = command == "MONITOR" || command == "SYNC" || command == "PSYNC";
    return over || ++commands_ > kEnough ? Progress::kDone : Progress::kMore;
  }

  Progress Inline(Direction direction, std::string_view line, Facts* facts) {
    left_ = 1;
    return OnCommand(direction, KnownWord(kCommands, TakeWord(&line)), facts);
  }

  // Of answers nothing is wanted.
  bool OnBinary(Direction direction, Bytes* bytes) override {
    if (!IsServer(direction)) return false;
    Spoke(direction);
    *bytes = {};
    return true;
  }

  Expect expect_ = Expect::kCommand;
  Direction array_from_ = Direction::kForward;
  uint64_t left_ = 0;  // elements of the array that are still to come
  uint32_t commands_ = 0;
};

// `kind`, digits and the end of a line, taken off `*text`.
Verdict ProbeCount(std::string_view* text, char kind) {
  if (text->empty()) return Verdict::kNeedMore;
  if (text->front() != kind) return Verdict::kNotMine;
  size_t digits = 1;
  while (digits < text->size() && (*text)[digits] >= '0' && (*text)[digits] <= '9') ++digits;
  if (digits > 8) return Verdict::kNotMine;
  const std::string_view end = text->substr(digits, 2);
  if (digits < text->size() && digits == 1) return Verdict::kNotMine;
  if (!std::string_view("\r\n").starts_with(end)) return Verdict::kNotMine;
  if (end.size() < 2) return Verdict::kNeedMore;
  text->remove_prefix(digits + 2);
  return Verdict::kMatch;
}

// A line that begins with a type of RESP2 or RESP3 and is one.
Verdict ProbeAnswer(std::string_view text) {
  constexpr std::array<std::string_view, 10> kLines = {
      "+OK\r\n",     "+PONG\r\n",   "+QUEUED\r\n", "-ERR ",   "-NOAUTH ",
      "-WRONGPASS ", "-WRONGTYPE ", "-MOVED ",     "$-1\r\n", "*-1\r\n"};
  const char kind = text.front();
  const bool counts = std::string_view("*$:%~>|=!").find(kind) != std::string_view::npos;
  std::string_view rest = text;
  Verdict best = counts ? ProbeCount(&rest, kind) : Verdict::kNotMine;
  for (const std::string_view line : kLines) {
    const Verdict verdict = StartsLike(text, line);
    if (verdict == Verdict::kMatch || best == Verdict::kNotMine) best = verdict;
  }
  return best;
}

}  // namespace

// An array whose first string is a known command.
Verdict ProbeRedis(Bytes opening) {
  std::string_view text = AsText(opening);
  const Verdict array = ProbeCount(&text, '*');
  if (array != Verdict::kMatch) return array;
  const Verdict size = ProbeCount(&text, '$');
  if (size != Verdict::kMatch) return size;
  return text.empty() ? Verdict::kNeedMore : ProbeWord(text, kCommands);
}

// On its port also a line of words, and an answer.
Verdict ProbeRedisPort(Bytes opening) {
  const std::string_view text = AsText(opening);
  if (std::string_view("*$:+-%~>|=!").find(text.front()) == std::string_view::npos) {
    return ProbeWord(text, kCommands);
  }
  const Verdict command = ProbeRedis(opening);
  return command == Verdict::kMatch ? command : ProbeAnswer(text);
}

FieldList RedisFields() { return FieldsOf<kRedisCommand>(); }

std::unique_ptr<Session> StartRedis() { return std::make_unique<RedisSession>(); }

}  // namespace rustnet::net
