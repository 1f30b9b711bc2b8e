#include "pipeline/stages/stages.h"

namespace router::pipeline {

Result<Verdict> match_route(Context& context) {
  auto match = context.graph.routes.find(context.request.method, context.target());
  if (!match) return match.error();
  context.match = std::move(*match);
  return Verdict(Continue{});
}

}  // namespace router::pipeline
