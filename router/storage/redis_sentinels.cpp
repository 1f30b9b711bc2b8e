#include "storage/redis_sentinels.h"

#include <algorithm>
#include <utility>

namespace router::storage {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

// A sentinel that is slow is as good as none: there are others.
constexpr base::milliseconds kSentinelPatience{500};

Error no_master(std::string why) { return {ErrorCode::unavailable, Side::store, std::move(why), true}; }

}  // namespace

RedisSentinels::RedisSentinels(net::PeerConnector& connector, const RedisAddress& address)
    : connector_(connector), address_(address), sentinels_(address.servers) {}

Task<Result<net::PeerAddress>> RedisSentinels::find_master() {
  Error last = no_master("no sentinel answers");
  for (std::size_t i = 0; i < sentinels_.size() && !is_closed_; ++i) {
    auto found = co_await ask(i);
    if (found) {
      std::rotate(sentinels_.begin(), sentinels_.begin() + static_cast<std::ptrdiff_t>(i),
                  sentinels_.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      co_return found;
    }
    last = no_master(found.error().detail);
  }
  co_return last;
}

Task<Result<net::PeerAddress>> RedisSentinels::ask(std::size_t sentinel) {
  auto connection = connection_;
  if (!connection || !connection->is_open() || !(connection->address() == sentinels_[sentinel])) {
    const RedisTimes times{std::min(kSentinelPatience, address_.connect_timeout),
                           std::min(kSentinelPatience, address_.command_timeout)};
    connection = std::make_shared<RedisConnection>(connector_, sentinels_[sentinel], times);
    const auto before = std::exchange(connection_, connection);
    if (before) before->close(no_master("another sentinel is asked"));
    const auto opened = co_await connection->open(address_.sentinel_login, 0);
    if (!opened) co_return opened.error();
  }
  RedisCommand command("SENTINEL");
  command.word("get-master-addr-by-name").word(address_.master);
  const auto reply = co_await connection->ask(std::move(command));
  if (!reply) co_return reply.error();
  const auto* const host = reply->item(0);
  const auto* const port = reply->item(1);
  const auto number = port != nullptr ? port->as_number().value_or(0) : 0;
  if (host == nullptr || host->text.empty() || number <= 0 || number > 65535) {
    co_return no_master(net::to_string(sentinels_[sentinel]) + " knows no master " + address_.master);
  }
  co_return net::PeerAddress{host->text, static_cast<std::uint16_t>(number)};
}

void RedisSentinels::close() {
  is_closed_ = true;
  if (connection_) connection_->close(no_master("given up"));
}

}  // namespace router::storage
