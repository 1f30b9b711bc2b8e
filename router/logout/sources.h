// The ways of asking for a logout, in the order in which they are tried.
#pragma once

#include <memory>
#include <vector>

#include "logout/parts.h"
#include "logout/source.h"

namespace router::logout {

using Sources = std::vector<std::unique_ptr<Source>>;
// Each gets of the parts what it needs to recognise and verify; none ends a session.
Sources make_sources(const Parts& parts);
// The endpoint and the page of an application of the HTML5 repository.
Sources make_application_sources(const Parts& parts, const std::shared_ptr<const config::Configuration>& application);

}  // namespace router::logout
