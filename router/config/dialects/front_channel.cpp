#include "config/dialects/front_channel.h"

#include <array>

#include "config/dialects/dialect.h"
#include "config/json_access.h"
#include "config/model.h"

namespace router::config {
namespace {

void read_front_channel(const json& descriptor, const Report&, Configuration& configuration) {
  const json* section = object_member(descriptor, "logout");
  if (section == nullptr) return;
  configuration.logout.front_channel_endpoint = text_member(*section, "frontChannelLogoutEndpoint").value_or("");
}

Endpoints front_channel_endpoints(const Configuration& configuration) {
  return {{"/logout/frontChannelLogoutEndpoint", configuration.logout.front_channel_endpoint}};
}

constexpr std::array kFrontChannelSpelling = {SpellingRule{"/logout/frontChannelLogoutEndpoint", endpoint_as_meant}};

}  // namespace

const Dialect kFrontChannelLogout = {read_front_channel, nullptr, front_channel_endpoints, kFrontChannelSpelling};

}  // namespace router::config
