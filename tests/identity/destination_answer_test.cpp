#include "identity/destination_answer.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace router::identity::destination_answer_test {
namespace {

using nlohmann::json;

json answer_with(const json& properties, const json& tokens = nullptr) {
  json configuration = {{"Name", "erp"},
                        {"Type", "HTTP"},
                        {"URL", "https://erp.example.com/base"},
                        {"ProxyType", "Internet"},
                        {"Authentication", "NoAuthentication"}};
  configuration.update(properties);
  json answer = {{"owner", {{"SubaccountId", "s"}}}, {"destinationConfiguration", configuration}};
  if (!tokens.is_null()) answer["authTokens"] = tokens;
  return answer;
}

base::Result<DestinationAnswer> read(const json& properties, const json& tokens = nullptr) {
  return read_destination_answer("erp", answer_with(properties, tokens).dump());
}

TEST_CASE("destination answer: every property that the Node router knows arrives") {
  const auto read_one = read({{"HTML5.ForwardAuthToken", "true"},
                              {"HTML5.ForwardAuthCertificates", "true"},
                              {"HTML5.Timeout", "1200"},
                              {"HTML5.PreserveHostHeader", "true"},
                              {"HTML5.SetXForwardedHeaders", "false"},
                              {"HTML5.DynamicDestination", "true"},
                              {"HTML5.StrictConnectionMode", "true"},
                              {"TrustAll", "true"},
                              {"sap-client", "100"},
                              {"URL.headers.x-tenant", "blue"}});
  REQUIRE(read_one);
  const auto& destination = read_one->destination;
  CHECK(destination.name == "erp");
  CHECK(destination.url.to_string() == "https://erp.example.com/base");
  CHECK(destination.forward_auth_token);
  CHECK(destination.forward_auth_certificates);
  CHECK(destination.timeout == base::milliseconds(1200));
  CHECK(destination.preserve_host_header);
  CHECK_FALSE(destination.set_x_forwarded_headers);
  CHECK(destination.allows_dynamic);
  CHECK_FALSE(destination.strict_ssl);
  CHECK(destination.strict_connections);
  REQUIRE(destination.headers.size() == 2);
  CHECK(destination.headers[0].name == "sap-client");
  CHECK(destination.headers[0].value == "100");
  CHECK(destination.headers[1].name == "x-tenant");
  CHECK(destination.headers[1].value == "blue");
  CHECK(destination.authorization.empty());
  CHECK_FALSE(read_one->good_for);
}

TEST_CASE("destination answer: what is not said is as in the Node router") {
  const auto plain = read(json::object());
  REQUIRE(plain);
  CHECK_FALSE(plain->destination.forward_auth_token);
  CHECK_FALSE(plain->destination.preserve_host_header);
  CHECK_FALSE(plain->destination.allows_dynamic);
  CHECK(plain->destination.set_x_forwarded_headers);
  CHECK(plain->destination.strict_ssl);
  CHECK_FALSE(plain->destination.strict_connections);
  CHECK(plain->destination.timeout == base::milliseconds(30'000));
}

TEST_CASE("destination answer: a back-end's own credentials replace the user's token") {
  const auto basic = read({{"Authentication", "BasicAuthentication"},
                           {"User", "tech"},
                           {"Password", "p:w"},
                           {"HTML5.ForwardAuthToken", "true"}});
  REQUIRE(basic);
  CHECK(basic->destination.authorization.reveal() == "Basic dGVjaDpwOnc=");
  CHECK_FALSE(basic->destination.forward_auth_token);

  const auto oauth = read({{"Authentication", "OAuth2ClientCredentials"}},
                          {{{"type", "bearer"},
                            {"value", "abc"},
                            {"expires_in", "43199"},
                            {"http_header", {{"key", "Authorization"}, {"value", "Bearer abc"}}}}});
  REQUIRE(oauth);
  CHECK(oauth->destination.authorization.reveal() == "Bearer abc");
  CHECK(oauth->good_for == base::seconds(43199));
}

TEST_CASE("destination answer: what this router cannot call is an error that says why, without a secret") {
  struct Row {
    json properties;
    json tokens;
    const char* why;
  };
  const Row rows[] = {
      {{{"Type", "RFC"}}, nullptr, "Type RFC is not supported"},
      {{{"ProxyType", "OnPremise"}}, nullptr, "ProxyType OnPremise without a bound connectivity service"},
      {{{"HTML5.IASDependencyName", "x"}}, nullptr, "HTML5.IASDependencyName is not supported"},
      {{{"Authentication", "PrincipalPropagation"}}, nullptr, "PrincipalPropagation without ProxyType OnPremise"},
      {{{"HTML5.Timeout", "soon"}}, nullptr, "HTML5.Timeout is no number"},
      {{{"URL", "erp"}}, nullptr, "its URL is none with http, https, ws or wss"},
      {{{"URL", "ftp://erp/"}}, nullptr, "its URL is none with http, https, ws or wss"},
      {{{"Authentication", "BasicAuthentication"}, {"Password", "secret-1"}},
       nullptr,
       "BasicAuthentication without User"},
      {{{"Authentication", "OAuth2ClientCredentials"}, {"clientSecret", "secret-2"}}, nullptr, "no token came with it"},
      {{{"Authentication", "OAuth2ClientCredentials"}},
       {{{"error", "secret-3"}}},
       "the destination service could not fetch its token"},
      {{{"Authentication", "OAuth2ClientCredentials"}},
       {{{"http_header", {{"key", "Authorization"}, {"value", "Bearer a\r\nX: y"}}}}},
       "the destination service could not fetch its token"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.why);
    const auto unusable = read(row.properties, row.tokens);
    REQUIRE_FALSE(unusable);
    CHECK(unusable.error().code == base::ErrorCode::unavailable);
    CHECK(unusable.error().detail == std::string("destination erp: ") + row.why);
  }
}

TEST_CASE(
    "destination answer: what is behind a Cloud Connector leads through the bound connectivity service [issue 15]") {
  const auto connectivity = std::make_shared<const config::Connectivity>();
  const auto read_with = [&](json properties) {
    properties.update({{"Type", "HTTP"}, {"URL", "http://erp.virtual:44300"}, {"ProxyType", "OnPremise"}});
    return read_destination_answer("erp", json({{"destinationConfiguration", properties}}).dump(), connectivity);
  };
  const auto plain = read_with({{"CloudConnectorLocationId", "site"}});
  REQUIRE(plain);
  CHECK(plain->destination.connectivity == connectivity);
  CHECK(plain->destination.location_id == "site");
  CHECK_FALSE(plain->destination.propagates_user);
  const auto propagating = read_with({{"Authentication", "PrincipalPropagation"}});
  REQUIRE(propagating);
  CHECK(propagating->destination.propagates_user);
  const auto basic = read_with({{"Authentication", "BasicAuthentication"}, {"User", "u"}, {"Password", "p"}});
  REQUIRE(basic);
  CHECK(!basic->destination.authorization.empty());
  CHECK_FALSE(read_with({{"HTML5.ForwardAuthToken", "true"}}));
  CHECK_FALSE(read_with({{"CloudConnectorLocationId", "a\r\nX: y"}}));
}

TEST_CASE("destination answer: header fields that speak for the router, or are none, are left out") {
  const auto cleaned = read({{"URL.headers.Authorization", "Basic x"},
                             {"URL.headers.cookie", "a=b"},
                             {"URL.headers.x y", "1"},
                             {"URL.headers.x-a", "1\r\nX: y"},
                             {"URL.headers.x-b", "1"}});
  REQUIRE(cleaned);
  REQUIRE(cleaned->destination.headers.size() == 1);
  CHECK(cleaned->destination.headers[0].name == "x-b");
}

TEST_CASE("destination answer: what is no such JSON is a protocol error") {
  for (const char* body : {"", "[]", "{}", "{\"destinationConfiguration\":[]}", "<html>"}) {
    CAPTURE(body);
    const auto junk = read_destination_answer("erp", body);
    REQUIRE_FALSE(junk);
    CHECK(junk.error().code == base::ErrorCode::protocol);
  }
}

}  // namespace
}  // namespace router::identity::destination_answer_test
