#include "pipeline/left_application.h"

#include "config/applications.h"

namespace router::pipeline {

std::string left_application(const Context& context) {
  if (!context.user.session || context.user.session->ended_applications.empty()) return {};
  const auto name = context.match.destination_name(context.target(), context.external.authority);
  if (!name || !*name) return {};
  const auto* left =
      config::left_application(context.config().logout, context.user.session->ended_applications, **name);
  return left == nullptr ? std::string() : left->name;
}

}  // namespace router::pipeline
