#include "identity/token_client.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "crypto/digest.h"
#include "crypto/jose_json.h"
#include "http/url.h"
#include "identity/claims.h"
#include "identity/faults.h"
#include "identity/urls.h"

namespace router::identity {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxAnswer = 256 * 1024;
constexpr std::size_t kMaxTokenChars = 64 * 1024;
constexpr double kLongestLife = 365.0 * 24 * 3600;

// Visible ASCII: a token goes into header fields as it is.
bool is_token_text(std::string_view text) {
  return text.size() <= kMaxTokenChars &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

bool read_token(const json& answer, const char* name, base::Secret& into) {
  const auto found = answer.find(name);
  if (found == answer.end() || found->is_null()) return true;
  if (!found->is_string() || !is_token_text(found->get_ref<const std::string&>())) return false;
  into = base::Secret(found->get<std::string>());
  return true;
}

// Some providers send the number as text. What makes no sense is left out, what is too long is cut.
std::optional<base::seconds> read_lifetime(const json& answer) {
  const auto found = answer.find("expires_in");
  if (found == answer.end()) return std::nullopt;
  double value = 0;
  if (found->is_number()) value = found->get<double>();
  if (found->is_string())
    value = static_cast<double>(base::parse_unsigned(found->get_ref<const std::string&>()).value_or(0));
  if (!(value >= 1.0)) return std::nullopt;
  return base::seconds(static_cast<long long>(std::min(value, kLongestLife)));
}

std::string error_of(const net::ClientResponse& response) {
  const auto answer = crypto::parse_json_object(response.body);
  if (!answer) return "";
  const auto error = string_claim(*answer, "error");
  return error && *error ? **error : "";
}

// invalid_token and, for passwords, unauthorized are what UAA says instead of invalid_grant.
bool means_no(const std::string& error, const http::FormFields& fields) {
  const bool with_password = !fields.empty() && fields.front().second == "password";
  return error == "invalid_grant" || error == "invalid_token" ||
         (with_password && (error == "unauthorized" || error == "access_denied"));
}

// The router's own token, no user's.
bool is_for_itself(const http::FormFields& fields) {
  return !fields.empty() && fields.front().second == "client_credentials";
}

base::Error rejection(std::string_view endpoint, const net::ClientResponse& response, const std::string& error) {
  std::string detail(endpoint);
  detail += " endpoint: status " + std::to_string(response.status);
  if (!error.empty()) detail += ", error " + error;
  return bad_answer(std::move(detail), response.status >= 500);
}

}  // namespace

base::seconds usable_life(const TokenAnswer& answer) {
  constexpr base::seconds kLeftUnused{60};
  constexpr base::seconds kUnsaidLife{600};
  const auto life = answer.expires_in.value_or(kUnsaidLife);
  return life - std::min(kLeftUnused, life / 2);
}

base::Result<TokenAnswer> read_token_answer(std::string_view body) {
  const auto answer = crypto::parse_json_object(body);
  if (!answer) return bad_answer("token endpoint: the answer is not a JSON object");
  const auto type = answer->find("token_type");
  if (type == answer->end() || !type->is_string() ||
      !base::equals_ignoring_case(type->get_ref<const std::string&>(), "bearer")) {
    return bad_answer("token endpoint: token_type is not Bearer");
  }
  TokenAnswer tokens;
  if (!read_token(*answer, "access_token", tokens.access_token) ||
      !read_token(*answer, "refresh_token", tokens.refresh_token) ||
      !read_token(*answer, "id_token", tokens.id_token)) {
    return bad_answer("token endpoint: a token is not a string of visible characters");
  }
  if (tokens.access_token.empty()) return bad_answer("token endpoint: no access_token");
  tokens.expires_in = read_lifetime(*answer);
  if (const auto scope = answer->find("scope"); scope != answer->end() && !scope->is_null())
    tokens.scopes = scopes_of(*answer);
  return tokens;
}

base::Task<base::Result<TokenAnswer>> TokenClient::exchange_code(Endpoints endpoints, std::string code,
                                                                 std::string verifier, std::string redirect_uri,
                                                                 base::milliseconds at_most) {
  http::FormFields fields{{"grant_type", "authorization_code"}, {"code", code}, {"redirect_uri", redirect_uri}};
  if (!verifier.empty()) fields.emplace_back("code_verifier", verifier);
  return ask(std::move(endpoints), std::move(fields), at_most);
}

base::Task<base::Result<TokenAnswer>> TokenClient::refresh(Endpoints endpoints, base::Secret refresh_token) {
  http::FormFields fields{{"grant_type", "refresh_token"}, {"refresh_token", std::string(refresh_token.reveal())}};
  return ask(std::move(endpoints), std::move(fields));
}

base::Task<base::Result<TokenAnswer>> TokenClient::password(Endpoints endpoints, std::string user,
                                                            base::Secret password) {
  http::FormFields fields{{"grant_type", "password"}, {"username", user}, {"password", std::string(password.reveal())}};
  if (auto scope = requested_scope(provider_); !scope.empty()) fields.emplace_back("scope", scope);
  return ask(std::move(endpoints), std::move(fields));
}

base::Task<base::Result<TokenAnswer>> TokenClient::client_credentials(Endpoints endpoints) {
  http::FormFields fields{{"grant_type", "client_credentials"}};
  return ask(std::move(endpoints), std::move(fields));
}

base::Task<base::Result<TokenAnswer>> TokenClient::exchange_user_token(Endpoints endpoints, base::Secret user_token) {
  http::FormFields fields{{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"},
                          {"assertion", std::string(user_token.reveal())},
                          {"response_type", "token"}};
  return ask(std::move(endpoints), std::move(fields));
}

base::Task<base::Result<TokenAnswer>> TokenClient::ask(Endpoints endpoints, http::FormFields fields,
                                                       base::milliseconds at_most) {
  const auto response = co_await post(endpoints->token_endpoint, endpoints->secret_in_body, fields, at_most);
  if (!response) co_return response.error();
  if (response->status == 200) co_return read_token_answer(response->body);
  const std::string error = error_of(*response);
  if (is_for_itself(fields)) {
    if (response->status == 401) co_return refused_credential("token endpoint: " + error);
    if (response->status == 404) {
      co_return base::Error{base::ErrorCode::not_found, base::Side::identity_provider, "there is no such subaccount"};
    }
  }
  const bool is_client_error = response->status >= 400 && response->status < 500;
  if (is_client_error && means_no(error, fields)) co_return refused_credential("token endpoint: " + error);
  co_return rejection("token", *response, error);
}

base::Task<base::Result<void>> TokenClient::revoke(Endpoints endpoints, base::Secret token, std::string hint) {
  if (endpoints->revocation_endpoint.empty()) {
    co_return base::Error{base::ErrorCode::not_found, base::Side::identity_provider, "no revocation endpoint"};
  }
  http::FormFields fields{{"token", std::string(token.reveal())}, {"token_type_hint", hint}};
  const auto response = co_await post(endpoints->revocation_endpoint, endpoints->secret_in_body, std::move(fields));
  if (!response) co_return response.error();
  if (response->status == 200 || response->status == 204) co_return base::Result<void>();
  const std::string error = error_of(*response);
  co_return rejection("revocation", *response, error);
}

base::Task<base::Result<void>> TokenClient::end_session(Endpoints endpoints, base::Secret id_token) {
  const bool offered = !endpoints->end_session_endpoint.empty() && provider_.kind != config::ProviderKind::xsuaa;
  if (!offered || id_token.empty()) {
    co_return base::Error{base::ErrorCode::not_found, base::Side::identity_provider, "no logout without a browser"};
  }
  const auto target = http::parse_url(endpoints->end_session_endpoint);
  if (!target) co_return bad_answer("logout endpoint: no URL");
  net::ClientRequest request;
  request.method = "POST";
  request.url = *target;
  request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}};
  request.body =
      http::encode_form({{"id_token_hint", std::string(id_token.reveal())}, {"client_id", provider_.client_id}});
  request.timeout = kDeadline;
  request.max_body = kMaxAnswer;
  request.tls.verify = parts_.verify_tls;
  request.side = base::Side::identity_provider;
  const auto response = co_await parts_.client.send(std::move(request));
  if (!response) co_return response.error();
  if (response->status >= 200 && response->status < 400) co_return base::Result<void>();
  const std::string error = error_of(*response);
  co_return rejection("logout", *response, error);
}

