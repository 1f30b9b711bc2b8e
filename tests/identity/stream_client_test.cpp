#include "identity/stream_client.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "identity/metadata.h"
#include "support/fake_http_client.h"
#include "support/run_task.h"

namespace router::stream_client_test {

using nlohmann::json;

namespace {

constexpr const char* kIssuer = "https://risk.example";

// A transmitter with one stream, as it answers the management of streams.
struct Streams {
  Streams() {
    transmitter.issuer = kIssuer;
    transmitter.audience = "https://app.example";
    metadata = {{"issuer", kIssuer},
                {"jwks_uri", url("/keys")},
                {"configuration_endpoint", url("/streams")},
                {"status_endpoint", url("/status?tenant=1")},
                {"verification_endpoint", url("/verify")}};
    client.set_answer([this](const net::ClientRequest& request) -> base::Result<net::ClientResponse> {
      if (request.url.path == "/.well-known/ssf-configuration") return test::answer_json(200, metadata.dump());
      asked.push_back(request);
      return test::answer_json(status, answer);
    });
  }
  static std::string url(const std::string& path) { return kIssuer + path; }
  identity::StreamClient& made() {
    const identity::Parts parts{client, loop, clock};
    auto issuers =
        std::make_shared<identity::TokenIssuers>(std::vector<std::string>{kIssuer}, identity::transmitter_url, parts);
    streams.emplace(transmitter, std::move(issuers), parts);
    return *streams;
  }
  template <class T>
  T run(base::Task<T> task) {
    return test::run_task(std::move(task), &loop);
  }

  test::FakeClock clock;
  test::FakeLoop loop{clock};
  test::FakeHttpClient client;
  config::SignalTransmitter transmitter;
  json metadata;
  int status = 200;
  std::string answer = "{}";
  std::vector<net::ClientRequest> asked;
  std::optional<identity::StreamClient> streams;
};

std::string field(const net::ClientRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return "";
}

const char* const kStream = R"({"stream_id":"s1","iss":"https://risk.example","aud":["https://app.example"],
  "delivery":{"method":"urn:ietf:rfc:8935","endpoint_url":"https://app.example/signals","authorization_header":"Bearer hidden"}})";

}  // namespace

TEST_CASE("stream client: one that pushes is made with where to, its secret and the events that count [issue 16]") {
  Streams world;
  world.status = 201;
  world.answer = kStream;
  world.transmitter.authorization = base::Secret(std::string("Bearer theirs"));
  auto& client = world.made();
  const auto made = world.run(client.create({"https://app.example/signals", world.transmitter.authorization, {"e1"}}));
  REQUIRE(made);
  CHECK(made->id == "s1");
  CHECK(made->audiences == std::vector<std::string>{"https://app.example"});
  CHECK_FALSE(made->is_polled);
  CHECK(made->shown.find("hidden") == std::string::npos);
  REQUIRE(world.asked.size() == 1);
  CHECK(world.asked[0].method == "POST");
  // what it sends is no key to what it has
  CHECK(field(world.asked[0], "Authorization").empty());
  const auto body = json::parse(world.asked[0].body);
  CHECK(body["delivery"] == json{{"method", "urn:ietf:rfc:8935"},
                                 {"endpoint_url", "https://app.example/signals"},
                                 {"authorization_header", "Bearer theirs"}});
  CHECK(body["events_requested"] == json::array({"e1"}));
}

TEST_CASE("stream client: status, verification and deletion name the stream [issue 16]") {
  Streams world;
  world.transmitter.delivery = config::SignalDelivery::poll;
  world.transmitter.authorization = base::Secret(std::string("Bearer ours"));
  auto& client = world.made();
  world.answer = R"({"stream_id":"s 1","status":"paused","reason":"too slow"})";
  const auto status = world.run(client.status("s 1"));
  REQUIRE(status);
  CHECK(json::parse(*status)["status"] == "paused");
  CHECK(world.asked[0].url.to_string() == Streams::url("/status?tenant=1&stream_id=s%201"));
  CHECK(field(world.asked[0], "Authorization") == "Bearer ours");
  world.status = 204;
  CHECK(world.run(client.verify("s 1", "state")));
  CHECK(json::parse(world.asked[1].body) == json{{"stream_id", "s 1"}, {"state", "state"}});
  CHECK(world.run(client.remove("s 1")));
  CHECK(world.asked[2].method == "DELETE");
  world.status = 404;
  const auto gone = world.run(client.remove("s 1"));
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == base::ErrorCode::not_found);
}

TEST_CASE("stream client: streams come as a list or alone, and nonsense is an error [issue 16]") {
  Streams world;
  auto& client = world.made();
  const auto count = [&](std::string answer) {
    world.answer = std::move(answer);
    const auto listed = world.run(client.streams());
    return listed ? static_cast<int>(listed->size()) : -1;
  };
  CHECK(count(kStream) == 1);
  CHECK(count(std::string("[") + kStream + "," + kStream + "]") == 2);
  CHECK(count("[]") == 0);
  CHECK(count("[7]") == -1);
  CHECK(count("[{}]") == -1);
  CHECK(count("[],\"x\":[]") == -1);
  CHECK(count("<html>") == -1);
  world.status = 404;
  CHECK(count("{}") == 0);
  world.status = 401;
  CHECK(count("{}") == -1);
}

TEST_CASE("stream client: an endpoint that is missing, or less safe than its issuer, is not asked [issue 16]") {
  Streams world;
  world.metadata.erase("verification_endpoint");
  const auto missing = world.run(world.made().verify("s1", "x"));
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == base::ErrorCode::not_found);
  const auto unsafe = world.run(world.made().poll("http://risk.example/poll", {}));
  CHECK_FALSE(unsafe);
  world.metadata["configuration_endpoint"] = "http://risk.example/streams";
  CHECK_FALSE(world.run(world.made().streams()));
  CHECK(world.asked.empty());
}

}  // namespace router::stream_client_test
