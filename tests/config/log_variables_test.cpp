// What is logged, and where to (docs/contract/operations.md "Logs").
#include <doctest/doctest.h>

#include <filesystem>

#include "config/config_fixture.h"

namespace router::config::test::log_variables_test {

TEST_CASE("environment: ACCESS_LOG is one of three words, LOG_FILE a path from the working directory [issue 14]") {
  CHECK(load_variables({}).configuration->environment.access_log == AccessLog::all);
  CHECK(load_variables({}).configuration->environment.log_file.empty());
  CHECK(load_variables({{"ACCESS_LOG", "errors"}}).configuration->environment.access_log == AccessLog::errors);
  CHECK(load_variables({{"ACCESS_LOG", "off"}}).configuration->environment.access_log == AccessLog::off);
  const auto loaded = load_variables({{"LOG_FILE", "log/router.log"}}).configuration;
  CHECK(loaded->environment.log_file ==
        (std::filesystem::path(loaded->directory) / "log" / "router.log").lexically_normal().string());
  CHECK(load_variables({{"LOG_FILE", "/log/router.log"}}).configuration->environment.log_file == "/log/router.log");
  const auto refused = load_variables({{"ACCESS_LOG", "some"}});
  CHECK(refused.configuration == nullptr);
  CHECK(errors_of(refused).find("environment variable ACCESS_LOG") != std::string::npos);
}

}  // namespace router::config::test::log_variables_test
