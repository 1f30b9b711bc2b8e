// Whom a logout tells, and where they are.
#include <utility>

#include "base/log.h"
#include "logout/application_calls.h"
#include "logout/execute.h"

namespace router::logout {

using base::Result;

namespace {

base::Error not_known_yet() {
  return {base::ErrorCode::unavailable, base::Side::router, "the destination is not known yet", true};
}

base::Error not_there_any_more() {
  return {base::ErrorCode::not_found, base::Side::router, "the configuration has no such back-end any more"};
}

// It may turn out to be the subscriber's own, whose cookies come first then.
config::Destination nameless_destination(const std::string& name, const std::string& tenant,
                                         const config::Configuration& config) {
  config::Destination destination;
  destination.name = name;
  const auto& service = config.destination_service;
  const auto owner = service ? config::subscriber_of(*service, tenant) : tenant;
  if (!owner.empty()) destination.jar = config::subscribers_jar(name, owner);
  return destination;
}

// Of a subscriber, or the provider's whoever leaves.
std::string asked_for(const std::string& tenant, bool prefer_local) { return prefer_local ? std::string() : tenant; }

CallTarget central_target(config::Destination destination, const config::LogoutPath& logout,
                          const config::Configuration& config) {
  destination.logout_path = logout.path;
  destination.logout_method = logout.method;
  destination.title = logout.title;
  destination.logout_audience = logout.audience;
  auto target = make_call_target(destination, config);
  target.prefer_local = logout.prefer_local;
  return target;
}

// Recorded as it is; where it is called is found then, and whether with the token, which stays good for it.
std::shared_ptr<const CallTarget> to_be_found(CallTarget target) {
  target.is_known = false;
  target.sends_token = target.audience.empty();
  return std::make_shared<const CallTarget>(std::move(target));
}

}  // namespace

// Each once, however many applications name it.
CallTargets Executor::targets_of(const Trigger& trigger, const session::Session& session) const {
  auto targets = all_targets(session.subdomain);
  for (const auto* logouts : {&session.application_logouts, &trigger.application_logouts}) {
    for (const auto& logout : *logouts) {
      auto target = application_target(logout, session.subdomain);
      if (!target && target.error().code == base::ErrorCode::unavailable) {
        const auto asked = asked_for(session.subdomain, logout.prefer_local);
        auto unknown = nameless_destination(logout.back_end, asked, *parts_.config);
        target = to_be_found(*make_application_target(logout, std::move(unknown), *parts_.config));
      }
      if (target) {
        add_target(*std::move(target), targets);
      } else {
        base::log_error("logout.destination_not_known",
                        {{"destination", logout.back_end}, {"application", logout.application}});
      }
    }
  }
  return targets;
}

Result<std::shared_ptr<const CallTarget>> Executor::application_target(const session::ApplicationLogout& logout,
                                                                       const std::string& tenant) const {
  const auto* known = known_back_end(*parts_.config, logout);
  if (known != nullptr) return make_application_target(logout, *known, *parts_.config);
  if (logout.is_service || !parts_.find_destination) return not_there_any_more();
  const auto looked_up = parts_.find_destination(logout.back_end, asked_for(tenant, logout.prefer_local));
  if (!looked_up) return not_known_yet();
  return make_application_target(logout, *looked_up, *parts_.config);
}

CallTargets Executor::all_targets(const std::string& tenant) const {
  CallTargets targets = targets_;
  for (const auto& [name, logout] : parts_.config->looked_up_logouts) {
    auto target = looked_up(name, logout, tenant);
    if (!target) {
      auto unknown = nameless_destination(name, asked_for(tenant, logout.prefer_local), *parts_.config);
      target = to_be_found(central_target(std::move(unknown), logout, *parts_.config));
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

std::shared_ptr<const CallTarget> Executor::looked_up(const std::string& name, const config::LogoutPath& logout,
                                                      const std::string& tenant) const {
  const auto found =
      parts_.find_destination ? parts_.find_destination(name, asked_for(tenant, logout.prefer_local)) : nullptr;
  if (!found) return nullptr;
  return std::make_shared<const CallTarget>(central_target(*found, logout, *parts_.config));
}

Result<std::shared_ptr<const CallTarget>> Executor::find_target(const std::string& name,
                                                                const std::string& tenant) const {
  for (const auto* targets : {&targets_, &subscribers_}) {
    for (const auto& target : *targets) {
      if (target->name == name) return target;
    }
  }
  for (const auto& [destination, logout] : parts_.config->looked_up_logouts) {
    if (name != target_name(kDestinationTarget, destination)) continue;
    auto target = looked_up(destination, logout, tenant);
    if (target) return target;
    return not_known_yet();
  }
  if (const auto of_application = read_application_target_name(name))
    return application_target(*of_application, tenant);
  return not_there_any_more();
}

}  // namespace router::logout
