// Cross-checks that a schema cannot make. Pure: looks at values only.
//
// Every finding names its place in the descriptor (or the variable) and is an error, or a warning where the
// configuration works but probably not as meant.
// Source: docs/contract/descriptor.md "Validation"; docs/contract/logout.md sections 1 to 4.
#pragma once

#include <string>
#include <string_view>

#include "config/bindings.h"
#include "config/model.h"
#include "config/progress.h"
#include "config/report.h"
#include "config/variables.h"

namespace router::config {

struct Validation {
  const Configuration& configuration;
  const json& descriptor;
  const Report& report;  // of the descriptor
  const Variables& variables;
  const std::vector<Binding>& bindings;
  const Progress progress = {};

  // Then destinations may come from elsewhere.
  bool destination_service_bound() const { return configuration.destination_service.has_value(); }
};

void validate(const Validation& validation);

// The parts (validate_routes.cpp, validate_reach.cpp, validate_source.cpp, validate_endpoints.cpp); each dialect of logging
// out has its own (config/dialects.h)
void validate_routes(const Validation& validation);
// `report` is for the route, `value` the route as it was written.
void validate_source(const Route& route, const json& value, const Report& report);
void validate_reach(const Validation& validation);
void validate_endpoints(const Validation& validation);

std::string route_pointer(const Route& route);
// As messages name it: routes/3, the plugin "x".
std::string name_of_route(const Route& route);
// The route that answers a GET for `path`, null if there is none.
const Route* route_of(const Configuration& configuration, const std::string& path);
// Whether two routes take the same method: an earlier one leaves nothing to a later one.
bool covers_methods(const Route& earlier, const Route& later);

}  // namespace router::config
