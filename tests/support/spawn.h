// A program as a process of its own, with what it prints in a file.
//
//   pid_ = spawn_logged({program, "--port", "0"}, folder_ / kLogName, std::vector<std::string>{});
//   if (pid_ <= 0) throw std::runtime_error("cannot run " + program);
//   ... read_file(folder_ / kLogName) ...
//
// Whoever spawns it ends it, and waits for its end.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace router::test {

// Runs words[0], which is looked up in PATH unless it is a path. Nothing is on its standard input; standard output and
// standard error are appended to the file `log`. `variables`, as NAME=value, are its whole environment; absent: it has
// the test's own. -1: it cannot be run.
pid_t spawn_logged(std::vector<std::string> words, const std::string& log,
                   std::optional<std::vector<std::string>> variables = std::nullopt);

// All of it; empty for one that cannot be read.
std::string read_file(const std::string& path);

}  // namespace router::test
