#include "pipeline/left_application.h"

#include "config/applications.h"

namespace router::pipeline {

std::string left_application(const RequestState& state) {
  if (!state.user.session || state.user.session->ended_applications.empty()) return {};
  const auto name = state.match.destination_name(state.target(), state.external.authority);
  // a route to a folder, or a service, belongs to no application but the one of all
  const std::string_view destination = name && *name ? std::string_view(**name) : std::string_view();
  const auto* left =
      config::left_application(state.config().logout, state.user.session->ended_applications, destination);
  return left == nullptr ? std::string() : left->name;
}

}  // namespace router::pipeline
