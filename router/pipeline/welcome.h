// Where "/" leads: the descriptor's welcomeFile, a path or an absolute URL. Source: README of @sap/approuter,
// "welcomeFile".
#pragma once

#include <string>

#include "http/query.h"
#include "http/url.h"
#include "pipeline/request_state.h"

namespace router::pipeline {

inline bool asks_for_welcome_file(const RequestState& state) {
  return state.request.target.path == "/" && !state.config().welcome_file.empty();
}

// With the request's query. Where there is a welcomeFile.
inline std::string welcome_target(const RequestState& state) {
  const auto& welcome = state.config().welcome_file;
  const bool is_whole = http::is_absolute_http(welcome) || welcome.front() == '/';
  return http::append_query(is_whole ? welcome : "/" + welcome, state.request.target.query);
}

// The same as the browser has to be told it.
inline std::string welcome_location(const RequestState& state) {
  auto location = welcome_target(state);
  return location.front() == '/' ? state.external.path_prefix + location : location;
}

}  // namespace router::pipeline
