#include "identity/destination_service.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/guarded.h"
#include "base/log.h"
#include "base/text.h"
#include "http/url.h"
#include "identity/destination_answer.h"

namespace router::identity {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

constexpr base::minutes kFresh{5};
constexpr base::seconds kAbsent{30};
constexpr base::seconds kFailed{5};
constexpr base::seconds kKeepInterval{60};
constexpr base::seconds kRetryInterval{10};
constexpr std::size_t kLongestName = 255;  // the service itself takes 200
constexpr std::size_t kMaxWaiting = 1024;
constexpr std::size_t kMaxDestinationAnswer = 256 * 1024;
// Of a token's life this much is left unused, so that none ends on the way.
constexpr base::seconds kMargin{30};

std::string destination_path(const std::string& name) {
  return "/destination-configuration/v1/destinations/" + base::percent_encode(name);
}

// Where it leads is the subscriber's choice: the provider's certificate would let him speak for the provider there.
void make_own(const std::string& tenant, config::Destination& destination) {
  destination.tenant = tenant;
  destination.jar = config::subscribers_jar(destination.name, tenant);
  if (!std::exchange(destination.forward_auth_certificates, false)) return;
  base::log_warning(
      "destination_service.ignored",
      {{"destination", destination.name}, {"tenant", tenant}, {"property", "HTML5.ForwardAuthCertificates"}});
}

}  // namespace

DestinationService::DestinationService(config::DestinationService binding, std::shared_ptr<ClientTokens> tokens,
                                       Parts parts)
    : binding_(std::move(binding)),
      parts_(parts),
      tokens_(std::move(tokens)),
      client_(std::make_shared<const config::IdentityProvider>(binding_.client)) {}

DestinationService::Key DestinationService::key_of(const std::string& name, const std::string& tenant) const {
  return {config::subscriber_of(binding_, tenant), name};
}

DestinationService::Found DestinationService::known(const std::string& name, const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(key_of(name, tenant));
  if (entry == entries_.end() || parts_.clock.steady() >= entry->second->usable_until) return nullptr;
  return entry->second->last_good;
}

DestinationService::Found DestinationService::known_or_ask(const std::string& name, const std::string& tenant) {
  auto found = known(name, tenant);
  auto key = key_of(name, tenant);
  // what failed a moment ago is not asked for again
  if (found || fresh(key)) return found;
  parts_.loop.post([weak = weak_from_this(), key = std::move(key)] {
    if (auto self = weak.lock()) base::start_detached(ask_for(std::move(self), key));
  });
  return found;
}

Task<void> DestinationService::ask_for(std::shared_ptr<DestinationService> self, Key key) {
  const std::string name = key.name;
  auto asking = base::guarded(ask(std::move(self), std::move(key)));
  const auto found = co_await asking;
  if (!found) base::log_info("destination_service.not_known", {{"destination", name}});
}

std::optional<Result<DestinationService::Found>> DestinationService::fresh(const Key& key) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(key);
  if (entry == entries_.end() || parts_.clock.steady() >= entry->second->fresh_until) return std::nullopt;
  return entry->second->answer;
}

bool DestinationService::must_ask_for(const std::string& name, const std::string& tenant, bool is_stranger) const {
  const auto key = key_of(name, tenant);
  if (fresh(key)) return false;
  const bool is_guess = is_stranger && !key.tenant.empty() && !tokens_->has(*client_, key.tenant, IfRefused::own);
  const std::lock_guard lock(mutex_);
  return is_guess || !names_.contains(name);
}

Task<Result<DestinationService::Found>> DestinationService::find(std::string name, std::string tenant,
                                                                 base::Loop& home) {
  if (name.size() > kLongestName) {
    co_return Error{ErrorCode::not_found, Side::client, "destination service: no destination has so long a name"};
  }
  auto key = key_of(name, tenant);
  auto kept = fresh(key);
  if (kept) co_return std::move(*kept);
  auto asking = base::run_on(parts_.loop, home, ask(shared_from_this(), std::move(key)));
  auto found = co_await asking;
  co_return found;
}

DestinationService::Places* DestinationService::places_for(const Key& key) {
  if (!key.tenant.empty()) return &of_tenants_;
  return names_.contains(key.name) ? nullptr : &guests_;
}

