// A repository and a catalogue of its applications, on a loop turned by hand.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "applications/catalogue.h"
#include "support/fake_http_client.h"
#include "support/fake_loop.h"
#include "support/run_task.h"

namespace router::test {

// What is answered at a path.
struct Scripted {
  int status = 200;
  std::string body = {};
  std::string retry_after = {};
  std::optional<base::Error> fault = {};  // instead
};

struct ApplicationWorld {
  FakeClock clock;
  FakeLoop loop{clock};
  // Answers by path; without one 503: there is no such application.
  FakeHttpClient http{[this](const net::ClientRequest& request) { return answer(request); }};
  identity::Parts parts{http, loop, clock};
  std::shared_ptr<identity::ClientTokens> tokens = std::make_shared<identity::ClientTokens>(parts);
  std::shared_ptr<config::Configuration> config = central();
  std::shared_ptr<applications::Repository> repository =
      std::make_shared<applications::Repository>(config, tokens, parts);
  std::map<std::string, Scripted> answers;
  int made_tokens = 0;

  static std::shared_ptr<config::Configuration> central() {
    auto made = std::make_shared<config::Configuration>();
    made->repository.emplace();
    made->repository->url = *http::parse_url("https://repo.example/base/");
    made->repository->zone = "own";
    config::IdentityProvider client;
    client.kind = config::ProviderKind::xsuaa;
    client.url = "https://own.uaa.example";
    client.identity_zone = "own";
    client.client_id = "repo";
    client.client_secret = base::Secret("s");
    made->repository->client = std::make_shared<const config::IdentityProvider>(std::move(client));
    return made;
  }

  base::Result<net::ClientResponse> answer(const net::ClientRequest& request) {
    if (request.url.path == "/oauth/token") {
      return answer_json(200, R"({"token_type":"bearer","expires_in":3600,"access_token":"token)" +
                                  std::to_string(++made_tokens) + "\"}");
    }
    const auto given = answers.find(request.url.path);
    const Scripted scripted = given == answers.end() ? Scripted{.status = 503} : given->second;
    if (scripted.fault) return *scripted.fault;
    net::ClientResponse response;
    response.status = scripted.status;
    response.body = scripted.body;
    if (!scripted.retry_after.empty()) response.headers.add("Retry-After", scripted.retry_after);
    return response;
  }
  std::size_t asked(const std::string& path) const {
    std::size_t count = 0;
    for (const auto& request : http.requests) count += request.url.path == path ? 1 : 0;
    return count;
  }
  const net::ClientRequest& last(const std::string& path) const {
    const net::ClientRequest* found = nullptr;
    for (const auto& request : http.requests) found = request.url.path == path ? &request : found;
    if (found == nullptr) throw std::logic_error("nobody asked for " + path);
    return *found;
  }
};

inline std::string field_of(const net::ClientRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace router::test
