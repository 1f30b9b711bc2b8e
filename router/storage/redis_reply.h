// What a Redis has answered: values of their own, bounded, whatever bytes came. The fence around hiredis' reply reader.
//
//   RedisReplyReader reader;
//   reader.feed(bytes);                 // protocol: nothing that follows can be trusted
//   while (auto reply = reader.next())  ...
//
// RESP2. A reply is refused that is larger than its limits before memory is taken for it. Values; a reader belongs to
// one connection, on its loop. Source: redis.io, "Redis serialization protocol specification".
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct redisReader;

namespace router::storage {

struct RedisReply {
  enum class Kind { nil, integer, text, status, error, array };

  Kind kind = Kind::nil;
  std::int64_t number = 0;
  std::string text;  // of text, status and error
  std::vector<RedisReply> items;

  bool is_nil() const { return kind == Kind::nil; }
  bool is_error() const { return kind == Kind::error; }
  bool is_array() const { return kind == Kind::array; }
  // "MOVED" of "MOVED 3999 127.0.0.1:6381"; empty unless it is an error.
  std::string_view error_name() const;
  // nullptr: there is no such item.
  const RedisReply* item(std::size_t at) const { return at < items.size() ? &items[at] : nullptr; }
  // As as_number() of that item; 0: there is none.
  std::int64_t number_at(std::size_t at) const;
  // Of an integer, or of a text that is one; absent: it is neither.
  std::optional<std::int64_t> as_number() const;
};

struct RedisReplyLimits {
  std::size_t bytes = 16 * 1024 * 1024;
  std::size_t items = 256 * 1024;  // at all depths together; hiredis allows 7
};

class RedisReplyReader {
 public:
  explicit RedisReplyReader(RedisReplyLimits limits = {});
  ~RedisReplyReader();
  RedisReplyReader(const RedisReplyReader&) = delete;
  RedisReplyReader& operator=(const RedisReplyReader&) = delete;

  // Takes what has come. Errors: protocol; from then on it stays so.
  base::Result<void> feed(std::string_view bytes);
  // The next reply that is whole; absent: more has to come, or has_failed().
  std::optional<RedisReply> next();
  bool has_failed() const { return !fault_.empty(); }
  base::Error fault() const;

 private:
  struct Making;  // the reply under way, as hiredis' callbacks see it

  std::unique_ptr<Making> making_;
  redisReader* reader_;
  std::string fault_;
};

}  // namespace router::storage
