// A set of routes with a life of its own: the configuration that spells them, the table that finds them, the
// back-ends that they lead to.
//
// The descriptor's is made at start and with each reload; those of applications may come and go at run time.
// Whoever has found a route holds the set by the match: route and back-end stay until the answer has gone,
// whatever becomes of the set meanwhile. Immutable, from any thread. Owner: shared, by who routes with it and
// by each match. Source: docs/contract/descriptor.md "Matching"; docs/contract/html5.md section 1.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "backend/back_ends.h"
#include "backend/backend.h"
#include "base/pattern.h"
#include "base/result.h"
#include "config/model.h"
#include "http/target.h"
#include "routing/route_table.h"

namespace router::backend {

// Where a route leads: to this back-end, or
struct ByName {};    // to the destination whose name comes of the request, or is the destination service's to know
struct NotBound {};  // to a service that is not there
using Lead = std::variant<Backend*, ByName, NotBound>;

class RouteSet {
 public:
  // The back-end that a route has for itself, as a folder is one; null: it leads to one that is shared.
  using MakeOwn = std::function<std::unique_ptr<Backend>(const config::Route&)>;

  // `back_ends` may be null: no name is known.
  explicit RouteSet(std::shared_ptr<const config::Configuration> config,
                    std::shared_ptr<const BackEnds> back_ends = nullptr, const MakeOwn& make_own = {});
  RouteSet(const RouteSet&) = delete;
  RouteSet& operator=(const RouteSet&) = delete;

  const routing::RouteTable& table() const { return table_; }
  const BackEnds& back_ends() const { return *back_ends_; }
  // Of the route at that place of the table.
  const Lead& lead(std::size_t position) const { return leads_[position]; }
  // "*" as the name of a destination: the group of DESTINATION_HOST_PATTERN in the host; null: there is no
  // pattern.
  const base::Pattern* host_pattern() const { return host_pattern_ ? &*host_pattern_ : nullptr; }

 private:
  Lead lead_of(const config::Route& route, const MakeOwn& make_own);

  std::shared_ptr<const config::Configuration> config_;  // first: what follows refers to it
  std::shared_ptr<const BackEnds> back_ends_;
  routing::RouteTable table_;
  std::optional<base::Pattern> host_pattern_;
  std::unique_ptr<Backend> user_api_;
  std::vector<std::unique_ptr<Backend>> own_;
  std::vector<Lead> leads_;
};

// The route that takes a request, and what keeps it.
struct Match : routing::RouteMatch {
  std::shared_ptr<const RouteSet> set;  // where a route was found, else null

  // Where one was found.
  const Lead& lead() const { return set->lead(position); }
  // As routing::destination_name. `target` is what was matched, `host` the external one.
  base::Result<std::optional<std::string>> destination_name(const http::Target& target, std::string_view host) const;
};

// As routing::RouteTable::find. `set` is not null.
base::Result<Match> find_route(const std::shared_ptr<const RouteSet>& set, std::string_view method,
                               const http::Target& target);

}  // namespace router::backend
