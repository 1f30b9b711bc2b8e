// Makes the graph of one configuration: routes to back-ends, login, logout.
//
// Changes nothing: the graph refers to `parts`, which outlive it, and keeps what is bound alive. Whoever makes it says
// when it holds (Parts::use, Pipeline::replace_graph).
#pragma once

#include <memory>

#include "app/parts.h"
#include "config/model.h"
#include "config/private_files.h"
#include "pipeline/graph.h"

namespace router::app {

std::shared_ptr<const pipeline::Graph> make_graph(std::shared_ptr<const config::Configuration> config, Parts& parts,
                                                  const Bound& bound, const config::PrivateFiles& private_files = {});

}  // namespace router::app
