// What is asked of the identity provider, by the URL of the logout request (Java agents, "Logout", "Conditionally log
// out to different URLs").
//
// A condition is host and path: the host stands for itself and, on label boundaries, its subdomains; ports
// are ignored; the path is a prefix on segment boundaries. The longest condition is tried first, whatever
// their order; "" fits all. Immutable; any thread. Source: docs/contract/logout.md section 2.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/model.h"
#include "logout/trigger.h"

namespace router::logout {

class ConditionalUrls {
 public:
  explicit ConditionalUrls(const std::vector<config::ConditionalUrl>& conditions);

  // `authority`: host[:port] of the request, as the browser sees it; `path` normalised.
  ProviderUrl choose(std::string_view authority, std::string_view path) const;

 private:
  struct Condition {
    std::size_t length = 0;
    std::string host;  // lower case, without port; empty: any
    std::string path;  // empty: any
    ProviderUrl answer;
  };
  static Condition parse(const config::ConditionalUrl& configured);

  std::vector<Condition> conditions_;  // longest first
};

}  // namespace router::logout
