#include <doctest/doctest.h>

#include "backend/forward_passage.h"

namespace router::forward_headers_test {

using namespace router::test;

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

TEST_CASE("forwarding: of a destination's headers none replaces or repeats what the router says itself [issue 9]") {
  auto service = std::make_shared<config::ServiceClient>();
  service->zone = "acme";
  Passage passage;
  passage.destination.is_service = true;
  passage.destination.service_client = service;
  passage.destination.closed_fields = {"tenantid"};
  passage.destination.headers = {
      {"Host", "evil"}, {"transfer_encoding", "chunked"}, {"TenantId", "other"}, {"x-a", "b"}};
  const auto head = passage.write();
  CHECK(has(head, "x-a: b"));
  CHECK(has(head, "tenantid: acme"));
  for (const char* text : {"evil", "chunked", "other"}) CHECK(head.find(text) == std::string::npos);
}

TEST_CASE("forwarding: ordinary fields pass as they are, in their order") {
  Passage passage;
  passage.with(
      {{"Accept", "a"}, {"X-My_Field", "b"}, {"accept", "c"}, {"x-trace-state", "d"}, {"If-None-Match", "\"e\""}});
  CHECK(
      passage.write().find("Accept: a\r\nX-My_Field: b\r\naccept: c\r\nx-trace-state: d\r\nIf-None-Match: \"e\"\r\n") !=
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
  for (const char* name :
       {"Connection", "X-Hop", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE", "Upgrade",
        "HTTP2-Settings", "Content-Length", "Transfer-Encoding", "Content_Length", "Transfer_Encoding", "Expect"}) {
    CAPTURE(name);
    CHECK_FALSE(has_name(head, name));
  }
}

TEST_CASE("forwarding: naming a field of the router in Connection does not take it away") {
  Passage passage;
  passage.destination.forward_auth_token = true;
  passage.with(
      {{"Connection", "authorization, host, x-forwarded-for, x-request-id, cookie, close"}, {"Cookie", "a=1"}});
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

TEST_CASE("forwarding: Host is the destination's, or the client's where the destination says so") {
  CHECK(has(Passage().write(), "Host: crm.internal:8080"));
  Passage preserved;
  preserved.destination.preserve_host_header = true;
  const auto head = preserved.write();
  CHECK(has(head, "Host: app.example"));
  CHECK(head.find("crm.internal") == std::string::npos);
}

TEST_CASE("forwarding: Authorization is the session's token or, on public routes, the client's own, never both") {
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

TEST_CASE("forwarding: the destination's headers replace the client's, but never what the router answers for") {
  Passage passage;
  passage.destination.forward_auth_token = true;
  passage.destination.headers = {{"apikey", "k"}, {"Authorization", "Basic x"}, {"Host", "h"}, {"x-tenant", "t"}};
  const auto head = passage.with({{"ApiKey", "mine"}, {"x_tenant", "mine"}}).write();
  CHECK(has(head, "apikey: k"));
  CHECK(has(head, "x-tenant: t"));
  CHECK(head.find("mine") == std::string::npos);
  CHECK(has(head, "Authorization: Bearer token"));
  CHECK(head.find("Basic x") == std::string::npos);
  CHECK_FALSE(has(head, "Host: h"));
}

TEST_CASE("forwarding: a service's headers are for requests that have none of their own [issue 15]") {
  Passage passage;
  passage.destination.is_service = true;
  passage.destination.headers = {{"x-flavour", "sweet"}, {"x-other", "o"}};
  const auto head = passage.with({{"X-Flavour", "sour"}}).write();
  CHECK(has(head, "X-Flavour: sour"));
  CHECK(head.find("sweet") == std::string::npos);
  CHECK(has(head, "x-other: o"));
}

TEST_CASE("forwarding: a service's headers go out where the request's own do not, and only there [issue 15]") {
  struct Row {
    Lines sent;
    bool is_ours;
  };
  for (const Row& row : {Row{{{"X_Flavour", "sour"}}, false}, Row{{{"x-flavour", "sour"}}, false},
                         Row{{{"X-Flavour", "sour"}, {"Connection", "X-Flavour"}}, true}, Row{{}, true}}) {
    Passage passage;
    passage.destination.is_service = true;
    passage.destination.headers = {{"x-flavour", "sweet"}, {"x-forwarded-user", "robot"}};
    const auto head = passage.with(row.sent).with({{"X-Forwarded-User", "evil"}}).write();
    CHECK((head.find("sweet") != std::string::npos) == row.is_ours);
    CHECK((head.find("sour") != std::string::npos) == !row.is_ours);
    // nobody's who sends it
    CHECK(has(head, "x-forwarded-user: robot"));
    CHECK(head.find("evil") == std::string::npos);
  }
}

TEST_CASE("forwarding: a service hears of the tenant, and who knows it by a certificate gets no token [issue 15]") {
  struct Row {
    config::ServiceGrant grant;
    const char* of_host;
    const char* of_session;
    const char* subdomain;
    const char* id;  // null: not told
  };
  using enum config::ServiceGrant;
  for (const Row& row : {Row{user_token, "", "zid", "own", nullptr}, Row{user_token, "t1", "zid", "t1", nullptr},
                         Row{mtls, "", "zid", "own", "zid"}, Row{mtls, "t1", "zid", "t1", "zid"},
                         Row{mtls, "", "", "own", "own-id"}, Row{mtls, "own", "", "own", "own-id"},
                         // the id of the provider's subaccount is not the subscriber's
                         Row{mtls, "t1", "", "t1", nullptr}}) {
    CAPTURE(static_cast<int>(row.grant));
    CAPTURE(row.of_host);
    config::ServiceClient service;
    service.grant = row.grant;
    service.zone = "own";
    service.zone_id = "own-id";
    Passage passage;
    passage.destination.is_service = true;
    passage.destination.service_client = std::make_shared<const config::ServiceClient>(service);
    passage.destination.closed_fields = {"tenantid", "x-tenant-id", "authorization"};
    passage.external.tenant = row.of_host;
    passage.session.tenant = row.of_session;
    passage.session.claims = R"({"zid":")" + std::string(row.of_session) + R"("})";
    const auto head = passage.with({{"TenantId", "evil"}, {"X-Tenant-Id", "evil"}, {"Authorization", "evil"}}).write();
    CHECK(has(head, (std::string("tenantid: ") + row.subdomain).c_str()));
    CHECK(has_name(head, "x-tenant-id") == (row.id != nullptr));
    if (row.id != nullptr) CHECK(has(head, (std::string("x-tenant-id: ") + row.id).c_str()));
    CHECK(has_name(head, "Authorization") == (row.grant != mtls));
    CHECK(head.find("evil") == std::string::npos);
  }
}

TEST_CASE("forwarding: the host that a client names is no tenant's id, whatever the session has of it [issue 15]") {
  config::ServiceClient service;
  service.grant = config::ServiceGrant::mtls;
  service.zone_id = "own-id";
  Passage passage;
  passage.destination.service_client = std::make_shared<const config::ServiceClient>(service);
  passage.session.tenant = "7b9f2f3e-victim";
  for (const char* claims : {"", R"({"sub":"ada"})", R"({"zid":""})"}) {
    passage.session.claims = claims;
    const auto head = passage.write();
    CHECK(has(head, "x-tenant-id: own-id"));
    CHECK(head.find("victim") == std::string::npos);
  }
}

TEST_CASE("forwarding: interim answers carry neither cookies nor tokens") {
  http::Headers answer;
  answer.add("Link", "</a.css>; rel=preload");
  answer.add("Set-Cookie", "a=1");
  answer.add("x-csrf-token", "t");
  CHECK(test::lines_of(backend::plain_fields(answer)) == "Link: </a.css>; rel=preload\r\n");
}

TEST_CASE("forwarding: of the trailers pass those that the router does not decide about") {
  config::Configuration configuration;
  configuration.am.emplace().cookie_name = "iPlanetDirectoryPro";
  http::Headers trailers;
  for (const char* name : {"iPlanetDirectoryPro", "host", "Content_Length", "authorization", "cookie",
                           "x-forwarded-user", "TE", "x-csrf-token", "Remote_User", "x-real-ip"}) {
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
