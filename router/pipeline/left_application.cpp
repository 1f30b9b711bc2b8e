#include "pipeline/left_application.h"

#include "config/applications.h"
#include "routing/rewrite.h"

namespace router::pipeline {

std::string left_application(const Context& context) {
  if (!context.user.session || context.user.session->ended_applications.empty()) return {};
  const auto name =
      routing::destination_name(context.route(), context.match.match, context.target(),
                                context.external.authority, context.graph.destination_host_pattern());
  if (!name || !*name) return {};
  const auto* left =
      config::left_application(context.config().logout, context.user.session->ended_applications, **name);
  return left == nullptr ? std::string() : left->name;
}

}  // namespace router::pipeline
