// An identity provider inside a test: answers the router's calls from a script, late if the test says so.
//
// Change `document`, `keys`, `token_answer` at will; `fail_with` makes every call fail. hold() keeps answers
// back until release(); the answer is made when it is released. One thread.
#pragma once

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/event.h"
#include "config/model.h"
#include "http/form.h"
#include "identity/parts.h"
#include "net/http_client.h"
#include "support/fake_loop.h"
#include "support/token_signer.h"

namespace router::test {

inline constexpr const char* kIssuer = "https://idp.example";

inline net::ClientResponse stub_answer(int status, std::string body) {
  net::ClientResponse response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

class StubProvider final : public net::HttpClient {
 public:
  nlohmann::json document{{"issuer", kIssuer},
                          {"authorization_endpoint", "https://idp.example/authorize"},
                          {"token_endpoint", "https://idp.example/token"},
                          {"jwks_uri", "https://idp.example/keys"},
                          {"end_session_endpoint", "https://idp.example/logout"},
                          {"revocation_endpoint", "https://idp.example/revoke"}};
  std::string keys = jwks({TokenSigner::shared_rsa()});
  int document_status = 200;
  int keys_status = 200;
  int token_status = 200;
  std::string token_answer;
  int revoke_status = 200;
  std::optional<base::ErrorCode> fail_with;
  std::vector<net::ClientRequest> requests;

  void hold() { gate_ = std::make_shared<base::Event>(); }
  void release() {
    const auto gate = std::exchange(gate_, nullptr);
    if (gate) gate->set();
  }

  base::Task<base::Result<net::ClientResponse>> send(net::ClientRequest request) override {
    requests.push_back(request);
    const auto gate = gate_;
    if (gate) co_await gate->wait();
    co_return answer(request);
  }

  std::size_t count(const std::string& path) const {
    std::size_t found = 0;
    for (const auto& request : requests) found += request.url.path == path ? 1 : 0;
    return found;
  }
  // The last form that was posted, "" for a field that it does not have.
  std::string posted(const std::string& name) const {
    const auto posted =
        std::find_if(requests.rbegin(), requests.rend(), [](const auto& request) { return request.method == "POST"; });
    if (posted == requests.rend()) return "";
    const auto fields = http::decode_form(posted->body);
    for (const auto& [key, value] : fields.value_or(http::FormFields{})) {
      if (key == name) return value;
    }
    return "";
  }
  std::string header(const std::string& name) const {
    for (const auto& [key, value] : requests.back().headers) {
      if (key == name) return value;
    }
    return "";
  }

 private:
  base::Result<net::ClientResponse> answer(const net::ClientRequest& request) const {
    if (fail_with) return base::Error{*fail_with, request.side, "scripted failure"};
    const std::string& path = request.url.path;
    if (path.ends_with("/.well-known/openid-configuration")) return stub_answer(document_status, document.dump());
    if (path == "/keys" || path == "/token_keys") return stub_answer(keys_status, keys);
    if (path == "/token" || path == "/oauth/token") return stub_answer(token_status, token_answer);
    if (path == "/revoke") return stub_answer(revoke_status, "");
    return stub_answer(404, "");
  }

  std::shared_ptr<base::Event> gate_;
};

// A clock, a loop and a provider to talk to.
struct ProviderWorld {
  FakeClock clock;
  FakeLoop loop{clock};
  StubProvider stub;
  identity::Parts parts{stub, loop, clock};

  long long now() const { return base::unix_seconds(clock.wall()); }
};

inline config::IdentityProvider oidc_binding() {
  config::IdentityProvider provider;
  provider.name = "corporate";
  provider.kind = config::ProviderKind::oidc;
  provider.issuer = kIssuer;
  provider.client_id = "router";
  provider.client_secret = base::Secret("p:a%s+s& word");
  return provider;
}

inline config::IdentityProvider xsuaa_binding() {
  config::IdentityProvider provider;
  provider.name = "uaa";
  provider.kind = config::ProviderKind::xsuaa;
  provider.url = "https://tenant.uaa.example";
  provider.client_id = "sb-app!t1";
  provider.client_secret = base::Secret("secret");
  provider.xsappname = "app!t1";
  return provider;
}

// Runs many Tasks side by side and keeps what they answered.
template <class T>
class Crowd {
 public:
  void add(base::Task<T> task) { base::start_detached(keep(this, std::move(task))); }
  std::vector<T> answers;

 private:
  static base::Task<void> keep(Crowd* self, base::Task<T> task) {
    T answer = co_await task;
    self->answers.push_back(std::move(answer));
  }
};

}  // namespace router::test
