// Asks the management port of a router, from a command. Blocks; at most some seconds.
//
// `url`: http://host:port, https://host:port or unix:PATH. Source: docs/contract/operations.md "Command line".
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace router::management {

struct Call {
  std::string method = "GET";
  std::string target;  // path and query
  std::string body;    // JSON; empty: none
};
struct Reply {
  int status = 0;
  std::string body;
};
// Whatever is answered. Errors: unavailable, bad_request (the URL).
base::Result<Reply> call(const std::string& url, const Call& call, const base::Secret& token);

// Hears each line of an event stream that has data, until `take` says no or the stream ends. Errors: as get().
base::Result<void> follow(const std::string& url, const std::string& target, const base::Secret& token,
                          const std::function<bool(std::string_view data)>& take);

// The body of a 200. Errors: unavailable (nobody answers), refused (401, 403), not_found (404), protocol (another status),
// bad_request (the URL); each in words for people.
base::Result<std::string> get(const std::string& url, const std::string& target, const base::Secret& token);

}  // namespace router::management
