// Shared signals and global token revocation as those who send them see it (docs/contract/signals.md "In").
#include <doctest/doctest.h>

#include "e2e/signals_fixture.h"

namespace router::test::signals_test {

using nlohmann::json;

namespace {

struct ManagedFixture {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  Transmitter transmitter;
  std::uint16_t management = refusing_port();
  RouterProcess router{setup()};

  RouterSetup setup() const {
    auto made = SignalsFixture::setup(provider, orders, invoices, transmitter);
    made.environment["MANAGEMENT_PORT"] = std::to_string(management);
    made.environment["MANAGEMENT_READ_TOKEN"] = "who looks, long enough";
    return made;
  }
  json alice() const { return {{"format", "iss_sub"}, {"iss", provider.issuer()}, {"sub", "alice-sub"}}; }
  RawAnswer manage(const char* method, const char* path, const std::string& body = {}) const {
    return ask(management, make_request(method, path, {{"Authorization", "Bearer who looks, long enough"}}, body));
  }
  RawAnswer push(const std::string& token) const {
    return ask(
        router.port(),
        make_request("POST", "/signals",
                     {{"Content-Type", "application/secevent+jwt"}, {"Authorization", Transmitter::kSecret}}, token));
  }
};

}  // namespace

TEST_CASE("signals: a pushed session-revoked ends every session of its user, and tells the back-ends [issue 16]") {
  SignalsFixture fixture;
  const auto desk = fixture.signed_in();
  const auto phone = fixture.signed_in();
  fixture.provider.behave({.user = "bob"});
  const auto bob = fixture.signed_in();
  const auto answer = fixture.push(fixture.alice(), std::string(kCaepUri) + "session-revoked");
  CHECK(answer.status() == 202);
  CHECK(answer.body.empty());
  CHECK(answer.field("Cache-Control") == "no-store");
  CHECK_FALSE(fixture.is_signed_in(desk));
  CHECK_FALSE(fixture.is_signed_in(phone));
  CHECK(fixture.is_signed_in(bob));
  CHECK(fixture.orders.waits_for("/sign-out", 2));
  CHECK(fixture.invoices.waits_for("/sign-out", 2));
  CHECK(fixture.router.logs("\"txn\":\"txn-1\""));
  CHECK(fixture.router.logs("\"event\":\"signals.received\",\"transmitter\":\"" + fixture.transmitter.issuer() +
                            "\",\"signal\":\"session-revoked\""));
}

TEST_CASE("signals: whoever floods is answered each time, and others are heard beside him [issue 16]") {
  SignalsFixture fixture;
  const auto browser = fixture.signed_in();
  constexpr int kBatch = 100;
  const auto junk = make_request("POST", "/signals",
                                 {{"Content-Type", "application/secevent+jwt"}, {"X-Forwarded-For", "203.0.113.66"}},
                                 std::string(300, 'x'));
  std::string batch;
  for (int i = 0; i < kBatch; ++i) batch += junk;
  RawClient client(fixture.router.port());
  int refused = 0;
  for (int i = 0; i < 60; ++i) {
    CHECK(client.send(batch));
    for (int j = 0; j < kBatch; ++j) {
      const auto status = client.read().status();
      CHECK((status == 400 || status == 429));
      refused += status == 429 ? 1 : 0;
    }
  }
  MESSAGE("told to wait: ", refused, " of ", 60 * kBatch);
  CHECK(fixture.push(fixture.alice(), std::string(kCaepUri) + "session-revoked").status() == 202);
  CHECK_FALSE(fixture.is_signed_in(browser));
}

TEST_CASE("signals: the management port says whose sessions one would end, and ends none [issue 16]") {
  ManagedFixture fixture;
  const auto browser = signed_in_at(fixture.router);
  const auto explain = [&fixture](const std::string& path, const std::string& body) {
    return fixture.manage("POST", "/api/explain", json{{"method", "POST"}, {"url", path}, {"body", body}}.dump());
  };
  auto& sender = fixture.transmitter;
  const auto claims = sender.claims(fixture.alice(), std::string(kRiscUri) + "account-disabled");
  for (const auto& body : {sender.sign(claims), claims.dump()}) {
    const auto answer = explain("/signals", body);
    CAPTURE(answer.body);
    REQUIRE(answer.status() == 200);
    const auto signal = json::parse(answer.body)["signal"];
    CHECK(signal["event"] == "account-disabled");
    CHECK(signal["effect"] == "end");
    REQUIRE(signal["sessions"].size() == 1);
    CHECK(signal["sessions"][0]["fingerprint"].get<std::string>().size() >= 8);
    CHECK(signal["are_all"] == true);
  }
  CHECK(json::parse(explain("/signals", "no token").body)["signal"]["refused"] == "invalid_request");
  CHECK(explain("/orders/1", "{}").status() == 400);
  CHECK(is_a_session(browser));
}

TEST_CASE("signals: what the stream says of itself is shown, and named by /ready [issue 16]") {
  ManagedFixture fixture;
  const auto tell = [&fixture](const char* event, const json& details) {
    const json stream{{"format", "opaque"}, {"id", "stream-1"}};
    const std::string uri = std::string("https://schemas.openid.net/secevent/ssf/event-type/") + event;
    return fixture.push(fixture.transmitter.sign(fixture.transmitter.claims(stream, uri, details))).status();
  };
  const auto shown = [&fixture] { return json::parse(fixture.manage("GET", "/api/signals").body)["transmitters"][0]; };
  CHECK(shown()["taken"] == 0);
  CHECK(tell("verification", {{"state", "of-today"}}) == 202);
  CHECK(shown()["verified_state"] == "of-today");
  CHECK(shown()["last_event"] == "verification");
  CHECK(shown()["lag_ms"].get<int>() < 5'000);
  CHECK(tell("stream-updated", {{"status", "paused"}, {"reason", "holidays"}}) == 202);
  CHECK(shown()["status"] == "paused");
  const auto ready = fixture.manage("GET", "/ready");
  CHECK(ready.status() == 200);
  CHECK(ready.body.find("the transmitter says: paused") != std::string::npos);
  CHECK(fixture.push("no token").status() == 400);
  CHECK(fixture.push(fixture.transmitter.sign({{"iss", fixture.transmitter.issuer()}})).status() == 400);
  CHECK(shown()["refused"] == 1);
}

TEST_CASE("signals: what is not right is refused with the registered code, what fits nobody is taken [issue 16]") {
  SignalsFixture fixture;
  const auto browser = fixture.signed_in();
  auto& sender = fixture.transmitter;
  const std::string event = std::string(kCaepUri) + "session-revoked";
  const auto good = [&] { return sender.claims(fixture.alice(), event); };
  const auto with = [&](const json& changes) {
    auto claims = good();
    claims.merge_patch(changes);
    return sender.sign(claims);
  };
  struct Row {
    const char* name;
    RawAnswer answer;
    const char* err;
  };
  const Row rows[] = {
      {"signature", fixture.push(with_broken_signature(sender.sign(good()))), "invalid_key"},
      {"unsigned", fixture.push(unsigned_token(good())), "invalid_key"},
      {"audience", fixture.push(with({{"aud", "https://another.example"}})), "invalid_audience"},
      {"issuer", fixture.push(with({{"iss", "https://another.example"}})), "invalid_issuer"},
      {"exp", fixture.push(with({{"exp", 2'000'000'000}})), "invalid_request"},
      {"sub", fixture.push(with({{"sub", "alice-sub"}})), "invalid_request"},
      {"no jti", fixture.push(with({{"jti", nullptr}})), "invalid_request"},
      {"a logout token", fixture.push(fixture.provider.logout_token()), "invalid_issuer"},
      {"secret", fixture.push(sender.sign(good()), "Bearer the-push-secreT"), "authentication_failed"},
      {"nothing", fixture.push(std::string()), "invalid_request"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(row.answer.status() == 400);
    const auto body = json::parse(row.answer.body, nullptr, false);
    REQUIRE(body.is_object());
    CHECK(body.value("err", "") == row.err);
    CHECK(body.contains("description"));
  }
  CHECK(fixture.push(json{{"format", "did"}, {"url", "did:example:alice"}}, event).status() == 202);
  CHECK(fixture.push(json{{"format", "opaque"}, {"id", "another-sid"}}, event).status() == 202);
  CHECK(ask(fixture.router.port(), make_request("GET", "/signals")).status() == 405);
  CHECK(fixture.is_signed_in(browser));
  CHECK(fixture.push(json{{"format", "opaque"}, {"id", fixture.provider.last_sid()}}, event).status() == 202);
  CHECK_FALSE(fixture.is_signed_in(browser));
}

TEST_CASE("signals: a changed credential asks the user anew who he is, and his session goes on then [issue 16]") {
  SignalsFixture fixture;
  auto browser = fixture.signed_in();
  CHECK(fixture.push(fixture.alice(), std::string(kCaepUri) + "credential-change").status() == 202);
  CHECK(fixture.orders.waits_for("/sign-out", 1));
  CHECK_FALSE(fixture.is_signed_in(browser));
  const auto sent = browser.navigate("/orders/x");
  CHECK(sent.status() == 302);
  CHECK(sent.field("Location").find("prompt=login") != std::string::npos);
  CHECK(browser.open("/orders/x").status() == 200);
  CHECK(fixture.is_signed_in(browser));
}

TEST_CASE("signals: changed claims bring new tokens with the next request, without a login [issue 16]") {
  SignalsFixture fixture;
  auto browser = fixture.signed_in();
  const auto refreshes = fixture.provider.grants("refresh_token");
  CHECK(fixture.push(fixture.alice(), std::string(kCaepUri) + "token-claims-change", {{"claims", {{"role", "x"}}}})
            .status() == 202);
  CHECK(fixture.is_signed_in(browser));
  CHECK(fixture.provider.grants("refresh_token") == refreshes + 1);
  CHECK(fixture.orders.count("/sign-out") == 0);
}

TEST_CASE(
    "signals: after changed claims the next request has the scopes of the new tokens, not of the old [issue 16]") {
  SignalsFixture fixture;
  fixture.provider.behave({.scope = "openid admin"});
  auto browser = fixture.signed_in();
  CHECK(browser.get("/admin/x").status() == 200);
  fixture.provider.behave({.scope = "openid"});
  CHECK(fixture.push(fixture.alice(), std::string(kCaepUri) + "token-claims-change").status() == 202);
  const auto served = fixture.orders.count("/admin/x");
  CHECK(browser.get("/admin/x").status() == 403);
  CHECK(fixture.orders.count("/admin/x") == served);
}

TEST_CASE("signals: who signs in again after the event stays, also when the token comes twice [issue 16]") {
  SignalsFixture fixture;
  const auto before = fixture.signed_in();
  const auto token = fixture.transmitter.sign(fixture.transmitter.claims(
      fixture.alice(), std::string(kRiscUri) + "sessions-revoked", {{"event_timestamp", std::time(nullptr) - 3600}}));
  // it has happened an hour ago
  CHECK(fixture.push(token).status() == 202);
  CHECK(fixture.is_signed_in(before));
  CHECK(fixture.push(token).status() == 202);
  CHECK(fixture.is_signed_in(before));
}

TEST_CASE("global token revocation: all sessions of the user are over, and their tokens taken back [issue 16]") {
  SignalsFixture fixture;
  const auto desk = fixture.signed_in();
  const auto phone = fixture.signed_in();
  const json alice{{"sub_id", fixture.alice()}};
  const auto token = [&](const json& changes = json::object()) {
    return fixture.transmitter.revocation_token(kRevocationUrl, changes);
  };
  const auto now = std::time(nullptr);
  for (const auto& bad :
       {token({{"aud", "https://app.example.com/"}}), token({{"exp", now + 3600}}), token({{"exp", now - 120}}),
        token({{"jti", nullptr}}), token({{"iat", nullptr}}), token({{"iss", "https://another.example"}}),
        with_broken_signature(token()), std::string("junk"), fixture.provider.access_token()}) {
    CHECK(fixture.revoke(alice, bad).status() == 401);
  }
  CHECK(fixture.revoke(json{{"sub_id", {{"format", "iss_sub"}}}}, token()).status() == 400);
  CHECK(fixture.revoke(json{{"whom", "alice"}}, token()).status() == 400);
  CHECK(fixture.revoke(json{{"sub_id", {{"format", "did"}, {"url", "did:example:x"}}}}, token()).status() == 422);
  CHECK(fixture
            .revoke(json{{"sub_id", {{"format", "iss_sub"}, {"iss", fixture.provider.issuer()}, {"sub", "eve"}}}},
                    token())
            .status() == 404);
  CHECK(fixture.is_signed_in(desk));

  const auto used = token();
  const auto answer = fixture.revoke(alice, used);
  CHECK(answer.status() == 204);
  CHECK_FALSE(fixture.is_signed_in(desk));
  CHECK_FALSE(fixture.is_signed_in(phone));
  CHECK(fixture.orders.waits_for("/sign-out", 2));
  CHECK(eventually([&] { return fixture.provider.count("/revoke") >= 2; }));
  CHECK(fixture.revoke(alice, used).status() == 401);
  const auto again = fixture.signed_in();
  CHECK(fixture.revoke(json{{"subject", fixture.alice()}}, token()).status() == 204);
  CHECK_FALSE(fixture.is_signed_in(again));
}

}  // namespace router::test::signals_test
