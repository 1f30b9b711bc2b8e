// A small double of the destination service's REST API, with its token endpoint beside it:
//
//   POST /oauth/token                                              client credentials, HTTP Basic
//   GET  /destination-configuration/v1/destinations/<name>         Bearer token, 200, 401 or 404
//
// Follows the public documentation ("Find a Destination"). Served by cpp-httplib on the loopback interface;
// the members may be called from any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

namespace httplib {
class Server;
struct Request;
struct Response;
}  // namespace httplib

namespace router::test {

class StubDestinationService {
 public:
  StubDestinationService();
  ~StubDestinationService();
  StubDestinationService(const StubDestinationService&) = delete;
  StubDestinationService& operator=(const StubDestinationService&) = delete;

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

  std::unique_ptr<httplib::Server> server_;
  std::string origin_;
  mutable std::mutex mutex_;
  std::map<std::string, nlohmann::json> destinations_;
  int failing_ = 0;
  std::size_t questions_ = 0;
  std::thread thread_;
};

}  // namespace router::test
