// The command line. The fence around CLI11.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace router::app {

struct Options {
  enum class Command { serve, check, explain, import_properties } command = Command::serve;
  std::string directory = ".";
  std::optional<std::uint16_t> port;
  std::optional<std::string> state_directory;
  bool json = false;                 // check --json, explain --json
  bool strict = false;               // check --strict
  std::string method;                // explain METHOD URL
  std::string url;
  std::vector<std::string> headers;  // explain -H "Name: value"
  std::string file;                  // import FILE
};

// Help, version or a usage error: what the process prints and exits with is printed already.
using ExitCode = int;
std::variant<Options, ExitCode> parse_options(int argc, char** argv);

}  // namespace router::app
