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

TEST_CASE("log: a line is the same text whether one of its values has to be escaped or none [issue 13]") {
  const auto line = [](std::string_view path) {
    return render_log_line(LogFormat::json, "request",
                           {{"id", ""}, {"path", path}, {"status", 200}, {"ms", -1}, {"public", true}, {"to", "b"}});
  };
  constexpr std::string_view kWanted =
      R"("event":"request","id":"","path":"@","status":200,"ms":-1,"public":true,"to":"b")";
  const auto wanted = [&](std::string_view path) {
    std::string text(kWanted);
    return text.replace(text.find('@'), 1, path);
  };
  CHECK(line("/a") == wanted("/a"));
  CHECK(line("/a\"") == wanted("/a\\\""));
  const std::string longer(300, 'p');
  CHECK(line(longer) == wanted(longer));
}

}  // namespace router::log_test
