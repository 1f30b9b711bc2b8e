// Logout by URL or parameter, as Java agents have it: of one application, or of all.
//
// An endpoint is the path itself or its end, and is never proxied or served. A parameter is looked for in
// every request, whatever its method and whoever it is for, with `inspectBody` in posted forms too, but not
// in those to landing pages, callbacks and the router's own endpoints. "A GET must not be a trap" holds;
// nothing from another site but a navigation is heard. A request that is no navigation gets JSON.
// Stateless. Source: Java agents, "Logout"; docs/contract/logout.md section 2.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backend/route_set.h"
#include "config/endpoints.h"
#include "logout/application_rules.h"
#include "logout/held_sessions.h"
#include "logout/landing_pages.h"
#include "logout/source.h"

namespace router::logout {

class AgentSource final : public Source {
 public:
  // `routes` may be null: then no parameter is known to be for one application's destinations.
  AgentSource(std::shared_ptr<const config::Configuration> config, std::shared_ptr<const backend::RouteSet> routes,
              session::Store& store, Ongoing& ongoing, const base::Clock& clock);

  std::string_view name() const override { return "agent"; }
  bool may_handle(std::string_view method, std::string_view path, std::string_view query) const override;
  bool wants_body(const http::Request& request) const override;
  Task<Result<std::optional<Recognition>>> recognise(const SourceInput& input) override;
  std::optional<Trigger> preview(std::string_view method, const http::Target& target) const override;

 private:
  using Application = config::ApplicationLogout;

  bool is_exempt(std::string_view path) const;
  const Application* find(std::string_view method, const http::Target& target, std::string_view body,
                          std::string_view authority) const;
  std::string destination_of(std::string_view method, const http::Target& target, std::string_view authority) const;
  std::optional<Recognition> answer(const SourceInput& input) const;
  // An answer that changes nothing; absent: the request may log out.
  std::optional<http::Response> objection(const SourceInput& input) const;
  Trigger make_trigger(const Application& application, const http::Target& target) const;

  std::shared_ptr<const config::Configuration> config_;
  HeldSessions held_;
  ApplicationRules rules_;
  LandingPages pages_;
  std::shared_ptr<const backend::RouteSet> routes_;
  config::Endpoints endpoints_;
};

}  // namespace router::logout
