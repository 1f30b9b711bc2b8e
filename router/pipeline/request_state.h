// A request on its way through the stages, as they judge it: the facts about it, and what the stages before found out.
//
// What a stage decides from this alone it decides without waiting, and without doing anything: the same when somebody
// asks what a request would meet (pipeline/explanation.h). Made for each request, on the connection's loop; lives until
// the response has been sent.
#pragma once

#include <variant>

#include "applications/catalogue.h"
#include "backend/request_facts.h"
#include "base/result.h"
#include "http/message.h"
#include "net/exchange.h"
#include "pipeline/graph.h"

namespace router::pipeline {

struct RequestState : backend::RequestFacts {
  // `at`: where it came in.
  RequestState(const http::Request& of, const Graph& with, const net::Endpoints& at)
      : RequestFacts(of), graph(with), endpoints(at) {}

  const Graph& graph;
  const net::Endpoints endpoints;

  applications::Found application;  // of the HTML5 repository, whose paths these are; null: the descriptor's
  // Why it is not known whether there is one; the request goes on as far as a logout.
  std::optional<base::Error> application_fault;
  std::optional<base::seconds> application_later;  // or when its address may ask that again
  backend::Match match;                            // keeps its route and back-end, whatever is loaded meanwhile
  bool is_public_page = false;                     // a landing page of a logout, whatever its route says
  http::Fields reply_fields;                       // that every reply to this request carries: cookies, CSRF token
  // A policy of ours has spoken about this request's Origin: a back-end's own CORS fields would contradict it.
  bool cors_is_ours = false;
  bool shows_welcome_file = false;  // it is the target already

  // The application's, where there is one.
  const config::Configuration& config() const { return application ? *application->config : *graph.config; }
  const std::shared_ptr<const backend::RouteSet>& routes() const {
    return application ? application->routes : graph.routes;
  }
  const config::Route& route() const { return *match.route; }
  // No route takes the path: whatever is there is public.
  bool needs_login() const { return match.found() && config().asks_for_login(route()) && !is_public_page; }
  bool is_built_in_service() const {
    return !target().path.empty() &&
           (target().path == config().plugin_metadata_endpoint || target().path == config().whitelist_endpoint);
  }
};

// What a stage decided: go on with the next one, or answer with this.
struct Continue {};
// The stage has answered through the exchange itself.
struct Answered {};
using Verdict = std::variant<Continue, Answered, http::Response>;

}  // namespace router::pipeline
