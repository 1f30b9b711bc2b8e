#include "logout/sources.h"

#include "logout/sources/agent.h"
#include "logout/sources/back_channel.h"
#include "logout/sources/central.h"
#include "logout/sources/end_session.h"
#include "logout/sources/front_channel.h"
#include "logout/sources/hosted.h"
#include "logout/sources/landing.h"
#include "logout/sources/rest.h"
#include "logout/sources/token_revocation.h"

namespace router::logout {

Sources make_sources(const Parts& parts) {
  Sources sources;
  // first: where a logout has ended, none may begin
  sources.push_back(std::make_unique<LandingSource>(parts.config, parts.states));
  sources.push_back(std::make_unique<CentralSource>(parts.config, parts.providers, parts.store));
  sources.push_back(
      std::make_unique<BackChannelSource>(parts.config, parts.providers, parts.ongoing, parts.clock));
  sources.push_back(std::make_unique<FrontChannelSource>(parts.config, parts.providers, parts.store, parts.ongoing,
                                                         parts.clock));
  sources.push_back(std::make_unique<RestSource>(parts.config, parts.store));
  sources.push_back(std::make_unique<EndSessionSource>(parts.config, parts.providers, parts.store, parts.ongoing,
                                                       parts.clock));
  sources.push_back(std::make_unique<HostedSource>(parts.config, parts.store));
  sources.push_back(std::make_unique<TokenRevocationSource>(parts.config, parts.providers, parts.ongoing, parts.clock));
  // last: it looks at every request, and those with a path of their own are not its business
  sources.push_back(std::make_unique<AgentSource>(parts.config, parts.routes, parts.store));
  return sources;
}

}  // namespace router::logout
