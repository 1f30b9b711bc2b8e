// OpenID Connect Front-Channel Logout: frontChannelLogoutEndpoint of `logout`.
// Its source: logout/sources/front_channel.h; docs/contract/logout.md section 1.
#pragma once

#include <string>

namespace router::config {

struct FrontChannelLogout {
  std::string front_channel_endpoint;  // empty = none
};

extern const struct Dialect kFrontChannelLogout;

}  // namespace router::config
