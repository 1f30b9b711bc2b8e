// TLS towards clients (TLS_CERT, TLS_KEY) and towards back-ends (strictSSL, XS_CACERT_PATH, proxyHost):
// docs/contract/descriptor.md.
#include <doctest/doctest.h>
#include <signal.h>

#include <fstream>
#include <iterator>

#include "e2e/proxy_fixture.h"
#include "e2e/xsuaa_fixture.h"
#include "support/stub_provider.h"
#include "support/tls_peers.h"

namespace router::test::tls_test {
namespace {

RouterSetup tls_setup(const std::string& origin, const CertificateFiles& files) {
  auto setup = setup_for(origin);
  setup.environment["TLS_CERT"] = files.certificate;
  setup.environment["TLS_KEY"] = files.key;
  return setup;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

int status_over(const std::string& origin, const nlohmann::json& properties, const std::string& ca_file = {}) {
  auto setup = setup_for(origin, properties);
  if (!ca_file.empty()) setup.environment["XS_CACERT_PATH"] = ca_file;
  const RouterProcess router(setup);
  return ask(router.port(), make_request("GET", "/app/x")).status();
}

}  // namespace

TEST_CASE("tls client: TLS 1.2 and 1.3 are spoken, 1.1 is refused, and back-ends learn of https") {
  const Authority authority;
  RecordingBackend backend;
  const RouterProcess router(tls_setup(backend.origin(), authority.issue("DNS:app.example", "app")));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    TlsClient client(router.port(), version);
    REQUIRE(client.is_connected());
    CHECK(client.ask(make_request("GET", "/app/x")).starts_with("HTTP/1.1 200"));
  }
  CHECK_FALSE(TlsClient(router.port(), TLS1_1_VERSION).is_connected());
  REQUIRE(backend.count("/app/x") == 2);
  for (const auto& request : backend.requests()) CHECK(request.field("x-forwarded-proto") == "https");
}

TEST_CASE("tls client: the end of a connection is said with close_notify, so that it is no cut") {
  const Authority authority;
  RecordingBackend backend;
  const RouterProcess router(tls_setup(backend.origin(), authority.issue("DNS:app.example", "app")));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    CAPTURE(version);
    TlsClient client(router.port(), version);
    CHECK(client.ask(make_request("GET", "/app/x", {{"Connection", "close"}})).starts_with("HTTP/1.1 200"));
    CHECK(client.is_told_the_end());
  }
}

TEST_CASE("tls client: the server name picks the certificate, an unknown one or none takes the first") {
  const Authority authority;
  const auto first = authority.issue("DNS:one.example", "one");
  const auto second = authority.issue("DNS:two.example", "two");
  RecordingBackend backend;
  const RouterProcess router(
      tls_setup(backend.origin(), {first.certificate + "," + second.certificate, first.key + "," + second.key}));
  const std::pair<std::string, std::string> rows[] = {{"one.example", "one.example"},
                                                      {"two.example", "two.example"},
                                                      {"three.example", "one.example"},
                                                      {"", "one.example"}};
  for (const auto& [asked, expected] : rows) {
    CAPTURE(asked);
    CHECK(TlsClient(router.port(), TLS1_3_VERSION, asked).certificate_name() == expected);
    CHECK(TlsClient(router.port(), TLS1_2_VERSION, asked).certificate_name() == expected);
  }
}

TEST_CASE("tls client: every cookie of a login is Secure, the session's too") {
  const Authority authority;
  const StubProvider provider;
  RecordingBackend backend;
  auto setup = tls_setup(backend.origin(), authority.issue("DNS:app.example", "app"));
  setup.environment.merge(provider.variables());
  setup.environment["PRESERVE_FRAGMENT"] = "false";
  setup.add_route({{"source", "^/own/(.*)$"}, {"destination", "app"}, {"authenticationType", "oidc"}});
  const RouterProcess router(setup);
  const auto navigate = [&](const std::string& path, const std::string& cookies) {
    const auto request =
        make_request("GET", path, {{"Accept", "text/html"}, {"Sec-Fetch-Mode", "navigate"}, {"Cookie", cookies}});
    return parse_message(TlsClient(router.port(), TLS1_3_VERSION).ask(request), BodyRule::bodiless_response)
        .message.head;
  };
  const auto started = navigate("/own/x", "");
  REQUIRE(started.has("Set-Cookie"));
  std::string cookies;
  for (const auto& cookie : started.all("Set-Cookie")) {
    CHECK(contains_ignoring_case(cookie, "; Secure"));
    cookies += (cookies.empty() ? "" : "; ") + cookie.substr(0, cookie.find(';'));
  }
  const auto callback = Browser::location_from(started.field("Location"));
  CHECK(callback.starts_with("https://app.example"));
  bool has_session = false;
  for (const auto& cookie : navigate(Browser::path_of(callback), cookies).all("Set-Cookie")) {
    CHECK(contains_ignoring_case(cookie, "; Secure"));
    has_session = has_session || cookie.starts_with("JSESSIONID=");
  }
  CHECK(has_session);
}

