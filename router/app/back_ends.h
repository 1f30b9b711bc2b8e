// The back-ends that the routes of one configuration share: the descriptor's, or an application's own.
#pragma once

#include <memory>

#include "app/parts.h"
#include "applications/repository.h"
#include "backend/back_ends.h"

namespace router::app {

// `repository`: for the files that the central descriptor's routes name themselves; may be null.
std::shared_ptr<const backend::BackEnds> make_back_ends(std::shared_ptr<const config::Configuration> config,
                                                        std::shared_ptr<const applications::Repository> repository,
                                                        Parts& parts, const Bound& bound);

}  // namespace router::app
