// A small double of the destination service's REST API, with its token endpoint beside it:
//
//   POST /oauth/token                                              client credentials, HTTP Basic
//   GET  /destination-configuration/v1/destinations/<name>         Bearer token, 200, 401 or 404
//
// With a StubUaa tokens come from there, and each subscriber's subaccount has destinations of its own. Follows the public documentation ("Find a Destination"). The members may be called from any thread.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "support/stub_server.h"

namespace router::test {

class StubUaa;

class StubDestinationService {
 public:
  explicit StubDestinationService(const StubUaa* uaa = nullptr);

  // The value of VCAP_SERVICES.
  std::string binding() const;
  // `properties` beside Name, Type and URL. With OAuth2ClientCredentials a token comes along. `tenant`: whose it is.
  void set(const std::string& name, const std::string& url, const nlohmann::json& properties = nlohmann::json::object(),
           const std::string& tenant = "provider");
  // From now on every question is answered with this status; 0: as it should be.
  void fail_with(int status);
  std::size_t questions() const;

 private:
  // Whose subaccount a token opens; empty: it is none of ours.
  std::string tenant_of(const httplib::Request& request) const;
  void answer_question(const std::string& name, const httplib::Request& request, httplib::Response& response);

  const StubUaa* uaa_;
  mutable std::mutex mutex_;
  std::map<std::string, std::map<std::string, nlohmann::json>> destinations_;  // by tenant and name
  int failing_ = 0;
  std::size_t questions_ = 0;
  StubServer server_;
};

}  // namespace router::test
