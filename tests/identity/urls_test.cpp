#include "identity/urls.h"

#include <doctest/doctest.h>

#include "http/query.h"
#include "http/url.h"
#include "identity/metadata.h"
#include "identity/stub_provider.h"

namespace router::urls_test {

using namespace router::identity;

namespace {

Metadata oidc_metadata() { return *read_metadata(test::StubProvider().document.dump(), test::kIssuer, false); }

std::string parameter(const std::string& url, std::string_view name) {
  return http::query_value(*http::parse_url(url)->query, name).value_or("(absent)");
}

std::optional<std::string> logout_url(const config::IdentityProvider& provider, const Metadata& metadata,
                                      const LogoutRedirect& redirect) {
  const auto request = logout_request(provider, metadata, redirect);
  return request ? std::optional(request->as_url()) : std::nullopt;
}

}  // namespace

TEST_CASE("urls: the authorization request carries everything that binds the answer to it") {
  const AuthorizationRequest request{"https://app.example/login/callback?authType=ias", "st&te", "n once", "challenge",
                                     ""};
  const auto url = authorization_url(test::oidc_binding(), oidc_metadata(), request);
  CHECK(url.starts_with("https://idp.example/authorize?"));
  CHECK(parameter(url, "response_type") == "code");
  CHECK(parameter(url, "client_id") == "router");
  CHECK(parameter(url, "redirect_uri") == "https://app.example/login/callback?authType=ias");
  CHECK(parameter(url, "scope") == "openid");
  CHECK(parameter(url, "state") == "st&te");
  CHECK(parameter(url, "nonce") == "n once");
  CHECK(parameter(url, "code_challenge") == "challenge");
  CHECK(parameter(url, "code_challenge_method") == "S256");
  CHECK(parameter(url, "prompt") == "(absent)");
  CHECK(parameter(url, "max_age") == "(absent)");
  CHECK(url.find("secret") == std::string::npos);
}

TEST_CASE("urls: a new login is asked for with prompt, an endpoint's own query is kept") {
  auto metadata = oidc_metadata();
  metadata.authorization_endpoint += "?tenant=a";
  AuthorizationRequest request;
  request.prompt = "login";
  const auto url = authorization_url(test::oidc_binding(), metadata, request);
  CHECK(parameter(url, "tenant") == "a");
  CHECK(parameter(url, "prompt") == "login");
  CHECK(parameter(url, "max_age") == "0");
  CHECK(parameter(url, "state") == "(absent)");
}

TEST_CASE("urls: openid is always among the scopes of an OpenID provider; xsuaa is asked for none") {
  auto oidc = test::oidc_binding();
  CHECK(requested_scope(oidc) == "openid");
  oidc.scopes = {"profile", "offline_access"};
  CHECK(requested_scope(oidc) == "openid profile offline_access");
  oidc.scopes = {"email", "openid"};
  CHECK(requested_scope(oidc) == "email openid");
  CHECK(requested_scope(test::xsuaa_binding()).empty());
}

TEST_CASE("urls: logout at an OpenID provider") {
  const LogoutRedirect redirect{base::Secret("id.token.x"), "https://app.example/logged out.html", "s1"};
  const auto url = logout_url(test::oidc_binding(), oidc_metadata(), redirect);
  REQUIRE(url);
  CHECK(url->starts_with("https://idp.example/logout?"));
  CHECK(parameter(*url, "id_token_hint") == "id.token.x");
  CHECK(parameter(*url, "client_id") == "router");
  CHECK(parameter(*url, "post_logout_redirect_uri") == "https://app.example/logged out.html");
  CHECK(parameter(*url, "state") == "s1");
}

TEST_CASE("urls: logout without a kept id token, page or state leaves those parameters out") {
  CHECK(*logout_url(test::oidc_binding(), oidc_metadata(), {}) == "https://idp.example/logout?client_id=router");
}

TEST_CASE("urls: logout at xsuaa encodes the page once, as a whole") {
  const auto binding = test::xsuaa_binding();
  const LogoutRedirect redirect{base::Secret("hint"), "https://app.example/logoff.html?siteId=3&x=%20", "s1"};
  CHECK(*logout_url(binding, xsuaa_metadata(binding), redirect) ==
        "https://tenant.uaa.example/"
        "logout.do?redirect=https%3A%2F%2Fapp.example%2Flogoff.html%3FsiteId%3D3%26x%3D%2520"
        "&client_id=sb-app%21t1");
}

TEST_CASE("urls: a provider without a logout endpoint has no logout URL") {
  auto metadata = oidc_metadata();
  metadata.end_session_endpoint.clear();
  CHECK_FALSE(logout_url(test::oidc_binding(), metadata, {}));
}

TEST_CASE("urls: which provider behind this one: idp for xsuaa and ias, nothing for the others [issue 15]") {
  AuthorizationRequest request;
  request.identity_provider = "a\"b&c";
  const auto xsuaa = test::xsuaa_binding();
  CHECK(parameter(authorization_url(xsuaa, xsuaa_metadata(xsuaa), request), "idp") == "a\"b&c");
  auto ias = test::oidc_binding();
  ias.kind = config::ProviderKind::ias;
  CHECK(parameter(authorization_url(ias, oidc_metadata(), request), "idp") == "a\"b&c");
  const auto oidc = authorization_url(test::oidc_binding(), oidc_metadata(), request);
  CHECK(parameter(oidc, "idp") == "(absent)");
  CHECK(parameter(oidc, "login_hint") == "(absent)");
}

TEST_CASE("urls: a tenant's subdomain stands where the binding's own was, at xsuaa alone") {
  auto xsuaa = test::xsuaa_binding();
  xsuaa.identity_zone = "tenant";
  AuthorizationRequest request;
  request.tenant = "acme";
  const auto at = [&](const config::IdentityProvider& binding, const Metadata& metadata) {
    return http::parse_url(authorization_url(binding, metadata, request))->host;
  };
  CHECK(at(xsuaa, xsuaa_metadata(xsuaa)) == "acme.uaa.example");
  CHECK(http::parse_url(*logout_url(xsuaa, xsuaa_metadata(xsuaa), {{}, {}, {}, "acme"}))->host == "acme.uaa.example");
  CHECK(at(test::oidc_binding(), oidc_metadata()) == "idp.example");
  for (const char* other : {"", "ten", "tenant.uaa.example.com"}) {
    xsuaa.identity_zone = other;
    CHECK(at(xsuaa, xsuaa_metadata(xsuaa)) == "tenant.uaa.example");
  }
}

}  // namespace router::urls_test
