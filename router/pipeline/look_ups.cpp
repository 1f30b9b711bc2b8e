#include "pipeline/look_ups.h"

#include "base/limits.h"
#include "pipeline/stages/stages.h"

namespace router::pipeline {

std::optional<base::seconds> take_look_up(const RequestState& state) {
  const auto& parts = state.graph.parts;
  if (parts.look_ups == nullptr) return std::nullopt;
  return parts.look_ups->take(state.external.client_address, parts.clock.steady());
}

void give_back_look_up(const RequestState& state) {
  const auto& parts = state.graph.parts;
  if (parts.look_ups != nullptr) parts.look_ups->give_back(state.external.client_address, parts.clock.steady());
}

Verdict too_many_look_ups(base::seconds later) {
  base::limits::kLookUps.hit();
  return come_again(later);
}

}  // namespace router::pipeline
