// `xs-router check`: loads a configuration, prints what is wrong with it and says so in the exit code.
//
// Text goes one line per cause to `out`, then a summary; of a good directory nothing. With `json` one JSON object,
// always. `progress`, where there is one, says how far a large directory is. Opens no port. Source:
// docs/contract/descriptor.md "Start".
#pragma once

#include <iostream>

#include "app/progress_line.h"
#include "config/load.h"

namespace router::app {

struct CheckOptions {
  bool json = false;
  bool strict = false;           // warnings are errors, and what is advised for strangers' networks is one too
  std::string application = {};  // file: the xs-app.json of an application of the HTML5 repository, judged as well
};

// 0: usable (warnings are listed), 1: errors.
int check(config::LoadInput input, CheckOptions options, std::ostream& out = std::cout,
          ProgressLine* progress = nullptr);

}  // namespace router::app
