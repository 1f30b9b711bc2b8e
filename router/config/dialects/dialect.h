// What config/ knows of one dialect of logging out, in a pair of files that nobody else repeats: how its
// settings are spelt and read, what the schema cannot say about them, and the paths that it answers itself.
// The list is config/dialects.h.
//
// The functions are called by load, on its thread. The settings have defaults, so that an absent section is
// none. Source: docs/contract/logout.md.
#pragma once

#include <span>

#include "config/endpoints.h"
#include "config/report.h"
#include "config/spelling.h"

namespace router::config {

struct Configuration;
struct Validation;

struct Dialect {
  // `report` is of the whole descriptor; `configuration` has its directory, environment, destinations and
  // providers.
  void (*read)(const json& descriptor, const Report& report, Configuration& configuration);
  // Pure; null: the schema has said it all.
  void (*validate)(const Validation& validation) = nullptr;
  // Null: it has none.
  Endpoints (*endpoints)(const Configuration& configuration) = nullptr;
  // What people write in its properties, put right before the schema looks at it.
  std::span<const SpellingRule> spelling = {};
};

}  // namespace router::config
