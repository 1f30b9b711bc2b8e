#include "backend/route_set.h"

#include "backend/user_api.h"
#include "routing/rewrite.h"

namespace router::backend {
namespace {

// Null: nothing has that key.
Backend* back_end_at(const BackEnds::ByKey& back_ends, const std::string& key) {
  const auto known = back_ends.find(key);
  return known == back_ends.end() ? nullptr : known->second.get();
}

}  // namespace

RouteSet::RouteSet(std::shared_ptr<const config::Configuration> config, std::shared_ptr<const BackEnds> back_ends,
                   const MakeOwn& make_own)
    : config_(std::move(config)),
      back_ends_(back_ends ? std::move(back_ends) : std::make_shared<const BackEnds>()),
      table_(*config_),
      host_pattern_(base::Pattern::checked(config_->environment.destination_host_pattern)),
      user_api_(std::make_unique<UserApi>()) {
  // in the order of the table
  for (const auto* list : {&config_->plugins, &config_->routes}) {
    for (const auto& route : *list) leads_.push_back(lead_of(route, make_own));
  }
}

Lead RouteSet::lead_of(const config::Route& route, const MakeOwn& make_own) {
  if (auto own = make_own ? make_own(route) : nullptr) {
    own_.push_back(std::move(own));
    return own_.back().get();
  }
  if (const auto* service = route.service()) {
    if (service->name == config::kUserApiService) return user_api_.get();
    auto* known = back_end_at(back_ends_->services, service->key());
    return known == nullptr ? Lead(NotBound{}) : Lead(known);
  }
  const auto* destination = route.destination();
  auto* known = destination == nullptr ? nullptr : back_end_at(back_ends_->destinations, destination->name);
  return known == nullptr ? Lead(ByName{}) : Lead(known);
}

base::Result<std::optional<std::string>> Match::destination_name(const http::Target& target,
                                                                 std::string_view host) const {
  return routing::destination_name(*route, match, target, host, set->host_pattern());
}

base::Result<Match> find_route(const std::shared_ptr<const RouteSet>& set, std::string_view method,
                               const http::Target& target) {
  auto found = set->table().find(method, target);
  if (!found) return found.error();
  Match match{*std::move(found), nullptr};
  if (match.found()) match.set = set;
  return match;
}

}  // namespace router::backend
