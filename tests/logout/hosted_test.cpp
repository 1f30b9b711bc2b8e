// Hosted-login logout and its token revocation (docs/contract/logout.md section 4).
#include <doctest/doctest.h>

#include "crypto/digest.h"
#include "logout/world.h"

namespace router::hosted_test {

using test::Request;
using test::World;

namespace {

const std::string kCustomer = "/e0a70b4f-1eef-4856-bcdb-f050fee66aae";
const std::string kLogout = kCustomer + "/auth-ui/logout";
const std::string kRevoke = kCustomer + "/token/revoke";
const std::string kClient = "a123ef65-83dc-4094-a09a-76e1bec424e7";
const std::string kPage = "https://identitydocs.akamai.com/logout";

// A router with the client of "Logout from Hosted Login", and ada logged in.
struct HostedWorld : World {
  HostedWorld() {
    config::HostedLogin hosted;
    hosted.customer_id = kCustomer.substr(1);
    hosted.clients[kClient].redirect_uris = {kPage, "https://identitydocs.akamai.com/redirect", kPage + "?a=b"};
    hosted.clients["with-secret"].secret = base::Secret(std::string("hush"));
    config.hosted_login = hosted;
    config.destinations["bank"] = test::make_destination("bank");
    bind(config::ProviderKind::oidc);
    session = log_in();
    service();
    provider->change([](auto& metadata) { metadata.revocation_endpoint = "https://idp.example/revoke"; });
  }
  bool is_live() { return find(session->id) != nullptr; }
  std::optional<http::Response> revoke(const std::string& form, test::HeaderList fields = {}) {
    fields.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    const Request request("POST", kRevoke, fields);
    return send(request, nullptr, form);
  }

  session::Snapshot session;
};

}  // namespace

TEST_CASE("hosted: every row of the document's table") {
  struct Row {
    std::string query;
    int status;
    std::string shown;  // on the page, or where it leads
    bool ends;
  };
  const std::vector<Row> rows = {
      {"", 400, "Bad request", false},
      {"client_id=", 400, "Bad request", false},
      {"client_id", 400, "Bad request", false},
      {"redirect_uri=" + kPage, 400, "Bad request", false},
      {"client_id=" + kClient + "&client_id=" + kClient, 400, "Bad request", false},
      {"client_id=unknown", 400, "Something went wrong", false},
      {"client_id=unknown&redirect_uri=" + kPage, 400, "Something went wrong", false},
      {"client_id=" + kClient + "&redirect_uri=https://evil.example", 400, "Something went wrong", false},
      {"client_id=" + kClient + "&redirect_uri=" + kPage + "/", 400, "Something went wrong", false},
      {"client_id=" + kClient + "&redirect_uri=%20" + kPage, 400, "Something went wrong", false},
      {"client_id=" + kClient + "&redirect_uri=", 400, "Something went wrong", false},
      {"client_id=" + kClient + "&redirect_uri=" + kPage + "&redirect_uri=" + kPage, 400, "Something went wrong",
       false},
      {"client_id=with-secret&redirect_uri=" + kPage, 400, "Something went wrong", false},
      {"client_id=" + kClient + "&redirect_uri=" + kPage, 302, kPage, true},
      {"client_id=" + kClient + "&redirect_uri=https%3A%2F%2Fidentitydocs.akamai.com%2Flogout", 302, kPage, true},
      {"client_id=" + kClient + "&redirect_uri=https://identitydocs.akamai.com/redirect&state=87651431", 302,
       "https://identitydocs.akamai.com/redirect?state=87651431", true},
      {"client_id=" + kClient + "&redirect_uri=" + kPage + "?a=b&state=a%26b%0d%0ac", 302,
       kPage + "?a=b&state=a%26b%0D%0Ac", true},
      {"client_id=" + kClient, 200, "Logout Success", true},
      {"client_id=" + kClient + "&state=1", 200, "Logout Success", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    HostedWorld world;
    const auto response = world.get(kLogout + "?" + row.query, world.session);
    world.loop.run_ready();
    REQUIRE(response);
    CHECK(response->status == row.status);
    const std::string shown = row.status == 302 ? test::header(response, "location") : response->body;
    CHECK((row.status == 302 ? shown == row.shown : shown.find("<h1>" + row.shown + "</h1>") != std::string::npos));
    CHECK(test::header(response, "cache-control") == "no-store");
    CHECK(!world.is_live() == row.ends);
    CHECK(world.client.count("bank.example") == (row.ends ? 1 : 0));
    CHECK(test::header(response, "set-cookie").empty() != row.ends);
  }
}

TEST_CASE("hosted: without a session, and a second time, the same answers, and nobody is told") {
  HostedWorld world;
  const std::string url = kLogout + "?client_id=" + kClient + "&redirect_uri=" + kPage;
  CHECK(world.get(url)->status == 302);
  CHECK(world.get(kLogout + "?client_id=" + kClient)->status == 200);
  CHECK(world.is_live());
  CHECK(world.get(url, world.session)->status == 302);
  CHECK(world.get(url, world.session)->status == 302);
  world.loop.run_ready();
  CHECK(world.client.count("bank.example") == 1);
}

TEST_CASE("hosted: links come from other sites by design; what is no navigation is refused") {
  struct Row {
    std::string method;
    std::string query;
    test::HeaderList fields;
    int status;
    bool ends;
  };
  const std::string redirect = "client_id=" + kClient + "&redirect_uri=" + kPage;
  const std::string plain = "client_id=" + kClient;
  const test::HeaderList document{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "document"}};
  const std::vector<Row> rows = {
      {"GET", redirect, document, 302, true},
      {"GET", plain, document, 200, false},  // asks, as every other logout does
      {"GET", plain, {}, 200, true},
      {"GET", redirect, {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "image"}}, 403, false},
      {"GET", redirect, {{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "iframe"}}, 403, false},
      {"GET", redirect, {{"Sec-Purpose", "prefetch"}}, 403, false},
      {"GET", redirect, {{"Purpose", "prefetch"}}, 403, false},
      {"HEAD", redirect, {}, 403, false},
      {"POST", redirect, {}, 405, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method);
    CAPTURE(row.query);
    HostedWorld world;
    const Request request(row.method, kLogout + "?" + row.query, row.fields);
    const auto response = world.send(request, world.session);
    REQUIRE(response);
    CHECK(response->status == row.status);
    CHECK(!world.is_live() == row.ends);
  }
}

