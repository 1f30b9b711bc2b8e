#include "pipeline/stages/stages.h"

namespace router::pipeline {

Result<Verdict> match_route(RequestState& state) {
  auto match = backend::find_route(state.routes(), state.request.method, state.target());
  if (!match) return match.error();
  state.match = std::move(*match);
  // its users have just been signed out: asking them to sign in again would make the logout a circle
  state.is_public_page =
      !state.application && state.request.is_get_or_head() && state.graph.landing_pages.is_public(state.target().path);
  return Verdict(Continue{});
}

std::optional<Foreseen> explain_match_route(RequestState& state, Told&) { return foresee(match_route(state)); }

}  // namespace router::pipeline
