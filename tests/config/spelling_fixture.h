// A descriptor with one public route and one member as somebody spelt it, and what is said about that.
#pragma once

#include <string>

#include "config/config_fixture.h"
#include "config/json_reader.h"

namespace router::config::test {

inline std::string warnings_of(const LoadResult& result) {
  std::string text;
  for (const Issue& issue : result.issues.sorted()) {
    if (issue.severity == Severity::warning) text += to_text(issue) + "\n";
  }
  return text;
}

// A descriptor with one public route and what `pointer` says.
inline json descriptor_with(const std::string& pointer, const json& value) {
  json descriptor = {{"authenticationMethod", "none"},
                     {"destinations", {{"backend", {{"logoutPath", "/x"}}}}},
                     {"routes", {{{"source", "^/a/(.*)$"}, {"destination", "backend"}}}}};
  descriptor[json::json_pointer(pointer)] = value;
  return descriptor;
}

inline LoadResult load_with(const std::string& pointer, const json& value) {
  return load_variables({{"destinations", R"([{"name":"backend","url":"http://backend.example.com"}])"},
                         {"OIDC_ISSUER", "https://id.example.com"},
                         {"OIDC_CLIENT_ID", "c"}},
                        descriptor_with(pointer, value).dump(1));
}

}  // namespace router::config::test
