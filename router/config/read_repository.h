// The bound HTML5 application repository -> model::Repository, and the variables that belong to it:
// DIRECT_ROUTING_URI_PATTERNS, OWN_SAP_CLOUD_SERVICE.
//
// Source: docs/contract/html5.md section 1.
#pragma once

#include <optional>
#include <vector>

#include "config/bindings.h"
#include "config/model/repository.h"

namespace router::config {

inline constexpr std::string_view kRepositoryLabel = "html5-apps-repo";

std::optional<Repository> read_repository(const std::vector<Binding>& bindings, const Variables& variables);

}  // namespace router::config
