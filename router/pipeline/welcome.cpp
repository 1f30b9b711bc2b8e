#include "pipeline/welcome.h"

#include "base/text.h"
#include "http/query.h"
#include "http/url.h"
#include "session/csrf.h"

namespace router::pipeline {
namespace {

bool is_elsewhere(const RequestState& state) {
  return state.application == nullptr && http::is_absolute_http(state.config().welcome_file);
}

// Within the descriptor's paths.
std::string welcome_target(const RequestState& state) {
  std::string_view welcome = state.config().welcome_file;
  if (is_elsewhere(state)) return http::append_query(welcome, state.request.target.query);
  const bool is_own = state.application != nullptr;
  while (is_own && welcome.starts_with('/')) welcome.remove_prefix(1);
  const std::string path = welcome.starts_with('/') ? std::string(welcome) : "/" + std::string(welcome);
  return http::append_query(path, state.target().query);
}

}  // namespace

bool asks_for_welcome_file(const RequestState& state) {
  return !state.shows_welcome_file && state.target().path == "/" && !state.config().welcome_file.empty();
}

std::string welcome_location(const RequestState& state) {
  auto location = welcome_target(state);
  return is_elsewhere(state) ? location : state.external.path_prefix + state.application_path + location;
}

base::Result<Verdict> take_welcome_file(RequestState& state) {
  const auto& request = state.request;
  if (!asks_for_welcome_file(state) || is_elsewhere(state) ||
      !session::asks_for_csrf_token(request.method, request.headers)) {
    return Verdict(Continue{});
  }
  // a fragment is for the browser
  const auto target = welcome_target(state);
  auto other = http::parse_target(request.method, base::cut(target, '#').before);
  if (!other) return other.error();
  state.other_target = std::move(*other);
  state.shows_welcome_file = true;
  return Verdict(Continue{});
}

}  // namespace router::pipeline
