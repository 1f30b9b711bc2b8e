#include <nlohmann/json.hpp>

#include "pipeline/look_ups.h"
#include "pipeline/service_token.h"
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

Task<Result<base::Secret>> own_token(std::shared_ptr<const Graph> graph, login::ServiceOf service, std::string tenant,
                                     base::Loop& home) {
  identity::ClientTokens::Client client(service, &service->client);
  auto asking = graph->parts.client_tokens->get(std::move(client), std::move(tenant), identity::IfRefused::fail, home);
  auto token = co_await asking;
  if (!token) co_return token.error();
  co_return std::move(token->token);
}

Task<Result<Verdict>> take_token(Context& context, Task<Result<base::Secret>> getting) {
  auto waiting = while_signed_in(context, std::move(getting));
  auto token = co_await waiting;
  if (!token) co_return token.error();
  context.user.token = std::move(*token);
  co_return Verdict(Continue{});
}

Task<Result<Verdict>> take_token_of_user(Context& context, login::ServiceOf service) {
  const auto held =
      login::ServiceTokens::find(*context.user.session, service->service, context.graph.parts.clock.wall());
  if (!held && has_expired_token(context)) {
    auto asking = ask_for_login(context);
    auto verdict = co_await asking;
    co_return verdict;
  }
  auto user = context.user.session;
  auto taking = take_token(context, exchange(context.graph.shared_from_this(), std::move(service), std::move(user),
                                             context.external.tenant, context.exchange.loop()));
  auto verdict = co_await taking;
  co_return verdict;
}

// A stranger's tenant is one that the client names: those that no token comes of count.
Task<Result<Verdict>> take_own_token(Context& context, login::ServiceOf service) {
  const auto& tokens = *context.graph.parts.client_tokens;
  const bool is_guess =
      !context.user.is_signed_in() && !tokens.has(service->client, context.external.tenant, identity::IfRefused::fail);
  const auto later = is_guess ? take_look_up(context) : std::nullopt;
  if (later) co_return too_many_look_ups(*later);
  auto taking = take_token(context, own_token(context.graph.shared_from_this(), std::move(service),
                                              context.external.tenant, context.exchange.loop()));
  auto verdict = co_await taking;
  if (is_guess && verdict) give_back_look_up(context);
  co_return verdict;
}

}  // namespace

Task<Result<Verdict>> exchange_token(Context& context) {
  auto service = token_service(context);
  if (!service) return Verdict(Continue{});
  if (service->grant == config::ServiceGrant::user_token) return take_token_of_user(context, std::move(service));
  return take_own_token(context, std::move(service));
}

std::optional<Foreseen> explain_exchange_token(RequestState& state, Told& told) {
  if (const auto service = token_service(state)) {
    told["route"]["serviceToken"] = service->grant == config::ServiceGrant::user_token
                                        ? "of the user, exchanged for the service's"
                                        : "of the router";
    tell_token_certificate(service->client, told["route"]);
  }
  return std::nullopt;
}

}  // namespace router::pipeline
