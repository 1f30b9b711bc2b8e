// A small double of the destination service's REST API, with its token endpoint beside it:
//
//   POST /oauth/token                                              client credentials, HTTP Basic
//   GET  /destination-configuration/v1/destinations/<name>         Bearer token, 200, 401 or 404
//
// Follows the public documentation ("Find a Destination"). The members may be called from any thread.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "support/stub_server.h"

namespace router::test {

class StubDestinationService {
 public:
  StubDestinationService();

  // The value of VCAP_SERVICES.
  std::string binding() const;
  // `properties` beside Name, Type and URL. With OAuth2ClientCredentials a token comes along.
  void set(const std::string& name, const std::string& url,
           const nlohmann::json& properties = nlohmann::json::object());
  // From now on every question is answered with this status; 0: as it should be.
  void fail_with(int status);
  std::size_t questions() const;

 private:
  void answer_question(const std::string& name, const httplib::Request& request, httplib::Response& response);

  mutable std::mutex mutex_;
  std::map<std::string, nlohmann::json> destinations_;
  int failing_ = 0;
  std::size_t questions_ = 0;
  StubServer server_;
};

}  // namespace router::test