TEST_CASE("tls client: SIGHUP takes a new certificate") {
  const Authority authority;
  RecordingBackend backend;
  const auto files = authority.issue("DNS:old.example", "app");
  const RouterProcess router(tls_setup(backend.origin(), files));
  const auto shown = [&] { return TlsClient(router.port(), TLS1_3_VERSION).certificate_name(); };
  CHECK(shown() == "old.example");
  authority.issue("DNS:new.example", "app");
  router.signal(SIGHUP);
  CHECK(eventually([&] { return shown() == "new.example"; }));
}

TEST_CASE("tls client: SIGHUP with a certificate that cannot be used keeps the old one and says why") {
  const Authority authority;
  RecordingBackend backend;
  const auto files = authority.issue("DNS:old.example", "app");
  const auto other = authority.issue("DNS:other.example", "other");
  const RouterProcess router(tls_setup(backend.origin(), files));
  const auto shown = [&] { return TlsClient(router.port(), TLS1_3_VERSION).certificate_name(); };
  const auto write = [](const std::string& path, const std::string& text) { std::ofstream(path) << text; };
  const std::string broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const std::pair<std::string, std::string> rows[] = {{broken, "TLS_CERT"}, {text_of(other.certificate), "TLS_KEY"}};
  for (const auto& [certificate, named] : rows) {
    write(files.certificate, certificate);
    router.signal(SIGHUP);
    CHECK(router.logs(named));
    CHECK(shown() == "old.example");
  }
  // and the next good one is taken
  write(files.key, text_of(other.key));
  router.signal(SIGHUP);
  CHECK(eventually([&] { return shown() == "other.example"; }));
}

TEST_CASE("tls client: a second connection resumes the session of the first, whichever certificate it was") {
  const Authority authority;
  const auto one = authority.issue("DNS:one.example", "one");
  const auto two = authority.issue("DNS:two.example", "two");
  RecordingBackend backend;
  const RouterProcess router(
      tls_setup(backend.origin(), {one.certificate + "," + two.certificate, one.key + "," + two.key}));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    for (const std::string name : {"one.example", "two.example"}) {
      CAPTURE(version);
      CAPTURE(name);
      TlsClient first(router.port(), version, name);
      CHECK(first.ask(make_request("GET", "/app/x")).starts_with("HTTP/1.1 200"));
      CHECK_FALSE(first.was_resumed());
      TlsClient second(router.port(), version, name, first.session().get());
      CHECK(second.was_resumed());
      CHECK(second.ask(make_request("GET", "/app/x")).starts_with("HTTP/1.1 200"));
    }
  }
}

TEST_CASE("tls client: a connection that rested is served on") {
  const Authority authority;
  RecordingBackend backend;
  const RouterProcess router(tls_setup(backend.origin(), authority.issue("DNS:app.example", "app")));
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(router.port(), version);
    CHECK(client.ask(make_request("GET", "/app/x")).starts_with("HTTP/1.1 200"));
    CHECK_FALSE(client.stirs_within(milliseconds(600)));
    CHECK(client.ask(make_request("GET", "/app/x")).starts_with("HTTP/1.1 200"));
  }
}

TEST_CASE("tls client: a key that is not the certificate's stops the start and names TLS_KEY") {
  const Authority authority;
  auto files = authority.issue("DNS:app.example", "app");
  const std::string not_a_key = authority.file();
  for (const auto& key : {authority.issue("DNS:other.example", "other").key, not_a_key, std::string("/nowhere.key")}) {
    CAPTURE(key);
    files.key = key;
    const auto ended = run_to_end(tls_setup("http://127.0.0.1:1", files));
    CHECK(ended.exit_code == 1);
    CHECK(ended.output.find("TLS_KEY") != std::string::npos);
  }
}

