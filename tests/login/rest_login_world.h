// A router with REST login, spoken to directly; its provider answers from a script.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "login/browser.h"
#include "login/rest_login.h"
#include "support/counts.h"

namespace router::test {

using FieldPairs = std::vector<std::pair<std::string, std::string>>;

inline const std::string kRestPath = "/am/json/realms/root/realms/alpha/authenticate";
inline const std::string kRestJourney = "?authIndexType=service&authIndexValue=myJourney";
inline const FieldPairs kBjensen{{"X-OpenAM-Username", "bjensen"}, {"X-OpenAM-Password", "Ch4ng3it!"}};

struct RestLoginWorld : LoginWorld {
  RestLoginWorld() {
    config::Am am;
    am.realm = "/alpha";
    am.context_path = "/am";
    am.success_url = "/am/console";
    am.journeys["myJourney"].logout_details = {{"clear_all_caches", "true"}};
    am.journeys["tokenless"].no_session = true;
    am.journeys["tokenless"].logout_details = {{"never", "shown"}};
    config.am = am;
    external.client_address = "203.0.113.7";
    make_service();
  }

  http::Response send(const std::string& method, const std::string& target, const FieldPairs& fields = {},
                      std::string body = {}) {
    http::Request request;
    request.method = method;
    request.target = *http::parse_target("GET", target);
    for (const auto& [name, value] : fields) request.headers.add(name, value);
    REQUIRE(service->rest());
    REQUIRE(service->rest()->is_login(request.target));
    return run_task(service->rest()->answer(request, external, std::move(body), home), &home);
  }
  http::Response post(const std::string& target, const FieldPairs& fields = {}, std::string body = {}) {
    return send("POST", target, fields, std::move(body));
  }
  http::Response post_json(const std::string& target, const nlohmann::json& body) {
    return post(target, {{"Content-Type", "application/json"}}, body.dump());
  }
  session::Snapshot session_of(const http::Response& response) {
    const auto answer = nlohmann::json::parse(response.body);
    const auto id = session::SessionId::parse(answer.value("tokenId", ""));
    return id ? find(*id) : nullptr;
  }
  std::uint64_t sessions() { return test::counts_of(store).created; }
  void refuse() {
    provider.error = base::Error{base::ErrorCode::unauthenticated, base::Side::identity_provider, "invalid_grant"};
  }
};

}  // namespace router::test
