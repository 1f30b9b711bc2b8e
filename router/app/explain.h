// `xs-router explain`: what the router would do with a request, without doing it.
//
// Loads a configuration, opens no port, calls nobody. Text for people and JSON for machines are made from one
// document. Source: docs/contract/descriptor.md "Start", "Matching"; docs/contract/logout.md.
#pragma once

#include <iostream>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/load.h"
#include "pipeline/graph.h"

namespace router::app {

struct ExplainRequest {
  std::string method;
  std::string url;                   // absolute, or a path
  std::vector<std::string> headers;  // "Name: value"
  // A file that stands for the answer of the HTML5 repository, whichever application is asked for; empty: none.
  std::string application = {};
};

// 0: explained, whatever the answer would be; 1: the configuration has errors (listed on `faults`); 2: no
// such request.
int explain(const config::LoadInput& input, const ExplainRequest& request, bool json, std::ostream& out = std::cout,
            std::ostream& faults = std::cerr);

// The same in a graph that is there already. Errors: bad_request (no such request).
base::Result<nlohmann::ordered_json> explain_request(const pipeline::Graph& graph, const ExplainRequest& request,
                                                     const config::Issues& issues);

}  // namespace router::app
