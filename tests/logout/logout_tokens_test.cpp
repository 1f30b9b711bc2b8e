#include "logout/logout_tokens.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "crypto/jws.h"
#include "http/form.h"
#include "identity/logout_token.h"
#include "logout/world.h"
#include "session/pairwise_id.h"

namespace router::logout_tokens_test {

using logout::LogoutTokens;
using nlohmann::json;
using test::World;

namespace {

const crypto::SealingSecrets kSecrets{base::Secret(std::string(32, 's') + "1")};
const crypto::SealingSecrets kRotated{base::Secret(std::string(32, 's') + "2"), kSecrets.current};

std::string kid_of(const LogoutTokens& tokens, std::size_t at) {
  const auto keys = json::parse(tokens.jwks())["keys"];
  return at < keys.size() ? keys[at]["kid"].get<std::string>() : "";
}

// A bank that understands logout tokens, and a router that makes them.
struct Bank : World {
  explicit Bank(std::string issuer = "") : tokens({}, kSecrets, std::move(issuer), clock) {
    clock.set_wall(base::WallTime(std::chrono::seconds(1'800'000'000)));
    config.destinations["bank"] = test::make_destination("bank", "/backchannel");
    config.destinations["bank"].logout_audience = "bank-client";
    config.destinations["bank"].forward_auth_token = true;
    bind(config::ProviderKind::oidc);
    fan_out().use_logout_tokens(tokens);
  }
  session::Snapshot signed_in() {
    auto session = make_session("ada");
    session.origin = "https://app.example";
    return log_in(std::move(session));
  }
  // The claims of the token in the call at that place, proved as any library would.
  json claims_of(std::size_t call, std::string_view issuer) {
    const auto form = http::decode_form(client.requests.at(call).body);
    REQUIRE(form);
    REQUIRE(form->size() == 1);
    CHECK(form->front().first == "logout_token");
    const auto keys = crypto::KeySet::parse(tokens.jwks());
    REQUIRE(keys);
    const auto verified = crypto::verify_jws(form->front().second, *keys, {"ES256"});
    REQUIRE(verified);
    CHECK(verified->header.typ == "logout+jwt");
    CHECK(identity::check_logout_token(*verified, issuer, "bank-client", clock.wall()));
    return json::parse(verified->payload);
  }
  LogoutTokens tokens;
};

}  // namespace

TEST_CASE("logout tokens: a back-end is told in OpenID's words, and by nothing else that proves anything [issue 16]") {
  Bank bank;
  const auto ada = bank.signed_in();
  bank.get("/my/logout", ada);
  bank.loop.run_ready();
  REQUIRE(bank.client.requests.size() == 1);
  const auto& request = bank.client.requests[0];
  CHECK(request.method == "POST");
  CHECK(request.url.path == "/backchannel");
  CHECK(bank.client.header("bank.example", "content-type") == "application/x-www-form-urlencoded");
  CHECK(bank.client.header("bank.example", "authorization").empty());
  const auto claims = bank.claims_of(0, "https://app.example");
  CHECK(claims["sub"] == "ada");
  CHECK(claims["sid"] == session::pairwise_id(ada->id, "bank"));
  CHECK(claims["exp"].get<long long>() - claims["iat"].get<long long>() == 120);
}

TEST_CASE("logout tokens: SIGNALS_ISSUER is who says so, also where no browser has asked [issue 16]") {
  Bank bank("https://router.example");
  const auto ada = bank.signed_in();
  test::run_task(bank.service().session_timed_out({ada}), &bank.loop);
  bank.loop.run_ready();
  bank.claims_of(0, "https://router.example");
  CHECK(json::parse(bank.tokens.metadata("https://app.example"))["issuer"] == "https://router.example");
}

TEST_CASE("logout tokens: of a session that does not say its origin, the request does, or nobody is told [issue 16]") {
  Bank bank;
  const auto ada = bank.log_in();
  bank.get("/my/logout", ada);
  bank.loop.run_ready();
  REQUIRE(bank.client.requests.size() == 1);
  bank.claims_of(0, "https://app.example");
  const auto timed_out = logout::calls_for(*ada, logout::make_call_targets(bank.config), std::nullopt);
  REQUIRE(timed_out.size() == 1);
  CHECK_FALSE(bank.tokens.make(timed_out[0], *timed_out[0].target));

  logout::CallTarget target;
  target.audience = "bank-client";
  logout::CallRecord call;
  call.session_origin = "https://app.example";
  CHECK_FALSE(bank.tokens.make(call, target));
  call.session_name = "pairwise";
  CHECK(bank.tokens.make(call, target));
  call.session_origin.clear();
  CHECK_FALSE(bank.tokens.make(call, target));
}

TEST_CASE("logout tokens: each try has a token of its own; 400 is final, all else is as ever [issue 16]") {
  struct Row {
    int status;
    logout::Outcome outcome;
    std::size_t tries;
  };
  const Row rows[] = {{200, logout::Outcome::confirmed, 1},
                      {204, logout::Outcome::confirmed, 1},
                      {400, logout::Outcome::refused, 1},
                      {501, logout::Outcome::confirmed, 2}};
  for (const auto& row : rows) {
    CAPTURE(row.status);
    Bank bank;
    bank.client.set("bank.example", [&](unsigned attempt) { return attempt == 1 ? row.status : 200; });
    const auto response = bank.get("/my/logout", bank.signed_in());
    bank.loop.advance(base::minutes(3));
    CHECK(bank.client.count("bank.example") == row.tries);
    const auto receipt = bank.receipts.find(test::header(response, "x-logout-id"));
    REQUIRE(receipt);
    CHECK(receipt->calls.at(0).outcome == row.outcome);
    const auto first = bank.client.requests.front().body;
    if (row.tries > 1) CHECK(bank.client.requests.back().body != first);
  }
}

TEST_CASE(
    "logout tokens: one secret is one key on all replicas, and the one of before is published beside [issue 16]") {
  test::FakeClock clock;
  const LogoutTokens here({}, kSecrets, "", clock);
  const LogoutTokens there({}, kSecrets, "", clock);
  const LogoutTokens rotated({}, kRotated, "", clock);
  const LogoutTokens without({}, {base::Secret()}, "", clock);
  CHECK(here.jwks() == there.jwks());
  CHECK(kid_of(rotated, 0) != kid_of(here, 0));
  CHECK(kid_of(rotated, 1) == kid_of(here, 0));
  CHECK(kid_of(here, 1).empty());
  CHECK_FALSE(kid_of(without, 0).empty());

  const auto given = crypto::SigningKey::generate_p256();
  const LogoutTokens of_given({given.to_pem(), {}}, kSecrets, "", clock);
  const LogoutTokens after_given({{}, given.to_pem()}, kSecrets, "", clock);
  CHECK(kid_of(of_given, 0) == given.kid());
  CHECK(kid_of(after_given, 0) == kid_of(here, 0));
  CHECK(kid_of(after_given, 1) == given.kid());
  CHECK(here.jwks().find("\"d\"") == std::string::npos);
}

TEST_CASE("logout tokens: what they say outlives the process with its call [issue 16]") {
  logout::CallRecord call;
  call.id = "l.1";
  call.credentials = std::make_shared<logout::Credentials>();
  call.session_origin = "https://app.example";
  call.session_name = "pairwise";
  call.subject = "ada";
  const auto read = logout::unpack_call(logout::pack(call).reveal());
  REQUIRE(read);
  CHECK(read->session_origin == call.session_origin);
  CHECK(read->session_name == call.session_name);
  CHECK(read->subject == call.subject);
}

TEST_CASE("pairwise id: another one at each back-end and of each session, and never the session's own [issue 16]") {
  const auto one = session::SessionId::random();
  const auto two = session::SessionId::random();
  CHECK(session::pairwise_id(one, "bank") == session::pairwise_id(one, "bank"));
  CHECK(session::pairwise_id(one, "bank") != session::pairwise_id(one, "crm"));
  CHECK(session::pairwise_id(one, "bank") != session::pairwise_id(two, "bank"));
  CHECK(session::pairwise_id(one, "bank") != one.reveal());
  CHECK(session::pairwise_id(one, "bank").size() == 43);
}

}  // namespace router::logout_tokens_test
