// A double of the authorization server that bound services get their own tokens from (client credentials), for any
// number of tenants: each is a name of this host, <tenant>.uaa.test.
//
//   StubUaa uaa;
//   setup.environment["NAME_SERVERS"] = names.address();   // uaa.tell(names, {"provider", "t1"})
//   uaa.credentials("repo-client")
//
// A token is "<grant>.<client>.<tenant>.<number>". Members may be called from any thread.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/stub_server.h"

namespace router::test {

class StubNameServer;

class StubUaa {
 public:
  static constexpr const char* kProvider = "provider";

  StubUaa();

  // Lets these names lead here.
  void tell(StubNameServer& names, const std::vector<std::string>& tenants) const;
  // clientid, clientsecret, url, uaadomain, identityzone of the provider's own subaccount.
  nlohmann::json credentials(const std::string& client) const;

  // Of the tenant's token endpoint: anything but 200 is an error; 200 again: as it should be.
  void answer(const std::string& tenant, int status);
  void lifetime(int seconds);
  // Tenants that a token was asked for, in order; those of one client.
  std::vector<std::string> asked(const std::string& client) const;
  // Whether `authorization` is the newest token of that client for that tenant.
  bool is_good(const std::string& authorization, const std::string& client, const std::string& tenant) const;
  // No token is good until the next one is fetched.
  void withdraw_all();

 private:
  void token(const httplib::Request& request, httplib::Response& response);

  mutable std::mutex mutex_;
  std::map<std::string, int> statuses_;
  std::map<std::string, std::string> newest_;  // by client and tenant
  std::vector<std::pair<std::string, std::string>> asked_;
  int lifetime_ = 3600;
  int number_ = 0;
  StubServer server_;
};

}  // namespace router::test
