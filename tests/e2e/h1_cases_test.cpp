// Every case of h1_cases.json (the first sample) and h1_own_cases.json (ours, in the same form) against the built
// router, in the set-up the first names. MUST has no exceptions; what we do otherwise at SHOULD and policy is in
// kDeviations, and nothing else is.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "e2e/h1_case.h"
#include "support/router_process.h"
#include "support/stub_provider.h"

namespace router::test::h1_cases_test {
namespace {

// Case -> why we differ on purpose. A case that no longer deviates must leave the list.
const std::map<std::string, std::string> kDeviations = {};

std::string cases_path() {
  if (const char* chosen = std::getenv("H1_CASES")) return chosen;
  return std::string(ROUTER_TEST_DATA) + "/e2e/h1_cases.json";
}

bool wants_slow_cases() { return std::getenv("H1_SLOW") != nullptr; }

RouterSetup setup_of_the_cases(const RecordingBackend& backend, const RecordingBackend& websockets,
                               const StubProvider& provider) {
  RouterSetup setup;
  setup.environment = provider.variables();
  setup.environment["TRUSTED_PROXIES"] = "none";
  setup.environment["PRESERVE_FRAGMENT"] = "false";
  setup.descriptor["websockets"] = {{"enabled", true}};
  setup.add_destination("public", backend.origin());
  setup.add_destination("ws", websockets.origin());
  setup.add_public_route("public");
  setup.add_route({{"source", "^/private/(.*)$"}, {"destination", "public"}, {"authenticationType", "oidc"}});
  setup.add_route(
      {{"source", "^/static/(.*)$"}, {"target", "$1"}, {"localDir", "static"}, {"authenticationType", "none"}});
  setup.add_public_route("ws");
  setup.files["static/index.html"] = "<!doctype html><title>Static</title>" + std::string(4000, '.');
  setup.links["static/link-to-root"] = "/";
  return setup;
}

struct Deviation {
  std::string level;
  std::string text;
};

using Deviations = std::map<std::string, Deviation>;

Deviations play_cases(const std::string& path) {
  RecordingBackend backend;
  backend.on("/public/early", answers_early("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly"));
  RecordingBackend websockets;
  StubProvider provider;
  RouterProcess router(setup_of_the_cases(backend, websockets, provider));

  Deviations deviations;
  std::size_t played = 0;
  for (const auto& test_case : read_h1_cases(path)) {
    if (test_case.slow && !wants_slow_cases()) continue;
    ++played;
    const auto result = play(test_case, router, backend);
    for (const auto& wrong : judge(test_case, result)) {
      auto& deviation = deviations[test_case.id];
      deviation.level = test_case.level;
      deviation.text += (deviation.text.empty() ? test_case.name + ": " : "; ") + wrong;
    }
    if (const auto found = deviations.find(test_case.id); found != deviations.end()) {
      found->second.text += " (" + describe(result) + ")";
    }
  }
  REQUIRE(played > 100);
  const auto count = [&deviations](std::string_view level) {
    return std::count_if(deviations.begin(), deviations.end(),
                         [level](const auto& entry) { return entry.second.level == level; });
  };
  MESSAGE(played, " cases; deviations: MUST ", count("MUST"), ", SHOULD ", count("SHOULD"), ", policy ",
          count("policy"));

  for (const char* level : {"MUST", "SHOULD", "policy"}) {
    for (const auto& [id, deviation] : deviations) {
      if (deviation.level != level) continue;
      const auto reason = kDeviations.find(id);
      const bool allowed = deviation.level != "MUST" && reason != kDeviations.end();
      CHECK_MESSAGE(allowed, level, " ", id, " ", deviation.text);
      if (allowed) MESSAGE(level, " ", id, " ", deviation.text, ": ", reason->second);
    }
  }
  return deviations;
}

}  // namespace

TEST_CASE("h1 cases: no deviation at MUST, and at SHOULD and policy only those with a reason") {
  const auto deviations = play_cases(cases_path());
  for (const auto& [id, reason] : kDeviations)
    CHECK_MESSAGE(deviations.count(id) == 1, id, " does not deviate any more: ", reason);
}

TEST_CASE("h1 cases: no deviation at our own, which try each rule in more spellings") {
  play_cases(std::string(ROUTER_TEST_DATA) + "/e2e/h1_own_cases.json");
}

}  // namespace router::test::h1_cases_test
