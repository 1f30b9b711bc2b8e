#include "logout/sources/token_revocation.h"

#include "base/text.h"
#include "crypto/digest.h"

namespace router::logout {
namespace {

http::Response revocation_error(int status, std::string_view error) {
  auto response = http::json_response(status, "{\"error\":" + base::json_quote(error) + "}");
  response.headers.add("Cache-Control", "no-store");
  if (status == 401) response.headers.add("WWW-Authenticate", "Basic realm=\"token/revoke\"");
  return response;
}

// No parameter may come twice (RFC 6749 section 3.2).
bool has_repeated(const http::FormFields& form) {
  for (auto at = form.begin(); at != form.end(); ++at) {
    for (auto other = form.begin(); other != at; ++other) {
      if (other->first == at->first) return true;
    }
  }
  return false;
}

std::string_view value_of(const http::FormFields& form, std::string_view name) {
  for (const auto& [key, value] : form) {
    if (key == name) return value;
  }
  return {};
}

bool holds(const session::Session& session, std::string_view token) {
  const base::Secret sought{std::string(token)};
  return session.tokens.refresh_token == sought || session.tokens.access_token == sought;
}

using ClientCredentials = TokenRevocationSource::ClientCredentials;

// Basic authentication, both parts form-encoded (RFC 6749 section 2.3.1); absent if there is none.
std::optional<ClientCredentials> basic_credentials(const http::Headers& headers) {
  const auto field = headers.get("authorization");
  if (!field) return std::nullopt;
  const auto [scheme, rest] = base::cut(base::trim(*field), ' ');
  if (!base::equals_ignoring_case(scheme, "Basic")) return std::nullopt;
  const auto pair = crypto::base64_decode(base::trim(rest.value_or(""))).value_or("");
  const auto [id, secret] = base::cut(pair, ':');
  return ClientCredentials{base::percent_decode(id, true).value_or(""),
                           base::Secret(base::percent_decode(secret.value_or(""), true).value_or(""))};
}

ClientCredentials client_credentials(const http::FormFields& form, const http::Headers& headers) {
  if (auto basic = basic_credentials(headers)) return *std::move(basic);
  return {std::string(value_of(form, "client_id")), base::Secret(std::string(value_of(form, "client_secret")))};
}

http::Response revocation_limited(base::seconds wait) {
  auto response = revocation_error(429, "temporarily_unavailable");
  response.headers.add("Retry-After", std::to_string(wait.count()));
  return response;
}

// Or why there is none.
std::variant<http::FormFields, http::Response> read_form(const SourceInput& input) {
  if (!input.request.is("POST")) return http::method_not_allowed("POST");
  if (!http::is_form(input.request.headers)) return revocation_error(400, "invalid_request");
  if (input.body.size() > kMaxBody) return revocation_error(413, "invalid_request");
  auto form = http::decode_form(input.body);
  if (!form || form->size() > 16 || has_repeated(*form)) return revocation_error(400, "invalid_request");
  return *std::move(form);
}

}  // namespace

TokenRevocationSource::TokenRevocationSource(std::shared_ptr<const config::Configuration> config,
                                             std::shared_ptr<identity::Providers> providers, Ongoing& ongoing,
                                             const base::Clock& clock)
    : config_(std::move(config)), providers_(std::move(providers)), ongoing_(ongoing), clock_(clock) {
  if (config_->hosted_login) path_ = config_->hosted_login->revocation_path();
}

bool TokenRevocationSource::may_handle(std::string_view, std::string_view path, std::string_view) const {
  return !path_.empty() && path == path_;
}

bool TokenRevocationSource::wants_body(const http::Request& request) const {
  return may_handle(request.method, request.target.path, {}) && request.is("POST") && http::is_form(request.headers);
}

Task<Result<std::optional<Recognition>>> TokenRevocationSource::recognise(const SourceInput& input) {
  auto read = read_form(input);
  if (auto* refused = std::get_if<http::Response>(&read)) co_return std::optional<Recognition>(std::move(*refused));
  const auto& form = std::get<http::FormFields>(read);
  // What follows costs the provider a call with our credentials, and tells a right secret from a wrong one.
  const auto client = client_credentials(form, input.request.headers);
  const session::Doors::Visitor visitor("token/revoke", client.id, input.external.client_address);
  auto admitting = session::admit(*ongoing_.doors, clock_, visitor);
  const auto refused_for = co_await admitting;
  if (refused_for) co_return std::optional<Recognition>(revocation_limited(*refused_for));
  const bool is_known = is_client(client);
  auto concluding = session::conclude(*ongoing_.doors, visitor,
                                      is_known ? session::Doors::Outcome::succeeded : session::Doors::Outcome::failed);
  co_await concluding;
  std::optional<Recognition> recognised =
      is_known ? answer(form, input.session) : revocation_error(401, "invalid_client");
  co_return recognised;
}

Recognition TokenRevocationSource::answer(const http::FormFields& form, const session::Snapshot& session) const {
  const auto token = value_of(form, "token");
  if (token.empty()) return revocation_error(400, "invalid_request");
  if (providers_->all().empty()) return revocation_error(503, "temporarily_unavailable");
  auto takers = takers_of(token, session);
  if (takers.empty()) return revocation_error(400, "unsupported_token_type");

  const bool is_access = value_of(form, "token_type_hint") == "access_token";
  return TokenToRevoke{std::move(takers), base::Secret(std::string(token)),
                       is_access ? "access_token" : "refresh_token"};
}

std::optional<http::Response> TokenRevocationSource::failure() const {
  return revocation_error(503, "temporarily_unavailable");
}

// The binding of the session that holds the token; else those that may have issued it by what it says; else, for an
// opaque one, all. Of them those that take tokens back, as far as is known.
std::vector<std::string> TokenRevocationSource::takers_of(std::string_view token,
                                                          const session::Snapshot& session) const {
  std::vector<identity::Provider*> owners;
  if (session && holds(*session, token)) owners.push_back(providers_->find(session->provider));
  if (owners.empty() || owners.front() == nullptr) owners = providers_->candidates(token);
  if (owners.empty()) {
    for (const auto& provider : providers_->all()) owners.push_back(provider.get());
  }
  std::vector<std::string> names;
  for (const auto* owner : owners) {
    const auto metadata = owner->known_metadata();
    if (!metadata || !metadata->revocation_endpoint.empty()) names.push_back(owner->config().name);
  }
  return names;
}

bool TokenRevocationSource::is_client(const ClientCredentials& given) const {
  const auto& clients = config_->hosted_login->clients;
  const auto client = clients.find(given.id);
  return client != clients.end() && (client->second.secret.empty() || client->second.secret == given.secret);
}

}  // namespace router::logout