TEST_CASE("hosted: the tokens stay valid, and the provider is not asked") {
  HostedWorld world;
  const auto response = world.get(kLogout + "?client_id=" + kClient, world.session);
  world.loop.run_ready();
  CHECK(world.provider->revoked.empty());
  const auto receipt = world.receipts.find(test::header(response, "x-logout-id"));
  REQUIRE(receipt);
  CHECK(receipt->cause == logout::Cause::hosted);
  CHECK(receipt->provider == logout::ProviderPart::none);
  CHECK(receipt->revocation == logout::Step::none);
}

TEST_CASE("hosted: a failing back-end does not show in the answer; it is told again") {
  HostedWorld world;
  world.client.set("bank.example", [](unsigned attempt) { return attempt == 1 ? 503 : 200; });
  CHECK(world.get(kLogout + "?client_id=" + kClient + "&redirect_uri=" + kPage, world.session)->status == 302);
  world.loop.advance(base::seconds(2));
  CHECK(world.client.count("bank.example") == 2);
}

TEST_CASE("hosted: other customers' paths are none of it") {
  HostedWorld world;
  CHECK(!world.service().may_handle("GET", "/another/auth-ui/logout", "client_id=" + kClient));
  CHECK(!world.service().may_handle("GET", kLogout + "/", ""));
  World without;
  CHECK(!without.service().may_handle("GET", "//auth-ui/logout", ""));
  CHECK(!without.service().may_handle("POST", "//token/revoke", ""));
}

