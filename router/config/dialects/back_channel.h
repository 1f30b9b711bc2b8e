// OpenID Connect Back-Channel Logout: backChannelLogoutEndpoint of `logout`.
// Its source: logout/sources/back_channel.h; docs/contract/logout.md section 1.
#pragma once

#include <string>

namespace router::config {

struct BackChannelLogout {
  std::string back_channel_endpoint;  // empty = none
};

extern const struct Dialect kBackChannelLogout;

}  // namespace router::config
