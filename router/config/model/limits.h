// What is bounded: the LIMIT_ variables. Part of config/model.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace router::config {

using base::milliseconds;

struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::size_t header_count = 100;
  std::size_t url_bytes = 8 * 1024;
  std::uint64_t body_bytes = 0;                         // 0 = off
  std::size_t connections = 0;                          // 0 = as many as the file-descriptor limit allows
  std::size_t connections_per_address = 0;              // 0 = off
  std::size_t sessions = 0;                             // 0 = off
  std::size_t sessions_per_user = 0;                    // 0 = off
  std::size_t anonymous_sessions = 100'000;             // 0 = off
  std::size_t anonymous_sessions_per_address = 10'000;  // 0 = off
  std::size_t answer_fields = 1000;                     // of a back-end's answer
  std::size_t answer_head_bytes = 64 * 1024;
  std::size_t cookie_jar_bytes = 64 * 1024;
  std::size_t upstream_connections = 1024;  // per destination
  std::size_t upstream_streams = 10'000;    // per destination, beside those: WebSockets, event streams
  std::size_t upstream_queue = 1024;        // waiting requests per destination
  milliseconds header_timeout{10'000};
  std::size_t minimum_body_rate = 0;  // bytes per second, 0 = off
  std::size_t minimum_read_rate = 0;  // the same, of answers
  // At doors with a password or our credentials behind them, a minute; 0 = off
  unsigned failed_logins = 5;  // per account
  unsigned failed_logins_per_address = 10;
  unsigned logins_per_address = 60;             // right ones, too
  unsigned failed_callbacks_per_address = 300;  // logins that come back from the provider and fail
  unsigned look_ups_per_address = 60;           // of names that clients choose, a minute; 0 = off
};

}  // namespace router::config
