// Back-ends: the variable `destinations`, bound services, and where each is told of a logout. Part of
// config/model.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "config/model/headers.h"
#include "config/model/provider.h"
#include "http/url.h"

namespace router::config {

using base::milliseconds;
using base::Secret;

enum class LogoutCallMethod { get, post, put };

// A back-end: from the `destinations` variable, with logoutPath and logoutMethod of xs-app.json.
struct Destination {
  std::string name;
  http::Url url;
  bool forward_auth_token = false;
  bool forward_auth_certificates = false;
  milliseconds timeout{30'000};
  bool strict_ssl = true;
  bool set_x_forwarded_headers = true;
  std::string proxy_host;
  std::uint16_t proxy_port = 0;
  bool preserve_host_header = false;
  bool rewrite_location = false;
  std::vector<Header> headers;
  std::string logout_path;  // empty = none
  LogoutCallMethod logout_method = LogoutCallMethod::post;
  std::string title;        // for people; empty: the name
  bool is_service = false;  // from VCAP_SERVICES: token always sent, x-approuter-host at logout
  // From the destination service:
  Secret authorization;        // the whole field value, sent instead of the user's token
  bool allows_dynamic = true;  // a route may take its name from path or host
  // Where a service's tokens come from; null: the user's own token is sent.
  std::shared_ptr<const ServiceClient> service_client;
};

// destinations.<name> of the descriptor, for a destination that only the destination service knows.
struct LogoutPath {
  std::string path;
  LogoutCallMethod method = LogoutCallMethod::post;
  std::string title = {};
};

}  // namespace router::config
