#include "identity/destination_service.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/event.h"
#include "support/fake_loop.h"
#include "support/run_task.h"

namespace router::identity::destination_service_test {
namespace {

using base::ErrorCode;
using nlohmann::json;

// The token endpoint and the REST API behind one client.
class ServiceDouble final : public net::HttpClient {
 public:
  int token_status = 200;
  int status = 200;
  json properties = {{"Type", "HTTP"}, {"URL", "https://erp.example.com"}, {"Authentication", "NoAuthentication"}};
  json tokens;
  bool away = false;
  std::shared_ptr<base::Event> gate;
  std::vector<net::ClientRequest> token_requests;
  std::vector<net::ClientRequest> questions;

  base::Task<base::Result<net::ClientResponse>> send(net::ClientRequest request) override {
    const bool for_token = request.url.path == "/oauth/token";
    (for_token ? token_requests : questions).push_back(request);
    const auto waiting = gate;
    if (waiting) co_await waiting->wait();
    if (away) co_return base::Error{ErrorCode::refused, request.side, "nobody listens"};
    net::ClientResponse response;
    response.status = for_token ? token_status : status;
    if (for_token) {
      response.body = response.status == 200
                          ? R"({"access_token":"service-token","token_type":"bearer","expires_in":3600})"
                          : R"({"error":"invalid_client"})";
    } else {
      json answer = {{"destinationConfiguration", properties}};
      if (!tokens.is_null()) answer["authTokens"] = tokens;
      response.body = answer.dump();
    }
    co_return response;
  }
};

struct Fixture {
  test::FakeClock clock;
  test::FakeLoop loop{clock};
  ServiceDouble http;
  identity::Parts parts{http, loop, clock};
  std::shared_ptr<ClientTokens> tokens = std::make_shared<ClientTokens>(parts);
  std::shared_ptr<DestinationService> service = std::make_shared<DestinationService>(binding(), tokens, parts);

