// The program: options, configuration, listening, reload, drain. Returns the exit code.
#pragma once

namespace router::app {

int run(int argc, char** argv);

}  // namespace router::app
