#include "applications/catalogue.h"

#include <algorithm>
#include <utility>

#include "base/guarded.h"
#include "base/log.h"
#include "base/text.h"
#include "config/read_application.h"
#include "crypto/digest.h"

namespace router::applications {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;

namespace {

constexpr base::seconds kFresh{300};
constexpr base::seconds kStale{3600};
constexpr base::seconds kFailed{5};
constexpr base::seconds kBetweenWishes{1};
constexpr std::size_t kMaxWaiting = 4096;
constexpr std::size_t kLongestReport = 4096;  // in the log

// The repository does not answer as it should; what it says of a descriptor, or of a tenant, holds.
bool is_passing(const Error& error) { return error.code != ErrorCode::internal && error.code != ErrorCode::not_found; }

}  // namespace

std::optional<Result<Found>> Catalogue::known(const Name& name, const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find({tenant, name.segment});
  if (entry == entries_.end() || parts_.clock.steady() >= entry->second->fresh_until) return std::nullopt;
  return entry->second->answer;
}

Task<Result<Found>> Catalogue::find(Name name, std::string tenant, bool anew, base::Loop& home) {
  auto kept = anew ? std::nullopt : known(name, tenant);
  if (kept) co_return *std::move(kept);
  auto asking = base::run_on(parts_.loop, home, ask(shared_from_this(), std::move(name), std::move(tenant), anew));
  auto found = co_await asking;
  co_return found;
}

Catalogue::EntryPointer Catalogue::entry_for(const Key& key) {
  const std::lock_guard lock(mutex_);
  if (const auto entry = entries_.find(key); entry != entries_.end()) return entry->second;
  const bool are_too_many = guesses() >= kMostGuesses;
  // while it is a guess itself, no descriptor leaves for it
  if ((are_too_many || entries_.size() >= kPlaces) && !drop_guess(nullptr) && are_too_many) return nullptr;
  return entries_.emplace(key, std::make_shared<Entry>()).first->second;
}

std::size_t Catalogue::guesses() const {
  return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(),
                                                [](const auto& item) { return item.second->last_good == nullptr; }));
}

template <class Fits>
bool Catalogue::drop_first(const Entry* own, const Fits& fits) {
  auto victim = entries_.end();
  for (auto item = entries_.begin(); item != entries_.end(); ++item) {
    const Entry& entry = *item->second;
    if (!fits(entry) || (entry.flight.is_running() && &entry != own)) continue;
    if (victim == entries_.end() || entry.asked < victim->second->asked) victim = item;
  }
  if (victim == entries_.end()) return false;
  entries_.erase(victim);
  return true;
}

bool Catalogue::drop_guess(const Entry* own) {
  return drop_first(own, [](const Entry& entry) { return entry.last_good == nullptr; });
}

bool Catalogue::is_guess(const Name& name, const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  const auto entry = entries_.find({tenant, name.segment});
  return entry == entries_.end() || !entry->second->has_answered;
}

Task<Result<Found>> Catalogue::ask(std::shared_ptr<Catalogue> self, Name name, std::string tenant, bool anew) {
  const auto entry = self->entry_for({tenant, name.segment});
  if (entry == nullptr || entry->flight.waiting() >= kMaxWaiting) {
    co_return Error{ErrorCode::overloaded, Side::back_end, "too many applications are asked for"};
  }
  const bool is_new = anew && self->parts_.clock.steady() - entry->asked >= kBetweenWishes;
  // somebody may have brought it while this one was on its way here
  auto kept = is_new ? std::nullopt : self->known(name, tenant);
  if (kept) co_return *std::move(kept);
  auto work = look_up(self, std::move(name), std::move(tenant), entry);
  co_await entry->flight.run(std::move(work));
  const std::lock_guard lock(self->mutex_);
  co_return *entry->answer;
}

