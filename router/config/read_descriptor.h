// xs-app.json (already checked against the schema) -> model.
//
// Members that the schema refused count as absent, so that the rest can still be checked in the same run.
// Source: docs/contract/descriptor.md "xs-app.json", docs/contract/logout.md sections 1 to 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/bindings.h"
#include "config/model.h"
#include "config/progress.h"

namespace router::config {

// What the descriptor is read against.
struct DescriptorSurroundings {
  const Variables& variables;
  const std::vector<Binding>& bindings;
  Progress progress = {};
};

inline constexpr long long kLongestSessionTimeout = 43'200;  // minutes: 30 days

// Fills everything that comes from the descriptor; `configuration` has directory, environment, destinations,
// providers already.
void read_descriptor(const json& descriptor, const Report& report, const DescriptorSurroundings& surroundings,
                     Configuration& configuration);

// The parts (read_routes.cpp, read_replace.cpp, read_logout.cpp, read_cors.cpp); each dialect reads its own
// (config/dialects.h)
Route read_route(const json& value, const Report& report, const DescriptorSurroundings& surroundings,
                 const Configuration& configuration);
void read_routes(const json& descriptor, const Report& report, const DescriptorSurroundings& surroundings,
                 Configuration& configuration);
Replacement read_replacement(const json& value, const Report& report, const DescriptorSurroundings& surroundings);
void read_logout_rules(const json& value, LogoutRules& rules);
std::vector<CorsPolicy> read_cors(const json& value, const Report& report);
void read_compression(const json& value, Compression& compression);

// The variables COMPRESSION, CORS and plugins, which hold what the descriptor could say too.
void read_descriptor_variables(const DescriptorSurroundings& surroundings, Configuration& configuration);

// Whether the expression itself speaks of the query (\? or [?]): it is matched against the whole URL then.
bool spells_question_mark(std::string_view source);
// A regular expression; a fault is reported with its offset.
std::optional<base::Pattern> read_pattern(const std::string& source, bool match_case, const Report& report,
                                          const std::string& pointer);

}  // namespace router::config
