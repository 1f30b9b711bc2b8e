// Doors with a password or our own credentials behind them: what strangers may try there (session/doors.h).
#include <doctest/doctest.h>

#include <functional>

#include "e2e/sign_on_fixture.h"

namespace router::test::doors_test {
namespace {

using nlohmann::json;

constexpr const char* kCustomer = "e0a70b4f-1eef-4856-bcdb-f050fee66aae";
constexpr const char* kLogin = "/am/json/realms/root/realms/alpha/authenticate";

struct DoorsFixture {
  StubProvider provider;
  RecordingBackend orders;
  RecordingBackend invoices;
  RouterProcess router{setup()};

  RouterSetup setup() {
    auto made = sign_on_setup(provider, orders.origin(), invoices.origin());
    made.descriptor["am"] = {{"realm", "/alpha"}, {"contextPath", "/am"}};
    made.descriptor["hostedLogin"] = {{"customerId", kCustomer},
                                      {"clients", {{"page", json::object()}, {"server", {{"secret", "hush"}}}}}};
    return made;
  }
  RawAnswer revoke(const std::string& client, std::string_view address) {
    return ask(router.port(),
               make_request("POST", std::string("/") + kCustomer + "/token/revoke",
                            {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Forwarded-For", address}},
                            "token=abc&" + client));
  }
  // Behind a proxy that puts `address` into a line of its own, below what the client wrote.
  int log_in(const std::string& user, const std::string& password, const std::string& written,
             const std::string& address) {
    return ask(router.port(), make_request("POST", kLogin,
                                           {{"X-OpenAM-Username", user},
                                            {"X-OpenAM-Password", password},
                                            {"X-Forwarded-For", written},
                                            {"X-Forwarded-For", address}}))
        .status();
  }
};

int count(int tries, int status, const std::function<int(int)>& status_of) {
  int found = 0;
  for (int i = 0; i < tries; ++i) found += status_of(i) == status ? 1 : 0;
  return found;
}

}  // namespace

TEST_CASE("doors: two hundred anonymous revocations cost the provider sixty calls, others' still work [S14]") {
  DoorsFixture fixture;
  const auto anonymous = [&](int) { return fixture.revoke("client_id=page", "203.0.113.7").status(); };
  const int admitted = count(200, 200, anonymous);
  CHECK(admitted >= 60);
  CHECK(admitted <= 90);  // one comes back each second
  CHECK(fixture.provider.count("/revoke") == static_cast<std::size_t>(admitted));
  const auto refused = fixture.revoke("client_id=page", "203.0.113.7");
  CHECK(refused.status() == 429);
  CHECK(refused.field("Retry-After") == "1");
  CHECK(fixture.revoke("client_id=page", "203.0.113.8").status() == 200);
}

TEST_CASE("doors: a client's secret is guessed five times a minute, whatever address the guesser names [S14]") {
  DoorsFixture fixture;
  const auto guess = [&](int i) {
    return fixture.revoke("client_id=server&client_secret=" + std::to_string(i), "203.0.113." + std::to_string(i))
        .status();
  };
  CHECK(count(50, 401, guess) == 5);
  CHECK(fixture.provider.count("/revoke") == 0);
}

TEST_CASE(
    "doors: ten wrong passwords of an address a minute, on whatever accounts and however it signs itself [S14] [S3]") {
  DoorsFixture fixture;
  const auto spray = [&](int i) {
    const auto number = std::to_string(i);
    return fixture.log_in("user" + number, "wrong", "6.6.6." + number, "203.0.113.7:" + std::to_string(40'000 + i));
  };
  CHECK(count(50, 401, spray) == 10);
  CHECK(fixture.log_in("ada", "secret", "6.6.6.6", "203.0.113.7") == 429);
  CHECK(fixture.log_in("ada", "secret", "6.6.6.6", "203.0.113.8") == 200);
}

TEST_CASE("doors: who comes in, is refused or has to wait has a line of the audit [issue 14]") {
  DoorsFixture fixture;
  CHECK(fixture.log_in("ada", "secret", "6.6.6.6", "203.0.113.8") == 200);
  CHECK(fixture.router.logs(R"("event":"login.done","audit":true,)"));
  for (int i = 0; i < 5; ++i) CHECK(fixture.log_in("ada", "wrong", "6.6.6.6", "203.0.113.7") == 401);
  CHECK(fixture.router.logs(R"("event":"login.refused","audit":true,"client":"203.0.113.7",)"));
  CHECK(fixture.log_in("ada", "wrong", "6.6.6.6", "203.0.113.7") == 429);
  CHECK(fixture.router.logs(R"("event":"login.throttled","audit":true,"client":"203.0.113.7")"));
}

TEST_CASE("doors: six hundred users from one address in a second are sixty [S14]") {
  DoorsFixture fixture;
  const auto log_in = [&](int i) {
    return fixture.log_in("user" + std::to_string(i), "secret", "6.6.6.6", "203.0.113.7");
  };
  const int admitted = count(600, 200, log_in);
  CHECK(admitted >= 60);
  CHECK(admitted <= 100);  // one comes back each second
  CHECK(fixture.provider.grants("password") == static_cast<std::size_t>(admitted));
}

TEST_CASE("doors: a caller with a password leaves no refresh token at the provider [S14]") {
  DoorsFixture fixture;
  for (int i = 0; i < 3; ++i) {
    CHECK(ask(fixture.router.port(),
              make_request("GET", "/orders/x", {{"x-approuter-authorization", "Basic YWRhOnNlY3JldA=="}}))
              .status() == 200);
  }
  CHECK(eventually([&] { return fixture.provider.count("/revoke") == 3; }));
  for (const auto& call : fixture.provider.calls("/revoke"))
    CHECK(call.parameter("token_type_hint") == "refresh_token");
}

}  // namespace router::test::doors_test
