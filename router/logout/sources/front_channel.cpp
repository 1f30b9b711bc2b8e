#include "logout/sources/front_channel.h"

#include <algorithm>

#include "base/log.h"
#include "http/query.h"
#include "logout/navigation.h"
#include "logout/provider_origins.h"

namespace router::logout {
namespace {

// Sessions of one sid: a browser has one, or a few that it lost.
constexpr std::size_t kMostLookedAt = 100;

http::Response framable_by(const std::vector<std::string>& origins) {
  std::string ancestors;
  for (const std::string& origin : origins) ancestors.append(" ").append(origin);
  if (ancestors.empty()) ancestors = " 'none'";
  auto response = http::text_response(200, "");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Content-Security-Policy", "default-src 'none'; frame-ancestors" + ancestors);
  return response;
}

bool is_one_user(const std::vector<session::Snapshot>& sessions) {
  return std::all_of(sessions.begin(), sessions.end(),
                     [&](const auto& session) { return session->subject == sessions.front()->subject; });
}

Trigger front_channel_trigger() {
  Trigger trigger;
  trigger.cause = Cause::front_channel;
  trigger.provider_step = ProviderStep::none;
  trigger.form = ReplyForm::given;
  return trigger;
}

}  // namespace

FrontChannelSource::FrontChannelSource(std::shared_ptr<const config::Configuration> config,
                                       std::shared_ptr<identity::Providers> providers, session::Store& store,
                                       Ongoing& ongoing, const base::Clock& clock)
    : config_(std::move(config)),
      providers_(std::move(providers)),
      store_(store),
      ongoing_(ongoing),
      clock_(clock),
      held_(*config_, store, ongoing, clock) {}

bool FrontChannelSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  const auto& endpoint = config_->logout.front_channel_endpoint;
  return !endpoint.empty() && path == endpoint;
}

Task<Result<std::optional<Recognition>>> FrontChannelSource::recognise(const SourceInput& input) {
  const http::Request& request = input.request;
  // The frame is the provider's, on another site by design.
  if (judge_navigation(request, config::CrossSiteLogout::allow, Frames::any_site) == Navigation::refuse)
    co_return std::optional<Recognition>(refused_response());
  if (!request.is("GET")) co_return std::optional<Recognition>(http::method_not_allowed("GET"));
  const auto issuer = http::query_value(request.target.query, "iss").value_or("");
  const auto sid = http::query_value(request.target.query, "sid").value_or("");
  const identity::Provider* provider = provider_of(issuer);
  if (provider == nullptr) co_return std::optional<Recognition>(nothing_ends("the issuer is not known, or not named"));
  if (sid.empty()) co_return std::optional<Recognition>(by_cookie(input, *provider));
  const auto& address = input.external.client_address;
  if (const auto wait = ongoing_.unknown_sids.look(address, clock_.steady()))
    co_return std::optional<Recognition>(http::too_many_requests("Too many sessions that nobody has\n", *wait));
  const std::string known_issuer = identity::issuer_of(*provider);
  session::SessionFilter sought{.issuer = known_issuer, .idp_session_id = sid};
  const auto found = co_await store_.select(std::move(sought), kMostLookedAt);
  if (!found) co_return found.error();
  auto looking = held_.find_if_affordable(input);
  const auto held = co_await looking;
  if (!held) co_return held.error();
  const auto is_meant = [&](const session::Snapshot& session) {
    return session->issuer == known_issuer && session->idp_session_id == sid;
  };
  // Somebody else may just have ended it: its cookie goes all the same.
  const bool is_known = !found->empty() || std::any_of(held->begin(), held->end(), is_meant);
  if (!is_known) ongoing_.unknown_sids.take(address, clock_.steady());
  if (!is_known || (issuer.empty() && !is_one_user(*found)))
    co_return std::optional<Recognition>(nothing_ends("no session has that sid, or not one user's"));

  Trigger trigger = make_trigger(*provider);
  trigger.selection.filters = {{.issuer = known_issuer, .idp_session_id = sid}};
  trigger.selection.ended_at_provider = {
      {.issuer = known_issuer, .idp_session_id = sid, .at = clock_.wall(), .is_signed = false}};
  // Another session's cookie stays: this browser may have logged in anew.
  trigger.clears_browser = !held->empty() && std::all_of(held->begin(), held->end(), is_meant);
  co_return std::optional<Recognition>(std::move(trigger));
}

// The one named, or the only one there is; bindings of one issuer are one.
const identity::Provider* FrontChannelSource::provider_of(const std::string& issuer) const {
  if (!issuer.empty()) return providers_->find_issuer(issuer);
  const auto& all = providers_->all();
  const bool is_one = !all.empty() && std::all_of(all.begin(), all.end(), [&](const auto& provider) {
    return identity::issuer_of(*provider) == identity::issuer_of(*all.front());
  });
  return is_one ? providers_->first() : nullptr;
}

// A provider that names no session means the one of its frame's cookie; that it is the provider's frame, its Referer says.
Recognition FrontChannelSource::by_cookie(const SourceInput& input, const identity::Provider& provider) const {
  const bool is_meant = input.session && input.session->issuer == identity::issuer_of(provider) &&
                        is_trusted_frame(input.request, input.external, origins_of(provider), false);
  if (!is_meant) return nothing_ends("no sid, and no session of that provider in its frame");
  Trigger trigger = make_trigger(provider);
  trigger.selection.sessions.push_back(input.session);
  trigger.selection.with_successors = true;
  return trigger;
}

Recognition FrontChannelSource::nothing_ends(std::string_view why) const {
  base::log_info("logout.front_channel", {{"ended", "nothing"}, {"why", why}});
  return framable_by(provider_origins(*providers_));
}

Trigger FrontChannelSource::make_trigger(const identity::Provider& provider) const {
  Trigger trigger = front_channel_trigger();
  trigger.answer = framable_by(origins_of(provider));
  return trigger;
}

std::optional<Trigger> FrontChannelSource::preview(std::string_view method, const http::Target& target) const {
  if (method != "GET" || !may_handle(method, target.path, target.query)) return std::nullopt;
  return front_channel_trigger();
}

}  // namespace router::logout
