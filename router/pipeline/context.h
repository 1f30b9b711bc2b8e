// One request on its way through the stages: what is known about it so far.
//
// Made by pipeline/pipeline for each request, on the connection's loop; lives until the response has been sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "backend/backend.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/external.h"
#include "http/message.h"
#include "net/exchange.h"
#include "pipeline/graph.h"
#include "routing/route_table.h"
#include "session/session.h"

namespace router::pipeline {

struct Context {
  Context(net::Exchange& of, const Graph& with, net::BackendPool& via)
      : exchange(of), graph(with), pool(via), request(of.request()) {}

  net::Exchange& exchange;
  const Graph& graph;
  net::BackendPool& pool;
  const http::Request& request;
  // The target that is matched and forwarded: the request's, unless a stage put another in its place.
  std::optional<http::Target> other_target;
  const http::Target& target() const { return other_target ? *other_target : request.target; }

  http::External external;
  std::string request_id;
  std::string correlation_id;
  std::string traceparent;

  routing::RouteMatch match;
  bool is_public_page = false;  // a landing page of a logout, whatever its route says
  session::Snapshot session;  // of who is signed in; null: nobody
  // Then, perhaps, the browser's anonymous session: for back-ends' cookies, and a login to nobody.
  session::Snapshot anonymous;
  bool may_open_session = false;  // an anonymous one: certainly no session of this browser lives
  const session::Snapshot& any_session() const { return session ? session : anonymous; }
  // Who calls with x-approuter-authorization, null if nobody: a session in form, in no store. Then `session` is null.
  session::Snapshot caller;
  base::Secret service_token;  // for the route's service, instead of the user's own; usually empty
  const session::Session* user() const { return caller ? caller.get() : session.get(); }
  http::Fields reply_fields;  // that every reply to this request carries: cookies, CSRF token

  // A policy of ours has spoken about this request's Origin: a back-end's own CORS fields would contradict it.
  bool cors_is_ours = false;
  bool wants_statistics = false;  // sap-statistics

  // For the access log.
  base::SteadyTime started;
  int status = 0;
  std::uint64_t bytes_sent = 0;
  base::milliseconds upstream_time{-1};

  const config::Configuration& config() const { return *graph.config; }
  const config::Route& route() const { return *match.route; }
  // No route takes the path: whatever is there is public.
  bool needs_login() const {
    return match.found() && config().asks_for_login(route()) && !is_public_page;
  }
  bool is_built_in_service() const {
    return !target().path.empty() && (target().path == config().plugin_metadata_endpoint ||
                                      target().path == config().whitelist_endpoint);
  }
};

// What a stage decided: go on with the next one, or answer with this.
struct Continue {};
// The stage has answered through the exchange itself.
struct Answered {};
using Verdict = std::variant<Continue, Answered, http::Response>;

}  // namespace router::pipeline
