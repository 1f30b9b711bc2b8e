#include "base/log.h"

#include <doctest/doctest.h>

namespace router::log_test {

using namespace router::base;

TEST_CASE("log: a hostile value cannot begin a new line") {
  const std::string_view hostile = "a\r\nevent=\"forged\"";
  for (const auto format : {LogFormat::json, LogFormat::text}) {
    const auto line = render_log_line(format, "route.loaded", {{"source", hostile}, {"index", 3}, {"public", true}});
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find('\r') == std::string::npos);
    CHECK(line.find("route.loaded") != std::string::npos);
    CHECK(line.find('3') != std::string::npos);
  }
}

}  // namespace router::log_test