Task<void> Catalogue::look_up(std::shared_ptr<Catalogue> self, Name name, std::string tenant, EntryPointer entry) {
  const Key key{tenant, name.segment};
  auto asking = base::guarded(self->repository_->descriptor(name, tenant));
  auto text = co_await asking;
  Result<Found> found = Found();
  if (!text) {
    found = text.error();
  } else if (*text) {
    auto digest = crypto::sha256(**text);
    const bool is_same = entry->last_good && entry->digest == digest;
    found =
        is_same ? Result<Found>(entry->last_good) : self->make(*entry, std::move(name), key.tenant, **std::move(text));
    if (is_same) entry->is_logged = false;
    if (found) entry->digest = std::move(digest);
  }
  self->keep(key, *entry, std::move(found));
}

Result<Found> Catalogue::make(Entry& entry, Name name, const std::string& tenant, std::string text) {
  auto read = config::read_application(std::move(text), *central_, name.segment);
  if (!read.issues.empty() && !std::exchange(entry.is_logged, true)) {
    base::log_warning("application.descriptor", {{"application", name.segment},
                                                 {"tenant", tenant},
                                                 {"issues", config::to_text(read.issues).substr(0, kLongestReport)}});
  }
  if (read.issues.empty()) entry.is_logged = false;
  if (!read.configuration) {
    return Error{ErrorCode::internal, Side::back_end, "the descriptor of " + name.segment + " cannot be used"};
  }
  auto routes = make_routes_(read.configuration, name);
  return Found(std::make_shared<const Application>(
      Application{std::move(name), std::move(read.configuration), std::move(routes)}));
}

void Catalogue::keep(const Key& key, Entry& entry, Result<Found> found) {
  const std::lock_guard lock(mutex_);
  take_over(key, entry, std::move(found));
  while (entries_.size() > kPlaces && drop_guess(&entry)) {
  }
  if (entries_.size() - guesses() > kPlaces) {
    drop_first(nullptr, [](const Entry& other) { return other.last_good != nullptr; });
  }
}

void Catalogue::take_over(const Key& key, Entry& entry, Result<Found> found) const {
  const auto now = parts_.clock.steady();
  entry.asked = now;
  entry.has_answered = entry.has_answered || found || !is_passing(found.error());
  entry.is_stale = !found && is_passing(found.error());
  if (found) {
    entry.last_good = *found;
    entry.fresh_until = now + kFresh;
    entry.stale_until = now + kFresh + kStale;
    entry.answer = std::move(found);
    return;
  }
  if (is_passing(found.error()) && now < entry.stale_until) {
    base::log_warning("application.stale", {{"application", key.segment},
                                            {"tenant", key.tenant},
                                            {"is_there", entry.last_good != nullptr},
                                            {"fault", describe(found.error())}});
    entry.fresh_until = now + kFailed;
    entry.answer = Result<Found>(entry.last_good);
    return;
  }
  // not kept: the next request asks again; who is here already waits no longer
  entry.fresh_until = now;
  entry.answer = std::move(found);
}

Result<Found> Catalogue::take(Name name, std::string tenant, std::string text) {
  const Key key{std::move(tenant), name.segment};
  const auto entry = entry_for(key);
  keep(key, *entry, make(*entry, std::move(name), key.tenant, std::move(text)));
  return *entry->answer;
}

std::size_t Catalogue::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

std::vector<Kept> Catalogue::kept() const {
  std::vector<Kept> all;
  const auto now = parts_.clock.steady();
  const std::lock_guard lock(mutex_);
  for (const auto& [key, entry] : entries_) {
    if (!entry->has_answered) continue;
    Kept one{.tenant = key.tenant, .segment = key.segment, .is_stale = entry->is_stale};
    one.is_faulty = entry->answer && !*entry->answer && entry->answer->error().code == ErrorCode::internal;
    one.age = std::chrono::duration_cast<base::milliseconds>(now - entry->asked);
    if (entry->last_good) {
      const auto parts = base::cut(entry->last_good->name.name, '-');
      one.name = parts.before;
      one.version = parts.after.value_or(std::string_view());
    }
    all.push_back(std::move(one));
  }
  return all;
}

bool Catalogue::drop(const std::string& tenant, const std::string& segment) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(entries_, [&](const auto& item) {
           return item.first.tenant == tenant && (segment.empty() || item.first.segment == segment);
         }) > 0;
}

}  // namespace router::applications
