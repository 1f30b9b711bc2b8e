// Routes as config/load makes them, for tests of what uses them.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

#include "config/model.h"
#include "http/target.h"

namespace router::test {

inline config::Route make_route(std::string source, bool match_case = true) {
  config::Route route;
  auto pattern = base::Pattern::compile(source, match_case);
  if (!std::holds_alternative<base::Pattern>(pattern)) throw std::logic_error("bad source " + source);
  route.pattern = std::get<base::Pattern>(std::move(pattern));
  route.matches_query = source.find("\\?") != std::string::npos || source.find("[?]") != std::string::npos;
  route.source = std::move(source);
  route.match_case = match_case;
  return route;
}

inline http::Target make_target(std::string_view raw) {
  auto target = http::parse_target("GET", raw);
  if (!target) throw std::logic_error("bad target " + std::string(raw));
  return *std::move(target);
}

}  // namespace router::test
