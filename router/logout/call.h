// One back-end that has to be told that a session is over: everything that is needed to tell it, and nothing
// else.
//
// A Call does not refer to the configuration, so it survives a reload. What is the same for all sessions
// (CallTarget) and for all calls of a session (Credentials) is shared, which keeps a waiting call small.
// Values. CallTarget is immutable; Credentials::revoked is touched on the background loop only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/secret.h"
#include "config/model.h"
#include "net/http_client.h"

namespace router::logout {

struct CallTarget {
  std::string back_end;  // name of the destination or service: the lane in the fan-out
  bool is_service = false;
  std::string method = "POST";
  http::Url url;
  base::milliseconds timeout{30'000};
  bool sends_token = false;
  // The bindings whose users' token it gets (config/token_rule.h); absent: any.
  std::optional<std::vector<std::string>> token_bindings;
  bool sends_forwarded = true;  // setXForwardedHeaders
  std::vector<config::Header> headers;
  base::Secret authorization;  // of the destination, instead of the user's token
  net::TlsClientOptions tls;
  std::string proxy_host;
  std::uint16_t proxy_port = 0;
};

struct Credentials {
  base::Secret access_token;  // empty: the session had none
  std::optional<base::WallTime> expires;
  bool revoked = false;

  bool usable_at(base::WallTime now) const {
    return !access_token.empty() && !revoked && (!expires || now < *expires);
  }
};

struct Call {
  std::string id;  // the Idempotency-Key, the same on each retry
  std::string logout_id;
  std::shared_ptr<const CallTarget> target;
  std::shared_ptr<Credentials> credentials;  // never null
  base::Secret cookies;                      // Cookie field, empty = none
  std::vector<config::Header> forwarded;     // x-forwarded-*, x-approuter-host
  base::WallTime created;
};

}  // namespace router::logout
