#include "app/options.h"

#include <CLI/CLI.hpp>

namespace router::app {

std::variant<Options, ExitCode> parse_options(int argc, char** argv) {
  Options options;
  CLI::App app("xs-router: the front door of a business application, and its way out", "xs-router");
  app.set_version_flag("--version", XS_ROUTER_VERSION);
  app.add_option("-w,--workingDir", options.directory, "Directory with xs-app.json")->type_name("DIR");
  app.add_option("-p,--port", options.port, "Port to listen on (default: PORT, else 5000)")->check(CLI::Range(0, 65535));

  app.add_option("--state", options.state_directory, "Directory for what outlives the process (default: STATE_DIR, else nothing does)")->type_name("DIR");

  auto* check = app.add_subcommand("check", "Validate the configuration: prints what to mend, nothing if all is good; exits with 0 good or warnings, 1 errors");
  check->add_option("-w,--workingDir", options.directory, "Directory with xs-app.json")->type_name("DIR");
  check->add_flag("--json", options.json, "Print the findings as JSON");
  check->add_flag("--strict", options.strict, "For pipelines: warnings are errors, and so is a login without ALLOWED_HOSTS");

  auto* explain = app.add_subcommand("explain", "Show what a request would meet: route, back-end, login, logout");
  explain->add_option("-w,--workingDir", options.directory, "Directory with xs-app.json")->type_name("DIR");
  explain->add_option("METHOD", options.method, "Method of the request")->required();
  explain->add_option("URL", options.url, "Path and query, or an absolute URL")->required();
  explain->add_option("-H,--header", options.headers, "A header of the request")->type_name("'Name: value'")->allow_extra_args(false);
  explain->add_flag("--json", options.json, "Print it as JSON");

  auto* import = app.add_subcommand("import", "Print the logout settings of an agent's properties file as JSON");
  import->add_option("FILE", options.file, "The properties file")->required();

  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (check->parsed()) options.command = Options::Command::check;
  if (explain->parsed()) options.command = Options::Command::explain;
  if (import->parsed()) options.command = Options::Command::import_properties;
  return options;
}

}  // namespace router::app