TEST_CASE("tls back-end: an unknown authority or a wrong name is 502 and no request, unless strictSSL is false") {
  const Authority authority;
  TlsBackend right(authority.issue("IP:127.0.0.1", "right"));
  TlsBackend wrong(authority.issue("DNS:other.example", "wrong"));
  CHECK(status_over(right.origin(), {{"strictSSL", true}}) == 502);
  CHECK(right.requests() == 0);
  CHECK(status_over(right.origin(), {{"strictSSL", true}}, authority.file()) == 200);
  CHECK(status_over(right.origin(), {{"strictSSL", false}}) == 200);
  CHECK(status_over(wrong.origin(), {{"strictSSL", true}}, authority.file()) == 502);
  CHECK(wrong.requests() == 0);
  CHECK(status_over(wrong.origin(), {{"strictSSL", false}}) == 200);
}

TEST_CASE("tls back-end: forwardAuthCertificates shows the certificate of the bound service, and only then") {
  const Authority authority;
  const auto own = authority.issue("DNS:router.example", "own");
  TlsBackend backend(authority.issue("IP:127.0.0.1", "right"), authority.file());
  const auto status_with = [&](bool forward) {
    auto setup = setup_for(backend.origin(), {{"forwardAuthCertificates", forward}});
    setup.environment["XS_CACERT_PATH"] = authority.file();
    const nlohmann::json credentials{{"url", "https://ias.example"},
                                     {"clientid", "c"},
                                     {"certificate", text_of(own.certificate)},
                                     {"key", text_of(own.key)}};
    const nlohmann::json services{{"identity", {{{"name", "ias"}, {"credentials", credentials}}}}};
    setup.environment["VCAP_SERVICES"] = services.dump();
    const RouterProcess router(setup);
    return ask(router.port(), make_request("GET", "/app/x")).status();
  };
  CHECK(status_with(false) == 502);
  CHECK(backend.requests() == 0);
  CHECK(status_with(true) == 200);
  CHECK(backend.client_name() == "router.example");
}

TEST_CASE(
    "tls back-end: a bound service of grant_type mtls is shown its own certificate, and told the tenant [issue 15]") {
  const Authority authority;
  const auto own = authority.issue("DNS:router.example", "own");
  TlsBackend backend(authority.issue("IP:127.0.0.1", "right"), authority.file());
  auto setup = setup_for(backend.origin(), nlohmann::json::object());
  setup.environment["XS_CACERT_PATH"] = authority.file();
  const nlohmann::json credentials{
      {"sap.cloud.service", "country"}, {"url", backend.origin()},          {"grant_type", "mtls"},
      {"identityzoneid", "own-zone"},   {"cert", text_of(own.certificate)}, {"key", text_of(own.key)}};
  const StubProvider provider;  // its id tokens name no tenant
  setup.environment["VCAP_SERVICES"] =
      nlohmann::json{{"country", binding("country", credentials)}, {"oidc", binding("staff", provider.credentials())}}
          .dump();
  setup.add_route(route("svc", "basic", {{"service", "country"}}));
  const RouterProcess router(setup);
  CHECK(ask(router.port(), make_request("GET", "/app/x")).status() == 502);
  CHECK(backend.requests() == 0);
  const auto asked = make_request("GET", "/svc/x", {{"Host", "a-victims-zone"}, {"Authorization", kAda}});
  CHECK(ask(router.port(), asked).status() == 200);
  CHECK(backend.client_name() == "router.example");
  CHECK(backend.request().find("x-tenant-id: own-zone\r\n") != std::string::npos);
}

TEST_CASE("tls back-end: a name is asked for in SNI, an address is not") {
  const Authority authority;
  TlsBackend named(authority.issue("DNS:localhost", "named"));
  TlsBackend addressed(authority.issue("IP:127.0.0.1", "addressed"));
  CHECK(status_over("https://localhost:" + std::to_string(named.port()), {}, authority.file()) == 200);
  CHECK(named.server_name() == "localhost");
  CHECK(status_over(addressed.origin(), {}, authority.file()) == 200);
  CHECK(addressed.server_name() == "");
}

