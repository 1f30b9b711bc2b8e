// What identity code needs of the world around it. All of it outlives every provider and every Task of one.
#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "net/http_client.h"

namespace router::identity {

struct Parts {
  net::HttpClient& client;  // of the background loop
  base::Loop& loop;         // the background loop
  const base::Clock& clock;
  bool verify_tls = true;  // NODE_TLS_REJECT_UNAUTHORIZED
};

}  // namespace router::identity
