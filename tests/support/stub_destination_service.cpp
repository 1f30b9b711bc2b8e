#include "support/stub_destination_service.h"

#include <httplib.h>

#include "support/stub_uaa.h"

namespace router::test {
namespace {

using nlohmann::json;

constexpr const char* kClientId = "destination-client";
constexpr const char* kClientSecret = "destination-secret";
constexpr const char* kToken = "destination-service-token";

}  // namespace

StubDestinationService::StubDestinationService(const StubUaa* uaa) : uaa_(uaa) {
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

std::string StubDestinationService::tenant_of(const httplib::Request& request) const {
  const auto& field = request.get_header_value("Authorization");
  if (uaa_ == nullptr) return field == std::string("Bearer ") + kToken ? StubUaa::kProvider : "";
  for (const auto& tenant : uaa_->asked(kClientId)) {
    if (uaa_->is_good(field, kClientId, tenant)) return tenant;
  }
  return "";
}

void StubDestinationService::answer_question(const std::string& name, const httplib::Request& request,
                                             httplib::Response& response) {
  const std::lock_guard lock(mutex_);
  ++questions_;
  if (failing_ != 0) return answer_json(response, failing_, {{"ErrorMessage", "told to fail"}});
  const auto tenant = tenant_of(request);
  if (tenant.empty()) {
    return answer_json(response, 401, {{"ErrorMessage", "not authorized"}});
  }
  const auto& known = destinations_[tenant];
  const auto found = known.find(name);
  if (found == known.end()) {
    return answer_json(response, 404, {{"ErrorMessage", "Configuration with the specified name was not found"}});
  }
  answer_json(response, 200, found->second);
}

std::string StubDestinationService::binding() const {
  json credentials = {{"url", server_.origin()}, {"clientid", kClientId}, {"clientsecret", kClientSecret}};
  if (uaa_ != nullptr) credentials = uaa_->credentials(kClientId);
  credentials["uri"] = server_.origin();
  return json({{"destination", {{{"name", "destinations"}, {"tags", {"destination"}}, {"credentials", credentials}}}}})
      .dump();
}

void StubDestinationService::set(const std::string& name, const std::string& url, const json& properties,
                                 const std::string& tenant) {
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
  destinations_[tenant][name] = std::move(answer);
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
