// The paths that the router answers itself, before any route, as the descriptor names them.
//
// Pure; any thread. Those with a fixed path are in pipeline/own_paths.h.
#pragma once

#include <string>
#include <vector>

namespace router::config {

struct Configuration;

struct Endpoint {
  std::string pointer;       // into the descriptor
  std::string path;          // empty: there is none
  bool may_be_root = false;  // those that the Node router knows, too
};
using Endpoints = std::vector<Endpoint>;

// Those of the dialects of logging out among them.
Endpoints endpoints_of(const Configuration& configuration);

}  // namespace router::config
