#include "identity/jwks_cache.h"

#include <utility>

#include "base/log.h"
#include "base/metrics.h"
#include "http/url.h"
#include "identity/faults.h"

namespace router::identity {

namespace {

constexpr base::minutes kKeysFresh{60};
constexpr base::minutes kKeysMaxAge{24 * 60};
constexpr base::minutes kRefetchInterval{1};
// A hanging provider must not let a flood of tokens pile up in memory.
constexpr std::size_t kMaxWaitingForKeys = 1024;
constexpr std::size_t kMostAbsent = 64;
constexpr std::size_t kLongestAbsent = 256;

const base::CounterFamily kKeyFetches("xsrouter_jwks_fetches_total",
                                      "Fetches of the keys of identity providers, by result.", {"provider", "result"});

base::Result<crypto::KeySet> read_keys_answer(const base::Result<net::ClientResponse>& answer) {
  if (!answer) return answer.error();
  if (answer->status != 200) return bad_answer("key set: status " + std::to_string(answer->status));
  return crypto::KeySet::parse(answer->body);
}

}  // namespace

JwksCache::JwksCache(std::string provider_name, Parts parts) : name_(std::move(provider_name)), parts_(parts) {}

base::Task<base::Result<crypto::JwsPayload>> JwksCache::verify(std::string token, std::string jwks_uri,
                                                               crypto::Algorithms allowed, Refetch refetch) {
  // Junk is turned away before it costs a fetch or a signature.
  const auto header = crypto::read_jws_header(token, allowed);
  if (!header) co_return header.error();

  const auto ends_by = parts_.clock.steady() + kPatience;
  const auto keys = co_await current(jwks_uri, ends_by);
  if (!keys) co_return keys.error();
  const auto seen = version_;
  auto verified = crypto::verify_jws(token, *keys, allowed);
  if (verified || refetch == Refetch::never) co_return verified;
  // A bad signature under a known name is hardly a rotation: it has a refetch of its own, so that junk does not use up
  // the one that a rotation will need.
  const bool is_known = !header->kid.empty() && keys->contains(header->kid);
  const bool changed =
      co_await refetch_once_a_minute(jwks_uri, seen, is_known ? &known_refetch_ : &last_refetch_, ends_by);
  if (changed) {
    if (!is_known) note_absent(header->kid);
    co_return crypto::verify_jws(token, keys_, allowed);
  }
  // With the keys of today it might verify: nobody can say that it is bad.
  if (!is_known && last_error_) co_return *last_error_;
  if (!is_known && flight_.is_running()) co_return provider_unavailable("key set: the answer takes too long");
  if (!is_known && refetch == Refetch::awaited && !absent_.contains(header->kid))
    co_return provider_unavailable("key set: fetched a moment ago");
  co_return verified;
}

// One without a name may be of any key.
void JwksCache::note_absent(const std::string& kid) {
  if (kid.empty() || kid.size() > kLongestAbsent || absent_.size() >= kMostAbsent || keys_.contains(kid)) return;
  absent_.insert(kid);
}

base::Task<base::Result<crypto::KeySet>> JwksCache::current(std::string jwks_uri, base::SteadyTime ends_by) {
  const auto self = shared_from_this();
  const auto now = parts_.clock.steady();
  const auto age = now - fetched_;
  const bool may_fetch = backoff_.is_open(now);
  if (!keys_.empty() && age < kKeysMaxAge) {
    if (age >= kKeysFresh && may_fetch) flight_.start(fetch(self, std::move(jwks_uri)));
    co_return keys_;
  }
  const auto seen = version_;
  if (flight_.waiting() >= kMaxWaitingForKeys) co_return provider_unavailable("key set: too many are waiting");
  if (may_fetch || flight_.is_running()) {
    auto work = fetch(self, std::move(jwks_uri));
    const auto at_most = left_until(ends_by);
    co_await flight_.run_for(parts_.loop, at_most, std::move(work));
  }
  if (version_ != seen) co_return keys_;
  co_return last_error_.value_or(provider_unavailable("key set: not fetched yet"));
}

base::Task<bool> JwksCache::refetch_once_a_minute(std::string jwks_uri, std::uint64_t seen,
                                                  std::optional<base::SteadyTime>* last, base::SteadyTime ends_by) {
  const auto self = shared_from_this();
  const auto now = parts_.clock.steady();
  const bool is_due = !*last || now - **last >= kRefetchInterval;
  // Who comes while keys are being fetched waits for them: else a rotation would fail all logins but the
  // first.
  if (flight_.is_running()) {
    const auto at_most = left_until(ends_by);
    if (flight_.waiting() < kMaxWaitingForKeys) co_await flight_.join_for(parts_.loop, at_most);
  } else if (is_due && backoff_.is_open(now)) {
    minute_to_begin_ = last;
    auto work = fetch(self, std::move(jwks_uri));
    const auto at_most = left_until(ends_by);
    co_await flight_.run_for(parts_.loop, at_most, std::move(work));
  }
  co_return version_ != seen;
}

base::Task<void> JwksCache::fetch(std::shared_ptr<JwksCache> self, std::string jwks_uri) {
  const auto url = http::parse_url(jwks_uri);
  if (!url) {
    self->fail(bad_answer("key set: jwks_uri is no URL"));
    co_return;
  }
  net::ClientRequest request;
  request.url = *url;
  request.headers = {{"Accept", "application/json"}};
  request.max_body = crypto::KeySet::kMaxBytes;
  request.tls.verify = self->parts_.verify_tls;
  request.side = base::Side::identity_provider;
  const auto answer = co_await self->parts_.client.send(std::move(request));
  auto keys = read_keys_answer(answer);
  if (!keys) {
    self->fail(keys.error());
    co_return;
  }
  self->keys_ = *std::move(keys);
  self->absent_.clear();
  ++self->version_;
  self->fetched_ = self->parts_.clock.steady();
  self->backoff_.succeed();
  self->last_error_.reset();
  if (auto* minute = std::exchange(self->minute_to_begin_, nullptr)) *minute = self->fetched_;
  kKeyFetches.with(self->name_, "done").add();
  base::log_info("identity.keys_loaded", {{"provider", self->name_}, {"keys", self->keys_.keys().size()}});
}

// Only an answer begins the minute: who got none knows as little as before.
void JwksCache::fail(const base::Error& cause) {
  minute_to_begin_ = nullptr;
  backoff_.fail(parts_.clock.steady());
  last_error_ = provider_unavailable("keys of identity provider " + name_ + ": " + base::describe(cause));
  kKeyFetches.with(name_, "failed").add();
  base::log_warning("identity.keys_failed", {{"provider", name_}, {"error", base::describe(cause)}});
}

}  // namespace router::identity
