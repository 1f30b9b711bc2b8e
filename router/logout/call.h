// One back-end that has to be told that a session is over: everything that is needed to tell it, and nothing
// else.
//
// What can be written down of it is its CallRecord; where it goes is its CallTarget, which does not refer to the
// configuration, so that a call survives a reload. What is the same for all sessions (CallTarget) and for all calls of
// a session (Credentials) is shared, which keeps a waiting call small. Values; CallTarget is immutable.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "config/model.h"
#include "logout/call_record.h"
#include "net/http_client.h"

namespace router::logout {

struct CallTarget {
  std::string name;           // what the configuration calls it, with its kind: "destination:bank"
  std::string back_end;       // name of the destination or service: the lane in the fan-out
  std::string jar;            // whose cookies are its own: config::Destination::jar_name()
  std::string tenant;         // whose own back-end it is, with a lane of its own; empty: everybody's
  std::string application;    // of the HTML5 repository that wants it told; empty: the descriptor does
  std::string title;          // what people call it; empty: nothing else
  bool is_providers = false;  // config::Destination::is_providers
  bool is_service = false;
  bool is_known = true;  // false: the destination service has still to say where it is, and how it is called
  std::string method = "POST";
  http::Url url;
  base::milliseconds timeout{30'000};
  std::string audience;       // of the logout token, or signal, that it is told by; empty: it is told without one
  bool takes_signal = false;  // a subscriber: that token is a security event token
  bool is_polled = false;     // a subscriber that fetches it; `url` is none
  bool sends_token = false;
  bool has_own_client = false;  // a service that takes tokens made for it, and never the user's own
  // The bindings whose users' token it gets (config/token_rule.h); absent: any.
  std::optional<std::vector<std::string>> token_bindings;
  bool sends_forwarded = true;  // setXForwardedHeaders
  std::vector<config::Header> headers;
  base::Secret authorization;  // of the destination, instead of the user's token
  net::TlsClientOptions tls;
  std::string proxy_host;
  std::uint16_t proxy_port = 0;
  bool strict_connections = false;
  std::shared_ptr<const config::Connectivity> connectivity;  // behind a Cloud Connector; null: over the network
  std::string location_id;
  bool propagates_user = false;
  std::shared_ptr<const config::ServiceClient> service_client;  // that is told the tenant's id; null: nobody is
  bool prefer_local = false;                                    // the provider's, whoever's session it is
};

// Its id, names and time are filled in when it is submitted.
struct Call : CallRecord {
  std::shared_ptr<const CallTarget> target;
};

// Where a call of that name goes now, for a session of that tenant (its subdomain, may be empty). Errors: not_found (the
// configuration has no such back-end), unavailable (it is not known yet).
using FindTarget = std::function<base::Result<std::shared_ptr<const CallTarget>>(const std::string& target_name,
                                                                                 const std::string& tenant)>;

}  // namespace router::logout
