#include "pipeline/stages/stages.h"

namespace router::pipeline {

Result<Verdict> match_route(Context& context) {
  auto match = backend::find_route(context.graph.routes, context.request.method, context.target());
  if (!match) return match.error();
  context.match = std::move(*match);
  // its users have just been signed out: asking them to sign in again would make the logout a circle
  context.is_public_page =
      context.request.is_get_or_head() && context.graph.landing_pages.is_public(context.target().path);
  return Verdict(Continue{});
}

}  // namespace router::pipeline
