#include "app/run.h"

#include <sys/resource.h>

#include <cstdio>
#include <iostream>

#include "app/check.h"
#include "app/explain.h"
#include "app/import.h"
#include "app/options.h"
#include "app/router.h"
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

int serve(const config::LoadInput& input) {
  net::hold_signals();
  auto loaded = config::load(input);
  if (!loaded.issues.empty()) std::fputs(to_text(loaded.issues).c_str(), stderr);
  if (!loaded.configuration) {
    std::fputs("xs-router: not started, the configuration has errors\n", stderr);
    return kFailed;
  }
  const auto& environment = loaded.configuration->environment;
  base::configure_log(environment.log_level, environment.log_format);
  raise_descriptor_limit();

  Router router(loaded.configuration, input);
  auto port = router.start();
  if (!port) {
    std::fprintf(stderr, "xs-router: %s\n", port.error().detail.c_str());
    return kFailed;
  }
  base::log_info("router.listening", {{"port", *port}, {"directory", loaded.configuration->directory}});
  router.run();
  base::log_info("router.stopped");
  base::flush_log();
  return 0;
}

}  // namespace

int run(int argc, char** argv) {
  auto parsed = parse_options(argc, argv);
  if (const auto* exit_code = std::get_if<ExitCode>(&parsed)) return *exit_code;
  const auto& options = std::get<Options>(parsed);
  config::LoadInput input{options.directory, "xs-app.json", config::process_environment(), options.port};
  switch (options.command) {
    case Options::Command::check: return check(input, {options.json, options.strict}, std::cout);
    case Options::Command::explain:
      return explain(input, {options.method, options.url, options.headers}, options.json);
    case Options::Command::import_properties: return import_agent_properties(options.file);
    case Options::Command::serve: break;
  }
  return serve(input);
}

}  // namespace router::app