Result<DestinationService::EntryPointer> DestinationService::entry_for(const Key& key) {
  const std::lock_guard lock(mutex_);
  if (const auto known = entries_.find(key); known != entries_.end()) return known->second;
  auto* places = places_for(key);
  if (places != nullptr && places->taken >= places->most && !make_room(*places)) {
    return Error{ErrorCode::unavailable, Side::router, "destination service: too many destinations are asked for"};
  }
  if (places != nullptr) ++places->taken;
  return entries_.emplace(key, std::make_shared<Entry>()).first->second;
}

// Of those that nobody waits for: first those that no descriptor names, then those that are not there, then whoever was
// looked up the longest ago.
bool DestinationService::make_room(Places& places) {
  const auto rank = [&](const auto& item) {
    return std::tuple(names_.contains(item.first.name), item.second->last_good != nullptr, item.second->fresh_until);
  };
  auto victim = entries_.end();
  for (auto item = entries_.begin(); item != entries_.end(); ++item) {
    if (places_for(item->first) != &places || item->second->flight.is_running()) continue;
    if (victim == entries_.end() || rank(*item) < rank(*victim)) victim = item;
  }
  if (victim == entries_.end()) return false;
  entries_.erase(victim);
  --places.taken;
  return true;
}

// What is on its way is given to who waits for it, and not kept.
void DestinationService::drop_tenant(const std::string& tenant) {
  if (key_of({}, tenant).tenant.empty()) return;
  const std::lock_guard lock(mutex_);
  of_tenants_.taken -= std::erase_if(entries_, [&](const auto& item) { return item.first.tenant == tenant; });
}

Task<Result<DestinationService::Found>> DestinationService::ask(std::shared_ptr<DestinationService> self, Key key) {
  auto entry = self->entry_for(key);
  if (!entry) co_return entry.error();
  // Somebody may have brought it while this one was on its way here.
  auto kept = self->fresh(key);
  if (kept) co_return std::move(*kept);
  const EntryPointer asked = *entry;
  if (asked->flight.waiting() >= kMaxWaiting) {
    co_return Error{ErrorCode::unavailable, Side::router, "destination service: too many are waiting"};
  }
  auto work = look_up(self, std::move(key), asked);
  co_await asked->flight.run(std::move(work));
  const std::lock_guard lock(self->mutex_);
  co_return *asked->answer;
}

Task<void> DestinationService::look_up(std::shared_ptr<DestinationService> self, Key key, EntryPointer entry) {
  auto getting = self->tokens_->get(self->client_, key.tenant, IfRefused::own, self->parts_.loop);
  const auto token = co_await getting;
  if (!token && token.error().code == ErrorCode::not_found && !key.tenant.empty()) {
    self->keep_absent(key, *entry);
    co_return;
  }
  if (!token) {
    self->fail(key, *entry, token.error());
    co_return;
  }
  if (token->stands_in) {
    auto taking = take_the_providers(std::move(self), std::move(key), std::move(entry));
    co_await taking;
    co_return;
  }
  std::string name = key.name;
  auto asking = self->request(std::move(name), token->token);
  auto response = co_await asking;
  // it was withdrawn: the next question fetches another
  if (response && response->status == 401) self->tokens_->drop(*self->client_, key.tenant, token->token);
  if (response && response->status == 404 && !key.tenant.empty()) {
    auto taking = take_the_providers(std::move(self), std::move(key), std::move(entry));
    co_await taking;
    co_return;
  }
  self->keep(key, *entry, std::move(response));
}

// As good, and as long, as it is there.
Task<void> DestinationService::take_the_providers(std::shared_ptr<DestinationService> self, Key key,
                                                  EntryPointer entry) {
  const Key own{{}, std::move(key.name)};
  Key asked = own;
  auto asking = base::guarded(ask(self, std::move(asked)));
  auto found = co_await asking;
  const std::lock_guard lock(self->mutex_);
  const auto there = self->entries_.find(own);
  const auto now = self->parts_.clock.steady();
  const bool is_kept = there != self->entries_.end();
  entry->last_good = found ? *found : nullptr;
  entry->fresh_until = is_kept ? there->second->fresh_until : now + kFailed;
  entry->usable_until = is_kept ? there->second->usable_until : entry->fresh_until;
  entry->answer = std::move(found);
}

