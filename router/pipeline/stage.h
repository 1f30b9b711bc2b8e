// A step of the request's way: a plain function of what is known where nothing is waited for and nothing is done, a
// Task where something may be. Before it whom it may concern at all: most requests pass most stages by, at the cost of a
// question. Beside it what it says when somebody asks what a request would meet; both come of the
// same judgement, which stands with the stage.
#pragma once

#include <optional>
#include <string_view>
#include <variant>

#include "base/task.h"
#include "pipeline/context.h"
#include "pipeline/foreseen.h"

namespace router::pipeline {

// False: the stage would let the request go on, and change nothing.
using Concerns = bool (*)(const RequestState&);
using PlainStage = base::Result<Verdict> (*)(RequestState&);
using WaitingStage = base::Task<base::Result<Verdict>> (*)(Context&);
// Absent: the request goes on. `told`: what has been said about it so far, by topic; each stage adds its own.
using Explain = std::optional<Foreseen> (*)(RequestState&, Told& told);

struct Stage {
  std::string_view name;
  Concerns concerns;
  std::variant<PlainStage, WaitingStage> run;
  Explain explain;
};

}  // namespace router::pipeline
