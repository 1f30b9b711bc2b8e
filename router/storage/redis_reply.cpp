#include "storage/redis_reply.h"

#include <hiredis/read.h>

#include <charconv>
#include <new>
#include <utility>

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;

struct RedisReplyReader::Making {
  RedisReplyLimits limits;
  std::size_t bytes = 0;
  std::size_t items = 0;

  // nullptr: over a limit. What hiredis holds between two calls is the chain from the outermost reply to the innermost
  // array, each the last item of the one before: that arrays grow moves none of them.
  RedisReply* place(const redisReadTask& task, std::size_t more) noexcept {
    bytes += more;
    if (++items > limits.items || bytes > limits.bytes) return nullptr;
    try {
      if (task.parent == nullptr) return new RedisReply();
      return &static_cast<RedisReply*>(task.parent->obj)->items.emplace_back();
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }
};

namespace {

using Kind = RedisReply::Kind;

template <class Making>
Making& making_of(const redisReadTask* task) {
  return *static_cast<Making*>(task->privdata);
}

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// hiredis' callbacks: nullptr ends the reading with an error. They are called from C, so that nothing is thrown.
template <class Making>
struct Callbacks {
  static void* create_string(const redisReadTask* task, char* bytes, size_t length) noexcept {
    auto* const reply = making_of<Making>(task).place(*task, length);
    if (reply == nullptr) return nullptr;
    reply->kind = task->type == REDIS_REPLY_ERROR    ? Kind::error
                  : task->type == REDIS_REPLY_STATUS ? Kind::status
                                                     : Kind::text;
    try {
      reply->text.assign(bytes, length);
    } catch (...) {
      if (task->parent == nullptr) delete reply;
      return nullptr;
    }
    return reply;
  }
  static void* create_array(const redisReadTask* task, int items) noexcept {
    auto& making = making_of<Making>(task);
    if (items < 0 || static_cast<std::size_t>(items) > making.limits.items) return nullptr;
    auto* const reply = making.place(*task, 0);
    if (reply != nullptr) reply->kind = Kind::array;
    return reply;
  }
  static void* create_integer(const redisReadTask* task, long long number) noexcept {
    auto* const reply = making_of<Making>(task).place(*task, 0);
    if (reply == nullptr) return nullptr;
    reply->kind = Kind::integer;
    reply->number = number;
    return reply;
  }
  static void* create_nil(const redisReadTask* task) noexcept { return making_of<Making>(task).place(*task, 0); }
  static void free_reply(void* reply) noexcept { delete static_cast<RedisReply*>(reply); }

  static redisReplyObjectFunctions table() {
    return {create_string, create_array, create_integer, create_nil, free_reply};
  }
};

}  // namespace

std::string_view RedisReply::error_name() const {
  if (!is_error()) return {};
  return std::string_view(text).substr(0, text.find(' '));
}

std::optional<std::int64_t> RedisReply::as_number() const {
  if (kind == Kind::integer) return number;
  return kind == Kind::text ? number_of(text) : std::nullopt;
}

std::int64_t RedisReply::number_at(std::size_t at) const {
  const auto* const found = item(at);
  return found != nullptr ? found->as_number().value_or(0) : 0;
}

RedisReplyReader::RedisReplyReader(RedisReplyLimits limits) : making_(std::make_unique<Making>()) {
  making_->limits = limits;
  static redisReplyObjectFunctions functions = Callbacks<Making>::table();
  reader_ = ::redisReaderCreateWithFunctions(&functions);
  if (reader_ == nullptr) throw std::bad_alloc();
  reader_->privdata = making_.get();
}

RedisReplyReader::~RedisReplyReader() { ::redisReaderFree(reader_); }

Error RedisReplyReader::fault() const { return {ErrorCode::protocol, Side::store, "Redis' answer is none: " + fault_}; }

Result<void> RedisReplyReader::feed(std::string_view bytes) {
  if (has_failed()) return fault();
  if (reader_->len - reader_->pos + bytes.size() > making_->limits.bytes + 1024) {
    fault_ = "it is too large";
  } else if (::redisReaderFeed(reader_, bytes.data(), bytes.size()) != REDIS_OK) {
    fault_ = reader_->errstr;
  }
  return has_failed() ? Result<void>(fault()) : Result<void>();
}

std::optional<RedisReply> RedisReplyReader::next() {
  if (has_failed()) return std::nullopt;
  void* whole = nullptr;
  if (::redisReaderGetReply(reader_, &whole) != REDIS_OK) {
    fault_ = making_->items > making_->limits.items || making_->bytes > making_->limits.bytes ? "it is too large"
                                                                                              : reader_->errstr;
    return std::nullopt;
  }
  if (whole == nullptr) return std::nullopt;
  making_->bytes = 0;
  making_->items = 0;
  const std::unique_ptr<RedisReply> owner(static_cast<RedisReply*>(whole));
  return std::move(*owner);
}

}  // namespace router::storage