TEST_CASE("tls tunnel: WebSocket frames pass both ways from a TLS client to a wss destination") {
  const Authority authority;
  TlsBackend backend(authority.issue("IP:127.0.0.1", "right"));
  const std::string hello("\x81\x05hello", 7);
  const std::string reply("\x81\x82\0\0\0\0hi", 8);
  backend.answer_and_stay("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" +
                          hello);
  auto setup =
      tls_setup("wss://127.0.0.1:" + std::to_string(backend.port()), authority.issue("DNS:app.example", "app"));
  setup.descriptor["websockets"] = {{"enabled", true}};
  setup.environment["XS_CACERT_PATH"] = authority.file();
  const RouterProcess router(setup);
  TlsClient client(router.port(), TLS1_3_VERSION);
  std::string answer = client.ask(make_handshake("/app/socket", "app.example", "https://app.example"));
  REQUIRE(answer.starts_with("HTTP/1.1 101"));
  while (!answer.ends_with(hello)) {
    const auto piece = client.read_piece();
    REQUIRE_FALSE(piece.empty());
    answer += piece;
  }
  CHECK(client.send(reply));
  CHECK(eventually([&] { return backend.received() == reply; }));
}

TEST_CASE("tls back-end: over proxyHost with CONNECT, for https and http destinations") {
  const Authority authority;
  TlsBackend secure(authority.issue("IP:127.0.0.1", "right"));
  RecordingBackend plain;
  ConnectProxy proxy;
  const nlohmann::json over_proxy{{"proxyHost", "127.0.0.1"}, {"proxyPort", proxy.port()}};
  CHECK(status_over(secure.origin(), over_proxy, authority.file()) == 200);
  CHECK(status_over(plain.origin(), over_proxy) == 200);
  const auto lines = proxy.request_lines();
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == "CONNECT 127.0.0.1:" + std::to_string(secure.port()) + " HTTP/1.1");
  CHECK(lines[1] == "CONNECT 127.0.0.1:" + std::to_string(plain.port()) + " HTTP/1.1");
}

TEST_CASE("tls back-end: a proxy that refuses CONNECT is 502") {
  RecordingBackend backend;
  ConnectProxy proxy(403);
  CHECK(status_over(backend.origin(), {{"proxyHost", "127.0.0.1"}, {"proxyPort", proxy.port()}}) == 502);
  CHECK(backend.connections_accepted() == 0);
}

TEST_CASE("tls client: an answer that comes before an upload ends is not lost, whoever gives it [N11]") {
  const Authority authority;
  RecordingBackend backend;
  backend.on("/app/early", answers_early("HTTP/1.1 409 Conflict\r\nContent-Length: 5\r\n\r\nearly"));
  auto setup = tls_setup(backend.origin(), authority.issue("DNS:app.example", "app"));
  setup.environment["LIMIT_BODY_BYTES"] = "20000000";
  const RouterProcess router(setup);
  struct Row {
    const char* path;
    const char* framing;
    int status;
  };
  const Row rows[] = {{"/app/early", "Content-Length: 16000000", 409},
                      {"/app/too-large", "Content-Length: 20000001", 413},
                      {"/nowhere", "Content-Length: 16000000", 404},
                      {"/nowhere", "Transfer-Encoding: chunked", 404}};
  const std::string chunk = "f4240\r\n" + std::string(1'000'000, 'x') + "\r\n";
  for (const Row& row : rows) {
    for (int round = 0; round < 4; ++round) {
      CAPTURE(row.path);
      CAPTURE(round);
      TlsClient client(router.port(), round % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION);
      CHECK(client.send(std::string("POST ") + row.path + " HTTP/1.1\r\nHost: app.example\r\n" + row.framing +
                        "\r\n\r\n"));
      // it looks for an answer only when it has sent nearly all
      for (int i = 0; i < 15; ++i) CHECK(client.send(chunk));
      std::string answer;
      for (auto piece = client.read_piece(); !piece.empty(); piece = client.read_piece()) answer += piece;
      CHECK_MESSAGE(answer.starts_with("HTTP/1.1 " + std::to_string(row.status)), row.path, " round ", round, ": ",
                    answer.substr(0, 80));
    }
  }
}

}  // namespace router::test::tls_test
