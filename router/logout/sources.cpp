#include "logout/sources.h"

#include "logout/sources/agent.h"
#include "logout/sources/application.h"
#include "logout/sources/back_channel.h"
#include "logout/sources/central.h"
#include "logout/sources/end_session.h"
#include "logout/sources/front_channel.h"
#include "logout/sources/global_revocation.h"
#include "logout/sources/hosted.h"
#include "logout/sources/landing.h"
#include "logout/sources/own_receipt.h"
#include "logout/sources/rest.h"
#include "logout/sources/signal_transmitter.h"
#include "logout/sources/signals.h"
#include "logout/sources/token_revocation.h"
#include "session/cookie_names.h"

namespace router::logout {

Sources make_sources(const Parts& parts) {
  Sources sources;
  // first: where a logout has ended, none may begin
  auto receipt_cookie = session::CookieNames(*parts.config).receipt();
  auto* links = parts.config->logout.receipt_link ? parts.receipt_links : nullptr;
  sources.push_back(std::make_unique<OwnReceiptSource>(links, receipt_cookie));
  sources.push_back(std::make_unique<LandingSource>(parts.config, parts.states, links, std::move(receipt_cookie)));
  sources.push_back(
      std::make_unique<CentralSource>(parts.config, parts.providers, parts.store, parts.ongoing, parts.clock));
  sources.push_back(std::make_unique<BackChannelSource>(parts.config, parts.providers, parts.store.shared(),
                                                        parts.ongoing, parts.clock));
  sources.push_back(
      std::make_unique<FrontChannelSource>(parts.config, parts.providers, parts.store, parts.ongoing, parts.clock));
  sources.push_back(std::make_unique<RestSource>(parts.config, parts.store, parts.ongoing, parts.clock));
  sources.push_back(
      std::make_unique<EndSessionSource>(parts.config, parts.providers, parts.store, parts.ongoing, parts.clock));
  sources.push_back(std::make_unique<HostedSource>(parts.config, parts.store, parts.ongoing, parts.clock));
  sources.push_back(std::make_unique<TokenRevocationSource>(parts.config, parts.providers, parts.ongoing, parts.clock));
  sources.push_back(std::make_unique<SignalsSource>(parts));
  sources.push_back(std::make_unique<SignalTransmitterSource>(parts));
  sources.push_back(std::make_unique<GlobalRevocationSource>(parts.config, parts.providers, parts.revokers,
                                                             parts.store.shared(), parts.ongoing, parts.clock));
  // last: it looks at every request, and those with a path of their own are not its business
  sources.push_back(std::make_unique<AgentSource>(parts.config, parts.routes, parts.store, parts.ongoing, parts.clock));
  return sources;
}

Sources make_application_sources(const Parts& parts, const std::shared_ptr<const config::Configuration>& application) {
  Sources sources;
  sources.push_back(std::make_unique<LandingSource>(application, parts.states, nullptr, std::string()));
  sources.push_back(
      std::make_unique<ApplicationSource>(application, parts.providers, parts.store, parts.ongoing, parts.clock));
  return sources;
}

}  // namespace router::logout
