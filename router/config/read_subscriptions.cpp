#include "config/read_subscriptions.h"

#include <algorithm>

#include "base/text.h"
#include "config/json_access.h"
#include "config/read_repository.h"

namespace router::config {
namespace {

constexpr std::string_view kTenantPlace = "{tenantId}";

struct Callback {
  std::string host;
  std::string path;
};

// "https://host/path", with a place for the tenant in it, which no URL may have.
std::optional<Callback> read_callback(const json& urls, std::string_view key, const Report& report) {
  const auto text = text_member(urls, key);
  if (!text) return std::nullopt;
  const auto scheme = text->find("://");
  const auto slash = scheme == std::string::npos ? scheme : text->find('/', scheme + 3);
  if (slash == std::string::npos) {
    report.warning("/appUrls", {std::string(key) + " " + show(std::string_view(*text)), "an absolute URL with a path"});
    return std::nullopt;
  }
  const auto authority = text->substr(scheme + 3, slash - scheme - 3);
  return Callback{base::to_lower(base::cut(authority, ':').before),
                  std::string(base::cut(std::string_view(*text).substr(slash), '?').before)};
}

bool is_at(const std::string& host, const std::string& uri) {
  const auto own = base::to_lower(base::cut(base::cut(std::string_view(uri), '/').before, ':').before);
  return host == own || host.ends_with("." + own);
}

// A platform tells the hosts of this application: callbacks at another one are another application's.
bool is_ours(const std::string& host, const Variables& variables, const Configuration& configuration) {
  const auto application = variables.json_value("VCAP_APPLICATION");
  const auto uris = application ? texts_member(*application->value, "application_uris") : std::vector<std::string>();
  if (uris.empty()) return true;
  if (std::any_of(uris.begin(), uris.end(), [&](const std::string& uri) { return is_at(host, uri); })) return true;
  const auto pattern = base::Pattern::checked(configuration.environment.tenant_host_pattern);
  const auto found = pattern ? pattern->match(host) : base::Result<std::optional<base::Pattern::Match>>(std::nullopt);
  return found && *found;
}

json uaa_name(const Binding& binding) {
  const json* uaa = object_member(*binding.credentials, "uaa");
  auto name = uaa == nullptr ? std::nullopt : text_member(*uaa, "xsappname");
  if (!name) name = text_member(*binding.credentials, "xsappname");
  return name ? json(*name) : json();
}

// Services of this platform that a subscriber needs as well.
json dependencies_of(const std::vector<Binding>& bindings) {
  json list = json::array();
  const auto add = [&](json entry) {
    if (std::find(list.begin(), list.end(), entry) == list.end()) list.push_back(std::move(entry));
  };
  for (const Binding& binding : bindings) {
    const json name = uaa_name(binding);
    if (name.is_null()) continue;
    const bool is_business = flag_member(*binding.credentials, "saasregistryenabled", false);
    if (binding.is(kRepositoryLabel) || is_business) {
      add({{"xsappname", name}});
    } else if (binding.is("destination") || binding.is("connectivity")) {
      add({{"appId", name}, {"appName", binding.is("destination") ? "destination" : "connectivity"}});
    }
  }
  return list;
}

const IdentityProvider* bound_xsuaa(const Configuration& configuration) {
  const auto& providers = configuration.providers;
  const auto found = std::find_if(providers.begin(), providers.end(), [](const IdentityProvider& provider) {
    return provider.kind == ProviderKind::xsuaa && !provider.xsappname.empty();
  });
  return found == providers.end() ? nullptr : &*found;
}

void split_at_tenant(const std::string& path, const Report& report, Subscriptions& subscriptions) {
  const auto place = path.find(kTenantPlace);
  if (place == std::string::npos) {
    report.warning("/appUrls", {"onSubscription without {tenantId}", "a path with {tenantId} in it",
                                "subscriptions are not answered"});
    return;
  }
  subscriptions.before_tenant = path.substr(0, place);
  subscriptions.after_tenant = path.substr(place + kTenantPlace.size());
}

}  // namespace

std::optional<Subscriptions> read_subscriptions(const std::vector<Binding>& bindings, const Variables& variables,
                                                const Configuration& configuration) {
  const auto bound = std::find_if(bindings.begin(), bindings.end(),
                                  [](const Binding& binding) { return binding.is("saas-registry"); });
  if (bound == bindings.end()) return std::nullopt;
  const Report& report = bound->report;
  const auto text = text_member(*bound->credentials, "appUrls");
  const json urls = text ? json::parse(*text, nullptr, false) : json();
  if (!urls.is_object()) {
    report.warning("", {"no usable appUrls", "the callbacks as a JSON string", "subscriptions are not answered"});
    return std::nullopt;
  }
  const auto* xsuaa = bound_xsuaa(configuration);
  if (xsuaa == nullptr) {
    report.warning("", {"a saas-registry without an xsuaa", "a bound xsuaa with xsappname, whose tokens are checked",
                        "subscriptions are not answered"});
    return std::nullopt;
  }
  if (flag_member(urls, "onSubscriptionAsync", false)) {
    report.warning("/appUrls", {"onSubscriptionAsync, which is not built", "onSubscription alone",
                                "subscriptions are answered at once"});
  }
  Subscriptions read;
  read.provider = xsuaa->name;
  read.scope = xsuaa->xsappname + ".Callback";
  read.dependencies = dependencies_of(bindings).dump();
  if (const auto callback = read_callback(urls, "getDependencies", report)) {
    if (is_ours(callback->host, variables, configuration)) read.dependencies_path = callback->path;
  }
  if (const auto callback = read_callback(urls, "onSubscription", report)) {
    if (is_ours(callback->host, variables, configuration)) split_at_tenant(callback->path, report, read);
  }
  if (read.dependencies_path.empty() && read.before_tenant.empty()) return std::nullopt;
  return read;
}

}  // namespace router::config
