#include "identity/client_tokens.h"

#include <doctest/doctest.h>

#include <map>

#include "support/fake_http_client.h"
#include "support/fake_loop.h"
#include "support/run_task.h"

namespace router::identity::client_tokens_test {
namespace {

// Each tenant's endpoint answers with a status of its own; tokens are numbered.
struct World {
  test::FakeClock clock;
  test::FakeLoop loop{clock};
  test::FakeHttpClient http{[this](const net::ClientRequest& request) { return answer(request); }};
  std::shared_ptr<ClientTokens> tokens = std::make_shared<ClientTokens>(Parts{http, loop, clock});
  std::map<std::string, int> statuses;
  int lifetime = 3600;
  int made = 0;

  base::Result<net::ClientResponse> answer(const net::ClientRequest& request) {
    const auto tenant = request.url.host.substr(0, request.url.host.find('.'));
    const auto status = statuses.contains(tenant) ? statuses[tenant] : 200;
    if (status != 200) return test::answer_json(status, R"({"error":"refused"})");
    return test::answer_json(200, R"({"token_type":"bearer","access_token":")" + tenant + std::to_string(++made) +
                                      R"(","expires_in":)" + std::to_string(lifetime) + "}");
  }
  static ClientTokens::Client client(const std::string& id = "repo") {
    config::IdentityProvider made;
    made.kind = config::ProviderKind::xsuaa;
    made.url = "https://own.uaa.example";
    made.identity_zone = "own";
    made.client_id = id;
    made.client_secret = base::Secret("s");
    return std::make_shared<const config::IdentityProvider>(std::move(made));
  }
  base::Result<base::Secret> get(const std::string& tenant, const std::string& id = "repo",
                                 IfRefused if_refused = IfRefused::own) {
    const auto got = ask(tenant, id, if_refused);
    if (!got) return got.error();
    return got->token;
  }
  base::Result<ClientToken> ask(const std::string& tenant, const std::string& id = "repo",
                                IfRefused if_refused = IfRefused::own) {
    return test::run_task(tokens->get(client(id), tenant, if_refused, loop), &loop);
  }
  std::string token(const std::string& tenant, const std::string& id = "repo") {
    const auto got = get(tenant, id);
    return got ? std::string(got->reveal()) : "error";
  }
};

TEST_CASE_FIXTURE(World, "client tokens: one per client and tenant, kept until a minute before its end [issue 15]") {
  CHECK(token("t1") == "t11");
  CHECK(token("t2") == "t22");
  CHECK(token("t1") == "t11");
  CHECK(token("t1", "other") == "t13");
  clock.advance(base::seconds(3539));
  CHECK(token("t1") == "t11");
  clock.advance(base::seconds(1));
  CHECK(token("t1") == "t14");
}

TEST_CASE_FIXTURE(World, "client tokens: it has what it would give without asking anybody [issue 15]") {
  CHECK_FALSE(tokens->has(*client(), "t1", IfRefused::own));
  REQUIRE(get("t1"));
  CHECK(tokens->has(*client(), "t1", IfRefused::own));
  CHECK_FALSE(tokens->has(*client(), "t1", IfRefused::fail));
  CHECK_FALSE(tokens->has(*client(), "t2", IfRefused::own));
  CHECK(http.requests.size() == 1);
}

TEST_CASE_FIXTURE(World, "client tokens: a short life is used by half [issue 15]") {
  lifetime = 20;
  CHECK(token("t1") == "t11");
  clock.advance(base::seconds(9));
  CHECK(token("t1") == "t11");
  clock.advance(base::seconds(1));
  CHECK(token("t1") == "t12");
}

TEST_CASE_FIXTURE(World, "client tokens: no tenant, and its own, is the client's subaccount [issue 15]") {
  CHECK(token("") == "own1");
  CHECK(token("own") == "own1");
}

TEST_CASE_FIXTURE(World, "client tokens: a tenant that has not subscribed gets the provider's own [issue 15]") {
  statuses["t1"] = 401;
  CHECK(token("t1") == "own1");
  CHECK(token("t1") == "own1");
  statuses["own"] = 401;
  clock.advance(base::minutes(61));
  const auto refused = get("t1");
  REQUIRE(!refused);
  CHECK(refused.error().side == base::Side::back_end);
  CHECK(refused.error().code == base::ErrorCode::protocol);
}

TEST_CASE_FIXTURE(World, "client tokens: one that stands in says so, kept or new, and its successor not [issue 15]") {
  statuses["t1"] = 401;
  for (int i = 0; i < 2; ++i) {
    REQUIRE(ask("t1"));
    CHECK(ask("t1")->stands_in);
    CHECK_FALSE(ask("t2")->stands_in);
    CHECK_FALSE(ask("")->stands_in);
  }
  statuses["t1"] = 200;
  clock.advance(base::seconds(301));
  REQUIRE(ask("t1"));
  CHECK_FALSE(ask("t1")->stands_in);
}

