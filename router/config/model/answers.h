// What answers go through: compression, CORS, error pages. Part of config/model.h.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/pattern.h"
#include "http/origin.h"

namespace router::config {

struct Compression {
  bool enabled = true;
  std::size_t min_size = 1024;
  bool mixed_type_content = false;
};

struct CorsPolicy {
  std::optional<base::Pattern> uri_pattern;
  bool matches_query = false;  // as for a route
  std::optional<base::Pattern> host_pattern;
  std::vector<http::OriginRule> allowed_origins;
  std::vector<std::string> allowed_methods;
  std::vector<std::string> allowed_headers;
  std::vector<std::string> expose_headers;
  long long max_age = 0;  // seconds; negative: not said
  bool allow_credentials = true;
};

// A page for some statuses: a file whose content is shown, or a path that the browser is sent to.
struct ErrorPage {
  std::set<int> statuses;
  std::string file;  // absolute path; empty: none
  std::string content;
  std::string path = {};
};

}  // namespace router::config
