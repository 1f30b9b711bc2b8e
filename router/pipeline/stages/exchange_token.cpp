#include <nlohmann/json.hpp>

#include "login/service_tokens.h"
#include "pipeline/stages/stages.h"
#include "pipeline/while_signed_in.h"

namespace router::pipeline {

namespace {

Task<Result<base::Secret>> exchange(std::shared_ptr<const Graph> graph, login::ServiceOf service,
                                    session::Snapshot user, std::string tenant, base::Loop& home) {
  auto asking = graph->login->service_token(std::move(service), std::move(user), std::move(tenant), home);
  auto token = co_await asking;
  co_return token;
}

// What the route's service is called with the tokens of; null: with nobody's.
login::ServiceOf service_client(const RequestState& state) {
  const auto* to = state.route().service();
  if (to == nullptr || !state.needs_login()) return nullptr;
  const auto& services = state.config().services;
  const auto service = services.find(to->key());
  return service == services.end() ? nullptr : service->second.service_client;
}

Task<Result<Verdict>> take_token_of(Context& context, login::ServiceOf client) {
  const auto held =
      login::ServiceTokens::find(*context.user.session, client->service, context.graph.parts.clock.wall());
  if (client->grant == config::ServiceGrant::user_token && !held && has_expired_token(context)) {
    auto asking = ask_for_login(context);
    auto verdict = co_await asking;
    co_return verdict;
  }
  auto user = context.user.session;
  auto exchanging = while_signed_in(context, exchange(context.graph.shared_from_this(), client, std::move(user),
                                                      context.external.tenant, context.exchange.loop()));
  auto token = co_await exchanging;
  if (!token) co_return token.error();
  context.user.token = std::move(*token);
  co_return Verdict(Continue{});
}

}  // namespace

Task<Result<Verdict>> exchange_token(Context& context) {
  auto client = service_client(context);
  if (!client) return Verdict(Continue{});
  return take_token_of(context, std::move(client));
}

std::optional<Foreseen> explain_exchange_token(RequestState& state, Told& told) {
  if (const auto client = service_client(state)) {
    told["route"]["serviceToken"] = client->grant == config::ServiceGrant::user_token
                                        ? "of the user, exchanged for the service's"
                                        : "of the router";
  }
  return std::nullopt;
}

}  // namespace router::pipeline
