#include "app/run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>

#include "app/check.h"
#include "app/explain.h"
#include "app/import.h"
#include "app/init.h"
#include "app/management_calls.h"
#include "app/operator_commands.h"
#include "app/options.h"
#include "app/router.h"
#include "app/signals_command.h"
#include "app/state.h"
#include "base/guarded.h"
#include "base/log.h"
#include "config/load.h"
#include "net/signals.h"

namespace router::app {
namespace {

constexpr int kFailed = 1;

// Every connection is two descriptors; the soft limit of 1024 is a historical one.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// A write beyond the limit of files is an error of that write, not the end of the process.
void survive_file_limit() { std::signal(SIGXFSZ, SIG_IGN); }

// Behind what was logged on the way here.
int not_started(const std::string& why) {
  base::flush_log();
  std::fprintf(stderr, "xs-router: %s\n", why.c_str());
  return kFailed;
}

std::terminate_handler usual_end = nullptr;

// What led there is worth most then. Once: where it is the log that fails, the end is the usual one.
[[noreturn]] void end_with_log() {
  std::set_terminate(usual_end);
  base::flush_log();
  std::terminate();
}

bool needs_made_secret(const config::LoadResult& loaded) {
  if (!loaded.configuration) return false;
  const auto& environment = loaded.configuration->environment;
  return environment.session_secret.empty() && !environment.state_directory.empty();
}

int serve(config::LoadInput input) {
  net::hold_signals();
  survive_file_limit();
  usual_end = std::set_terminate(end_with_log);
  auto loaded = config::load(input);
  std::string made_secret;
  if (needs_made_secret(loaded)) {
    const auto kept = state_secret(loaded.configuration->environment.state_directory);
    if (!kept) return not_started(kept.error().detail);
    if (kept->is_new) made_secret = kept->file;
    // as if it had been set: reloads find it, too
    input.environment["SESSION_SECRET"] = std::string(kept->secret.reveal());
    loaded = config::load(input);
  }
  if (!loaded.issues.empty()) std::fputs(to_text(loaded.issues).c_str(), stderr);
  if (!loaded.configuration) return not_started("not started, the configuration has errors");
  const auto& environment = loaded.configuration->environment;
  base::configure_log(environment.log_level, environment.log_format);
  if (!environment.log_file.empty()) {
    if (const auto opened = base::log_to_file(environment.log_file); !opened)
      return not_started("LOG_FILE: " + opened.error().detail);
  }
  if (!made_secret.empty()) base::log_info("state.secret_made", {{"file", made_secret}});
  raise_descriptor_limit();
  auto state = State::open(environment);
  if (!state) return not_started(state.error().detail);
  warn_of_memory(environment);

  Router router(loaded, input, *std::move(state));
  auto port = router.start();
  if (!port) return not_started(port.error().detail);
  router.run(*port);
  base::log_info("router.stopped");
  base::flush_log();
  return 0;
}

std::string variable(const config::LoadInput& input, const std::string& name) {
  const auto found = input.environment.find(name);
  return found == input.environment.end() ? std::string() : found->second;
}

// Where the same environment would have it.
ManagementAccess management_access(const config::LoadInput& input, std::string url) {
  const base::Secret token(variable(input, "XS_ROUTER_TOKEN"));
  if (!url.empty()) return {std::move(url), token};
  const auto bind = variable(input, "MANAGEMENT_BIND");
  if (config::unix_path(bind)) return {bind, token};
  if (variable(input, "MANAGEMENT_PORT").empty()) return {"", token};
  const bool is_v6 = bind.find(':') != std::string::npos;
  const auto host = bind.empty() ? "127.0.0.1" : is_v6 ? "[" + bind + "]" : bind;
  const auto scheme = variable(input, "MANAGEMENT_TLS_CERT").empty() ? "http://" : "https://";
  return {scheme + host + ":" + variable(input, "MANAGEMENT_PORT"), token};
}

int operate_by(const Options& options, const ManagementAccess& access, const Console& console) {
  using Command = Options::Command;
  switch (options.command) {
    case Command::list_receipts:
      return list_receipts(access, options.receipts, options.json, console);
    case Command::show_receipt:
      return show_receipt(access, options.id, options.receipts.as_jws, options.json, console);
    case Command::top:
      return show_top(access, options.count, options.json, console);
    case Command::sessions:
      return show_sessions(access, options.sessions, options.json, console);
    case Command::end:
      return end_sessions(access, options.end, options.json, console);
    case Command::outbox:
      return show_outbox(access, options.outbox, options.json, console);
    case Command::outbox_retry:
      return retry_outbox(access, options.outbox, options.json, console);
    case Command::outbox_drop:
      return drop_from_outbox(access, options.outbox, options.json, console);
    case Command::applications:
      return show_applications(access, options.applications, options.json, console);
    case Command::applications_drop:
      return drop_kept_application(access, options.applications, options.json, console);
    case Command::reload:
      return reload_router(access, options.json, console);
    case Command::log_level:
      return set_log_level(access, options.log_level, options.json, console);
    default:
      return kFailed;
  }
}

// Those that ask a running router, or a transmitter of signals.
int operate(const Options& options, const config::LoadInput& input) {
  const Console console{std::cin, std::cout, std::cerr, ::isatty(STDOUT_FILENO) == 1, ::isatty(STDERR_FILENO) == 1};
  try {
    if (options.command == Options::Command::signals) return run_signals(input, options.signals, options.json, console);
    return operate_by(options, management_access(input, options.management_url), console);
  } catch (...) {
    return tell_fault(base::caught_error(), console);
  }
}

}  // namespace

int run(int argc, char** argv) {
  auto parsed = parse_options(argc, argv);
  if (const auto* exit_code = std::get_if<ExitCode>(&parsed)) return *exit_code;
  const auto& options = std::get<Options>(parsed);
  config::LoadInput input{options.directory, "xs-app.json", config::process_environment(), options.port};
  // as the variable, from where the program was started
  if (options.state_directory)
    input.environment["STATE_DIR"] = std::filesystem::absolute(*options.state_directory).string();
  switch (options.command) {
    case Options::Command::check: {
      const base::SystemClock clock;
      ProgressLine line(std::cerr, clock);
      return check(input, {options.json, options.strict, options.application}, std::cout,
                   ::isatty(STDERR_FILENO) == 1 ? &line : nullptr);
    }
    case Options::Command::explain:
      return explain(input, {options.method, options.url, options.headers, options.application}, options.json);
    case Options::Command::import_properties:
      return import_agent_properties(options.file);
    case Options::Command::verify_receipts:
      return verify_receipts(options.files, options.jwks, base::Secret(variable(input, "XS_ROUTER_TOKEN")),
                             options.json, std::cout, std::cerr);
    case Options::Command::init:
      return write_directory(options.directory, std::cout, std::cerr);
    case Options::Command::serve:
      return serve(std::move(input));
    default:
      return operate(options, input);
  }
}

}  // namespace router::app
