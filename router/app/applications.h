// The applications of the HTML5 repository, as part of a graph: how their routes get their back-ends.
#pragma once

#include <memory>

#include "app/parts.h"
#include "applications/catalogue.h"
#include "config/model.h"

namespace router::app {

std::shared_ptr<applications::Repository> make_repository(std::shared_ptr<const config::Configuration> config,
                                                          Parts& parts);
// `repository` null: null.
std::shared_ptr<applications::Catalogue> make_catalogue(std::shared_ptr<const config::Configuration> config,
                                                        std::shared_ptr<applications::Repository> repository,
                                                        Parts& parts, const Bound& bound);

}  // namespace router::app