  static config::DestinationService binding() {
    config::DestinationService bound;
    bound.uri = "https://destination.example.com/";
    bound.client.kind = config::ProviderKind::xsuaa;
    bound.client.url = "https://uaa.example.com";
    bound.client.client_id = "c";
    bound.client.client_secret = base::Secret("s");
    return bound;
  }
  base::Result<DestinationService::Found> find(const std::string& name = "erp", const std::string& tenant = "") {
    return test::run_task(service->find(name, tenant, loop), &loop);
  }
};

TEST_CASE_FIXTURE(Fixture, "destination service: a name is asked for with a token of the service's own") {
  const auto found = find("my erp/1");
  REQUIRE(found);
  CHECK((*found)->url.host == "erp.example.com");
  REQUIRE(http.token_requests.size() == 1);
  CHECK(http.token_requests[0].body.find("grant_type=client_credentials") != std::string::npos);
  REQUIRE(http.questions.size() == 1);
  CHECK(http.questions[0].url.to_string() ==
        "https://destination.example.com/destination-configuration/v1/destinations/my%20erp%2F1");
  const auto& fields = http.questions[0].headers;
  CHECK(std::find(fields.begin(), fields.end(),
                  std::pair<std::string, std::string>{"Authorization", "Bearer service-token"}) != fields.end());
}

TEST_CASE_FIXTURE(Fixture, "destination service: an answer is kept for five minutes, the token for its life") {
  REQUIRE(find());
  clock.advance(base::minutes(4));
  REQUIRE(find());
  CHECK(http.questions.size() == 1);
  clock.advance(base::minutes(2));
  REQUIRE(find());
  CHECK(http.questions.size() == 2);
  CHECK(http.token_requests.size() == 1);
  clock.advance(base::minutes(60));
  REQUIRE(find());
  CHECK(http.token_requests.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "destination service: a token that it refuses is used no more [issue 15]") {
  REQUIRE(find());
  http.status = 401;
  CHECK_FALSE(find("other"));
  CHECK(http.token_requests.size() == 1);
  http.status = 200;
  CHECK(find("third"));
  CHECK(http.token_requests.size() == 2);
  CHECK(tokens->kept() == 1);
}

TEST_CASE_FIXTURE(Fixture, "destination service: an answer is not kept longer than its Authorization is good") {
  http.properties["Authentication"] = "OAuth2ClientCredentials";
  http.tokens = {{{"expires_in", "90"}, {"http_header", {{"key", "Authorization"}, {"value", "Bearer x"}}}}};
  REQUIRE(find());
  clock.advance(base::seconds(50));
  REQUIRE(find());
  CHECK(http.questions.size() == 1);
  clock.advance(base::seconds(15));
  REQUIRE(find());
  CHECK(http.questions.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "destination service: fifty requests at once are one question") {
  http.gate = std::make_shared<base::Event>();
  int arrived = 0;
  const auto ask = [](Fixture* self, int* count) -> base::Task<void> {
    auto finding = self->service->find("erp", "", self->loop);
    const auto found = co_await finding;
    *count += found ? 1 : 0;
  };
  for (int i = 0; i < 50; ++i) base::start_detached(ask(this, &arrived));
  loop.run_ready();
  CHECK(arrived == 0);
  const auto gate = std::exchange(http.gate, nullptr);
  gate->set();
  loop.run_ready();
  CHECK(arrived == 50);
  CHECK(http.token_requests.size() == 1);
  CHECK(http.questions.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "destination service: what is not there is 404, and asked for again after half a minute") {
  http.status = 404;
  const auto absent = find();
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code == ErrorCode::not_found);
  http.status = 200;
  CHECK_FALSE(find());
  clock.advance(base::seconds(31));
  CHECK(find());
}

TEST_CASE_FIXTURE(Fixture,
                  "destination service: a fault is the back-end's, never a login, and asked about again soon") {
  struct Row {
    int token_status;
    int status;
    bool away;
    ErrorCode code;
  };
  const Row rows[] = {
      {401, 200, false, ErrorCode::protocol}, {500, 200, false, ErrorCode::protocol},
      {404, 200, false, ErrorCode::protocol}, {200, 500, false, ErrorCode::protocol},
      {200, 401, false, ErrorCode::protocol}, {200, 200, true, ErrorCode::refused},
  };
  for (const Row& row : rows) {
    CAPTURE(row.token_status);
    CAPTURE(row.status);
    Fixture other;
    other.http.token_status = row.token_status;
    other.http.status = row.status;
    other.http.away = row.away;
    const auto faulty = other.find();
    REQUIRE_FALSE(faulty);
    CHECK(faulty.error().code == row.code);
    CHECK(faulty.error().side == base::Side::back_end);
    const auto asked = other.http.token_requests.size();
    CHECK_FALSE(other.find());
    CHECK(other.http.token_requests.size() == asked);
    other.clock.advance(base::seconds(6));
    other.http.token_status = other.http.status = 200;
    other.http.away = false;
    CHECK(other.find());
  }
}

TEST_CASE_FIXTURE(Fixture, "destination service: with the service away the last answer goes on, until its token ends") {
  REQUIRE(find());
  http.away = true;
  clock.advance(base::minutes(30));
  CHECK(find());
  CHECK(service->known("erp", ""));
  clock.advance(base::minutes(24 * 60));
  CHECK_FALSE(find());
  CHECK_FALSE(service->known("erp", ""));
}

TEST_CASE_FIXTURE(Fixture, "destination service: names are bounded, the oldest make room [S13]") {
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(find("d" + std::to_string(i)));
    clock.advance(base::milliseconds(1));
  }
  CHECK(find("one-more"));
  CHECK(service->known("one-more", ""));
  CHECK_FALSE(service->known("d0", ""));
  CHECK(service->known("d1", ""));
}

TEST_CASE_FIXTURE(Fixture,
                  "destination service: a thousand made-up names push out neither found nor named ones [S13]") {
  service->reserve({"named"});
  REQUIRE(find("found"));
  http.status = 404;
  for (int i = 0; i < 1010; ++i) {
    const auto absent = find("made-up" + std::to_string(i));
    REQUIRE_FALSE(absent);
    CHECK(absent.error().code == ErrorCode::not_found);
  }
  CHECK(service->known("found", ""));
  http.status = 200;
  CHECK(find("named"));
  CHECK(find("another"));
}

TEST_CASE_FIXTURE(Fixture, "destination service: named ones have places while all others are waited for [S13]") {
  service->reserve({"named"});
  http.gate = std::make_shared<base::Event>();
  std::vector<base::Result<DestinationService::Found>> answers;
  const auto ask = [](Fixture* self, std::string name, decltype(answers)* out) -> base::Task<void> {
    auto finding = self->service->find(std::move(name), "", self->loop);
    auto found = co_await finding;
    out->push_back(std::move(found));
  };
  for (int i = 0; i < 1000; ++i) base::start_detached(ask(this, "d" + std::to_string(i), &answers));
  loop.run_ready();
  CHECK(answers.empty());
  base::start_detached(ask(this, "one-more", &answers));
  base::start_detached(ask(this, "named", &answers));
  loop.run_ready();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].error().code == ErrorCode::unavailable);
  std::exchange(http.gate, nullptr)->set();
  loop.run_ready();
  CHECK(answers.size() == 1002);
  CHECK(service->known("named", ""));
}

TEST_CASE_FIXTURE(Fixture,
                  "destination service: only names that a client chose, and nobody knows yet, are his doing [S13]") {
  service->reserve({"named"});
  CHECK_FALSE(service->must_ask_for("named", "", true));
  CHECK(service->must_ask_for("chosen", "", true));
  REQUIRE(find("chosen"));
  CHECK_FALSE(service->must_ask_for("chosen", "", true));
  clock.advance(base::minutes(6));
  CHECK(service->must_ask_for("chosen", "", true));
}

TEST_CASE_FIXTURE(Fixture, "destination service: a name that is too long for any is not asked for [S13]") {
  const auto absent = find(std::string(256, 'x'));
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code == ErrorCode::not_found);
  CHECK(http.questions.empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "destination service: what a logout will need is asked for ahead, and again when it failed") {
  http.away = true;
  service->keep_known({"erp"});
  loop.run_ready();
  CHECK_FALSE(service->known("erp", ""));
  http.away = false;
  loop.advance(base::seconds(11));
  REQUIRE(service->known("erp", ""));
  const auto asked = http.questions.size();
  loop.advance(base::minutes(10));
  CHECK(http.questions.size() > asked);
  CHECK(service->known("erp", ""));
}

TEST_CASE_FIXTURE(Fixture,
                  "destination service: who cannot wait is told what is known, the rest is asked for [issue 15]") {
  CHECK_FALSE(service->known_or_ask("erp", ""));
  CHECK_FALSE(service->known_or_ask("erp", ""));
  CHECK(http.questions.empty());
  loop.run_ready();
  CHECK(http.questions.size() == 1);
  CHECK(service->known_or_ask("erp", ""));
  // what is not there is not asked for with every call
  http.status = 404;
  for (int i = 0; i < 5; ++i) {
    CHECK_FALSE(service->known_or_ask("gone", ""));
    loop.run_ready();
  }
  CHECK(http.questions.size() == 2);
}

}  // namespace
}  // namespace router::identity::destination_service_test