base::Task<base::Result<net::ClientResponse>> TokenClient::post(std::string url, bool secret_in_body,
                                                                http::FormFields fields, base::milliseconds at_most) {
  const auto target = http::parse_url(url);
  if (!target) co_return bad_answer("token endpoint: no URL");
  net::ClientRequest request;
  request.method = "POST";
  request.url = *target;
  request.headers = {{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  const bool with_certificate = !provider_.client_certificate.empty();
  const bool has_secret = !with_certificate && !provider_.client_secret.empty();
  if (has_secret && !secret_in_body) {
    // Percent encoding is read alike by servers that decode forms and by those that decode URLs.
    const std::string credentials =
        base::percent_encode(provider_.client_id) + ':' + base::percent_encode(provider_.client_secret.reveal());
    request.headers.emplace_back("Authorization", "Basic " + crypto::base64_encode(credentials));
    // UAA decodes the pair only when told so.
    if (provider_.kind == config::ProviderKind::xsuaa) request.headers.emplace_back("X-CF-ENCODED-CREDENTIALS", "true");
  } else {
    fields.emplace_back("client_id", provider_.client_id);
    if (has_secret) fields.emplace_back("client_secret", std::string(provider_.client_secret.reveal()));
  }
  if (with_certificate) {
    request.tls.client_certificate = provider_.client_certificate;
    request.tls.client_key = provider_.client_key;
  }
  request.body = http::encode_form(fields);
  request.timeout = std::clamp(at_most, base::milliseconds(1), std::min(kDeadline, provider_.token_timeout));
  request.max_body = kMaxAnswer;
  request.tls.verify = parts_.verify_tls;
  request.side = base::Side::identity_provider;
  auto answer = co_await parts_.client.send(std::move(request));
  co_return answer;
}

}  // namespace router::identity
