#include "pipeline/stages/stages.h"
#include "pipeline/welcome.h"

namespace router::pipeline {

Result<Verdict> welcome_file(RequestState& state) {
  if (!asks_for_welcome_file(state)) return Verdict(Continue{});
  return Verdict(http::redirect_response(welcome_location(state)));
}

std::optional<Foreseen> explain_welcome_file(RequestState& state, Told&) {
  auto foreseen = foresee(welcome_file(state));
  if (foreseen) foreseen->text = "302 to welcomeFile: " + welcome_location(state);
  return foreseen;
}

}  // namespace router::pipeline
