// A command for Redis, as it goes over the wire, and where it belongs in a cluster.
//
//   RedisCommand command("SET");
//   command.key(name).word(value).word("PX").number(1000);
//
// Values. Source: redis.io, "Redis serialization protocol specification", "Redis cluster specification".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace router::storage {

inline constexpr std::size_t kRedisSlots = 16384;
// Of what stands between the first { and the } after it, where that is anything; else of the whole key.
std::uint16_t redis_slot(std::string_view key);

class RedisCommand {
 public:
  explicit RedisCommand(std::string_view name) { word(name); }

  RedisCommand& word(std::string_view text);
  RedisCommand& number(std::int64_t value) { return word(std::to_string(value)); }
  // A word, too. The first one says which node of a cluster the command is for; all of a command have one slot.
  RedisCommand& key(std::string_view name);
  // It may run twice, where a connection was lost before its answer came.
  RedisCommand& repeatable() {
    is_repeatable_ = true;
    return *this;
  }

  std::string wire() const { return "*" + std::to_string(words_) + "\r\n" + body_; }
  std::optional<std::uint16_t> slot() const { return slot_; }
  bool is_repeatable() const { return is_repeatable_; }

 private:
  std::string body_;
  std::size_t words_ = 0;
  std::optional<std::uint16_t> slot_;
  bool is_repeatable_ = false;
};

// What a script is run with: the key, and the words.
struct RedisRun {
  std::string key;
  std::vector<std::string> words;
};

// A Lua program that the server knows by its SHA-1 once it has seen it.
class RedisScript {
 public:
  explicit RedisScript(std::string text);

  // `words` may be empty.
  RedisCommand by_hash(std::string_view key, const std::vector<std::string>& words) const;
  RedisCommand by_text(std::string_view key, const std::vector<std::string>& words) const;

 private:
  std::string text_;
  std::string hash_;
};

}  // namespace router::storage
