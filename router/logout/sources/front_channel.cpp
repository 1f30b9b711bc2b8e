#include "logout/sources/front_channel.h"

#include "http/query.h"
#include "logout/navigation.h"
#include "logout/provider_origins.h"

namespace router::logout {
namespace {

http::Response framable_by(const std::vector<std::string>& origins) {
  std::string ancestors;
  for (const std::string& origin : origins) ancestors.append(" ").append(origin);
  if (ancestors.empty()) ancestors = " 'none'";
  auto response = http::text_response(200, "");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Content-Security-Policy", "default-src 'none'; frame-ancestors" + ancestors);
  return response;
}

}  // namespace

FrontChannelSource::FrontChannelSource(std::shared_ptr<const config::Configuration> config,
                                       std::shared_ptr<identity::Providers> providers)
    : config_(std::move(config)), providers_(std::move(providers)) {}

bool FrontChannelSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  const auto& endpoint = config_->logout.front_channel_endpoint;
  return !endpoint.empty() && path == endpoint;
}

Task<Result<std::optional<Recognition>>> FrontChannelSource::recognise(const SourceInput& input) {
  std::optional<Recognition> recognised = answer(input);
  co_return recognised;
}

Recognition FrontChannelSource::answer(const SourceInput& input) const {
  const http::Request& request = input.request;
  // The frame is the provider's, on another site by design.
  if (judge_navigation(request, config::CrossSiteLogout::allow, Frames::any_site) == Navigation::refuse)
    return refused_response();
  if (!request.is("GET")) return method_not_allowed("GET");
  const auto issuer = http::query_value(request.target.query, "iss");
  const auto sid = http::query_value(request.target.query, "sid");
  const identity::Provider* provider = issuer ? providers_->find_issuer(*issuer) : nullptr;
  if (provider == nullptr || !sid || sid->empty()) return framable_by(provider_origins(*providers_));

  Trigger trigger;
  trigger.cause = Cause::front_channel;
  session::SessionFilter filter;
  filter.issuer = *issuer;
  filter.idp_session_id = *sid;
  trigger.selection.filter = std::move(filter);
  trigger.selection.ended_at_provider = session::EndedAtProvider{*issuer, *sid, {}, {}};
  trigger.form = ReplyForm::given;
  trigger.answer = framable_by(origins_of(*provider));
  trigger.asks_provider = false;
  trigger.revokes_tokens = false;
  // Another session's cookie stays: this browser may have logged in anew.
  trigger.clears_browser =
      input.session && input.session->issuer == *issuer && input.session->idp_session_id == *sid;
  return trigger;
}

std::optional<Trigger> FrontChannelSource::preview(std::string_view method, const http::Target& target) const {
  if (method != "GET" || !may_handle(method, target.path, target.query)) return std::nullopt;
  Trigger trigger;
  trigger.cause = Cause::front_channel;
  trigger.form = ReplyForm::given;
  trigger.asks_provider = false;
  trigger.revokes_tokens = false;
  return trigger;
}

}  // namespace router::logout
