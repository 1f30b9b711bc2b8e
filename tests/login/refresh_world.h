// A session whose tokens are refreshed, at a provider that answers from a script.
#pragma once

#include "login/browser.h"

namespace router::test {

// Its access token lasts an hour from now on.
inline session::Snapshot open_session(LoginWorld& world, base::milliseconds lifetime = base::minutes(60)) {
  auto session = make_session();
  session.idle_timeout = std::chrono::hours(24);
  session.tokens.access_token = base::Secret("at-0");
  session.tokens.refresh_token = base::Secret("rt-0");
  session.tokens.id_token = base::Secret("id-0");
  session.tokens.obtained = world.clock.wall();
  session.tokens.access_expires = world.clock.wall() + lifetime;
  REQUIRE(run_task(world.store.create(session)));
  return world.find(session.id);
}

inline void renew_at_provider(LoginWorld& world) {
  world.provider.login.tokens.obtained = world.clock.wall();
  world.provider.login.tokens.access_expires = world.clock.wall() + base::minutes(60);
}

inline base::Result<session::Snapshot> fresh(LoginWorld& world, const session::Snapshot& session) {
  return run_task(world.service->fresh_tokens(session, world.home), &world.background);
}

inline base::Error provider_fault(base::ErrorCode code) { return {code, base::Side::identity_provider, "no"}; }

}  // namespace router::test
