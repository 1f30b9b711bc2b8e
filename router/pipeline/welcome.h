// Where "/" leads: the descriptor's welcomeFile, a path or an absolute URL. Source: README of @sap/approuter,
// "welcomeFile".
#pragma once

#include <string>

#include "http/query.h"
#include "http/url.h"
#include "pipeline/context.h"

namespace router::pipeline {

inline bool asks_for_welcome_file(const Context& context) {
  return context.request.target.path == "/" && !context.config().welcome_file.empty();
}

// With the request's query. Where there is a welcomeFile.
inline std::string welcome_target(const Context& context) {
  const auto& welcome = context.config().welcome_file;
  const bool is_whole = http::is_absolute_http(welcome) || welcome.front() == '/';
  return http::append_query(is_whole ? welcome : "/" + welcome, context.request.target.query);
}

// The same as the browser has to be told it.
inline std::string welcome_location(const Context& context) {
  auto location = welcome_target(context);
  return location.front() == '/' ? context.external.path_prefix + location : location;
}

}  // namespace router::pipeline
