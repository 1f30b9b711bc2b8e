#include "support/stub_uaa.h"

#include <httplib.h>

#include "support/stub_name_server.h"

namespace router::test {
namespace {

using nlohmann::json;

constexpr const char* kDomain = "uaa.test";
constexpr const char* kSecret = "a-secret";

// Of HTTP Basic, or of the form.
std::string client_of(const httplib::Request& request) {
  const auto& field = request.get_header_value("Authorization");
  for (const char* client : {"repo-client", "connectivity-client", "service-client", "destination-client"}) {
    if (field == httplib::make_basic_authentication_header(client, kSecret).second) return client;
  }
  return request.get_param_value("client_id");
}

}  // namespace

StubUaa::StubUaa() {
  server_->Post("/oauth/token",
                [this](const httplib::Request& request, httplib::Response& response) { token(request, response); });
  server_.start();
}

void StubUaa::tell(StubNameServer& names, const std::vector<std::string>& tenants) const {
  for (const auto& tenant : tenants) names.on(tenant + "." + kDomain, {.addresses = {"127.0.0.1"}});
}

json StubUaa::credentials(const std::string& client) const {
  return {{"clientid", client},
          {"clientsecret", kSecret},
          {"url", std::string("http://") + kProvider + "." + kDomain + ":" + std::to_string(server_.port())},
          {"uaadomain", kDomain},
          {"identityzone", kProvider},
          {"xsappname", "xsapp-of-" + client}};
}

void StubUaa::answer(const std::string& tenant, int status) {
  const std::lock_guard lock(mutex_);
  statuses_[tenant] = status;
}

void StubUaa::lifetime(int seconds) {
  const std::lock_guard lock(mutex_);
  lifetime_ = seconds;
}

std::vector<std::string> StubUaa::asked(const std::string& client) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> tenants;
  for (const auto& [by, tenant] : asked_) {
    if (by == client) tenants.push_back(tenant);
  }
  return tenants;
}

bool StubUaa::is_good(const std::string& authorization, const std::string& client, const std::string& tenant) const {
  const std::lock_guard lock(mutex_);
  const auto newest = newest_.find(client + "." + tenant);
  if (newest == newest_.end()) return false;
  return authorization == "Bearer " + newest->second || authorization == "bearer " + newest->second;
}

void StubUaa::withdraw_all() {
  const std::lock_guard lock(mutex_);
  newest_.clear();
}

void StubUaa::token(const httplib::Request& request, httplib::Response& response) {
  const std::lock_guard lock(mutex_);
  const auto host = request.get_header_value("Host");
  const auto tenant = host.substr(0, host.find('.'));
  const auto client = client_of(request);
  asked_.emplace_back(client, tenant);
  const auto status = statuses_.find(tenant);
  if (status != statuses_.end() && status->second != 200) {
    return answer_json(response, status->second, {{"error", "told_to_fail"}});
  }
  const bool is_known = !client.empty() && request.get_param_value("grant_type") == "client_credentials";
  if (!is_known) return answer_json(response, 401, {{"error", "invalid_client"}});
  auto& newest = newest_[client + "." + tenant];
  newest = "client_credentials." + client + "." + tenant + "." + std::to_string(++number_);
  answer_json(response, 200, {{"access_token", newest}, {"token_type", "bearer"}, {"expires_in", lifetime_}});
}

}  // namespace router::test
