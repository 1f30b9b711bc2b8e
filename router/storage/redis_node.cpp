#include "storage/redis_node.h"

#include <algorithm>
#include <utility>

#include "base/backoff.h"
#include "base/guarded.h"
#include "base/log.h"

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

Task<Result<RedisConnectionPtr>> RedisNode::connection() {
  if (!is_connected() && fault_.empty() && !is_closed_) {
    begin_opening();
    // whoever has waited for its answer does not wait as long again, and who has just come is not refused for its sake
    const bool fell_silent = connection_ && connection_->fell_silent();
    const auto patience = fell_silent ? std::min(patience_, kAfterSilence) : patience_;
    co_await wait_for_opening(patience);
  }
  if (is_connected()) co_return connection_;
  co_return Error{ErrorCode::unavailable, Side::store, is_closed_ ? "given up" : fault_, true};
}

Task<void> RedisNode::wait_for_opening(base::milliseconds patience) {
  const auto self = shared_from_this();
  const auto wake = std::make_shared<base::Wake>(loop_);
  waiting_.push_back(wake);
  loop_.after(patience, [weak = std::weak_ptr(wake)] {
    if (const auto late = weak.lock()) late->end();
  });
  co_await wake->wait();
  std::erase(waiting_, wake);
  if (!is_connected() && fault_.empty()) fault_ = "no connection to Redis in time";
}

void RedisNode::begin_opening() {
  if (is_closed_ || std::exchange(is_opening_, true)) return;
  base::start_detached(open(shared_from_this()));
}

Task<void> RedisNode::open(std::shared_ptr<RedisNode> self) {
  auto opening = base::guarded(self->open_());
  auto opened = co_await opening;
  self->is_opening_ = false;
  if (opened && self->is_closed_) (*opened)->close(Error{ErrorCode::cancelled, Side::router, "given up"});
  if (self->is_closed_) co_return;
  if (opened) {
    if (self->failures_ > 0) base::log_info("redis.back", {{"server", net::to_string((*opened)->address())}});
    self->connection_ = *std::move(opened);
    self->failures_ = 0;
    self->fault_.clear();
    ++self->epoch_;
  } else {
    self->fault_ = opened.error().detail;
    if (self->failures_++ == 0) base::log_warning("redis.away", {{"fault", base::describe(opened.error())}});
    self->loop_.after(base::backoff_delay(self->failures_, kFirstPause, kLongestPause),
                      [weak = self->weak_from_this()] {
                        if (const auto node = weak.lock()) node->begin_opening();
                      });
  }
  for (const auto& wake : std::exchange(self->waiting_, {})) wake->end();
}

void RedisNode::drop(const std::string& why) {
  if (!connection_) return;
  const auto dropped = std::exchange(connection_, nullptr);
  dropped->close(Error{ErrorCode::closed, Side::store, why, true});
}

void RedisNode::close() {
  is_closed_ = true;
  drop("given up");
  for (const auto& wake : std::exchange(waiting_, {})) wake->end();
}

}  // namespace router::storage
