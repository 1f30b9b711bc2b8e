// What a request says about who and where its sender is: whom the back-end hears it from.
#include <doctest/doctest.h>

#include "backend/forward_passage.h"

namespace router::claimed_identity_test {

using namespace router::test;

TEST_CASE("forwarding: a stranger's word about who and where he is does not reach the back-end, however spelt") {
  const char* const names[] = {"X-Forwarded-For",
                               "x_forwarded_for",
                               "X-Forwarded-Host",
                               "X_Forwarded-Host",
                               "X-Forwarded-Proto",
                               "X-Forwarded-Path",
                               "X-Forwarded-User",
                               "X_Forwarded_User",
                               "X-Forwarded-Email",
                               "X-Auth-Request-User",
                               "X_AUTH_REQUEST_USER",
                               "Forwarded",
                               "X-Real-IP",
                               "X-Custom-Host",
                               "Remote-User",
                               "Remote_User",
                               "X-Remote-User",
                               "x-request-id",
                               "X_Request_Id",
                               "x-correlationid",
                               "traceparent",
                               "tracestate",
                               "x-approuter-authorization",
                               "x_approuter_authorization",
                               "Authorization",
                               "X-Original-URL",
                               "X-SSL-Client-Cert",
                               "X-Forwarded-Client-Cert"};
  for (const bool public_route : {false, true}) {
    for (const char* name : names) {
      if (public_route && std::string_view(name) == "Authorization") continue;
      Passage passage;
      passage.authenticated = !public_route;
      CAPTURE(name);
      const auto head = passage.with({{name, "evil"}, {name, "evil"}}).write();
      CHECK(head.find("evil") == std::string::npos);
    }
  }
}

TEST_CASE(
    "forwarding: what other front ends say about the user is dropped, from proxies too, however spelt "
    "[S20]") {
  const char* const names[] = {"sm_user",
                               "SM_USER",
                               "sm-user",
                               "Sm_User-DN",
                               "SM_UNIVERSALID",
                               "SM_SERVERSESSIONID",
                               "iv-user",
                               "IV_USER",
                               "iv-groups",
                               "iv_creds",
                               "OIDC_CLAIM_sub",
                               "oidc-claim-email",
                               "OIDC_access_token",
                               "x-ms-client-principal",
                               "X-MS-CLIENT-PRINCIPAL-NAME",
                               "x_ms_client_principal_id",
                               "X-MS-TOKEN-AAD-ID-TOKEN",
                               "x-goog-authenticated-user-email",
                               "X_Goog_Authenticated_User_Id",
                               "x-goog-iap-jwt-assertion",
                               "x-amzn-oidc-data",
                               "X-Amzn-Oidc-Identity",
                               "x-amzn-oidc-accesstoken",
                               "x-amzn-mtls-clientcert",
                               "x-remote-user",
                               "X_REMOTE_USER",
                               "x-remote-group",
                               "x-remote-extra-scopes",
                               "x-forwarded-user",
                               "x-forwarded-email",
                               "X_Forwarded_Groups",
                               "x-forwarded-preferred-username",
                               "x-forwarded-access-token",
                               "x-auth-request-user",
                               "x-auth-request-email",
                               "X_Auth_Request_Access_Token",
                               "remote_user",
                               "Remote-User",
                               "remote-groups",
                               "x-webauth-name",
                               "ssl-client-cert",
                               "SSL_CLIENT_S_DN",
                               "x-ssl-client-dn",
                               "X_SSL_CLIENT_VERIFY",
                               "x-client-cert",
                               "X-Client-Cert-Chain",
                               "client-cert",
                               "Client_Cert_Chain",
                               "x-ias-token",
                               "X_IAS_Token",
                               "Remote.User",
                               "remote~user",
                               "SM.USER",
                               "X!Remote|User",
                               "x-remote_user",
                               "iv.user",
                               "X'Forwarded'User",
                               "oidc.claim.sub",
                               "sap-connectivity-authentication",
                               "SAP_Connectivity_Technical_Authentication",
                               "cf-access-jwt-assertion",
                               "x-authentik-username",
                               "x-consumer-username",
                               "shib-session-id"};
  for (const bool is_proxy : {false, true}) {
    for (const bool public_route : {false, true}) {
      for (const char* name : names) {
        CAPTURE(name);
        Passage passage;
        passage.external.peer_trusted = is_proxy;
        passage.authenticated = !public_route;
        CHECK(passage.with({{name, "evil"}}).write().find("evil") == std::string::npos);
      }
    }
  }
}

TEST_CASE("forwarding: names that only look like a claim pass [S20]") {
  for (const char* name : {"sm", "smart-user", "x-ms-version", "x-goog-api-client", "x-amzn-trace-id", "remote",
                           "x-client-id", "x-auth-token", "oidc", "x-iv", "sap-language", "ivy-user", "x-users"}) {
    CAPTURE(name);
    Passage passage;
    CHECK(has(passage.with({{name, "mine"}}).write(), std::string(name) + ": mine"));
  }
}

TEST_CASE("forwarding: FORWARD_IDENTITY_HEADERS lets single ones through, in that spelling alone [S20]") {
  Passage passage;
  passage.forwarded_identity = {"X-Remote-User", "sm_user"};
  passage.with({{"x-remote-user", "ada"},
                {"x_remote_user", "evil"},
                {"X-Remote-Group", "evil"},
                {"SM_USER", "bob"},
                {"sm-user", "evil"},
                {"sm_userdn", "evil"}});
  const auto head = passage.write();
  CHECK(has(head, "x-remote-user: ada"));
  CHECK(has(head, "SM_USER: bob"));
  CHECK(head.find("evil") == std::string::npos);
}

TEST_CASE("forwarding: FORWARD_IDENTITY_HEADERS opens no other door [S20]") {
  Passage passage;
  passage.forwarded_identity = {"authorization", "x-forwarded-host", "x-approuter-authorization",
                                "proxy-authorization"};
  passage.with({{"Authorization", "evil"},
                {"x-forwarded-host", "evil"},
                {"x-approuter-authorization", "evil"},
                {"Proxy-Authorization", "evil"}});
  CHECK(passage.write().find("evil") == std::string::npos);
}

TEST_CASE(
    "forwarding: what speaks to a connectivity proxy, or as a token of IAS, is nobody's to let through [issue 15]") {
  Passage passage;
  passage.forwarded_identity = {"x-ias-token", "sap-connectivity-authentication", "SAP-Connectivity-SCC-Location_ID"};
  passage.with({{"x-ias-token", "evil"},
                {"sap-connectivity-authentication", "evil"},
                {"SAP-Connectivity-SCC-Location_ID", "evil"}});
  CHECK(passage.write().find("evil") == std::string::npos);
  CHECK(
      write_answer({{"SAP-Connectivity-SCC-Location_ID", "theirs"}, {"Proxy-Authenticate", "theirs"}}).find("theirs") ==
      std::string::npos);
}

TEST_CASE(
    "forwarding: fields that are closed towards a destination are no client's, whatever they look like [issue 15]") {
  Passage passage;
  passage.destination.closed_fields = {"tenantid", "x-app-host-id"};
  passage.destination.headers = {{"tenantid", "ours"}};
  const auto head = passage.with({{"TenantId", "evil"}, {"X_App_Host_Id", "evil"}, {"x-other", "mine"}}).write();
  CHECK(head.find("evil") == std::string::npos);
  CHECK(has(head, "tenantid: ours"));
  CHECK(has(head, "x-other: mine"));
}

TEST_CASE("forwarding: a claim that the descriptor sets for a destination is sent, the client's is not [S20]") {
  Passage passage;
  passage.destination.headers = {{"sap-connectivity-scc-location_id", "site"}};
  const auto head = passage.with({{"SAP-Connectivity-SCC-Location-ID", "evil"}}).write();
  CHECK(has(head, "sap-connectivity-scc-location_id: site"));
  CHECK(head.find("evil") == std::string::npos);
}

TEST_CASE("forwarding: a trusted proxy is believed where it speaks of the way, not where it speaks of the user") {
  Passage passage;
  passage.external.peer_trusted = true;
  passage.external.peer_address = "10.0.0.1";
  passage.with({{"X-Forwarded-For", "203.0.113.5"},
                {"X-Forwarded-For", "10.1.1.1"},
                {"X-Forwarded-Host", "Shop.example, inner"},
                {"X-Forwarded-Proto", "https,http"},
                {"X-Forwarded-Path", "/outer"},
                {"Forwarded", "for=203.0.113.5"},
                {"X-Forwarded-Port", "443"},
                {"X_Forwarded_Port", "1"},
                {"X-Forwarded-User", "admin"},
                {"X_Forwarded_Host", "evil"}});
  const auto head = passage.write();
  CHECK(has(head, "x-forwarded-for: 203.0.113.5, 10.1.1.1, 10.0.0.1"));
  CHECK(has(head, "x-forwarded-host: Shop.example, inner"));
  CHECK(has(head, "x-forwarded-proto: https,http"));
  CHECK(has(head, "x-forwarded-path: /outer"));
  CHECK(has(head, "Forwarded: for=203.0.113.5"));
  CHECK(has(head, "X-Forwarded-Port: 443"));
  CHECK(head.find("admin") == std::string::npos);
  CHECK(head.find("evil") == std::string::npos);
  CHECK(head.find("X_Forwarded_Port") == std::string::npos);
}

TEST_CASE("forwarding: without a trusted proxy the router says it itself") {
  const auto head = Passage().write();
  CHECK(has(head, "x-forwarded-for: 198.51.100.7"));
  CHECK(has(head, "x-forwarded-host: app.example"));
  CHECK(has(head, "x-forwarded-proto: https"));
  CHECK(has(head, "x-forwarded-path: /crm/orders"));
  Passage quiet;
  quiet.destination.set_x_forwarded_headers = false;
  CHECK(quiet.write().find("x-forwarded") == std::string::npos);
}

}  // namespace router::claimed_identity_test
