#include "logout/service.h"
#include "session/csrf.h"
#include "session/session_cookie.h"

namespace router::logout {
namespace {

// Somebody who is signed in. The request's CSRF token is taken for the right one.
session::Snapshot signed_in_user(const identity::Providers& providers, const http::Request& request) {
  session::Session user;
  user.id = session::SessionId::random();
  if (const auto* provider = providers.first()) user.provider = provider->config().name;
  user.tokens.access_token = base::Secret("ACCESS_TOKEN");
  user.tokens.id_token = base::Secret("ID_TOKEN");
  user.csrf_token = base::Secret(std::string(request.headers.get(session::kCsrfHeader).value_or("CSRF_TOKEN")));
  return std::make_shared<const session::Session>(std::move(user));
}

// What is discovered only by a router that runs.
std::shared_ptr<const identity::Metadata> assumed_metadata(const config::IdentityProvider& provider) {
  identity::Metadata metadata;
  metadata.issuer = provider.issuer.empty() ? provider.url : provider.issuer;
  metadata.end_session_endpoint = "END_SESSION_ENDPOINT(" + metadata.issuer + ")";
  return std::make_shared<const identity::Metadata>(std::move(metadata));
}

using Answer = std::optional<Recognition>;

// Sources answer at once where no token has to be verified; one that waits leaves `answer` empty.
Task<void> ask(Source& source, SourceInput input, std::shared_ptr<Answer> answer) {
  auto recognised = co_await source.recognise(input);
  if (recognised) *answer = std::move(*recognised);
}

Answer recognise_now(Source& source, SourceInput input) {
  const auto answer = std::make_shared<Answer>();
  if (!source.wants_body(input.request)) base::start_detached(ask(source, std::move(input), answer));
  return std::move(*answer);
}

}  // namespace

std::optional<Explanation> Service::explain(const http::Request& request, const http::External& external,
                                            const Application& application) const {
  const auto own = application ? make_application_sources(parts_, application) : Sources();
  for (const auto* list : {&own, &sources_}) {
    for (const auto& source : *list) {
      if (auto explanation = explain_by(*source, request, external)) return explanation;
    }
  }
  return std::nullopt;
}

std::optional<Explanation> Service::explain_by(Source& source, const http::Request& request,
                                               const http::External& external) const {
  const auto& target = request.target;
  if (!source.may_handle(request.method, target.path, target.query)) return std::nullopt;
  Explanation explanation;
  explanation.protocol = source.name();
  if (!source.ends_sessions()) return explanation;
  const auto user = signed_in_user(*parts_.providers, request);
  auto trigger = source.preview(request.method, target);
  auto recognised = recognise_now(source, SourceInput{request, external, user, ""});
  if (!trigger && !recognised) return std::nullopt;
  if (recognised && std::holds_alternative<Trigger>(*recognised)) {
    trigger = std::get<Trigger>(std::move(*recognised));
  } else if (recognised && std::holds_alternative<http::Response>(*recognised)) {
    explanation.instead = std::get<http::Response>(std::move(*recognised));
  }
  if (!trigger) return explanation;
  read_wishes(*trigger, target, external.origin());
  if (!trigger->session) trigger->session = user;
  if (trigger->selection.sessions.empty()) trigger->selection.sessions.push_back(user);

  ProviderState provider;
  if (const auto* bound = provider_of(*trigger)) {
    provider.config = &bound->config();
    provider.metadata = bound->known_metadata();
    if (!provider.metadata) provider.metadata = assumed_metadata(bound->config());
  }
  const auto make_state = [](const std::string&) { return std::string("STATE"); };
  explanation.plan = make_plan(*trigger, {*parts_.config, external.origin(), provider, make_state});
  return explanation;
}

Task<Result<Service::Forecast>> Service::foresee_signal(std::string token, std::size_t most) {
  Forecast forecast{signals_.foresee(token), {}};
  const auto* foreseen = std::get_if<ForeseenSignal>(&forecast.signal);
  if (foreseen == nullptr) co_return forecast;
  for (const auto& filter : foreseen->meant.filters) {
    auto sought = filter;
    sought.any_order = true;  // to show the oldest is to look at all
    auto selecting = parts_.store.select(std::move(sought), most + 1);
    auto found = co_await selecting;
    if (!found) co_return found.error();
    for (auto& session : *found) {
      if (!session::holds(forecast.sessions, session->id)) forecast.sessions.push_back(std::move(session));
    }
  }
  forecast.are_all = forecast.sessions.size() <= most;
  if (!forecast.are_all) forecast.sessions.resize(most);
  co_return forecast;
}

}  // namespace router::logout
