#include "session/redis_shared_state.h"

#include <utility>

namespace router::session {

using base::Result;
using base::Task;
using storage::RedisCommand;
using Answer = storage::RedisClient::Answer;

Task<Answer> RedisSharedState::note(std::string name, std::string what, base::milliseconds ttl, std::string word) {
  if (reach_.is_away()) return Answer(RedisReach::not_asked());
  return clients_.run(redis_scripts().note, std::move(name),
                      {time_.word(), std::move(what), std::to_string(ttl.count()), std::move(word)});
}

Task<Answer> RedisSharedState::hold(std::string name, std::string what, base::milliseconds ttl, std::uint64_t fence) {
  if (reach_.is_away()) return Answer(RedisReach::not_asked());
  return clients_.run(redis_scripts().lease, names_.note("lease", {}, name),
                      {time_.word(), std::move(what), std::to_string(ttl.count()), std::to_string(fence)});
}

Task<Result<bool>> RedisSharedState::once(Kind kind, std::string key, base::milliseconds ttl) {
  auto noting = note(names_.note("once", to_string(kind), key), "once", ttl, {});
  const auto reply = co_await noting;
  if (!reply) co_return RedisReach::away(reply.error());
  co_return reply->number == 1;
}

Task<Result<void>> RedisSharedState::keep(Kind kind, std::string key, base::Secret value, base::milliseconds ttl) {
  const auto name = names_.note("kept", to_string(kind), key);
  auto noting = note(name, "keep", ttl, box_.seal_bytes(value.reveal(), name));
  const auto reply = co_await noting;
  if (!reply) co_return RedisReach::away(reply.error());
  co_return Result<void>();
}

Task<Result<std::optional<base::Secret>>> RedisSharedState::take(Kind kind, std::string key) {
  const auto name = names_.note("kept", to_string(kind), key);
  auto noting = note(name, "take", {}, {});
  const auto reply = co_await noting;
  if (!reply) co_return RedisReach::away(reply.error());
  auto value = reply->is_nil() ? std::nullopt : box_.open_bytes(reply->text, name);
  if (!value) co_return std::optional<base::Secret>();
  co_return std::optional<base::Secret>(base::Secret(*std::move(value)));
}

Task<Result<Tally>> RedisSharedState::tally(Kind kind, std::string key, unsigned add, base::milliseconds span) {
  auto noting = note(names_.note("tally", to_string(kind), key), "tally", span, std::to_string(add));
  const auto reply = co_await noting;
  if (!reply) co_return RedisReach::away(reply.error());
  Tally tally;
  if (reply->items.size() == 2) {
    tally.count = static_cast<std::uint64_t>(reply->items[0].number);
    tally.ends_in = base::milliseconds(reply->items[1].number);
  }
  co_return tally;
}

Task<Result<void>> RedisSharedState::forget(Kind kind, std::string key) {
  if (reach_.is_away()) co_return RedisReach::not_asked();
  RedisCommand command("DEL");
  command.key(names_.note("tally", to_string(kind), key)).repeatable();
  auto asking = clients_.ask(std::move(command));
  const auto reply = co_await asking;
  if (!reply) co_return RedisReach::away(reply.error());
  co_return Result<void>();
}

Task<Result<std::optional<Lease>>> RedisSharedState::lease(std::string name, base::milliseconds ttl) {
  auto holding = hold(name, "take", ttl, 0);
  const auto reply = co_await holding;
  if (!reply) co_return RedisReach::away(reply.error());
  if (reply->number == 0) co_return std::optional<Lease>();
  co_return std::optional<Lease>(Lease{std::move(name), static_cast<std::uint64_t>(reply->number)});
}

Task<Result<bool>> RedisSharedState::extend(Lease lease, base::milliseconds ttl) {
  auto holding = hold(std::move(lease.name), "extend", ttl, lease.fence);
  const auto reply = co_await holding;
  if (!reply) co_return RedisReach::away(reply.error());
  co_return reply->number == 1;
}

Task<Result<void>> RedisSharedState::release(Lease lease) {
  auto holding = hold(std::move(lease.name), "release", {}, lease.fence);
  const auto reply = co_await holding;
  if (!reply) co_return RedisReach::away(reply.error());
  co_return Result<void>();
}

}  // namespace router::session