TEST_CASE("revoke: who asks and for what decide about the answer (RFC 7009)") {
  struct Row {
    std::string form;
    test::HeaderList fields;
    int status;
    std::string error;
    std::vector<std::string> revoked;
  };
  // "with-secret:hush"
  const test::HeaderList basic{{"Authorization", "Basic d2l0aC1zZWNyZXQ6aHVzaA=="}};
  const std::vector<Row> rows = {
      {"token=t&client_id=" + kClient, {}, 200, "", {"refresh_token t"}},
      {"token=t&token_type_hint=access_token&client_id=" + kClient, {}, 200, "", {"access_token t"}},
      {"token=t&token_type_hint=odd&client_id=" + kClient, {}, 200, "", {"refresh_token t"}},
      {"token=t&client_id=with-secret&client_secret=hush", {}, 200, "", {"refresh_token t"}},
      {"token=t", basic, 200, "", {"refresh_token t"}},
      {"token=t&client_id=with-secret&client_secret=wrong", {}, 401, "invalid_client", {}},
      {"token=t&client_id=with-secret", {}, 401, "invalid_client", {}},
      {"token=t&client_id=unknown", {}, 401, "invalid_client", {}},
      {"token=t", {}, 401, "invalid_client", {}},
      {"token=t", {{"Authorization", "Basic !"}}, 401, "invalid_client", {}},
      {"client_id=" + kClient, {}, 400, "invalid_request", {}},
      {"token=&client_id=" + kClient, {}, 400, "invalid_request", {}},
      {"token=a&token=b&client_id=" + kClient, {}, 400, "invalid_request", {}},
      {"token=%zz&client_id=" + kClient, {}, 400, "invalid_request", {}},
      {"token=" + std::string(70'000, 'x') + "&client_id=" + kClient, {}, 413, "invalid_request", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.form.substr(0, 100));
    HostedWorld world;
    const auto response = world.revoke(row.form, row.fields);
    REQUIRE(response);
    CHECK(response->status == row.status);
    CHECK(response->body == (row.error.empty() ? "" : "{\"error\":\"" + row.error + "\"}"));
    CHECK(test::header(response, "cache-control") == "no-store");
    CHECK(world.provider->revoked == row.revoked);
    CHECK(world.is_live());
  }
}

TEST_CASE("revoke: two hundred calls of an address are sixty of ours at the provider, and then 429 [S14]") {
  HostedWorld world;
  world.external.client_address = "203.0.113.7";
  int admitted = 0;
  for (int i = 0; i < 200; ++i) admitted += world.revoke("token=t&client_id=" + kClient)->status == 200 ? 1 : 0;
  CHECK(admitted == 60);
  CHECK(world.provider->revoked.size() == 60);
  const auto refused = world.revoke("token=t&client_id=" + kClient);
  CHECK(refused->status == 429);
  CHECK(test::header(refused, "retry-after") == "1");
  CHECK(test::header(refused, "cache-control") == "no-store");
  world.external.client_address = "203.0.113.8";
  CHECK(world.revoke("token=t&client_id=" + kClient)->status == 200);
}

TEST_CASE("revoke: a client's secret is guessed five times a minute, from wherever, and by form or Basic [S14]") {
  HostedWorld world;
  int tried = 0;
  for (int i = 0; i < 50; ++i) {
    world.external.client_address = "203.0.113." + std::to_string(i);
    const auto answer = i % 2 == 0
                            ? world.revoke("token=t&client_id=with-secret&client_secret=guess" + std::to_string(i))
                            : world.revoke("token=t", {{"Authorization", "Basic d2l0aC1zZWNyZXQ6Z3Vlc3M="}});
    tried += answer->status == 401 ? 1 : 0;
  }
  CHECK(tried == 5);
  CHECK(world.revoke("token=t&client_id=with-secret&client_secret=hush")->status == 429);
  world.clock.advance(base::seconds(60));
  CHECK(world.revoke("token=t&client_id=with-secret&client_secret=hush")->status == 200);
}

TEST_CASE("revoke: an address guesses at ten clients a minute [S14]") {
  HostedWorld world;
  world.external.client_address = "203.0.113.7";
  int tried = 0;
  for (int i = 0; i < 50; ++i) {
    tried += world.revoke("token=t&client_id=client" + std::to_string(i))->status == 401 ? 1 : 0;
  }
  CHECK(tried == 10);
}

TEST_CASE("revoke: only forms, only POST") {
  HostedWorld world;
  const Request get("GET", kRevoke);
  CHECK(world.send(get)->status == 405);
  const Request json("POST", kRevoke, {{"Content-Type", "application/json"}});
  CHECK(!world.service().wants_body(json.request));
  CHECK(world.send(json)->status == 400);
}

TEST_CASE("revoke: a provider that is away is said to be; one that revokes nothing, too") {
  HostedWorld world;
  world.provider->away_for_revocation = true;
  CHECK(world.revoke("token=t&client_id=" + kClient)->status == 503);
  world.provider->change([](auto& metadata) { metadata.revocation_endpoint.clear(); });
  const auto response = world.revoke("token=t&client_id=" + kClient);
  CHECK(response->status == 400);
  CHECK(response->body == R"({"error":"unsupported_token_type"})");
}

namespace {

// A second binding, of another issuer, that takes tokens back as well.
struct TwoProviders : HostedWorld {
  TwoProviders() {
    auto second = config.providers.front();
    second.name = "idp-2";
    second.issuer = second.url = "https://second.example";
    second.client_id = "client-2";
    config.providers.push_back(second);
    reload();
    for (auto* one : {&first(), &last()})
      one->change([](auto& metadata) { metadata.revocation_endpoint = metadata.issuer + "/revoke"; });
  }
  test::FakeProvider& first() { return dynamic_cast<test::FakeProvider&>(*providers->find("idp")); }
  test::FakeProvider& last() { return dynamic_cast<test::FakeProvider&>(*providers->find("idp-2")); }
  int revoke_status(const std::string& token, session::Snapshot with = nullptr) {
    const Request request("POST", kRevoke, {{"Content-Type", "application/x-www-form-urlencoded"}});
    return send(request, std::move(with), "token=" + token + "&client_id=" + kClient)->status;
  }
};

}  // namespace

TEST_CASE("revoke: an opaque token is taken back at every provider that may have issued it [S5]") {
  TwoProviders world;
  CHECK(world.revoke_status("opaque") == 200);
  CHECK(world.first().revoked == std::vector<std::string>{"refresh_token opaque"});
  CHECK(world.last().revoked == std::vector<std::string>{"refresh_token opaque"});
}

TEST_CASE("revoke: a token that says whose it is goes to that provider alone [S5]") {
  TwoProviders world;
  const auto token =
      "e30." + crypto::base64url_encode(R"({"iss":"https://second.example","azp":"client-2"})") + ".c2ln";
  CHECK(world.revoke_status(token) == 200);
  CHECK(world.first().revoked.empty());
  CHECK(world.last().revoked.size() == 1);
}

TEST_CASE("revoke: the token of the caller's own session goes to the provider of that session [S5]") {
  TwoProviders world;
  auto session = world.make_session("bob");
  session.provider = "idp-2";
  const auto bob = world.log_in(session);
  CHECK(world.revoke_status("refresh-bob", bob) == 200);
  CHECK(world.revoke_status("access-bob", bob) == 200);
  CHECK(world.first().revoked.empty());
  CHECK(world.last().revoked.size() == 2);
}

TEST_CASE("revoke: while one that may know the token is away the answer is 503, though others said yes [S5]") {
  for (const bool first_is_away : {true, false}) {
    TwoProviders world;
    (first_is_away ? world.first() : world.last()).away_for_revocation = true;
    CHECK(world.revoke_status("opaque") == 503);
    CHECK((first_is_away ? world.last() : world.first()).revoked.size() == 1);
  }
}

TEST_CASE("revoke: providers that take nothing back are not asked [S5]") {
  TwoProviders world;
  world.first().change([](auto& metadata) { metadata.revocation_endpoint.clear(); });
  CHECK(world.revoke_status("opaque") == 200);
  CHECK(world.first().revoked.empty());
  CHECK(world.last().revoked.size() == 1);
  world.last().change([](auto& metadata) { metadata.revocation_endpoint.clear(); });
  CHECK(world.revoke_status("opaque") == 400);
}

}  // namespace router::hosted_test
