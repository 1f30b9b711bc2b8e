// A step of the request's way: a plain function where nothing is waited for, a coroutine where something is.
#pragma once

#include <string_view>
#include <variant>

#include "base/task.h"
#include "pipeline/context.h"

namespace router::pipeline {

using PlainStage = base::Result<Verdict> (*)(Context&);
using WaitingStage = base::Task<base::Result<Verdict>> (*)(Context&);

struct Stage {
  std::string_view name;
  std::variant<PlainStage, WaitingStage> run;
};

}  // namespace router::pipeline
