// Makes the graph of one configuration: routes to back-ends, login, logout.
#pragma once

#include <memory>

#include "app/services.h"
#include "config/model.h"
#include "pipeline/graph.h"

namespace router::app {

std::shared_ptr<const pipeline::Graph> make_graph(std::shared_ptr<const config::Configuration> config,
                                                  Services& services);

}  // namespace router::app
