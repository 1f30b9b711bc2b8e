// Which route takes a request: the first whose source matches and whose methods allow it.
//
// Sources are matched against the normalised path alone; those that spell a question mark
// (Route::matches_query) against path?query. localDir routes take GET and HEAD, and no path that without its empty
// segments is one of a route that asks for more, or for something else.
// Owner: refers to the routes of a Configuration, which must outlive the table and every RouteMatch.
// Threads: immutable, find() from any thread; allocates nothing unless a route looks at the query.
// Source: docs/contract/descriptor.md, "Matching".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/pattern.h"
#include "base/result.h"
#include "config/model.h"
#include "http/target.h"

namespace router::routing {

struct RouteMatch {
  const config::Route* route = nullptr;  // null: no route takes the request
  base::Pattern::Match match;            // where `route` is set; offsets into match_subject(*route, target)
  std::vector<std::string> allow;        // sorted; not empty: sources match, but no methods do (405 with Allow)
  std::size_t position = 0;              // where `route` is set: its place in the table

  bool found() const { return route != nullptr; }
  bool method_not_allowed() const { return !allow.empty(); }
};

// The string that the route's source is matched against: target.path, or path?query built in `storage`.
std::string_view match_subject(const config::Route& route, const http::Target& target, std::string& storage);

class RouteTable {
 public:
  explicit RouteTable(const std::vector<config::Route>& routes);
  // Plugins before routes, as in the Node router.
  explicit RouteTable(const config::Configuration& configuration);

  // No route is no error. "*" (OPTIONS *) names no path, so no route takes it.
  // Errors: overloaded, where a source's regular expression gives up on this path (500).
  base::Result<RouteMatch> find(std::string_view method, const http::Target& target) const;

 private:
  struct Entry {
    const config::Route* route;
    std::string prefix;  // what every match begins with
  };
  void add(const std::vector<config::Route>& routes);
  base::Result<RouteMatch> find_allowed(const http::Target& target) const;
  base::Result<bool> leads_around_another(const config::Route& route, std::string_view method,
                                          const http::Target& target) const;

  std::vector<Entry> entries_;
};

}  // namespace router::routing
