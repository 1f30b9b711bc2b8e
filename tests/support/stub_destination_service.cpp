#include "support/stub_destination_service.h"

#include <httplib.h>

namespace router::test {
namespace {

using nlohmann::json;

constexpr const char* kClientId = "destination-client";
constexpr const char* kClientSecret = "destination-secret";
constexpr const char* kToken = "destination-service-token";

}  // namespace

StubDestinationService::StubDestinationService() {
  server_->Post("/oauth/token", [](const httplib::Request& request, httplib::Response& response) {
    const auto expected = httplib::make_basic_authentication_header(kClientId, kClientSecret);
    const bool known = request.get_header_value("Authorization") == expected.second;
    if (!known || request.get_param_value("grant_type") != "client_credentials") {
      return answer_json(response, 401, {{"error", "invalid_client"}});
    }
    answer_json(response, 200, {{"access_token", kToken}, {"token_type", "bearer"}, {"expires_in", 43199}});
  });
  server_->Get(R"(/destination-configuration/v1/destinations/([^/]+))",
               [this](const httplib::Request& request, httplib::Response& response) {
                 answer_question(request.matches[1], request, response);
               });
  server_.start();
}

void StubDestinationService::answer_question(const std::string& name, const httplib::Request& request,
                                             httplib::Response& response) {
  const std::lock_guard lock(mutex_);
  ++questions_;
  if (failing_ != 0) return answer_json(response, failing_, {{"ErrorMessage", "told to fail"}});
  if (request.get_header_value("Authorization") != std::string("Bearer ") + kToken) {
    return answer_json(response, 401, {{"ErrorMessage", "not authorized"}});
  }
  const auto found = destinations_.find(name);
  if (found == destinations_.end()) {
    return answer_json(response, 404, {{"ErrorMessage", "Configuration with the specified name was not found"}});
  }
  answer_json(response, 200, found->second);
}

std::string StubDestinationService::binding() const {
  const json credentials = {
      {"uri", server_.origin()}, {"url", server_.origin()}, {"clientid", kClientId}, {"clientsecret", kClientSecret}};
  return json({{"destination", {{{"name", "destinations"}, {"tags", {"destination"}}, {"credentials", credentials}}}}})
      .dump();
}

void StubDestinationService::set(const std::string& name, const std::string& url, const json& properties) {
  json configuration = {{"Name", name}, {"Type", "HTTP"}, {"URL", url}, {"ProxyType", "Internet"}};
  configuration.update(properties);
  json answer = {{"owner", {{"SubaccountId", "a-subaccount"}, {"InstanceId", nullptr}}},
                 {"destinationConfiguration", configuration}};
  if (configuration.value("Authentication", "") == "OAuth2ClientCredentials") {
    answer["authTokens"] = {{{"type", "bearer"},
                             {"value", "token-of-" + name},
                             {"expires_in", "43199"},
                             {"http_header", {{"key", "Authorization"}, {"value", "Bearer token-of-" + name}}}}};
  }
  const std::lock_guard lock(mutex_);
  destinations_[name] = std::move(answer);
}

void StubDestinationService::fail_with(int status) {
  const std::lock_guard lock(mutex_);
  failing_ = status;
}

std::size_t StubDestinationService::questions() const {
  const std::lock_guard lock(mutex_);
  return questions_;
}

}  // namespace router::test