TEST_CASE_FIXTURE(World,
                  "client tokens: a subaccount that does not exist is not found, nobody else's is taken [issue 15]") {
  statuses["t1"] = 404;
  const auto refused = get("t1");
  REQUIRE(!refused);
  CHECK(refused.error().code == base::ErrorCode::not_found);
  CHECK(http.requests.size() == 1);
  statuses["t1"] = 200;
  CHECK(token("t1") == "t11");
}

TEST_CASE_FIXTURE(World, "client tokens: the provider's own stands in for five minutes at most [issue 15]") {
  statuses["t1"] = 401;
  CHECK(token("t1") == "own1");
  statuses["t1"] = 200;
  clock.advance(base::seconds(299));
  CHECK(token("t1") == "own1");
  clock.advance(base::seconds(1));
  CHECK(token("t1") == "t12");
}

TEST_CASE_FIXTURE(World, "client tokens: where the provider's own would reach too far there is none [issue 15]") {
  statuses["t1"] = 401;
  CHECK(token("t1") == "own1");
  const auto refused = get("t1", "repo", IfRefused::fail);
  REQUIRE(!refused);
  CHECK(refused.error().code == base::ErrorCode::protocol);
  CHECK(http.requests.size() == 3);
  CHECK(token("t1") == "own1");
  statuses["t1"] = 200;
  const auto own = get("t1", "repo", IfRefused::fail);
  REQUIRE(own);
  CHECK(own->reveal() == "t12");
  tokens->drop(*client(), "t1", *own);
  CHECK(get("t1", "repo", IfRefused::fail)->reveal() == "t13");
  CHECK(get("", "repo", IfRefused::fail)->reveal() == "own4");
}

TEST_CASE_FIXTURE(World, "client tokens: who subscribes, or leaves, gets new ones, nobody else does [issue 15]") {
  statuses["t1"] = 401;
  CHECK(token("t1") == "own1");
  CHECK(token("t2") == "t22");
  CHECK(token("") == "own3");
  statuses["t1"] = 200;
  tokens->drop_tenant("t1");
  tokens->drop_tenant("");
  CHECK(token("t1") == "t14");
  CHECK(token("t2") == "t22");
  CHECK(token("") == "own3");
}

TEST_CASE_FIXTURE(World, "client tokens: one that a service has refused is not used again, a newer one is [issue 15]") {
  const auto first = get("t1");
  REQUIRE(first);
  tokens->drop(*client(), "t1", *first);
  CHECK(token("t1") == "t12");
  tokens->drop(*client(), "t1", *first);
  CHECK(token("t1") == "t12");
}

TEST_CASE_FIXTURE(World, "client tokens: one that is new is kept, though a service has refused it [issue 15]") {
  const auto first = get("t1");
  REQUIRE(first);
  clock.advance(base::seconds(9));
  tokens->drop(*client(), "t1", *first, 0);
  CHECK(token("t1") == "t11");
  clock.advance(base::seconds(1));
  tokens->drop(*client(), "t1", *first, 0);
  CHECK(token("t1") == "t12");
}

TEST_CASE_FIXTURE(World, "client tokens: who refuses every token costs three of them in ten seconds [issue 15]") {
  for (int refused = 0; refused < 20; ++refused) tokens->drop(*client(), "t1", *get("t1"));
  CHECK(token("t1") == "t13");
  clock.advance(base::seconds(10));
  for (int refused = 0; refused < 20; ++refused) tokens->drop(*client(), "t1", *get("t1"));
  CHECK(token("t1") == "t16");
  // what it said long ago counts no longer
  clock.advance(base::minutes(10));
  tokens->drop(*client(), "t1", *get("t1"));
  tokens->drop(*client(), "t1", *get("t1"));
  CHECK(token("t1") == "t18");
}

TEST_CASE_FIXTURE(World, "client tokens: with all places taken whoever ends first makes room [issue 15]") {
  lifetime = 600;
  CHECK(token("soonest") == "soonest1");
  lifetime = 3600;
  for (std::size_t i = 1; i < ClientTokens::kMostKept; ++i) REQUIRE(get("t" + std::to_string(i)));
  CHECK(tokens->kept() == ClientTokens::kMostKept);
  CHECK(token("another").starts_with("another"));
  CHECK(tokens->kept() == ClientTokens::kMostKept);
  const auto asked = http.requests.size();
  CHECK(token("t1") == "t12");
  CHECK(http.requests.size() == asked);
  CHECK(token("soonest") != "soonest1");
}

TEST_CASE_FIXTURE(World, "client tokens: who asks at once waits for one answer [issue 15]") {
  int arrived = 0;
  loop.set_current(false);
  const auto ask = [](World* world, int* count) -> base::Task<void> {
    auto getting = world->tokens->get(client(), "t1", IfRefused::own, world->loop);
    const auto got = co_await getting;
    *count += got ? 1 : 0;
  };
  for (int i = 0; i < 50; ++i) base::start_detached(ask(this, &arrived));
  loop.run_ready();
  CHECK(arrived == 50);
  CHECK(http.requests.size() == 1);
}

}  // namespace
}  // namespace router::identity::client_tokens_test
