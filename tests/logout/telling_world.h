// A router reduced to its logout that tells another site by pushes, and a desk that fetches.
#pragma once

#include <doctest/doctest.h>

#include "crypto/jws.h"
#include "logout/logout_tokens.h"
#include "logout/signals_world.h"

namespace router::test {

inline constexpr const char* kOther = "https://other.example";
inline const crypto::SealingSecrets kOwnSecrets{base::Secret(std::string(32, 's') + "1")};

struct TellingWorld : SignalsWorld {
  TellingWorld() : tokens({}, kOwnSecrets, "https://router.example", clock), queue(loop, store.shared()) {
    config.destinations.clear();
    config.environment.signals_issuer = "https://router.example";
    config.signals.subscribers = {
        {std::string(kOther) + "/signals", kOther, base::Secret(std::string("Bearer other-secret"))},
        {"", "desk", base::Secret(std::string("Bearer desk-secret"))}};
    const auto usual = make_parts;
    make_parts = [this, usual](logout::Parts& parts) {
      usual(parts);
      parts.own_transactions = tokens.own_transactions();
      parts.signal_queue = &queue;
    };
    renew();
  }
  // After a change of configuration or options.
  void renew() {
    reload();
    fan_out().use_logout_tokens(tokens);
    fan_out().use_signal_queue(queue);
  }
  // What waits belongs to nobody: let it end.
  ~TellingWorld() {
    for (auto left = poll(); left.is_object() && !left.value("sets", nlohmann::json::object()).empty();) {
      nlohmann::json all = nlohmann::json::array();
      for (const auto& [jti, token] : left["sets"].items()) all.push_back(jti);
      left = poll({{"ack", std::move(all)}});
    }
  }
  nlohmann::json claims_of(const std::string& token, const std::string& audience) {
    const auto published = crypto::KeySet::parse(tokens.jwks());
    REQUIRE(published);
    const auto verified = crypto::verify_jws(token, *published, {"ES256"});
    REQUIRE(verified);
    CHECK(verified->header.typ == "secevent+jwt");
    const auto set = identity::check_security_event(*verified, "https://router.example", audience, clock.wall());
    CHECK(std::holds_alternative<identity::SecurityEvent>(set));
    return nlohmann::json::parse(verified->payload);
  }
  nlohmann::json pushed(std::size_t at) { return claims_of(client.requests.at(at).body, kOther); }
  nlohmann::json poll(nlohmann::json asked = nlohmann::json::object(),
                      const std::string& secret = "Bearer desk-secret") {
    const Request request("POST", "/xs-router/signals/poll", {{"Authorization", secret}});
    if (!asked.contains("returnImmediately")) asked["returnImmediately"] = true;
    answer = send(request, nullptr, asked.dump());
    loop.run_ready();
    return answer ? nlohmann::json::parse(answer->body, nullptr, false) : nlohmann::json();
  }
  void sign_out(const session::Snapshot& session) {
    get("/my/logout", session);
    loop.run_ready();
  }

  logout::LogoutTokens tokens;
  logout::SignalQueue queue;
  std::optional<http::Response> answer;
};

}  // namespace router::test
