#include "backend/forward_headers.h"

#include <doctest/doctest.h>

#include <utility>

#include "support/sessions.h"

namespace router::forward_headers_test {

using Lines = std::vector<std::pair<std::string, std::string>>;

namespace {

// A request on its way to the back-end http://crm.internal:8080.
struct Passage {
  http::Request request;
  http::External external;
  config::Destination destination;
  session::Session session = test::make_session();
  session::CookieNames own{config::Environment{}};
  bool authenticated = true;
  bool csrf_is_ours = true;
  bool with_session = true;
  std::vector<std::string> forwarded_identity;

  Passage() {
    request.method = "GET";
    request.headers.add("Host", "app.example");
    external.scheme = "https";
    external.authority = "app.example";
    external.peer_address = "198.51.100.7";
    destination.name = "crm";
    destination.url = *http::parse_url("http://crm.internal:8080/base");
    session.tokens.access_token = base::Secret("token");
  }
  Passage& with(const Lines& lines) {
    for (const auto& [name, value] : lines) request.headers.add(name, value);
    return *this;
  }
  std::string write() const {
    backend::RequestForward forward{.request = request,
                                    .external = external,
                                    .destination = destination,
                                    .session = with_session ? &session : nullptr,
                                    .own_cookies = own,
                                    .authenticated = authenticated,
                                    .forwarded_identity = forwarded_identity,
                                    .csrf_is_ours = csrf_is_ours,
                                    .scope = {"crm", "/base/orders", "/crm/orders", true},
                                    .request_id = "r-1",
                                    .correlation_id = "c-1",
                                    .traceparent = "00-0-0-01"};
    std::string out = "\r\n";
    backend::write_request_headers(forward, out);
    return out;
  }
};

bool has(const std::string& head, const std::string& line) {
  return head.find("\r\n" + line + "\r\n") != std::string::npos;
}
bool has_name(const std::string& head, const std::string& name) {
  return head.find("\r\n" + name + ":") != std::string::npos;
}

std::string write_answer(const Lines& lines, bool csrf_is_ours = false,
                         const std::vector<config::ResponseHeader>& configured = {}, std::string_view location = {},
                         bool cors_is_ours = false) {
  http::Headers answer;
  for (const auto& [name, value] : lines) answer.add(name, value);
  const backend::SetCookies cookies{{"theme=dark; Max-Age=1"}, {}};
  std::string out = "\r\n";
  backend::write_response_headers(answer, {configured, csrf_is_ours, cors_is_ours, cookies, location}, out);
  return out;
}

}  // namespace

TEST_CASE("forwarding: a destination's own authorization replaces the user's token and the client's field") {
  for (const bool authenticated : {true, false}) {
    CAPTURE(authenticated);
    Passage passage;
    passage.authenticated = authenticated;
    passage.destination.forward_auth_token = true;
    passage.destination.authorization = base::Secret("Basic dGVjaDpwdw==");
    const auto head = passage.with({{"Authorization", "Bearer of-the-client"}}).write();
    CHECK(has(head, "Authorization: Basic dGVjaDpwdw=="));
    CHECK(head.find("Bearer") == std::string::npos);
  }
}

TEST_CASE("forwarding: ordinary fields pass as they are, in their order") {
  Passage passage;
  passage.with({{"Accept", "a"},
                {"X-My_Field", "b"},
                {"accept", "c"},
                {"tracestate", "d"},
                {"If-None-Match", "\"e\""}});
  CHECK(passage.write().find(
            "Accept: a\r\nX-My_Field: b\r\naccept: c\r\ntracestate: d\r\nIf-None-Match: \"e\"\r\n") !=
        std::string::npos);
}

TEST_CASE("forwarding: hop-by-hop and framing fields stay here") {
  Passage passage;
  passage.with({{"Connection", "keep-alive, X-Hop"},
                {"X-Hop", "1"},
                {"Keep-Alive", "1"},
                {"Proxy-Authorization", "Basic x"},
                {"Proxy-Connection", "x"},
                {"TE", "gzip"},
                {"Upgrade", "h2c"},
                {"HTTP2-Settings", "x"},
                {"Content-Length", "5"},
                {"Transfer-Encoding", "chunked"},
                {"Content_Length", "57"},
                {"Transfer_Encoding", "chunked"},
                {"Expect", "something"}});
  const auto head = passage.write();
  for (const char* name : {"Connection", "X-Hop", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection",
                           "TE", "Upgrade", "HTTP2-Settings", "Content-Length", "Transfer-Encoding",
                           "Content_Length", "Transfer_Encoding", "Expect"}) {
    CAPTURE(name);
    CHECK_FALSE(has_name(head, name));
  }
}

TEST_CASE("forwarding: naming a field of the router in Connection does not take it away") {
  Passage passage;
  passage.destination.forward_auth_token = true;
  passage.with({{"Connection", "authorization, host, x-forwarded-for, x-request-id, cookie, close"},
                {"Cookie", "a=1"}});
  const auto head = passage.write();
  CHECK(has(head, "Authorization: Bearer token"));
  CHECK(has(head, "Host: crm.internal:8080"));
  CHECK(has(head, "x-forwarded-for: 198.51.100.7"));
  CHECK(has(head, "x-request-id: r-1"));
  CHECK(has(head, "Cookie: a=1"));
}

TEST_CASE("forwarding: TE trailers, 100-continue and the WebSocket upgrade go on") {
  CHECK(has(Passage().with({{"TE", "gzip, trailers"}}).write(), "TE: trailers"));
  CHECK(has(Passage().with({{"TE", "gzip, trailers"}}).write(), "Connection: TE"));
  Passage waiting;
  waiting.request.expects_continue = true;
  CHECK(has(waiting.write(), "Expect: 100-continue"));
  Passage upgrade;
  upgrade.request.is_upgrade = true;
  const auto head =
      upgrade.with({{"Connection", "Upgrade"}, {"Upgrade", "websocket"}, {"Sec-WebSocket-Key", "k"}}).write();
  CHECK(has(head, "Connection: Upgrade"));
  CHECK(has(head, "Upgrade: websocket"));
  CHECK(has(head, "Sec-WebSocket-Key: k"));
}

TEST_CASE(
    "forwarding: a stranger's word about who and where he is does not reach the back-end, however spelt") {
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

TEST_CASE("forwarding: what other front ends say about the user is dropped, from proxies too, however spelt [S20]") {
  const char* const names[] = {"sm_user", "SM_USER", "sm-user", "Sm_User-DN", "SM_UNIVERSALID", "SM_SERVERSESSIONID",
                               "iv-user", "IV_USER", "iv-groups", "iv_creds",
                               "OIDC_CLAIM_sub", "oidc-claim-email", "OIDC_access_token",
                               "x-ms-client-principal", "X-MS-CLIENT-PRINCIPAL-NAME", "x_ms_client_principal_id",
                               "X-MS-TOKEN-AAD-ID-TOKEN",
                               "x-goog-authenticated-user-email", "X_Goog_Authenticated_User_Id",
                               "x-goog-iap-jwt-assertion",
                               "x-amzn-oidc-data", "X-Amzn-Oidc-Identity", "x-amzn-oidc-accesstoken", "x-amzn-mtls-clientcert",
                               "x-remote-user", "X_REMOTE_USER", "x-remote-group", "x-remote-extra-scopes",
                               "x-forwarded-user", "x-forwarded-email", "X_Forwarded_Groups",
                               "x-forwarded-preferred-username", "x-forwarded-access-token",
                               "x-auth-request-user", "x-auth-request-email", "X_Auth_Request_Access_Token",
                               "remote_user", "Remote-User", "remote-groups", "x-webauth-name",
                               "ssl-client-cert", "SSL_CLIENT_S_DN", "x-ssl-client-dn", "X_SSL_CLIENT_VERIFY",
                               "x-client-cert", "X-Client-Cert-Chain", "client-cert", "Client_Cert_Chain",
                               "x-ias-token", "X_IAS_Token",
                               "Remote.User", "remote~user", "SM.USER", "X!Remote|User", "x-remote_user", "iv.user",
                               "X'Forwarded'User", "oidc.claim.sub",
                               "sap-connectivity-authentication", "SAP_Connectivity_Technical_Authentication",
                               "cf-access-jwt-assertion", "x-authentik-username", "x-consumer-username", "shib-session-id"};
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
  for (const char* name : {"sm", "smart-user", "x-ms-version", "x-goog-api-client", "x-amzn-trace-id", "remote", "x-client-id",
                           "x-auth-token", "oidc", "x-iv", "sap-language", "ivy-user", "x-users"}) {
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
  passage.forwarded_identity = {"authorization", "x-forwarded-host", "x-approuter-authorization", "proxy-authorization"};
  passage.with({{"Authorization", "evil"}, {"x-forwarded-host", "evil"}, {"x-approuter-authorization", "evil"},
                {"Proxy-Authorization", "evil"}});
  CHECK(passage.write().find("evil") == std::string::npos);
}

TEST_CASE("forwarding: a claim that the descriptor sets for a destination is sent, the client's is not [S20]") {
  Passage passage;
  passage.destination.headers = {{"sap-connectivity-scc-location_id", "site"}};
  const auto head = passage.with({{"SAP-Connectivity-SCC-Location-ID", "evil"}}).write();
  CHECK(has(head, "sap-connectivity-scc-location_id: site"));
  CHECK(head.find("evil") == std::string::npos);
}

TEST_CASE(
    "forwarding: a trusted proxy is believed where it speaks of the way, not where it speaks of the user") {
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

TEST_CASE("forwarding: Host is the destination's, or the client's where the destination says so") {
  CHECK(has(Passage().write(), "Host: crm.internal:8080"));
  Passage preserved;
  preserved.destination.preserve_host_header = true;
  const auto head = preserved.write();
  CHECK(has(head, "Host: app.example"));
  CHECK(head.find("crm.internal") == std::string::npos);
}

TEST_CASE(
    "forwarding: Authorization is the session's token or, on public routes, the client's own, never both") {
  const struct {
    bool authenticated, with_session, forward_token, is_service;
    const char* expected;
  } rows[] = {
      {true, true, true, false, "Authorization: Bearer token"},
      {true, true, false, true, "Authorization: Bearer token"},
      {true, true, false, false, nullptr},
      {true, false, true, false, nullptr},
      {false, false, true, false, "Authorization: Basic client"},
      {false, true, true, false, "Authorization: Basic client"},
  };
  for (const auto& row : rows) {
    Passage passage;
    passage.authenticated = row.authenticated;
    passage.with_session = row.with_session;
    passage.destination.forward_auth_token = row.forward_token;
    passage.destination.is_service = row.is_service;
    const auto head = passage.with({{"Authorization", "Basic client"}}).write();
    const auto first = head.find("Authorization:");
    if (row.expected == nullptr) {
      CHECK(first == std::string::npos);
    } else {
      CHECK(has(head, row.expected));
      CHECK(head.find("Authorization:", first + 1) == std::string::npos);
    }
  }
}

TEST_CASE("forwarding: the token of REST clients goes to no back-end, in no spelling") {
  config::Configuration configuration;
  configuration.am.emplace();
  configuration.am->cookie_name = "my-token";
  for (const bool authenticated : {true, false}) {
    Passage passage;
    passage.authenticated = authenticated;
    passage.own = session::CookieNames(configuration);
    passage.with({{"my-token", "t"}, {"MY_TOKEN", "t"}, {"Cookie", "a=b; my-token=t"}, {"my-tokens", "fine"}});
    const auto head = passage.write();
    CHECK_FALSE(has_name(head, "my-token"));
    CHECK_FALSE(has_name(head, "MY_TOKEN"));
    CHECK(has(head, "Cookie: a=b"));
    CHECK(has(head, "my-tokens: fine"));
  }
}

TEST_CASE("forwarding: x-csrf-token is the router's on protected routes, the back-end's elsewhere") {
  Passage ours;
  CHECK_FALSE(has_name(ours.with({{"x-csrf-token", "t"}}).write(), "x-csrf-token"));
  Passage theirs;
  theirs.csrf_is_ours = false;
  CHECK(has(theirs.with({{"x-csrf-token", "t"}}).write(), "x-csrf-token: t"));
  CHECK_FALSE(has_name(write_answer({{"X-CSRF-Token", "t"}}, true), "X-CSRF-Token"));
  CHECK(has(write_answer({{"X-CSRF-Token", "t"}}, false), "X-CSRF-Token: t"));
}

TEST_CASE(
    "forwarding: the destination's headers replace the client's, but never what the router answers for") {
  Passage passage;
  passage.destination.forward_auth_token = true;
  passage.destination.headers = {
      {"apikey", "k"}, {"Authorization", "Basic x"}, {"Host", "h"}, {"x-tenant", "t"}};
  const auto head = passage.with({{"ApiKey", "mine"}, {"x_tenant", "mine"}}).write();
  CHECK(has(head, "apikey: k"));
  CHECK(has(head, "x-tenant: t"));
  CHECK(head.find("mine") == std::string::npos);
  CHECK(has(head, "Authorization: Bearer token"));
  CHECK(head.find("Basic x") == std::string::npos);
  CHECK_FALSE(has(head, "Host: h"));
}

TEST_CASE("forwarding: of the answer everything but the hop's own goes back") {
  const auto head = write_answer({{"Content-Type", "text/html"},
                                  {"Connection", "close, X-Hop"},
                                  {"X-Hop", "1"},
                                  {"Keep-Alive", "1"},
                                  {"Proxy-Authenticate", "Basic"},
                                  {"Transfer-Encoding", "chunked"},
                                  {"Content-Length", "3"},
                                  {"Set-Cookie", "JSESSIONID=x"},
                                  {"Cache-Control", "max-age=60"},
                                  {"Clear-Site-Data", "\"cookies\""},
                                  {"Location", "http://crm.internal:8080/base/x"}});
  CHECK(head ==
        "\r\nContent-Type: text/html\r\nCache-Control: max-age=60\r\nLocation: "
        "http://crm.internal:8080/base/x\r\n"
        "Set-Cookie: theme=dark; Max-Age=1\r\n");
}

TEST_CASE("forwarding: a back-end's field wins over the configured one, unless that overrides it [K3]") {
  const Lines answer = {{"x-powered-by", "php"}, {"X_Powered_By", "cgi"}, {"Vary", "Cookie"}};
  const auto kept = write_answer(answer, false, {{"X-Powered-By", "none of your business"}});
  CHECK(has(kept, "x-powered-by: php"));
  CHECK(has(kept, "X_Powered_By: cgi"));
  const auto overridden = write_answer(answer, false, {{"X-Powered-By", "none of your business", true}, {"vary", "Origin"}});
  CHECK(overridden == "\r\nVary: Cookie\r\nSet-Cookie: theme=dark; Max-Age=1\r\n");
}

TEST_CASE("forwarding: a back-end's x-request-id gives way, however spelt, in interim answers and trailers, too [K4]") {
  http::Headers fields;
  for (const char* name : {"x-request-id", "X-Request-ID", "x_request_id"}) {
    fields.add(name, "theirs");
    CHECK(write_answer({{name, "theirs"}}).find("theirs") == std::string::npos);
  }
  fields.add("Link", "</a.css>");
  std::string plain;
  backend::write_plain_fields(fields, plain);
  CHECK(plain == "Link: </a.css>\r\n");
}

TEST_CASE("forwarding: a mapped Location replaces the back-end's") {
  const auto head = write_answer({{"Location", "/a"}, {"Clear-Site-Data", "\"cache\""}}, false, {}, "/b");
  CHECK(has(head, "Location: /b"));
  CHECK(has(head, "Clear-Site-Data: \"cache\""));
}

TEST_CASE("forwarding: where the descriptor's cors has spoken, a back-end's own CORS fields are left out") {
  const Lines answer = {{"Access-Control-Allow-Origin", "https://other.example"},
                        {"Access-Control-Allow-Credentials", "true"},
                        {"Vary", "Accept"}};
  CHECK(has_name(write_answer(answer), "Access-Control-Allow-Origin"));
  const auto ours = write_answer(answer, false, {}, {}, true);
  CHECK_FALSE(has_name(ours, "Access-Control-Allow-Origin"));
  CHECK_FALSE(has_name(ours, "Access-Control-Allow-Credentials"));
  CHECK(has(ours, "Vary: Accept"));
}

TEST_CASE("forwarding: interim answers carry neither cookies nor tokens") {
  http::Headers answer;
  answer.add("Link", "</a.css>; rel=preload");
  answer.add("Set-Cookie", "a=1");
  answer.add("x-csrf-token", "t");
  std::string out;
  backend::write_plain_fields(answer, out);
  CHECK(out == "Link: </a.css>; rel=preload\r\n");
}

TEST_CASE("forwarding: of the trailers pass those that the router does not decide about") {
  config::Configuration configuration;
  configuration.am.emplace().cookie_name = "iPlanetDirectoryPro";
  http::Headers trailers;
  for (const char* name : {"iPlanetDirectoryPro", "host", "Content_Length", "authorization", "cookie", "x-forwarded-user", "TE", "x-csrf-token",
                           "Remote_User", "x-real-ip"}) {
    trailers.add(name, "1");
  }
  trailers.add("Checksum", "2");
  trailers.add("Server-Timing", "3");
  std::string out;
  backend::write_trailers(trailers, session::CookieNames(configuration), out);
  CHECK(out == "Checksum: 2\r\nServer-Timing: 3\r\n");
}

TEST_CASE("forwarding: Max-Forwards of OPTIONS counts down, elsewhere it passes as it is") {
  const Lines lines = {{"Max-Forwards", "3"}};
  Passage options;
  options.request.method = "OPTIONS";
  CHECK(has(options.with(lines).write(), "Max-Forwards: 2"));
  CHECK(has(Passage().with(lines).write(), "Max-Forwards: 3"));
  Passage odd;
  odd.request.method = "OPTIONS";
  CHECK(has(odd.with({{"Max-Forwards", "many"}}).write(), "Max-Forwards: many"));
}

TEST_CASE("forwarding: a Connection field of a thousand names is read as far as is sensible") {
  std::string names;
  for (int i = 0; i < 1000; ++i) names += "x" + std::to_string(i) + ",";
  const auto head = Passage().with({{"Connection", names}, {"x0", "1"}, {"Accept", "a"}}).write();
  CHECK_FALSE(has_name(head, "x0"));
  CHECK(has(head, "Accept: a"));
}

TEST_CASE("forwarding: the tag of a compressed answer is the back-end's own again [N20]") {
  const auto head = Passage()
                        .with({{"If-Match", "\"a--xs-gzip\""},
                               {"if-none-match", "W/\"b\", \"c--xs-br\""},
                               {"If", "([\"d--xs-br\"])"},
                               {"X-Note", "\"e--xs-br\""}})
                        .write();
  CHECK(has(head, "If-Match: \"a\""));
  CHECK(has(head, "if-none-match: W/\"b\", \"c\""));
  CHECK(has(head, "If: ([\"d\"])"));
  CHECK(has(head, "X-Note: \"e--xs-br\""));
}

TEST_CASE("forwarding: a range of a compressed answer becomes a request for all of it [N20]") {
  const auto coded = Passage().with({{"Range", "bytes=5-"}, {"If-Range", "\"a--xs-gzip\""}}).write();
  CHECK(has(coded, "If-Range: \"a\""));
  CHECK_FALSE(has_name(coded, "Range"));
  const auto plain = Passage().with({{"Range", "bytes=5-"}, {"If-Range", "\"a\""}}).write();
  CHECK(has(plain, "If-Range: \"a\""));
  CHECK(has(plain, "Range: bytes=5-"));
}

}  // namespace router::forward_headers_test
