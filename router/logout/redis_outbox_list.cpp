// What the outbox in Redis holds, for who looks at it.
#include <algorithm>
#include <utility>

#include "logout/redis_outbox.h"

namespace router::logout {

using base::Result;
using base::Task;
using storage::RedisCommand;
using storage::RedisReply;

namespace {

constexpr std::size_t kListedAtOnce = 256;

}  // namespace

std::optional<KeptCall> RedisOutbox::kept(const RedisReply& reply, const std::string& id) const {
  auto unfinished = unseal(reply, id);
  if (!unfinished || reply.items.size() != 6) return std::nullopt;
  const auto state = reply.items[4].text == "buried" ? CallState::buried : CallState::waiting;
  return KeptCall{*std::move(unfinished), state, reply.items[5].text};
}

// Oldest first.
Task<Result<std::vector<RedisOutbox::Written>>> RedisOutbox::read(CallFilter filter) {
  const bool only_buried = filter.state == CallState::buried;
  std::vector<RedisCommand> ranges;
  for (unsigned shard = 0; shard < kShards; ++shard) {
    ranges.push_back(std::move(RedisCommand("ZRANGE")
                                   .key(base_of(shard) + (only_buried ? ":buried" : ":all"))
                                   .number(0)
                                   .number(-1)
                                   .repeatable()));
  }
  auto ranging = clients_.ask_all(std::move(ranges));
  const auto ranged = co_await ranging;
  std::vector<std::string> ids;
  for (const auto& reply : ranged) {
    if (!reply) co_return away(reply.error());
    for (const auto& item : reply->items) {
      if (filter.call_id.empty() || filter.call_id == item.text) ids.push_back(item.text);
    }
  }
  std::vector<Written> found;
  for (std::size_t from = 0; from < ids.size(); from += kListedAtOnce) {
    const auto to = std::min(ids.size(), from + kListedAtOnce);
    std::vector<RedisCommand> reads;
    for (auto i = from; i < to; ++i) {
      RedisCommand command("HMGET");
      command.key(base_of(ids[i]) + ":call:" + ids[i])
          .word("b")
          .word("a")
          .word("t")
          .word("o")
          .word("s")
          .word("r")
          .repeatable();
      reads.push_back(std::move(command));
    }
    auto reading = clients_.ask_all(std::move(reads));
    const auto replies = co_await reading;
    for (auto i = from; i < to; ++i) {
      const auto& reply = replies[i - from];
      if (!reply) co_return away(reply.error());
      auto one = kept(*reply, ids[i]);
      if (one && matches(filter, *one)) found.push_back({reply->number_at(3), listed(*std::move(one))});
    }
  }
  std::sort(found.begin(), found.end(), [](const Written& a, const Written& b) { return a.order < b.order; });
  co_return found;
}

Task<Result<std::vector<ListedCall>>> RedisOutbox::list(CallFilter filter, Page page) {
  auto reading = read(std::move(filter));
  auto found = co_await reading;
  if (!found) co_return found.error();
  std::vector<ListedCall> calls;
  for (auto i = page.offset; i < found->size() && calls.size() < page.limit; ++i)
    calls.push_back(std::move((*found)[i].call));
  co_return calls;
}

Task<Result<std::size_t>> RedisOutbox::buried() {
  std::vector<RedisCommand> counts;
  for (unsigned shard = 0; shard < kShards; ++shard)
    counts.push_back(std::move(RedisCommand("ZCARD").key(base_of(shard) + ":buried").repeatable()));
  auto counting = clients_.ask_all(std::move(counts));
  const auto replies = co_await counting;
  std::size_t buried = 0;
  for (const auto& reply : replies) {
    if (!reply) co_return away(reply.error());
    buried += static_cast<std::size_t>(std::max<std::int64_t>(reply->as_number().value_or(0), 0));
  }
  co_return buried;
}

}  // namespace router::logout
