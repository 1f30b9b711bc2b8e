// What a request would meet on its way, as one JSON document: the way of pipeline/order.cpp, written down
// instead of gone.
//
// Pure, but for logout::Service::explain, which ends nothing. Secrets never appear: tokens are placeholders.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "config/issue.h"
#include "http/external.h"
#include "http/message.h"
#include "pipeline/graph.h"

namespace router::app {

// `issues`: of the load; the warnings that concern this request are repeated.
nlohmann::ordered_json make_explanation(const pipeline::Graph& graph, const http::Request& request,
                                        const http::External& external, const config::Issues& issues);

// The parts (explain_route.cpp, explain_logout.cpp)
nlohmann::ordered_json explain_passed_routes(const pipeline::Graph& graph, const http::Request& request,
                                             const config::Route* chosen);
nlohmann::ordered_json explain_route(const pipeline::Graph& graph, const http::Request& request,
                                     const http::External& external, const backend::Match& match);
nlohmann::ordered_json explain_logout(const logout::Explanation& logout, const http::External& external);

}  // namespace router::app
