#include "pipeline/left_application.h"

#include "config/applications.h"

namespace router::pipeline {

std::string left_application(const RequestState& state) {
  if (!state.user.session || state.user.session->ended_applications.empty()) return {};
  const auto name = state.match.destination_name(state.target(), state.external.authority);
  if (!name || !*name) return {};
  const auto* left = config::left_application(state.config().logout, state.user.session->ended_applications, **name);
  return left == nullptr ? std::string() : left->name;
}

}  // namespace router::pipeline
