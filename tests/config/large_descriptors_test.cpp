// Descriptors of thousands of routes and faults: what is said about them, in a time that grows with the file
// alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include "config/config_fixture.h"

namespace router::config::test::large_descriptors_test {
namespace {

LoadResult load_routes(std::size_t count, const std::function<std::string(std::size_t)>& route) {
  std::string text = "{\"routes\":[\n";
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : ",\n") + route(i);
  return load_variables({{"destinations", R"([{"name":"app","url":"http://app.example"}])"}}, text + "\n]}");
}

std::string good_route(std::size_t number) {
  const auto name = std::to_string(number);
  return R"({"source":"^/r)" + name + R"(/(.*)$","target":"$1","destination":"app","authenticationType":"none"})";
}

TEST_CASE("load: twenty thousand good routes are taken, one more is said to be too many [N19]") {
  const auto result = load_routes(20'000, good_route);
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  CHECK(result.configuration->routes.size() == 20'000);
  const auto issues = errors_of(load_routes(20'001, good_route));
  CHECK(issues == "xs-app.json:1:11: error: /routes: found an array of 20001 elements, expected at most 20000\n");
}

TEST_CASE("load: who waits for it is told of each route that is read and judged [issue 14]") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", R"({"routes":[)" + good_route(1) + "," + good_route(2) + "]}");
  std::string said;
  LoadInput input;
  input.directory = directory.path();
  input.environment = {{"VCAP_APPLICATION", "{}"}, {"destinations", R"([{"name":"app","url":"http://app.example"}])"}};
  input.progress = [&](std::string_view what, std::size_t done, std::size_t all) {
    said.append(what).append(" " + std::to_string(done) + "/" + std::to_string(all) + "\n");
  };
  const auto loaded = load(input);
  REQUIRE(loaded.configuration);
  CHECK(said == "routes read 0/2\nroutes read 1/2\nroutes judged 0/2\nroutes judged 1/2\n");
}

TEST_CASE(
    "load: of twenty thousand bad routes a thousand faults are shown, each in its line, and all are counted "
    "[N19]") {
  const auto result = load_routes(20'000, [](std::size_t) { return R"({"sorce":"^/a","destination":5})"; });
  CHECK_FALSE(result.configuration);
  const auto shown = result.issues.sorted();
  CHECK(shown.size() == Issues::kMaxIssues);
  CHECK(result.issues.count(Severity::error) >= 20'000);
  std::size_t line = 0;
  for (const Issue& issue : shown) {
    CHECK(issue.position.line >= line);
    CHECK(issue.pointer.starts_with("/routes/" + std::to_string(issue.position.line - 2)));
    line = issue.position.line;
  }
}

TEST_CASE("load: of a hundred thousand unknown keys a thousand are shown, and all are counted [N19]") {
  std::string text = "{\n";
  for (int i = 0; i < 100'000; ++i) text += "\"key" + std::to_string(i) + "\": 0,\n";
  const auto result = load_variables({}, text + "\"routes\": []}");
  CHECK(result.issues.count(Severity::error) == 100'000);
  for (const Issue& issue : result.issues.sorted()) {
    const auto number = issue.pointer.substr(std::string("/key").size());
    CHECK(issue.position.line == std::stoul(number) + 2);
    CHECK(issue.position.column == 1);
  }
}

TEST_CASE("load: of thousands of unknown destinations among as many known ones each is a fault [N19]") {
  std::string destinations = "[";
  std::string routes = "{\"routes\":[\n";
  for (int i = 0; i < 20'000; ++i) {
    const auto number = std::to_string(i);
    destinations +=
        (i == 0 ? "" : ",") + (R"({"name":"a-known-destination-)" + number + R"(","url":"http://app.example"})");
    routes += (i == 0 ? "" : ",\n") +
              (R"({"source":"^/r)" + number + R"(/","destination":"an-unknown-destination-)" + number + R"("})");
  }
  const auto result = load_variables({{"destinations", destinations + "]"}}, routes + "\n]}");
  CHECK(result.issues.count(Severity::error) >= 20'000);
}

TEST_CASE("load: of thousands of looked-up logout paths each is the provider's where all routes to it are [issue 15]") {
  constexpr std::size_t kMany = 10'000;
  std::string routes = "{\"routes\":[\n";
  std::string logouts;
  for (std::size_t i = 0; i < kMany; ++i) {
    const auto number = std::to_string(i);
    const std::string before = i == 0 ? "" : ",\n";
    routes += before + R"({"source":"^/r)" + number + R"(/","authenticationType":"none","destination":"d)" + number +
              R"(","preferLocal":)" + (i % 2 == 0 ? "true}" : "false}");
    logouts += before + "\"d" + number + R"(":{"logoutPath":"/out"})";
  }
  const auto result =
      load_variables({{"VCAP_SERVICES", R"({"destination":[{"name":"d","credentials":{"uri":"https://d.example.com",
                             "url":"https://uaa.example.com","clientid":"c","clientsecret":"s"}}]})"}},
                     routes + "\n],\"destinations\":{\n" + logouts + "\n}}");
  REQUIRE(result.configuration);
  const auto& looked_up = result.configuration->looked_up_logouts;
  CHECK(looked_up.size() == kMany);
  const auto local =
      std::count_if(looked_up.begin(), looked_up.end(), [](const auto& one) { return one.second.prefer_local; });
  CHECK(local == 5'000);
  CHECK(looked_up.at("d10").prefer_local);
  CHECK_FALSE(looked_up.at("d11").prefer_local);
}

TEST_CASE("load: a hundred thousand headers of answers are taken [N19]") {
  std::string text = "{\"responseHeaders\":[\n";
  for (int i = 0; i < 100'000; ++i)
    text += (i == 0 ? "" : ",\n") + (R"({"name":"x-)" + std::to_string(i) + R"(","value":"1"})");
  const auto result = load_variables({}, text + "\n],\"routes\": []}");
  REQUIRE(result.configuration);
  CHECK(result.configuration->response_headers.size() == 100'000);
}

TEST_CASE("load: the routes that earlier ones take are found among thousands [N19]") {
  const auto result = load_routes(5'000, [](std::size_t i) { return good_route(i % 2'500); });
  std::size_t shadowed = 0;
  for (const Issue& issue : result.issues.sorted()) {
    if (issue.found.find("takes first") == std::string::npos) continue;
    ++shadowed;
    const auto own = std::stoul(issue.pointer.substr(std::string("/routes/").size()));
    CHECK(issue.found.find("routes/" + std::to_string(own - 2'500) + " takes first") != std::string::npos);
  }
  CHECK(shadowed == Issues::kMaxIssues);
}

}  // namespace
}  // namespace router::config::test::large_descriptors_test
