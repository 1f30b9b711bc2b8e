// The bound saas-registry -> model::Subscriptions: which paths tenants subscribe by, and what this application needs to be
// subscribed beside it.
//
// Source: docs/contract/html5.md section 4.
#pragma once

#include <optional>
#include <vector>

#include "config/bindings.h"
#include "config/model.h"

namespace router::config {

// `configuration` has its providers and its environment already.
std::optional<Subscriptions> read_subscriptions(const std::vector<Binding>& bindings, const Variables& variables,
                                                const Configuration& configuration);

}  // namespace router::config
