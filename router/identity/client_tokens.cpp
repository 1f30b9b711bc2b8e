#include "identity/client_tokens.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "identity/faults.h"
#include "identity/metadata.h"

namespace router::identity {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Secret;
using base::Side;
using base::Task;

namespace {

constexpr base::seconds kStandInLife{300};
constexpr std::size_t kMostWaiting = 4096;

bool is_own(const config::IdentityProvider& client, const std::string& tenant) {
  return tenant.empty() || tenant == client.identity_zone;
}

// Whose fault the router's own credentials are: not the user's, who could do nothing about it by signing in.
Error refused(const Error& error) {
  return {ErrorCode::protocol, Side::back_end, "the service's client is refused: " + error.detail};
}

}  // namespace

ClientTokens::Key ClientTokens::key_of(const config::IdentityProvider& client, const std::string& tenant,
                                       IfRefused if_refused) {
  if (is_own(client, tenant)) return {client.client_id, client.url, {}, IfRefused::own};
  return {client.client_id, client.url, tenant, if_refused};
}

std::size_t ClientTokens::kept() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

ClientToken ClientTokens::good(const Key& key) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(key);
  if (entry == entries_.end() || parts_.clock.wall() >= entry->second->good_until) return {};
  return entry->second->token;
}

bool ClientTokens::has(const config::IdentityProvider& client, const std::string& tenant, IfRefused if_refused) const {
  return !good(key_of(client, tenant, if_refused)).token.empty();
}

Task<Result<ClientToken>> ClientTokens::get(Client client, std::string tenant, IfRefused if_refused, base::Loop& home) {
  auto key = key_of(*client, tenant, if_refused);
  auto kept = good(key);
  if (!kept.token.empty()) co_return kept;
  auto asking = base::run_on(parts_.loop, home, ask(shared_from_this(), std::move(client), std::move(key)));
  auto token = co_await asking;
  co_return token;
}

void ClientTokens::drop(const config::IdentityProvider& client, const std::string& tenant, const Secret& token,
                        int new_anew) {
  const auto now = parts_.clock.steady();
  const std::lock_guard lock(mutex_);
  for (const auto if_refused : {IfRefused::own, IfRefused::fail}) {
    const auto found = entries_.find(key_of(client, tenant, if_refused));
    if (found == entries_.end()) continue;
    Entry& entry = *found->second;
    if (entry.token.token != token || entry.good_until == base::WallTime()) continue;
    const bool is_new = now - entry.obtained < kNewToken;
    if (is_new && entry.refused_new >= new_anew) continue;
    entry.refused_new = is_new ? entry.refused_new + 1 : 0;
    entry.good_until = {};
  }
}

// What is on its way is given to who waits for it, and not kept.
void ClientTokens::drop_tenant(const std::string& tenant) {
  if (tenant.empty()) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&](const auto& item) { return item.first.tenant == tenant; });
}

ClientTokens::EntryPointer ClientTokens::entry_for(const Key& key) {
  const std::lock_guard lock(mutex_);
  if (const auto known = entries_.find(key); known != entries_.end()) return known->second;
  if (entries_.size() >= kMostKept && !make_room()) return nullptr;
  return entries_.emplace(key, std::make_shared<Entry>()).first->second;
}

// Of those that nobody waits for, the one that is good for the shortest time yet.
bool ClientTokens::make_room() {
  auto victim = entries_.end();
  for (auto item = entries_.begin(); item != entries_.end(); ++item) {
    if (item->second->flight.is_running()) continue;
    if (victim == entries_.end() || item->second->good_until < victim->second->good_until) victim = item;
  }
  if (victim == entries_.end()) return false;
  entries_.erase(victim);
  return true;
}

Task<Result<ClientToken>> ClientTokens::ask(std::shared_ptr<ClientTokens> self, Client client, Key key) {
  // Somebody may have brought it while this one was on its way here.
  auto kept = self->good(key);
  if (!kept.token.empty()) co_return kept;
  const auto entry = self->entry_for(key);
  if (entry == nullptr || entry->flight.waiting() >= kMostWaiting) {
    co_return Error{ErrorCode::overloaded, Side::back_end, "too many tokens are asked for"};
  }
  auto work = fetch(self, std::move(client), std::move(key), entry);
  co_await entry->flight.run(std::move(work));
  if (entry->fault) co_return *entry->fault;
  const std::lock_guard lock(self->mutex_);
  co_return entry->token;
}

Task<void> ClientTokens::fetch(std::shared_ptr<ClientTokens> self, Client client, Key key, EntryPointer entry) {
  auto asking = self->request(client, key.tenant);
  auto answer = co_await asking;
  const bool is_refused = !answer && answer.error().code == ErrorCode::unauthenticated;
  const bool is_stand_in = is_refused && !key.tenant.empty() && key.if_refused == IfRefused::own;
  if (is_stand_in) {
    base::log_info("client_token.not_subscribed", {{"client", client->client_id}, {"tenant", key.tenant}});
    auto asking_own = self->request(client, {});
    answer = co_await asking_own;
  }
  entry->fault.reset();
  if (!answer) {
    base::log_warning("client_token.failed",
                      {{"client", client->client_id}, {"tenant", key.tenant}, {"fault", describe(answer.error())}});
    entry->fault = answer.error().code == ErrorCode::unauthenticated ? refused(answer.error()) : answer.error();
    co_return;
  }
  const auto used = usable_life(*answer);
  const std::lock_guard lock(self->mutex_);
  entry->token = {std::move(answer->access_token), is_stand_in};
  entry->obtained = self->parts_.clock.steady();
  entry->good_until = self->parts_.clock.wall() + (is_stand_in ? std::min(used, kStandInLife) : used);
}

Task<Result<TokenAnswer>> ClientTokens::request(Client client, std::string tenant) {
  TokenClient at(*client, parts_);
  auto endpoints = at_tenant(*client, std::make_shared<const Metadata>(xsuaa_metadata(*client)), tenant);
  auto asking = at.client_credentials(std::move(endpoints));
  auto answer = co_await asking;
  co_return answer;
}

}  // namespace router::identity
