#include "storage/redis_connection.h"

#include <array>
#include <chrono>
#include <utility>

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

constexpr std::size_t kReadAtOnce = 16 * 1024;
constexpr std::size_t kMostUnsent = 64 * 1024 * 1024;
constexpr std::size_t kMostWaiting = 100'000;

base::SteadyTime steady_now() { return std::chrono::steady_clock::now(); }

// What Redis does not accept from us: which words were wrong is none of the log's business.
Error refused_by(const net::PeerAddress& address, const RedisReply& reply, std::string_view doing) {
  return {ErrorCode::unavailable, Side::store,
          net::to_string(address) + " answers " + std::string(doing) + " with " + std::string(reply.error_name()),
          true};
}

}  // namespace

RedisConnection::RedisConnection(net::PeerConnector& connector, const net::PeerAddress& address, RedisTimes times)
    : loop_(connector.loop()), address_(address), times_(times), connection_(connector.make(address)) {}

Task<Result<void>> RedisConnection::open(const RedisLogin& login, unsigned database) {
  const auto self = shared_from_this();
  auto connected = co_await connection_->connect(times_.connect);
  if (end_) co_return *end_;
  if (!connected) {
    end_ = connected.error();
    co_return connected;
  }
  base::start_detached(read_on(self));
  auto logged_in = co_await log_in(login, database);
  if (!logged_in) close(logged_in.error());
  is_open_ = logged_in.has_value();
  co_return logged_in;
}

Task<Result<void>> RedisConnection::log_in(const RedisLogin& login, unsigned database) {
  if (!login.password.empty()) {
    RedisCommand command("AUTH");
    if (!login.user.empty()) command.word(login.user);
    command.word(login.password.reveal());
    const auto answer = co_await ask(std::move(command));
    if (!answer) co_return answer.error();
    if (answer->is_error()) co_return refused_by(address_, *answer, "AUTH");
  }
  RedisCommand first("PING");
  if (database != 0) (first = RedisCommand("SELECT")).number(database);
  const auto answer = co_await ask(std::move(first));
  if (!answer) co_return answer.error();
  // a replica that has lost its master answers that it knows too little, and is a server all the same
  if (answer->is_error() && answer->error_name() != "MASTERDOWN") {
    co_return refused_by(address_, *answer, database != 0 ? "SELECT" : "PING");
  }
  co_return Result<void>();
}

Task<Result<RedisReply>> RedisConnection::ask(RedisCommand command, bool asking) {
  if (end_) co_return *end_;
  const auto self = shared_from_this();
  Waiter waiter(loop_);
  waiter.due = steady_now() + times_.command;
  if (waiters_.size() >= kMostWaiting)
    co_return Error{ErrorCode::overloaded, Side::store, "too many commands wait for Redis", true};
  if (asking) {
    auto sent = send(RedisCommand("ASKING").wire());
    if (!sent) co_return sent.error();
    waiters_.push_back(nullptr);
  }
  auto sent = send(command.wire());
  if (!sent) co_return sent.error();
  waiters_.push_back(&waiter);
  watch_time(times_.command);
  co_await waiter.wake.wait();
  if (!waiter.reply) co_return end_.value_or(Error{ErrorCode::closed, Side::store, "the connection has ended", true});
  co_return *std::move(waiter.reply);
}

void RedisConnection::listen(OnPush on_push, std::function<void()> on_end) {
  on_push_ = std::move(on_push);
  on_end_ = std::move(on_end);
}

void RedisConnection::tell(const RedisCommand& command) {
  if (const auto sent = send(command.wire()); !sent) close(sent.error());
}

Result<void> RedisConnection::send(std::string wire) {
  if (end_) return *end_;
  if (to_send_.size() + wire.size() > kMostUnsent) {
    return Error{ErrorCode::overloaded, Side::store, "Redis does not take what it is sent", true};
  }
  to_send_.append(wire);
  if (!std::exchange(writes_, true)) {
    // in a turn of its own: what else comes in this one goes along
    loop_.post([self = shared_from_this()] { base::start_detached(write_on(self)); });
  }
  return {};
}

Task<void> RedisConnection::write_on(std::shared_ptr<RedisConnection> self) {
  while (!self->end_ && !self->to_send_.empty()) {
    const auto bytes = std::exchange(self->to_send_, {});
    const auto written = co_await self->connection_->write(bytes);
    if (!written) self->close(written.error());
  }
  self->writes_ = false;
}

Task<void> RedisConnection::read_on(std::shared_ptr<RedisConnection> self) {
  RedisReplyReader reader;
  std::array<char, kReadAtOnce> room;
  while (!self->end_) {
    const auto read = co_await self->connection_->read_some(room);
    if (!read) {
      self->close(read.error());
      co_return;
    }
    (void)reader.feed({room.data(), *read});
    while (auto reply = reader.next()) {
      if (!self->take(*std::move(reply))) co_return;
    }
    if (reader.has_failed()) self->close(reader.fault());
  }
}

// False: the connection has ended.
bool RedisConnection::take(RedisReply reply) {
  if (end_) return false;
  if (on_push_) {
    on_push_(std::move(reply));
    return !end_;
  }
  if (waiters_.empty()) {
    close(Error{ErrorCode::protocol, Side::store, net::to_string(address_) + " says what nobody has asked for", true});
    return false;
  }
  auto* const waiter = waiters_.front();
  waiters_.pop_front();
  if (waiter != nullptr) {
    waiter->reply = std::move(reply);
    waiter->wake.end();
  }
  return true;
}

// One timer for all: answers come in the order of the questions, so that the oldest one is due first.
void RedisConnection::watch_time(base::milliseconds span) {
  if (std::exchange(watches_, true)) return;
  loop_.after(span, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->watches_ = false;
    if (self->end_ || self->waiters_.empty()) return;
    const auto* const oldest = self->waiters_.front();
    const auto due_in = oldest != nullptr ? oldest->due - steady_now() : self->times_.command;
    if (due_in > due_in.zero()) return self->watch_time(std::chrono::ceil<base::milliseconds>(due_in));
    self->close(Error{ErrorCode::timeout, Side::store, net::to_string(self->address_) + " does not answer", true});
  });
}

void RedisConnection::close(Error why) {
  if (end_) return;
  end_ = std::move(why);
  connection_->close();
  for (auto* const waiter : std::exchange(waiters_, {})) {
    if (waiter != nullptr) waiter->wake.end();
  }
  if (const auto told = std::exchange(on_end_, nullptr)) told();
}

}  // namespace router::storage
