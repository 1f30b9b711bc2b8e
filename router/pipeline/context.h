// One request on its way through the stages: the facts about it, which back-ends read too, and where it is on its way.
//
// Made by pipeline/pipeline for each request, on the connection's loop; lives until the response has been sent.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "backend/backend.h"
#include "base/clock.h"
#include "base/result.h"
#include "http/message.h"
#include "net/exchange.h"
#include "pipeline/graph.h"

namespace router::pipeline {

struct Context : backend::RequestFacts {
  Context(net::Exchange& of, const Graph& with, net::BackendPool& via)
      : RequestFacts(of.request()), exchange(of), graph(with), pool(via) {}

  net::Exchange& exchange;
  const Graph& graph;
  net::BackendPool& pool;

  backend::Match match;  // keeps its route and back-end, whatever is loaded meanwhile
  bool is_public_page = false;  // a landing page of a logout, whatever its route says
  bool may_open_session = false;  // an anonymous one: certainly no session of this browser lives
  http::Fields reply_fields;  // that every reply to this request carries: cookies, CSRF token

  // A policy of ours has spoken about this request's Origin: a back-end's own CORS fields would contradict it.
  bool cors_is_ours = false;

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
