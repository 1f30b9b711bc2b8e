// What a request would meet on its way: the stages of pipeline/order.cpp, asked one after the other what they would do.
//
// Nobody is signed in, and nobody who is away is asked: what depends on the user is told for both. Pure, but for
// logout::Service::explain, which ends nothing; on any thread. Source: docs/contract/descriptor.md "Start", "Matching";
// docs/contract/logout.md.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "pipeline/foreseen.h"

namespace router::pipeline {

struct Explanation {
  Told told;
  std::string place;  // the part of the descriptor that says so, as a JSON pointer; empty: none
};

// `at`: where the request would come in.
Explanation explain(const Graph& graph, const http::Request& request, const net::Endpoints& at);

}  // namespace router::pipeline
