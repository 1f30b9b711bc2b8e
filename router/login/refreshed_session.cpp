#include "login/refreshed_session.h"

#include <utility>
#include <vector>

#include "base/guarded.h"
#include "base/log.h"
#include "crypto/digest.h"
#include "identity/claims.h"
#include "login/orphaned_tokens.h"
#include "login/parts.h"
#include "session/change.h"

namespace router::login {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Side;
using base::Task;
using session::Snapshot;

namespace {

// Longer than a provider is given for its answer; a replica that dies meanwhile holds the others up no longer.
constexpr base::milliseconds kLongestRefresh{20'000};
constexpr base::milliseconds kLongestWait{10'000};
constexpr base::milliseconds kLookAgain{100};

// Null: over.
Task<Result<Snapshot>> load(session::SessionId id, SharedParts parts) {
  auto looking = parts->store.find(std::move(id));
  auto found = co_await looking;
  if (!found) co_return found.error();
  co_return found->value_or(nullptr);
}

void put_login(const identity::Login& login, session::Session& session) {
  base::Secret id_token = std::move(session.tokens.id_token);
  session.tokens = login.tokens;
  if (session.tokens.id_token.empty()) session.tokens.id_token = std::move(id_token);
  if (login.claims.scopes) session.scopes = *login.claims.scopes;
  // a session that began without a `sid` is found by it from now on
  if (session.idp_session_id.empty()) session.idp_session_id = login.claims.idp_session_id;
  if (!login.claims.json.empty()) {
    session.claims = login.claims.json;
    session.user_name = login.claims.user_name;
    session.addresses = login.claims.addresses;
  }
}

// What says nothing of a tenant, or said nothing at the login: nothing to compare.
bool is_of_another_tenant(const identity::Login& login, const session::Session& session) {
  const std::string known = identity::tenant_in(session.claims);
  return !known.empty() && !login.claims.tenant.empty() && login.claims.tenant != known;
}

Task<Result<Snapshot>> save(Snapshot session, identity::Provider& provider, identity::Login login, SharedParts parts) {
  auto changing = session::change(parts->store, session, [&login](session::Session& current) {
    put_login(login, current);
    return true;
  });
  auto changed = co_await changing;
  if (!changed) co_return changed.error();
  if (!changed->is_over()) co_return std::move(changed->now);
  base::log_info("refresh.session_ended_meanwhile", {{"session", session->id.fingerprint()}});
  if (gives_back(*parts)) {
    auto giving_back = give_back(provider, login.tokens.refresh_token);
    co_await giving_back;
  }
  co_return Snapshot();
}

// The provider no longer knows the grant: over, unless another replica used the refresh token first.
Task<Result<Snapshot>> end_refused(Snapshot session, SharedParts parts) {
  auto loading = load(session->id, parts);
  auto current = co_await loading;
  if (!current || !*current) co_return current;
  if (!((*current)->tokens.refresh_token == session->tokens.refresh_token)) co_return current;
  auto ending = parts->store.end(session->id);
  auto ended = co_await ending;
  if (!ended) co_return ended.error();
  if (*ended && parts->session_over) {
    base::log_info("refresh.session_over", {{"session", session->id.fingerprint()}, {"user", session->user_name}});
    std::vector<Snapshot> over{**ended};
    base::start_detached(parts->session_over(std::move(over)));
    auto keeping = parts->store.keep_ends();
    co_await keeping;
  }
  co_return Snapshot();
}

bool is_fresh(const session::Session& session, const Parts& parts) {
  return judge_freshness(session.tokens, parts.rules, parts.clock.wall()) == Freshness::fresh;
}

// The right to refresh this session's tokens, which one replica has at a time; a refresh token is good once. Absent: the
// session is over, or another one has been faster.
Task<Result<std::optional<session::Lease>>> reserve(session::SessionId id, SharedParts parts) {
  const std::string name = "refresh/" + crypto::to_hex(crypto::sha256(id.reveal()));
  const auto give_up_at = parts->clock.steady() + kLongestWait;
  for (;;) {
    auto loading = load(id, parts);
    const auto loaded = co_await loading;
    if (!loaded) co_return loaded.error();
    if (!*loaded || is_fresh(**loaded, *parts)) co_return std::optional<session::Lease>();
    auto leasing = parts->store.shared().lease(name, kLongestRefresh);
    auto lease = co_await leasing;
    if (!lease || *lease) co_return lease;
    if (parts->clock.steady() >= give_up_at)
      co_return Error{ErrorCode::unavailable, Side::store, "another replica is refreshing the tokens", true};
    co_await base::sleep_for(parts->background, kLookAgain);
  }
}

Task<Result<Snapshot>> refresh_reserved(session::SessionId id, SharedParts parts) {
  auto loading = load(std::move(id), parts);
  auto loaded = co_await loading;
  if (!loaded || !*loaded) co_return loaded;
  const Snapshot session = *std::move(loaded);
  // who asked may have looked at an older state
  if (is_fresh(*session, *parts)) co_return session;
  auto* provider = parts->find_provider(session->provider);
  if (provider == nullptr) {
    co_return Error{ErrorCode::unavailable, Side::identity_provider, "no provider is bound as " + session->provider};
  }
  identity::RefreshGrant grant{session->tokens.refresh_token, session->subject, session->subdomain};
  auto refreshing = provider->refresh(std::move(grant));
  auto login = co_await refreshing;
  if (login && is_of_another_tenant(*login, *session)) {
    base::log_warning("refresh.another_tenant", {{"session", session->id.fingerprint()}});
    login = Error{ErrorCode::unauthenticated, Side::identity_provider, "the refreshed token is another tenant's"};
  }
  if (login) {
    auto saving = save(session, *provider, *std::move(login), parts);
    auto saved = co_await saving;
    co_return saved;
  }
  if (login.error().code != ErrorCode::unauthenticated) co_return login.error();
  auto ending = end_refused(session, parts);
  auto ended = co_await ending;
  co_return ended;
}

}  // namespace

Task<Result<Snapshot>> refresh_session(session::SessionId id, SharedParts parts) {
  auto reserving = reserve(id, parts);
  auto lease = co_await reserving;
  if (!lease) co_return lease.error();
  auto refreshing = base::guarded(refresh_reserved(std::move(id), parts));
  auto refreshed = co_await refreshing;
  if (*lease) {
    auto releasing = parts->store.shared().release(**std::move(lease));
    const auto released = co_await releasing;
    if (!released) base::log_warning("refresh.lease_kept", {{"detail", base::describe(released.error())}});
  }
  co_return refreshed;
}

}  // namespace router::login
