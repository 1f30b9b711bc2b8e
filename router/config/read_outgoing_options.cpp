#include "config/read_outgoing_options.h"

#include <algorithm>
#include <memory>
#include <set>
#include <string>

#include "config/json_access.h"
#include "config/read_repository.h"

namespace router::config {
namespace {

constexpr const char* kProperty = "/outgoingRequestOptions";
constexpr const char* kVariable = "OUTGOING_REQUEST_OPTIONS";
constexpr long long kLongest = 24LL * 60 * 60 * 1000;

// A user has a page in time, whatever his provider does: longer ones are as none.
void set_token_timeout(ProviderKind kind, milliseconds timeout, Configuration& configuration) {
  for (auto& provider : configuration.providers) {
    if (provider.kind == kind) provider.token_timeout = std::min(provider.token_timeout, timeout);
  }
}

void set_timeout(std::string_view service, milliseconds timeout, Configuration& configuration) {
  if (service == kRepositoryLabel && configuration.repository) configuration.repository->timeout = timeout;
  if (service == "destination" && configuration.destination_service)
    configuration.destination_service->timeout = timeout;
  if (service == "xsuaa") set_token_timeout(ProviderKind::xsuaa, timeout, configuration);
  if (service == "identity") set_token_timeout(ProviderKind::ias, timeout, configuration);
}

// "cls" is the Node router's own log.
bool is_known(std::string_view service) {
  static const std::set<std::string_view> kKnown = {"html5-apps-repo", "destination", "xsuaa", "identity", "cls"};
  return kKnown.contains(service);
}

void read_options(const json& options, const Report& report, Configuration& configuration) {
  if (!options.is_object()) return;
  for (const auto& [service, value] : options.items()) {
    const auto timeout = integer_member(value, "timeout");
    const bool is_good = is_known(service) && value.is_object() &&
                         (member(value, "timeout") == nullptr || (timeout && *timeout >= 0 && *timeout <= kLongest));
    if (!is_good) {
      report.warning(
          pointer_to("", service),
          {show_value(value), "{\"timeout\": milliseconds} of html5-apps-repo, destination, xsuaa or identity",
           "nothing of it is taken"});
      continue;
    }
    if (timeout && *timeout > 0) set_timeout(service, milliseconds(*timeout), configuration);
  }
}

}  // namespace

void read_outgoing_options(const json& descriptor, const Report& report, const Variables& variables,
                           Configuration& configuration) {
  if (const json* options = object_member(descriptor, "outgoingRequestOptions")) {
    read_options(*options, report.below(kProperty), configuration);
  }
  if (const auto variable = variables.json_value(kVariable))
    read_options(*variable->value, variable->report, configuration);
}

}  // namespace router::config
