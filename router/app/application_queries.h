// What the management port answers about the applications of the HTML5 repository that are kept. Pure.
// Source: docs/contract/operations.md "Management port".
#pragma once

#include <string>
#include <vector>

#include "applications/catalogue.h"
#include "management/operations.h"

namespace router::app {

// JSON: `bound`, `applications` in the order of their keys, and `next_cursor` where there are more. `kept` null: no
// repository is bound.
std::string list_applications(const std::vector<applications::Kept>* kept,
                              const management::ApplicationQuestion& question);

// "blue~shop": of the tenant blue, whose paths begin with /shop.
std::string application_key(std::string_view tenant, std::string_view segment);
struct ApplicationKey {
  std::string tenant;
  std::string segment;
};
// Absent: that is no key.
std::optional<ApplicationKey> parse_application_key(std::string_view text);

}  // namespace router::app
