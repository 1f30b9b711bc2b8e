#include "app/options.h"

#include <CLI/CLI.hpp>

namespace router::app {

std::variant<Options, ExitCode> parse_options(int argc, char** argv) {
  Options options;
  CLI::App app("xs-router: the front door of a business application, and its way out", "xs-router");
  app.set_version_flag("--version", XS_ROUTER_VERSION);
  app.add_option("-w,--workingDir", options.directory, "Directory with xs-app.json")->type_name("DIR");
  app.add_option("-p,--port", options.port, "Port to listen on (default: PORT, else 5000)")
      ->check(CLI::Range(0, 65535));

  app.add_option("--state", options.state_directory,
                 "Directory for what outlives the process (default: STATE_DIR, else nothing does)")
      ->type_name("DIR");

  auto* check = app.add_subcommand("check",
                                   "Validate the configuration: prints what to mend, nothing if all is good; exits "
                                   "with 0 good or warnings, 1 errors");
  check->add_option("-w,--workingDir", options.directory, "Directory with xs-app.json")->type_name("DIR");
  check->add_flag("--json", options.json, "Print the findings as JSON");
  check->add_flag("--strict", options.strict,
                  "For pipelines: warnings are errors, and so is a login without ALLOWED_HOSTS");

  auto* explain = app.add_subcommand("explain", "Show what a request would meet: route, back-end, login, logout");
  explain->add_option("-w,--workingDir", options.directory, "Directory with xs-app.json")->type_name("DIR");
  explain->add_option("METHOD", options.method, "Method of the request")->required();
  explain->add_option("URL", options.url, "Path and query, or an absolute URL")->required();
  explain->add_option("-H,--header", options.headers, "A header of the request")
      ->type_name("'Name: value'")
      ->allow_extra_args(false);
  explain->add_flag("--json", options.json, "Print it as JSON");

  auto* import = app.add_subcommand("import", "Print the logout settings of an agent's properties file as JSON");
  import->add_option("FILE", options.file, "The properties file")->required();

  auto* receipts = app.add_subcommand("receipts", "Signed receipts of logouts: verify, list, show");
  receipts->require_subcommand(1);
  auto* verify = receipts->add_subcommand(
      "verify", "Tell what is missing, changed or forged; exits with 0 nothing, 1 something, 2 it cannot be told");
  verify->add_option("FILE", options.files, "Receipts as compact JWS, one a line; - for standard input")->required();
  verify->add_option("--jwks", options.jwks, "The keys they are signed with; without them only the chain is checked")
      ->type_name("URL|FILE");
  verify->add_flag("--json", options.json, "Print it as JSON");
  auto* list = receipts->add_subcommand("list", "Those of a running router, newest first");
  auto* show = receipts->add_subcommand("show", "One of them; exits with 1 if there is none");
  show->add_option("ID", options.id, "Of the logout: x-logout-id of its answer")->required();
  list->add_option("--cause", options.receipts.cause, "Only those with this cause");
  list->add_option("--user", options.receipts.user, "Only those of this user");
  list->add_option("--outcome", options.receipts.outcome,
                   "Only those with a call that ended so: confirmed, refused, unconfirmed, dead, pending");
  list->add_option("--limit", options.receipts.limit, "At most so many")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  for (auto* command : {list, show}) {
    command
        ->add_option("--url", options.management_url,
                     "The management port: http://HOST:PORT or unix:PATH (default: MANAGEMENT_BIND, MANAGEMENT_PORT); "
                     "token from XS_ROUTER_TOKEN")
        ->type_name("URL");
    command->add_flag("--jws", options.receipts.as_jws, "As compact JWS, one a line");
    command->add_flag("--json", options.receipts.json, "Print it as JSON");
  }

  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  if (check->parsed()) options.command = Options::Command::check;
  if (explain->parsed()) options.command = Options::Command::explain;
  if (import->parsed()) options.command = Options::Command::import_properties;
  if (verify->parsed()) options.command = Options::Command::verify_receipts;
  if (list->parsed()) options.command = Options::Command::list_receipts;
  if (show->parsed()) options.command = Options::Command::show_receipt;
  return options;
}

}  // namespace router::app