void DestinationService::reserve(std::set<std::string> names) {
  const std::lock_guard lock(mutex_);
  names_ = std::move(names);
  guests_.taken = static_cast<std::size_t>(std::count_if(
      entries_.begin(), entries_.end(), [&](const auto& item) { return places_for(item.first) == &guests_; }));
}

void DestinationService::keep_known(std::vector<std::string> names) {
  kept_ = std::move(names);
  if (!kept_.empty() && !std::exchange(keeping_, true)) {
    parts_.loop.post([weak = weak_from_this()] {
      if (auto self = weak.lock()) base::start_detached(ask_for_kept(std::move(self)));
    });
  }
}

Task<void> DestinationService::ask_for_kept(std::shared_ptr<DestinationService> self) {
  bool all_known = true;
  const auto names = self->kept_;
  for (const auto& name : names) {
    auto asking = base::guarded(ask(self, self->key_of(name, {})));
    const auto found = co_await asking;
    all_known = all_known && found;
  }
  self->ask_for_kept_after(all_known ? kKeepInterval : kRetryInterval);
}

void DestinationService::ask_for_kept_after(base::milliseconds delay) {
  parts_.loop.after(delay, [weak = weak_from_this()] {
    if (auto self = weak.lock()) base::start_detached(ask_for_kept(std::move(self)));
  });
}

Task<Result<net::ClientResponse>> DestinationService::request(std::string name, base::Secret token) {
  net::ClientRequest request;
  const auto url = http::parse_url(binding_.uri);
  if (!url) co_return Error{ErrorCode::unavailable, Side::router, "destination service: no URL"};
  request.url = *url;
  while (request.url.path.ends_with('/')) request.url.path.pop_back();
  request.url.path += destination_path(name);
  request.headers = {{"Accept", "application/json"}, {"Authorization", "Bearer " + std::string(token.reveal())}};
  request.max_body = kMaxDestinationAnswer;
  request.timeout = binding_.timeout;
  request.tls.verify = parts_.verify_tls;
  request.side = Side::back_end;
  auto response = co_await parts_.client.send(std::move(request));
  co_return response;
}

void DestinationService::keep_absent(const Key& key, Entry& entry) {
  const std::lock_guard lock(mutex_);
  entry.answer = Error{ErrorCode::not_found, Side::client, "destination service: no destination " + key.name};
  entry.last_good = nullptr;
  entry.fresh_until = parts_.clock.steady() + kAbsent;
}

void DestinationService::keep(const Key& key, Entry& entry, Result<net::ClientResponse> response) {
  if (!response) return fail(key, entry, response.error());
  if (response->status == 404) return keep_absent(key, entry);
  if (response->status != 200) {
    return fail(key, entry,
                Error{ErrorCode::protocol, Side::back_end,
                      "destination service: status " + std::to_string(response->status), true});
  }
  auto read = read_destination_answer(key.name, response->body, binding_.connectivity);
  if (!read) return fail(key, entry, read.error());
  read->destination.is_providers = key.tenant.empty();
  if (!key.tenant.empty()) make_own(key.tenant, read->destination);
  const auto now = parts_.clock.steady();
  const auto life = read->good_for ? std::max(*read->good_for - kMargin, base::seconds(0)) : std::chrono::hours(24);
  const std::lock_guard lock(mutex_);
  entry.last_good = std::make_shared<const config::Destination>(std::move(read->destination));
  entry.answer = Result<Found>(entry.last_good);
  entry.fresh_until = now + std::min<base::milliseconds>(life, kFresh);
  entry.usable_until = now + life;
}

void DestinationService::fail(const Key& key, Entry& entry, Error error) {
  // Whatever went wrong with our own credentials: the user is not the one who has to sign in.
  if (error.code == ErrorCode::unauthenticated || error.code == ErrorCode::not_found) {
    error.code = ErrorCode::protocol;
  }
  error.side = Side::back_end;
  base::log_warning("destination_service.failed",
                    {{"destination", key.name}, {"tenant", key.tenant}, {"fault", describe(error)}});
  const std::lock_guard lock(mutex_);
  const auto now = parts_.clock.steady();
  entry.fresh_until = now + kFailed;
  if (entry.last_good && now < entry.usable_until) {
    entry.answer = Result<Found>(entry.last_good);
  } else {
    entry.answer = Result<Found>(std::move(error));
  }
}

}  // namespace router::identity
