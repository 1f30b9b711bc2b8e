#include "storage/redis_subscription.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/backoff.h"
#include "base/guarded.h"

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

struct RedisSubscription::Line {
  RedisConnectionPtr connection;
  std::vector<std::string> channels;
  std::size_t subscribed = 0;
  std::deque<base::SteadyTime> pinged;  // those not answered yet
  base::SteadyTime answered = base::SteadyTime::min();
};

RedisSubscription::RedisSubscription(RedisClientPtr client, const base::Clock& clock, std::vector<std::string> channels,
                                     OnMessage on_message)
    : client_(std::move(client)), clock_(clock), channels_(std::move(channels)), on_message_(std::move(on_message)) {}

void RedisSubscription::start() { base::start_detached(subscribe(shared_from_this())); }

void RedisSubscription::close() {
  is_closed_ = true;
  break_off();
}

Task<void> RedisSubscription::subscribe(std::shared_ptr<RedisSubscription> self) {
  if (self->is_closed_) co_return;
  const auto round = ++self->round_;
  auto opening = base::guarded(self->open_lines());
  const auto opened = co_await opening;
  if (self->round_ != round) co_return;
  if (!opened || self->is_closed_) {
    self->break_off();
    if (!self->is_closed_) self->try_again();
    co_return;
  }
  const auto name = self->client_->address().layout == RedisLayout::cluster ? "SSUBSCRIBE" : "SUBSCRIBE";
  for (const auto& [server, line] : self->lines_) {
    // a message that comes after the line has been given up finds nobody
    const std::weak_ptr<RedisSubscription> weak = self;
    const std::weak_ptr<Line> weak_line = line;
    line->connection->listen(
        [weak, weak_line](RedisReply message) {
          const auto alive = weak.lock();
          const auto of = weak_line.lock();
          if (alive && of) alive->take(*of, message);
        },
        [weak, round] {
          const auto alive = weak.lock();
          if (!alive || alive->round_ != round) return;
          alive->break_off();
          if (!alive->is_closed_) alive->try_again();
        });
    // in a cluster the channels of one command have one slot
    for (const auto& channel : line->channels) line->connection->tell(RedisCommand(name).word(channel));
  }
  if (self->round_ == round) self->ping();
}

Task<Result<void>> RedisSubscription::open_lines() {
  const auto& address = client_->address();
  for (const auto& channel : channels_) {
    auto finding = client_->find_server(redis_slot(channel));
    const auto server = co_await finding;
    if (!server) co_return server.error();
    auto& line = lines_[net::to_string(*server)];
    if (!line) line = std::make_shared<Line>();
    line->channels.push_back(channel);
    if (line->connection) continue;
    line->connection = std::make_shared<RedisConnection>(client_->connector(), *server,
                                                         RedisTimes{address.connect_timeout, address.command_timeout});
    const auto connection = line->connection;
    const auto opened = co_await connection->open(address.login, 0);
    if (!opened) co_return opened.error();
    if (is_closed_) co_return Error{ErrorCode::cancelled, Side::router, "given up"};
  }
  co_return Result<void>();
}

void RedisSubscription::take(Line& line, const RedisReply& message) {
  const auto* const kind = message.item(0);
  if (kind == nullptr || kind->text == "sunsubscribe" || kind->text == "unsubscribe") {
    // MOVED, a login that may not, or a slot that has gone elsewhere
    line.connection->close(Error{ErrorCode::closed, Side::store, "the subscription has ended", true});
  } else if (kind->text == "ssubscribe" || kind->text == "subscribe") {
    ++line.subscribed;
  } else if (kind->text == "pong") {
    if (line.pinged.empty()) return;
    line.answered = line.pinged.front();
    line.pinged.pop_front();
    look_whether_sure();
  } else if (message.items.size() == 3) {
    on_message_(message.items[1].text, message.items[2].text);
  }
}

// As sure as the line that was heard of the longest ago.
void RedisSubscription::look_whether_sure() {
  auto oldest = base::SteadyTime::max();
  for (const auto& [server, line] : lines_) {
    if (line->subscribed < line->channels.size()) return;
    oldest = std::min(oldest, line->answered);
  }
  if (lines_.empty() || oldest == base::SteadyTime::min()) return;
  failures_ = 0;
  // all channels were subscribed before the pings that have been answered were read
  if (since() == base::SteadyTime::max()) since_ = ticks(clock_.steady());
  sure_until_ = ticks(oldest + kSureFor);
}

void RedisSubscription::ping() {
  const auto now = clock_.steady();
  const auto lines = lines_;
  for (const auto& [server, line] : lines) {
    const bool is_silent = !line->pinged.empty() && now - line->pinged.front() > kSureFor + kPingEvery;
    if (is_silent) {
      line->connection->close(Error{ErrorCode::timeout, Side::store, "the subscription is silent", true});
      return;
    }
    line->pinged.push_back(now);
    line->connection->tell(RedisCommand("PING"));
  }
  client_->loop().after(kPingEvery, [weak = weak_from_this(), round = round_] {
    const auto alive = weak.lock();
    if (alive && alive->round_ == round && !alive->is_closed_) alive->ping();
  });
}

void RedisSubscription::break_off() {
  ++round_;
  sure_until_ = ticks(base::SteadyTime::min());
  since_ = ticks(base::SteadyTime::max());
  for (const auto& [server, line] : std::exchange(lines_, {})) {
    if (line->connection) line->connection->close(Error{ErrorCode::cancelled, Side::router, "given up"});
  }
}

void RedisSubscription::try_again() {
  ++failures_;
  client_->loop().after(base::backoff_delay(failures_, RedisNode::kFirstPause, RedisNode::kLongestPause),
                        [weak = weak_from_this()] {
                          if (const auto alive = weak.lock(); alive && !alive->is_closed_)
                            base::start_detached(subscribe(alive));
                        });
}

}  // namespace router::storage
