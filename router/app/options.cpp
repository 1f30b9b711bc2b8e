#include "app/options.h"

#include <CLI/CLI.hpp>

#include "version.h"

namespace router::app {
namespace {

using Meaning = Options::Command;

// What each subcommand means, for those that are one word.
using Meanings = std::vector<std::pair<CLI::App*, Meaning>>;

void add_access(CLI::App& command, Options& options) {
  command
      .add_option("--url", options.management_url,
                  "The management port: http://HOST:PORT or unix:PATH (default: MANAGEMENT_BIND, MANAGEMENT_PORT); "
                  "token from XS_ROUTER_TOKEN")
      ->type_name("URL");
}

void add_limit(CLI::App& command, std::size_t& limit) {
  command.add_option("--limit", limit, "At most so many")->check(CLI::Range(1, 1'000'000))->capture_default_str();
}

void add_session_commands(CLI::App& app, Options& options, Meanings& meanings) {
  auto* sessions = app.add_subcommand("sessions", "Living sessions of a running router, oldest first");
  sessions->add_option("--user", options.sessions.user, "Only those of this user");
  sessions->add_option("--tenant", options.sessions.tenant, "Only those of this tenant");
  sessions->add_option("--provider", options.sessions.provider, "Only those of this identity provider");
  sessions->add_option("--destination", options.sessions.destination, "Only those with a cookie of this back-end");
  sessions->add_option("--min-age", options.sessions.min_age, "Only those at least so old")->type_name("SECONDS");
  sessions->add_option("--max-age", options.sessions.max_age, "Only those at most so old")->type_name("SECONDS");
  add_limit(*sessions, options.sessions.limit);
  meanings.emplace_back(sessions, Meaning::sessions);

  auto* end =
      app.add_subcommand("end", "End sessions, each by an ordinary logout; asks first, and shows how far it has come");
  auto* whose = end->add_option_group("whose")->require_option(1);
  whose->add_option("--user", options.end.user, "Those of this user");
  whose->add_option("--tenant", options.end.tenant, "Those of this tenant");
  whose->add_option("--provider", options.end.provider, "Those of this identity provider");
  whose->add_option("--session", options.end.session, "The one with this fingerprint");
  whose->add_flag("--all", options.end.all, "All");
  end->add_flag("--yes", options.end.yes, "Ask nobody");
  meanings.emplace_back(end, Meaning::end);
}

void add_outbox_commands(CLI::App& app, Options& options, Meanings& meanings) {
  auto* outbox = app.add_subcommand("outbox", "Calls that back-ends have not confirmed: list, retry, drop");
  outbox->require_subcommand(1);
  auto* list = outbox->add_subcommand("list", "What waits, and what was given up");
  list->add_option("--state", options.outbox.state, "Only those: pending or dead")
      ->check(CLI::IsMember({"pending", "dead"}));
  list->add_option("--back-end", options.outbox.back_end, "Only those for this back-end");
  add_limit(*list, options.outbox.limit);
  auto* retry = outbox->add_subcommand("retry", "Try again what was given up");
  auto* which = retry->add_option_group("which")->require_option(1);
  which->add_option("ID", options.outbox.id, "This call");
  which->add_option("--back-end", options.outbox.back_end, "Those for this back-end");
  which->add_flag("--all", options.outbox.all, "All");
  auto* drop = outbox->add_subcommand("drop", "Forget a call that was given up");
  drop->add_option("ID", options.outbox.id, "The call")->required();
  meanings.emplace_back(list, Meaning::outbox);
  meanings.emplace_back(retry, Meaning::outbox_retry);
  meanings.emplace_back(drop, Meaning::outbox_drop);
}

void add_application_commands(CLI::App& app, Options& options, Meanings& meanings) {
  auto* applications = app.add_subcommand(
      "applications", "Applications of the HTML5 repository that a running router keeps: list, drop");
  applications->require_subcommand(1);
  auto* list = applications->add_subcommand("list", "Those that requests have asked for");
  list->add_option("--tenant", options.applications.tenant, "Only those of this tenant (its subdomain)");
  list->add_option("--name", options.applications.name, "Only those of this name, without a version");
  add_limit(*list, options.applications.limit);
  auto* drop = applications->add_subcommand("drop", "Forget what is kept of one; the repository is asked anew");
  drop->add_option("KEY", options.applications.key, "As the list says it")->required();
  meanings.emplace_back(list, Meaning::applications);
  meanings.emplace_back(drop, Meaning::applications_drop);
}

void add_running_commands(CLI::App& app, Options& options, Meanings& meanings) {
  auto* top = app.add_subcommand("top", "What a running router does, each second");
  top->add_option("--count", options.count,
                  "So many times (default: until it is interrupted; once where there is no terminal)");
  meanings.emplace_back(top, Meaning::top);
  meanings.emplace_back(
      app.add_subcommand("reload", "Let a running router read its configuration anew; exits with 1 if it has errors"),
      Meaning::reload);
  auto* level = app.add_subcommand("log-level", "What a running router logs, or is to log for a while");
  level->add_option("LEVEL", options.log_level.level, "debug, info, warning, error, off");
  level->add_option("--event", options.log_level.event, "Only lines of this event");
  level->add_option("--minutes", options.log_level.minutes, "For so long")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  meanings.emplace_back(level, Meaning::log_level);
}

void add_signal_commands(CLI::App& app, Options& options, Meanings& meanings) {
  using What = SignalsOrder::What;
  auto* signals =
      app.add_subcommand("signals", "Streams at a transmitter of shared signals: create, status, verify, delete");
  signals->require_subcommand(1);
  const auto add = [&](const char* name, What what, const char* description) {
    auto* command = signals->add_subcommand(name, description);
    command->add_option("TRANSMITTER", options.signals.transmitter, "Its issuer, as in signals.transmitters")
        ->required();
    command->add_option("-w,--workingDir", options.directory, "Directory with xs-app.json")->type_name("DIR");
    command->add_flag("--json", options.json, "Print it as JSON");
    command->callback([&options, what] { options.signals.what = what; });
    meanings.emplace_back(command, Meaning::signals);
    return command;
  };
  add("create", What::create, "Make one for the audience and delivery in the configuration")
      ->add_option("--endpoint", options.signals.endpoint,
                   "Where it pushes to (default: SIGNALS_ISSUER and signals.endpoint)")
      ->type_name("URL");
  for (auto* command : {add("status", What::status, "Whether it is enabled, paused or disabled"),
                        add("verify", What::verify, "Let it send a verification, and see whether it comes"),
                        add("delete", What::remove, "Nothing comes any more")}) {
    command->add_option("--stream", options.signals.stream, "This one (default: the one for the configured audience)")
        ->type_name("ID");
  }
}

}  // namespace

std::variant<Options, ExitCode> parse_options(int argc, char** argv) {
  Options options;
  CLI::App app("xs-router: the front door of a business application, and its way out", "xs-router");
  app.set_version_flag("--version", kVersionText);
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
  check->add_option("--app", options.application, "The xs-app.json of an application of the HTML5 repository, as well")
      ->type_name("FILE");

  auto* explain = app.add_subcommand("explain", "Show what a request would meet: route, back-end, login, logout");
  explain->add_option("-w,--workingDir", options.directory, "Directory with xs-app.json")->type_name("DIR");
  explain->add_option("METHOD", options.method, "Method of the request")->required();
  explain->add_option("URL", options.url, "Path and query, or an absolute URL")->required();
  explain->add_option("-H,--header", options.headers, "A header of the request")
      ->type_name("'Name: value'")
      ->allow_extra_args(false);
  explain
      ->add_option("--app", options.application, "What the HTML5 repository has of the application that is asked for")
      ->type_name("FILE");
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
  auto* logouts =
      app.add_subcommand("logouts", "Receipts of logouts of a running router, newest first, or one of them");
  logouts->add_option("ID", options.id, "Of the logout");
  for (auto* command : {list, logouts}) {
    command->add_option("--cause", options.receipts.cause, "Only those with this cause");
    command->add_option("--user", options.receipts.user, "Only those of this user");
    command->add_option("--outcome", options.receipts.outcome,
                        "Only those with a call that ended so: confirmed, refused, unconfirmed, dead, pending");
    add_limit(*command, options.receipts.limit);
  }
  for (auto* command : {list, show, logouts}) {
    add_access(*command, options);
    command->add_flag("--jws", options.receipts.as_jws, "As compact JWS, one a line");
    command->add_flag("--json", options.json, "Print it as JSON");
  }

  Meanings meanings{{check, Meaning::check},
                    {explain, Meaning::explain},
                    {import, Meaning::import_properties},
                    {verify, Meaning::verify_receipts},
                    {list, Meaning::list_receipts},
                    {show, Meaning::show_receipt}};
  Meanings of_operators;
  add_running_commands(app, options, of_operators);
  add_session_commands(app, options, of_operators);
  add_outbox_commands(app, options, of_operators);
  add_application_commands(app, options, of_operators);
  for (const auto& [command, meaning] : of_operators) {
    add_access(*command, options);
    command->add_flag("--json", options.json, "Print it as JSON");
    meanings.emplace_back(command, meaning);
  }
  auto* init =
      app.add_subcommand("init", "Write a small directory that starts, with a README.md that says what is what");
  init->add_option("DIR", options.directory, "Where (default: here)");
  meanings.emplace_back(init, Meaning::init);

  add_signal_commands(app, options, meanings);

  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  for (const auto& [command, meaning] : meanings) {
    if (command->parsed()) options.command = meaning;
  }
  if (logouts->parsed()) options.command = options.id.empty() ? Meaning::list_receipts : Meaning::show_receipt;
  return options;
}

}  // namespace router::app
