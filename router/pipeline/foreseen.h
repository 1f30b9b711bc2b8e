// How a request would be answered, as a stage tells it that only looks.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "base/result.h"
#include "pipeline/request_state.h"

namespace router::pipeline {

// Facts by topic, for people and programs; no secrets: tokens are placeholders.
using Told = nlohmann::ordered_json;

struct Foreseen {
  int status = 0;    // 0: more than the request decides that: who asks, what another answers
  std::string text;  // for people, with the status at its beginning where there is one
};

// "403: text"
Foreseen foresee(int status, std::string_view text);
// The end of the way, as a stage's verdict has it; absent: none.
std::optional<Foreseen> foresee(const base::Result<Verdict>& verdict);

}  // namespace router::pipeline
