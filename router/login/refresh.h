// Keeping a session's tokens fresh: one refresh per session at a time, however many requests wait for it.
//
// Refreshes are made from what the store says at that moment, and written back with session/change.h, so that
// two never use one refresh token, and a session that was ended meanwhile stays dead. Errors of the provider
// that may pass are tried again by later requests, with back-off (1 s doubling to 60 s); invalid_grant ends
// the session, unless another replica has refreshed it in the meantime. Loop: background, all of it but
// judge_freshness. Owner: Ongoing, through std::shared_ptr; it outlives reloads. Source: docs/contract/descriptor.md
// "Identity"; RFC 6749 sections 5.2 and 6; docs/contract/oidc.md 47-49, 108; docs/contract/reliability.md L5, O10.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/event.h"
#include "base/result.h"
#include "base/task.h"
#include "config/model.h"
#include "identity/provider.h"
#include "session/expiry.h"
#include "session/store.h"

namespace router::login {

// By binding name, "" = the default one; nullptr if there is none. Copied into work that outlives a request:
// whoever makes providers anew with a reload captures what keeps them alive.
using FindProvider = std::function<identity::Provider*(std::string_view)>;

struct RefreshRules {
  base::milliseconds refresh_before{5 * 60'000};  // JWT_REFRESH; 0 = off
  base::milliseconds minimum_validity{0};         // MINIMUM_TOKEN_VALIDITY
};
RefreshRules refresh_rules(const config::Configuration& config);

enum class Freshness {
  fresh,    // nothing to do, or nothing that could be done
  due,      // to be refreshed; still good meanwhile
  expired,  // to be refreshed before it is used
};
// Due when less than min(refresh_before, half the lifetime) is left. Pure.
Freshness judge_freshness(const identity::TokenSet& tokens, const RefreshRules& rules, base::WallTime now);

// Whether the access token is of no use any more. Unknown life: never. Pure.
bool has_expired(const identity::TokenSet& tokens, base::WallTime now);

// MINIMUM_TOKEN_VALIDITY: refuses tokens of a login that expire too soon to be of use. Pure.
base::Result<void> check_validity(const identity::TokenSet& tokens, base::milliseconds minimum, base::WallTime now);

// What a refresh works with (login/parts.h); kept alive by it, for a reload may come first.
struct Parts;
using SharedParts = std::shared_ptr<const Parts>;

class Refreshes : public std::enable_shared_from_this<Refreshes> {
 public:
  // The session with tokens that are good now; null: the session is over. Joins a refresh that is under way.
  // Errors: those of the provider and of the store.
  base::Task<base::Result<session::Snapshot>> run(session::SessionId id, SharedParts parts);

  std::size_t under_way() const { return flights_.size(); }

 private:
  struct Flight {
    base::Event landed;
    base::Result<session::Snapshot> result = session::Snapshot();
  };

  static base::Task<void> fly(std::shared_ptr<Refreshes> self, std::shared_ptr<Flight> flight, session::SessionId id,
                              SharedParts parts);
  bool is_backing_off(const std::string& key, base::SteadyTime now) const;
  void note_outcome(const std::string& key, const base::Result<session::Snapshot>& result, base::SteadyTime now);

  // By session id.
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;
  std::unordered_map<std::string, base::Backoff> failures_;
};

}  // namespace router::login
