#include "identity/destination_service.h"

#include <algorithm>
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
constexpr std::size_t kMaxGuests = 1000;
constexpr std::size_t kLongestName = 255;  // the service itself takes 200
constexpr std::size_t kMaxWaiting = 1024;
constexpr std::size_t kMaxDestinationAnswer = 256 * 1024;
// Of a token's life this much is left unused, so that none ends on the way.
constexpr base::seconds kMargin{30};

std::string destination_path(const std::string& name) {
  return "/destination-configuration/v1/destinations/" + base::percent_encode(name);
}

}  // namespace

DestinationService::DestinationService(config::DestinationService binding, std::shared_ptr<ClientTokens> tokens,
                                       Parts parts)
    : binding_(std::move(binding)),
      parts_(parts),
      tokens_(std::move(tokens)),
      client_(std::make_shared<const config::IdentityProvider>(binding_.client)) {}

DestinationService::Found DestinationService::known(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(name);
  if (entry == entries_.end() || parts_.clock.steady() >= entry->second->usable_until) return nullptr;
  return entry->second->last_good;
}

DestinationService::Found DestinationService::known_or_ask(const std::string& name) {
  auto found = known(name);
  // what failed a moment ago is not asked for again
  if (found || fresh(name)) return found;
  parts_.loop.post([weak = weak_from_this(), name] {
    if (auto self = weak.lock()) base::start_detached(ask_for(std::move(self), name));
  });
  return found;
}

Task<void> DestinationService::ask_for(std::shared_ptr<DestinationService> self, std::string name) {
  auto asking = base::guarded(ask(std::move(self), name));
  const auto found = co_await asking;
  if (!found) base::log_info("destination_service.not_known", {{"destination", name}});
}

std::optional<Result<DestinationService::Found>> DestinationService::fresh(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find(name);
  if (entry == entries_.end() || parts_.clock.steady() >= entry->second->fresh_until) return std::nullopt;
  return entry->second->answer;
}

bool DestinationService::must_ask_for(const std::string& name) const {
  if (fresh(name)) return false;
  const std::lock_guard lock(mutex_);
  return !names_.contains(name);
}

Task<Result<DestinationService::Found>> DestinationService::find(std::string name, base::Loop& home) {
  if (name.size() > kLongestName) {
    co_return Error{ErrorCode::not_found, Side::client, "destination service: no destination has so long a name"};
  }
  auto kept = fresh(name);
  if (kept) co_return std::move(*kept);
  auto asking = base::run_on(parts_.loop, home, ask(shared_from_this(), std::move(name)));
  auto found = co_await asking;
  co_return found;
}

Result<DestinationService::EntryPointer> DestinationService::entry_for(const std::string& name) {
  const std::lock_guard lock(mutex_);
  if (const auto known = entries_.find(name); known != entries_.end()) return known->second;
  const bool is_guest = !names_.contains(name);
  if (is_guest && guests_ >= kMaxGuests && !make_room()) {
    return Error{ErrorCode::unavailable, Side::router, "destination service: too many destinations are asked for"};
  }
  guests_ += is_guest ? 1 : 0;
  return entries_.emplace(name, std::make_shared<Entry>()).first->second;
}

// Of the guests that nobody waits for: first those that are not there, then whoever was looked up the longest ago.
bool DestinationService::make_room() {
  const auto rank = [](const auto& item) {
    return std::pair(item.second->last_good != nullptr, item.second->fresh_until);
  };
  auto victim = entries_.end();
  for (auto item = entries_.begin(); item != entries_.end(); ++item) {
    if (names_.contains(item->first) || item->second->flight.is_running()) continue;
    if (victim == entries_.end() || rank(*item) < rank(*victim)) victim = item;
  }
  if (victim == entries_.end()) return false;
  entries_.erase(victim);
  --guests_;
  return true;
}

Task<Result<DestinationService::Found>> DestinationService::ask(std::shared_ptr<DestinationService> self,
                                                                std::string name) {
  auto entry = self->entry_for(name);
  if (!entry) co_return entry.error();
  // Somebody may have brought it while this one was on its way here.
  auto kept = self->fresh(name);
  if (kept) co_return std::move(*kept);
  const EntryPointer asked = *entry;
  if (asked->flight.waiting() >= kMaxWaiting) {
    co_return Error{ErrorCode::unavailable, Side::router, "destination service: too many are waiting"};
  }
  auto work = look_up(self, name, asked);
  co_await asked->flight.run(std::move(work));
  const std::lock_guard lock(self->mutex_);
  co_return *asked->answer;
}

Task<void> DestinationService::look_up(std::shared_ptr<DestinationService> self, std::string name, EntryPointer entry) {
  auto getting = self->tokens_->get(self->client_, {}, IfRefused::own, self->parts_.loop);
  const auto token = co_await getting;
  if (!token) {
    self->fail(name, *entry, token.error());
    co_return;
  }
  auto response = co_await self->request(name, *token);
  // it was withdrawn: the next question fetches another
  if (response && response->status == 401) self->tokens_->drop(*self->client_, {}, *token);
  self->keep(name, *entry, std::move(response));
}

void DestinationService::reserve(std::set<std::string> names) {
  const std::lock_guard lock(mutex_);
  names_ = std::move(names);
  guests_ = static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [&](const auto& item) { return !names_.contains(item.first); }));
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
    auto asking = base::guarded(ask(self, name));
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

void DestinationService::keep(const std::string& name, Entry& entry, Result<net::ClientResponse> response) {
  if (!response) return fail(name, entry, response.error());
  if (response->status == 404) {
    const std::lock_guard lock(mutex_);
    entry.answer = Error{ErrorCode::not_found, Side::client, "destination service: no destination " + name};
    entry.last_good = nullptr;
    entry.fresh_until = parts_.clock.steady() + kAbsent;
    return;
  }
  if (response->status != 200) {
    return fail(name, entry,
                Error{ErrorCode::protocol, Side::back_end,
                      "destination service: status " + std::to_string(response->status), true});
  }
  auto read = read_destination_answer(name, response->body, binding_.connectivity);
  if (!read) return fail(name, entry, read.error());
  const auto now = parts_.clock.steady();
  const auto life = read->good_for ? std::max(*read->good_for - kMargin, base::seconds(0)) : std::chrono::hours(24);
  const std::lock_guard lock(mutex_);
  entry.last_good = std::make_shared<const config::Destination>(std::move(read->destination));
  entry.answer = Result<Found>(entry.last_good);
  entry.fresh_until = now + std::min<base::milliseconds>(life, kFresh);
  entry.usable_until = now + life;
}

void DestinationService::fail(const std::string& name, Entry& entry, Error error) {
  // Whatever went wrong with our own credentials: the user is not the one who has to sign in.
  if (error.code == ErrorCode::unauthenticated || error.code == ErrorCode::not_found) {
    error.code = ErrorCode::protocol;
  }
  error.side = Side::back_end;
  base::log_warning("destination_service.failed", {{"destination", name}, {"fault", describe(error)}});
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
