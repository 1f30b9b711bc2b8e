#include "logout/application_calls.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "config/read_application.h"
#include "config/token_rule.h"

namespace router::logout {
namespace {

constexpr std::string_view kKind = "application:";
constexpr std::string_view kService = "service";
constexpr std::string_view kDestination = "destination";
constexpr std::string_view kLocal = "local";  // a destination of the provider's alone
constexpr std::size_t kParts = 6;

bool gets_token(const config::Configuration& application, const std::string& back_end, const std::string& provider) {
  const auto bindings = config::token_bindings(application, back_end);
  return !bindings || std::find(bindings->begin(), bindings->end(), provider) != bindings->end();
}

bool is_of(const session::ApplicationLogout& logout, const std::string& segment) {
  return logout.application == segment;
}

}  // namespace

std::vector<session::ApplicationLogout> application_logouts(const config::Configuration& application,
                                                            const std::string& segment, const std::string& provider) {
  std::vector<session::ApplicationLogout> logouts;
  const auto add = [&](const std::string& back_end, const std::string& path, config::LogoutCallMethod method,
                       bool is_service, bool prefer_local = false) {
    if (logouts.size() >= config::kMostApplicationLogouts) return;
    logouts.push_back({segment, back_end, path, std::string(to_string(method)), is_service,
                       gets_token(application, back_end, provider), prefer_local});
  };
  for (const auto& [name, destination] : application.destinations) {
    if (!destination.logout_path.empty()) add(name, destination.logout_path, destination.logout_method, false);
  }
  for (const auto& [name, looked_up] : application.looked_up_logouts)
    add(name, looked_up.path, looked_up.method, false, looked_up.prefer_local);
  for (const auto& [key, service] : application.services) {
    // what the application's default endpoint is, nobody else knows
    const auto& endpoint = service.service_key.empty() ? key : service.service_key;
    if (!service.logout_path.empty()) add(endpoint, service.logout_path, service.logout_method, true);
  }
  return logouts;
}

bool has_logouts(const session::Session& session, const std::string& segment,
                 const std::vector<session::ApplicationLogout>& logouts) {
  auto expected = logouts.begin();
  for (const auto& logout : session.application_logouts) {
    if (!is_of(logout, segment)) continue;
    if (expected == logouts.end() || !(*expected == logout)) return false;
    ++expected;
  }
  return expected == logouts.end();
}

void remember_logouts(session::Session& session, const std::string& segment,
                      const std::vector<session::ApplicationLogout>& logouts) {
  auto& known = session.application_logouts;
  const auto forget = [&](const std::string& name) {
    std::erase_if(known, [&](const auto& logout) { return is_of(logout, name); });
  };
  forget(segment);
  std::set<std::string_view> applications;
  for (const auto& logout : known) applications.insert(logout.application);
  if (applications.size() >= kMostApplications) forget(std::string(known.front().application));
  known.insert(known.end(), logouts.begin(), logouts.end());
}

const config::Destination* known_back_end(const config::Configuration& config,
                                          const session::ApplicationLogout& logout) {
  const auto& known = logout.is_service ? config.services : config.destinations;
  const auto found = known.find(logout.back_end);
  return found == known.end() ? nullptr : &found->second;
}

std::shared_ptr<const CallTarget> make_application_target(const session::ApplicationLogout& logout,
                                                          config::Destination back_end,
                                                          const config::Configuration& config) {
  back_end.logout_path = logout.path;
  back_end.logout_method = config::logout_call_method(logout.method);
  back_end.logout_audience.clear();  // that of the descriptor's own path
  auto target = make_call_target(back_end, config);
  target.name = application_target_name(logout);
  target.application = logout.application;
  target.prefer_local = logout.prefer_local;
  target.token_bindings.reset();
  if (!logout.gets_token) target.token_bindings.emplace();
  return std::make_shared<const CallTarget>(std::move(target));
}

void add_target(std::shared_ptr<const CallTarget> target, CallTargets& targets) {
  const auto url = target->url.to_string();
  const bool is_known = std::any_of(targets.begin(), targets.end(), [&](const auto& known) {
    // where it is not known yet, the one may be the tenant's own and the other the provider's
    const bool is_same_owner = target->is_known || known->prefer_local == target->prefer_local;
    return is_same_owner && known->back_end == target->back_end && known->method == target->method &&
           known->url.to_string() == url;
  });
  if (!is_known) targets.push_back(std::move(target));
}

std::string application_target_name(const session::ApplicationLogout& logout) {
  std::string name(kKind);
  name.append(base::percent_encode(logout.application)).append(1, '/');
  name.append(logout.is_service ? kService : logout.prefer_local ? kLocal : kDestination).append(1, '/');
  name.append(base::percent_encode(logout.back_end)).append(1, '/');
  name.append(logout.method).append(1, '/');
  name.append(logout.gets_token ? "token" : "-").append(1, '/');
  return name.append(base::percent_encode(logout.path));
}

std::optional<session::ApplicationLogout> read_application_target_name(std::string_view name) {
  if (!name.starts_with(kKind)) return std::nullopt;
  const auto parts = base::split(name.substr(kKind.size()), '/');
  if (parts.size() != kParts) return std::nullopt;
  const auto application = base::percent_decode(parts[0]);
  const auto back_end = base::percent_decode(parts[2]);
  const auto path = base::percent_decode(parts[5]);
  if (!application || !back_end || !path) return std::nullopt;
  return session::ApplicationLogout{
      *application,        *back_end,         *path, std::string(parts[3]), parts[1] == kService,
      parts[4] == "token", parts[1] == kLocal};
}

}  // namespace router::logout
