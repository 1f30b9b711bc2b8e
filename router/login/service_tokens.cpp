#include "login/service_tokens.h"

#include <algorithm>
#include <utility>

#include "base/guarded.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "identity/client_tokens.h"
#include "session/change.h"

namespace router::login {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Secret;
using base::Side;
using base::Task;

namespace {

// Tokens are given up so long before they expire, that one on its way is still good when it arrives.
constexpr base::seconds kMargin{60};

std::string key_of(const config::ServiceClient& service, const session::Session& user, const std::string& tenant) {
  std::string key = service.service + '\n' + tenant + '\n';
  if (!user.id.empty()) return key.append(user.id.reveal());
  return key + crypto::sha256(user.tokens.access_token.reveal());
}

base::WallTime good_until(const identity::TokenAnswer& answer, base::WallTime now) {
  const auto life = answer.expires_in.value_or(base::seconds(0));
  return now + life - std::min(kMargin, life / 2);
}

void put(std::vector<session::ServiceToken>& tokens, session::ServiceToken token) {
  std::erase_if(tokens, [&](const auto& old) { return old.service == token.service; });
  tokens.push_back(std::move(token));
}

}  // namespace

std::optional<Secret> ServiceTokens::find(const session::Session& user, std::string_view service, base::WallTime now) {
  for (const auto& token : user.service_tokens) {
    if (token.service == service && now < token.good_until) return token.token;
  }
  return std::nullopt;
}

Task<Result<Secret>> ServiceTokens::get(ServiceOf service, session::Snapshot user, std::string tenant) {
  const auto key = key_of(*service, *user, tenant);
  const auto known = kept_.find(key);
  if (known != kept_.end() && clock_.wall() < known->second.good_until) co_return known->second.token;
  auto& place = flights_[key];
  const bool is_first = place == nullptr;
  if (is_first) place = std::make_shared<Flight>();
  const auto flight = place;
  if (is_first) {
    base::start_detached(fly(shared_from_this(), flight, key, std::move(service), std::move(user), std::move(tenant)));
  }
  co_await flight->landed.wait();
  co_return flight->result;
}

Task<void> ServiceTokens::fly(std::shared_ptr<ServiceTokens> self, std::shared_ptr<Flight> flight, std::string key,
                              ServiceOf service, session::Snapshot user, std::string tenant) {
  auto fetching = base::guarded(self->fetch(key, std::move(service), std::move(user), std::move(tenant)));
  flight->result = co_await fetching;
  self->flights_.erase(key);
  flight->landed.set();
}

Task<Result<Secret>> ServiceTokens::fetch(std::string key, ServiceOf service, session::Snapshot user,
                                          std::string tenant) {
  const bool has_session = !user->id.empty();
  if (has_session) {
    // who asked may have looked at an older state
    auto looking = store_.find(user->id);
    auto current = co_await looking;
    if (!current) co_return current.error();
    auto held = *current ? find(***current, service->service, clock_.wall()) : std::nullopt;
    if (held) co_return *std::move(held);
  }
  auto asking = ask_(service, user->tokens.access_token, tenant);
  auto answer = co_await asking;
  if (!answer) {
    base::log_warning("service_token.failed",
                      {{"service", service->service}, {"detail", base::describe(answer.error())}});
    if (answer.error().code != ErrorCode::unauthenticated) co_return answer.error();
    co_return Error{ErrorCode::forbidden, Side::identity_provider, "no token for the service " + service->service};
  }
  session::ServiceToken token{service->service, std::move(answer->access_token), good_until(*answer, clock_.wall())};
  const Secret result = token.token;
  note_new(result);
  if (has_session) {
    auto keeping = keep_in_session(user->id, std::move(token));
    co_await keeping;
  } else {
    keep(key, std::move(token));
  }
  co_return result;
}

// A session that ended meanwhile keeps nothing; the request that waits for the token is its last.
Task<void> ServiceTokens::keep_in_session(session::SessionId id, session::ServiceToken token) {
  const std::string fingerprint = id.fingerprint();
  auto changing = session::change(store_, std::move(id), [&](session::Session& current) {
    put(current.service_tokens, token);
    return true;
  });
  const auto changed = co_await changing;
  if (changed) co_return;
  base::log_warning("service_token.not_kept", {{"session", fingerprint}, {"detail", base::describe(changed.error())}});
}

Task<void> ServiceTokens::drop_from_session(session::Snapshot user, Secret token) {
  if (is_new(token)) co_return;
  // by id: what the request holds may be older than the token
  auto changing = session::change(store_, user->id, [&](session::Session& current) {
    return std::erase_if(current.service_tokens, [&](const auto& held) { return held.token == token; }) > 0;
  });
  const auto changed = co_await changing;
  if (changed) co_return;
  base::log_warning("service_token.not_dropped",
                    {{"session", user->id.fingerprint()}, {"detail", base::describe(changed.error())}});
}

void ServiceTokens::drop_of_caller(const Secret& token) {
  if (is_new(token)) return;
  std::erase_if(kept_, [&](const auto& item) { return item.second.token == token; });
}

void ServiceTokens::note_new(const Secret& token) {
  const auto now = clock_.steady();
  const std::lock_guard lock(mutex_);
  std::erase_if(new_, [&](const auto& item) { return now - item.second >= identity::kNewToken; });
  if (new_.size() < kMostKept) new_.insert_or_assign(crypto::sha256(token.reveal()), now);
}

bool ServiceTokens::is_new(const Secret& token) const {
  const auto digest = crypto::sha256(token.reveal());
  const std::lock_guard lock(mutex_);
  const auto noted = new_.find(digest);
  return noted != new_.end() && clock_.steady() - noted->second < identity::kNewToken;
}

void ServiceTokens::keep(const std::string& key, session::ServiceToken token) {
  const auto now = clock_.wall();
  if (token.good_until <= now) return;
  if (kept_.size() >= kMostKept) {
    std::erase_if(kept_, [&](const auto& item) { return item.second.good_until <= now; });
    if (kept_.size() >= kMostKept) return;
  }
  kept_.insert_or_assign(key, std::move(token));
}

}  // namespace router::login
