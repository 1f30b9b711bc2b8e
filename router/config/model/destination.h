// Back-ends: the variable `destinations`, bound services, and where each is told of a logout. Part of
// config/model.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "config/model/connectivity.h"
#include "config/model/headers.h"
#include "config/model/provider.h"
#include "http/url.h"

namespace router::config {

using base::milliseconds;
using base::Secret;

enum class LogoutCallMethod { get, post, put };
constexpr std::string_view to_string(LogoutCallMethod method) {
  return method == LogoutCallMethod::get ? "GET" : method == LogoutCallMethod::put ? "PUT" : "POST";
}
// POST is what is said by any other word.
constexpr LogoutCallMethod logout_call_method(std::string_view word) {
  if (word == to_string(LogoutCallMethod::get)) return LogoutCallMethod::get;
  return word == to_string(LogoutCallMethod::put) ? LogoutCallMethod::put : LogoutCallMethod::post;
}

// A back-end: from the `destinations` variable, with logoutPath and logoutMethod of xs-app.json.
struct Destination {
  std::string name;
  http::Url url;
  bool forward_auth_token = false;
  bool forward_auth_certificates = false;
  milliseconds timeout{30'000};
  bool strict_ssl = true;
  bool strict_connections = false;  // HTML5.StrictConnectionMode
  bool set_x_forwarded_headers = true;
  std::string proxy_host;
  std::uint16_t proxy_port = 0;
  bool preserve_host_header = false;
  bool rewrite_location = false;
  std::vector<Header> headers;
  std::string logout_path;  // empty = none
  LogoutCallMethod logout_method = LogoutCallMethod::post;
  std::string logout_audience;             // of the logout token that it is told by (logoutToken); empty: none
  std::string title;                       // for people; empty: the name
  std::string service_key;                 // of a service: where the model has this endpoint, whatever its default is
  bool is_service = false;                 // from VCAP_SERVICES: token always sent, x-approuter-host at logout
  bool exchanges_cookies = true;           // false: it sees no cookie of the browser's, and sets none
  std::vector<std::string> closed_fields;  // that are the router's alone towards it: a client's do not pass
  // From the destination service:
  std::string tenant;          // whose own it is (its subdomain); empty: it is the provider's
  bool is_providers = false;   // it was asked for, and is the provider's, whose Cloud Connector leads to it
  std::string jar;             // what its cookies are filed by; empty: the name
  Secret authorization;        // the whole field value, sent instead of the user's token
  bool allows_dynamic = true;  // a route may take its name from path or host
  // How a service knows who calls; null: the user's own token is sent.
  std::shared_ptr<const ServiceClient> service_client;
  // Behind a Cloud Connector:
  bool is_on_premise = false;
  std::shared_ptr<const Connectivity> connectivity;  // the way there; null: over the network
  std::string location_id;                           // of the connector, where there are several
  bool propagates_user = false;                      // it is told who the user is

  // Two back-ends of one name and different owners know nothing of each other's cookies.
  const std::string& jar_name() const { return jar.empty() ? name : jar; }
};

// Through whose Cloud Connector requests on that tenant's hosts go.
inline std::string connector_tenant(bool is_providers, const std::string& tenant) {
  return is_providers ? std::string() : tenant;
}

// Destination::jar of a subscriber's own.
inline std::string subscribers_jar(const std::string& name, const std::string& tenant) { return name + "/" + tenant; }

// It knows the router by the certificate of its own binding, and gets no token.
inline bool uses_own_certificate(const Destination& destination) {
  return destination.service_client && destination.service_client->grant == ServiceGrant::mtls;
}

// destinations.<name> of the descriptor, for a destination that only the destination service knows.
struct LogoutPath {
  std::string path;
  LogoutCallMethod method = LogoutCallMethod::post;
  std::string title = {};
  std::string audience = {};  // as Destination::logout_audience
  bool prefer_local = false;  // the provider's, whoever leaves: all routes to it say so
};

}  // namespace router::config
