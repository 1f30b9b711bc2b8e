#include "demo/token_endpoint.h"

#include <ctime>

#include "base/secret.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace router::demo {
namespace {

using nlohmann::json;

constexpr int kTokenLifetime = 600;  // seconds

void answer(httplib::Response& response, int status, const json& body) {
  response.status = status;
  response.set_content(body.dump(), "application/json");
}

void refuse(httplib::Response& response, int status, const char* error) {
  answer(response, status, {{"error", error}});
}

bool is_client(const ProviderContext& context, std::string_view id, std::string_view secret) {
  return id == context.client.id && base::Secret::constant_time_equal(secret, context.client.secret);
}

// client_secret_basic (both parts form-encoded, RFC 6749 section 2.3.1) or client_secret_post.
bool is_authenticated(const httplib::Request& request, const ProviderContext& context) {
  const std::string field = request.get_header_value("Authorization");
  if (field.empty()) {
    return is_client(context, request.get_param_value("client_id"), request.get_param_value("client_secret"));
  }
  const auto parts = base::cut(field, ' ');
  if (!base::equals_ignoring_case(parts.before, "Basic") || !parts.after) return false;
  const auto pair = crypto::base64_decode(*parts.after);
  if (!pair) return false;
  const auto credentials = base::cut(*pair, ':');
  const auto id = base::percent_decode(credentials.before, true);
  const auto secret = base::percent_decode(credentials.after.value_or(""), true);
  return id && secret && is_client(context, *id, *secret);
}

json user_claims(const ProviderSession& session, const ProviderContext& context) {
  const auto now = std::time(nullptr);
  return {{"iss", context.issuer},           {"sub", session.user->name},
          {"aud", context.client.id},        {"iat", now},
          {"exp", now + kTokenLifetime},     {"sid", session.sid},
          {"name", session.user->full_name}, {"preferred_username", session.user->name},
          {"email", session.user->email}};
}

void issue(httplib::Response& response, Grant grant, ProviderContext& context) {
  json id_claims = user_claims(grant.session, context);
  if (!grant.nonce.empty()) id_claims["nonce"] = grant.nonce;
  json access_claims = user_claims(grant.session, context);
  access_claims["client_id"] = context.client.id;
  access_claims["scope"] = grant.scope;
  access_claims["jti"] = crypto::random_token(16);
  // Codes and refresh tokens are used once; the next one stands for the same session.
  grant.code_challenge.clear();
  grant.redirect_uri.clear();
  grant.nonce.clear();
  const std::string scope = grant.scope;
  answer(response, 200,
         {{"token_type", "Bearer"},
          {"expires_in", kTokenLifetime},
          {"scope", scope},
          {"access_token", context.signer.sign(access_claims, "at+jwt")},
          {"id_token", context.signer.sign(id_claims, "JWT")},
          {"refresh_token", context.refresh_tokens.put(std::move(grant))}});
}

void exchange_code(const httplib::Request& request, httplib::Response& response, ProviderContext& context) {
  auto grant = context.codes.take(request.get_param_value("code"));
  const auto verifier = request.get_param_value("code_verifier");
  if (!grant || grant->redirect_uri != request.get_param_value("redirect_uri") ||
      grant->code_challenge != crypto::base64url_encode(crypto::sha256(verifier))) {
    return refuse(response, 400, "invalid_grant");
  }
  issue(response, *std::move(grant), context);
}

void refresh(const httplib::Request& request, httplib::Response& response, ProviderContext& context) {
  auto grant = context.refresh_tokens.take(request.get_param_value("refresh_token"));
  if (!grant) return refuse(response, 400, "invalid_grant");
  issue(response, *std::move(grant), context);
}

void check_user(const httplib::Request& request, httplib::Response& response, ProviderContext& context) {
  const User* user = check_password(request.get_param_value("username"), request.get_param_value("password"));
  if (user == nullptr) return refuse(response, 400, "invalid_grant");
  Grant grant;
  grant.session = {crypto::random_token(16), user};
  grant.scope = "openid";
  issue(response, std::move(grant), context);
}

void token(const httplib::Request& request, httplib::Response& response, ProviderContext& context) {
  if (!is_authenticated(request, context)) {
    response.set_header("WWW-Authenticate", "Basic realm=\"demo\"");
    return refuse(response, 401, "invalid_client");
  }
  const auto type = request.get_param_value("grant_type");
  if (type == "authorization_code") return exchange_code(request, response, context);
  if (type == "refresh_token") return refresh(request, response, context);
  if (type == "password") return check_user(request, response, context);
  refuse(response, 400, "unsupported_grant_type");
}

// Access tokens are read, not asked about, so only refresh tokens can be taken back; unknown ones are no
// error.
void revoke(const httplib::Request& request, httplib::Response& response, ProviderContext& context) {
  if (!is_authenticated(request, context)) return refuse(response, 401, "invalid_client");
  context.refresh_tokens.take(request.get_param_value("token"));
  response.status = 200;
}

}  // namespace

void add_token_endpoint(httplib::Server& server, ProviderContext& context) {
  server.Post("/token", [&context](const httplib::Request& request, httplib::Response& response) {
    token(request, response, context);
  });
  server.Post("/revoke", [&context](const httplib::Request& request, httplib::Response& response) {
    revoke(request, response, context);
  });
}

}  // namespace router::demo
