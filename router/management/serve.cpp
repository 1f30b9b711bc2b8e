#include "management/serve.h"

#include <algorithm>
#include <optional>

#include "base/log.h"
#include "management/routes.h"

namespace router::management {
namespace {

constexpr std::string_view kNamed = "{id}";

// Absent: that is not its path.
std::optional<std::string_view> name_in(std::string_view route, std::string_view path) {
  if (!route.ends_with(kNamed)) return route == path ? std::optional(std::string_view()) : std::nullopt;
  route.remove_suffix(kNamed.size());
  if (!path.starts_with(route) || path.size() == route.size()) return std::nullopt;
  const auto name = path.substr(route.size());
  return name.find('/') == std::string_view::npos ? std::optional(name) : std::nullopt;
}

struct Found {
  const Route* route = nullptr;
  std::string_view name;      // what its path names
  std::string other_methods;  // of that path
};

Found find_route(const Request& request) {
  Found found;
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  for (const auto& route : routes()) {
    const auto name = name_in(route.path, request.path);
    if (!name) continue;
    if (route.method == method) {
      found.route = &route;
      found.name = *name;
      return found;
    }
    found.other_methods.append(found.other_methods.empty() ? "" : ", ").append(route.method);
  }
  return found;
}

// A browser asks, and sends its cookie, for whoever wants it to.
bool may_be_of_another_site(const Visitor& visitor, const Request& request) {
  return visitor.is_by_browser && request.requested_by.empty() && request.method != "GET" && request.method != "HEAD";
}

// One that is misspelt would be a wish that nobody hears: a filter, or that nothing is to be done yet.
std::optional<Response> refuse_unknown_parameters(const Route& route, const Request& request) {
  std::string known;
  for (const auto& one : route.parameters) known.append(known.empty() ? "" : ", ").append(one.name);
  for (const auto& [name, value] : request.query) {
    const auto is_it = [&name = name](const Parameter& one) { return one.name == name; };
    if (std::any_of(route.parameters.begin(), route.parameters.end(), is_it)) continue;
    return problem(400, "there is no such parameter; this path takes " + (known.empty() ? "none" : known));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Response> turn_away(const Visitor& visitor, const Request& request, const Doorkeeper& doorkeeper) {
  if (!doorkeeper.has_tokens()) return problem(403, "neither MANAGEMENT_TOKEN nor MANAGEMENT_READ_TOKEN is set");
  if (visitor.is_misled) return problem(403, "without a token by no name of the DNS: localhost, or an address");
  if (visitor.come_again) {
    auto answer = problem(429, "too many wrong tokens from this address");
    answer.come_again_after = static_cast<unsigned>(visitor.come_again->count());
    return answer;
  }
  if (visitor.right != Right::nothing) return std::nullopt;
  if (!visitor.said_something) return problem(401, "Authorization: Bearer and a token are needed");
  base::log_warning("management.refused", {{"audit", true}, {"address", request.address}, {"path", request.path}});
  return problem(401, "that token is not known");
}

Response serve(const Request& request, Doorkeeper& doorkeeper, Operations& operations, const History& history) {
  const auto found = find_route(request);
  Visitor visitor;
  const bool is_open = found.route != nullptr && found.route->needs == Right::nothing;
  if (is_open) {
    visitor.is_by_browser = !request.origin.empty();  // whose page guesses no token at anybody's cost
  } else {
    // who is not let in does not learn what there is
    visitor = doorkeeper.look(request);
    if (auto refusal = turn_away(visitor, request, doorkeeper)) return *std::move(refusal);
  }
  if (found.route == nullptr) {
    if (found.other_methods.empty())
      return problem(404, "there is nothing at this path; /openapi.json says what there is");
    auto answer = problem(405, "this path takes " + found.other_methods);
    answer.allow = found.other_methods;
    return answer;
  }
  if (may_be_of_another_site(visitor, request)) return problem(403, "from a browser x-requested-by is needed");
  if (visitor.right < found.route->needs) return problem(403, "MANAGEMENT_READ_TOKEN may look, and change nothing");
  if (!is_open) {
    if (auto refusal = refuse_unknown_parameters(*found.route, request)) return *std::move(refusal);
  }
  return found.route->answer({request, visitor, operations, doorkeeper, history, found.name});
}

}  // namespace router::management
