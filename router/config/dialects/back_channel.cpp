#include "config/dialects/back_channel.h"

#include <array>

#include "config/dialects/dialect.h"
#include "config/json_access.h"
#include "config/model.h"

namespace router::config {
namespace {

void read_back_channel(const json& descriptor, const Report&, Configuration& configuration) {
  const json* section = object_member(descriptor, "logout");
  if (section == nullptr) return;
  configuration.logout.back_channel_endpoint = text_member(*section, "backChannelLogoutEndpoint").value_or("");
}

Endpoints back_channel_endpoints(const Configuration& configuration) {
  return {{"/logout/backChannelLogoutEndpoint", configuration.logout.back_channel_endpoint}};
}

constexpr std::array kBackChannelSpelling = {SpellingRule{"/logout/backChannelLogoutEndpoint", endpoint_as_meant}};

}  // namespace

const Dialect kBackChannelLogout = {read_back_channel, nullptr, back_channel_endpoints, kBackChannelSpelling};

}  // namespace router::config
