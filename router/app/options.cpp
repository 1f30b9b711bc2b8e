#include "app/options.h"

#include <CLI/CLI.hpp>

namespace router::app {

std::variant<Options, ExitCode> parse_options(int argc, char** argv) {
  Options options;
  CLI::App app("xs-router: the front door of a business application, and its way out", "xs-router");
  app.set_version_flag("--version", XS_ROUTER_VERSION);
  app.add_option("-w,--workingDir", options.directory, "Directory with xs-app.json")->type_name("DIR");
  app.add_option("-p,--port", options.port, "Port to listen on (default: PORT, else 5000)")->check(CLI::Range(0, 65535));

  auto* check = app.add_subcommand("check", "Validate the configuration and exit: 0 good, 1 with errors");
  check->add_option("-w,--workingDir", options.directory, "Directory with xs-app.json")->type_name("DIR");
  check->add_flag("--json", options.json, "Print the findings as JSON");

  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (check->parsed()) options.command = Options::Command::check;
  return options;
}

}  // namespace router::app
