#include "routing/route_table.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "routing/literal_prefix.h"

namespace router::routing {
namespace {

bool allows(const config::Route& route, std::string_view method) {
  if (route.folder() != nullptr) return method == "GET" || method == "HEAD";
  return route.http_methods.empty() ||
         std::find(route.http_methods.begin(), route.http_methods.end(), method) != route.http_methods.end();
}

bool begins_with(std::string_view subject, std::string_view prefix, bool match_case) {
  if (match_case) return subject.starts_with(prefix);
  return subject.size() >= prefix.size() && base::equals_ignoring_case(subject.substr(0, prefix.size()), prefix);
}

bool has_empty_segments(std::string_view path) { return path.find("//") != std::string_view::npos; }

std::string without_empty_segments(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '/' || !out.ends_with('/')) out.push_back(c);
  }
  return out;
}

// Whoever may use one may use the other.
bool ask_for_the_same(const config::Route& a, const config::Route& b) {
  return a.authentication == b.authentication && a.provider == b.provider &&
         a.identity_provider == b.identity_provider && a.scope.by_method == b.scope.by_method;
}

}  // namespace

std::string_view match_subject(const config::Route& route, const http::Target& target, std::string& storage) {
  if (!route.matches_query || !target.has_query) return target.path;
  storage = target.path_and_query();
  return storage;
}

RouteTable::RouteTable(const std::vector<config::Route>& routes) { add(routes); }

RouteTable::RouteTable(const config::Configuration& configuration) {
  add(configuration.plugins);
  add(configuration.routes);
}

void RouteTable::add(const std::vector<config::Route>& routes) {
  entries_.reserve(entries_.size() + routes.size());
  for (const auto& route : routes) entries_.push_back({&route, literal_prefix(route.source)});
}

base::Result<RouteMatch> RouteTable::find(std::string_view method, const http::Target& target) const {
  RouteMatch result;
  if (!target.path.starts_with('/')) return result;
  bool passed_over = false;
  std::string storage;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto& [route, prefix] = entries_[i];
    if (!route->pattern) continue;
    if (!allows(*route, method)) {
      passed_over = true;
      continue;
    }
    const auto subject = match_subject(*route, target, storage);
    if (!begins_with(subject, prefix, route->match_case)) continue;
    const auto match = route->pattern->match(subject);
    if (!match) return match.error();
    if (!*match) continue;
    const auto is_way_round = leads_around_another(*route, method, target);
    if (!is_way_round) return is_way_round.error();
    if (*is_way_round) return result;
    result.route = route;
    result.position = i;
    result.match = **match;
    return result;
  }
  if (passed_over) return find_allowed(target);
  return result;
}

// To the file system empty segments are nothing, to the sources of routes they are not: "/ui//admin/a" is the file of
// "/ui/admin/a", which another route may protect.
base::Result<bool> RouteTable::leads_around_another(const config::Route& route, std::string_view method,
                                                    const http::Target& target) const {
  if (route.folder() == nullptr || !has_empty_segments(target.path)) return false;
  auto plain = target;
  plain.path = without_empty_segments(target.path);
  const auto meant = find(method, plain);
  if (!meant) return meant.error();
  return meant->found() && !ask_for_the_same(*meant->route, route);
}

base::Result<RouteMatch> RouteTable::find_allowed(const http::Target& target) const {
  std::set<std::string> methods;
  std::string storage;
  for (const auto& [route, prefix] : entries_) {
    // A route without a list of methods has had its chance: its source does not match.
    if (!route->pattern || (route->folder() == nullptr && route->http_methods.empty())) continue;
    const auto match = route->pattern->match(match_subject(*route, target, storage));
    if (!match) return match.error();
    if (!*match) continue;
    if (route->folder() != nullptr) {
      methods.insert({"GET", "HEAD"});
    } else {
      methods.insert(route->http_methods.begin(), route->http_methods.end());
    }
  }
  methods.erase("TRACE");  // answered 405 whatever the descriptor says
  RouteMatch result;
  result.allow.assign(methods.begin(), methods.end());
  return result;
}

}  // namespace router::routing
