#include "backend/on_premise.h"

#include <array>

#include "backend/forwarder.h"
#include "backend/passage.h"
#include "http/fields.h"
#include "routing/rewrite.h"

namespace router::backend {

using base::Result;
using base::Task;

namespace {

constexpr std::array<int, 1> kAboutProxyToken = {407};

// Who has signed in, on routes that ask for it.
base::Secret propagated_token(const Call& call, const config::Destination& destination) {
  const auto& session = call.facts.user.session;
  return destination.propagates_user && call.authenticated && session ? session->tokens.access_token : base::Secret();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> connector_fields(const std::string& location_id,
                                                                  const base::Secret& proxy_token,
                                                                  const base::Secret& user_token) {
  const auto bearer = [](const base::Secret& token) { return "Bearer " + std::string(token.reveal()); };
  std::vector<std::pair<std::string, std::string>> fields{{"Proxy-Authorization", bearer(proxy_token)}};
  if (!location_id.empty()) fields.emplace_back("SAP-Connectivity-SCC-Location_ID", location_id);
  if (!user_token.empty()) fields.emplace_back("SAP-Connectivity-Authentication", bearer(user_token));
  return fields;
}

OnPremise::OnPremise(const config::Destination& destination, const config::Configuration& config,
                     CompressionSlots& slots, std::shared_ptr<identity::ClientTokens> tokens)
    : OwnToken("connectivity proxy"),
      destination_(destination),
      config_(config),
      slots_(slots),
      tokens_(std::move(tokens)),
      client_(destination.connectivity, &destination.connectivity->client),
      metrics_(destination.name) {}

Task<Result<void>> OnPremise::ask(Call& call, const std::string& rewritten) {
  const auto& proxy = *destination_.connectivity;
  const auto tenant = config::connector_tenant(destination_.is_providers, call.facts.external.tenant);
  std::string of_tenant = tenant;
  auto getting = tokens_->get(client_, std::move(of_tenant), identity::IfRefused::fail, call.exchange.loop());
  const auto token = co_await getting;
  if (!token) co_return token.error();
  std::string added;
  const auto user_token = propagated_token(call, destination_);
  for (const auto& [name, value] : connector_fields(destination_.location_id, token->token, user_token)) {
    http::append_line(added, name, value);
  }
  const auto origin = net::make_strict(net::make_proxy_origin(proxy.proxy_host, proxy.proxy_port, tenant),
                                       destination_.strict_connections);
  const std::string before_path = net::absolute_form_origin(destination_.url);
  const PassageRules rules{.kept_back = kAboutProxyToken, .before_path = before_path, .added_lines = added};
  Passage passage(call, destination_, config_, origin, slots_, metrics_, rules);
  std::string path = routing::join_paths(destination_.url, rewritten);
  auto passing = passage.run(std::move(path));
  auto passed = co_await passing;
  if (!passed && is_kept_back(passed.error())) tokens_->drop(*client_, tenant, token->token);
  co_return passed;
}

std::unique_ptr<Backend> make_forwarder(const config::Destination& destination, const config::Configuration& config,
                                        CompressionSlots& slots,
                                        const std::shared_ptr<identity::ClientTokens>& tokens) {
  if (destination.connectivity) return std::make_unique<OnPremise>(destination, config, slots, tokens);
  return std::make_unique<Forwarder>(destination, config, slots);
}

}  // namespace router::backend
