#include "config/issue.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace router::config::issue_test {
namespace {

TEST_CASE("issue: credentials are not shown") {
  CHECK(show("redis://user:pass@host/0") == "\"redis://...@host/0\"");
  CHECK(show_value(nlohmann::json("hunter2"), "clientsecret") == "a value that is not shown");
  CHECK(show_value(nlohmann::json("abc"), "MANAGEMENT_TOKEN") == "a value that is not shown");
  CHECK(show_value(nlohmann::json("yes"), "forwardAuthToken") == "\"yes\"");
}

TEST_CASE("issue: credentials in addresses are not shown, however badly they are spelt [S18]") {
  for (const char* text : {"redis://:hunter2@host", "redis:/user:hunter2@host", "redis:user:hunter2@host",
                           "user:hunter2@proxy:8080", "https://user:hunter2@host/a?b", "https://user:hun/hunter2@host",
                           "https://user:hunter2#@host", "https://hunter2@host", "https://a:hunter2@b@host"}) {
    CAPTURE(text);
    CHECK(show(text).find("hunter2") == std::string::npos);
    CHECK(show(text).find("@") != std::string::npos);
  }
  CHECK(show("^/@scope/(.*)$") == "\"^/@scope/(.*)$\"");
  CHECK(show("ada@example.com") == "\"ada@example.com\"");
}

TEST_CASE("issue: values of a secret's key are not shown, whatever the key's spelling and the value's type [S18]") {
  for (const char* name : {"SESSION_SECRET", "sessionSecret", "client_secret", "client-secret", "Password", "passwd",
                           "db_pwd", "api_key", "apikey", "X-API-Key", "Authorization", "private-key", "PRIVATE_KEY",
                           "clientKey", "key", "accessToken", "tls_key"}) {
    CAPTURE(name);
    for (const auto& value : {nlohmann::json("hunter2"), nlohmann::json(4711), nlohmann::json(true)}) {
      CHECK(show_value(value, name) == "a value that is not shown");
    }
  }
  for (const char* name : {"cookieName", "forwardAuthToken", "forwardAuthCertificates", "keyboard", "source"}) {
    CAPTURE(name);
    CHECK(show_value(nlohmann::json(4711), name) == "4711");
  }
}

TEST_CASE("issue: key material where the name of its file is wanted is not shown [S18]") {
  for (const char* text :
       {"-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----", "-----BEGIN hunter2", "hunter2\nhunter2",
        "ENCRYPTED\nDEK-Info: AES-256-CBC", "hunter2\n-----END RSA PRIVATE KEY-----"}) {
    CAPTURE(text);
    CHECK(show(text, "path") == "a value that is not shown");
    CHECK(show_value(nlohmann::json(text), "certificate") == "a value that is not shown");
  }
  CHECK(show("keys/tls--key.pem", "path") == "\"keys/tls--key.pem\"");
}

TEST_CASE("issue: long values are cut between characters") {
  CHECK(show(std::string(59, 'a') + "é" + "rest") == "\"" + std::string(59, 'a') + "...\"");
}

TEST_CASE("issue: the nearest known name is at most two edits away") {
  const std::vector<std::string> known = {"source", "scope", "target"};
  CHECK(nearest_hint("sorce", known) == "did you mean \"source\"?");
  CHECK(nearest_hint("SOURCE", known) == "did you mean \"source\"?");
  CHECK(nearest_hint("tarteg", known) == "did you mean \"target\"?");
  CHECK(nearest_hint("destination", known).empty());
  CHECK(nearest_hint(std::string(100'000, 'a'), known).empty());
}

TEST_CASE("issue: a consequence is dropped where an error about the same place is known") {
  Issues issues;
  issues.add({Severity::error, "f", "/routes/0/sorce", {}, "x", "y", ""});
  issues.add_unless_known({Severity::error, "f", "/routes/0", {}, "consequence", "", ""});
  issues.add_unless_known({Severity::error, "f", "/routes/01", {}, "another place", "", ""});
  issues.add_unless_known({Severity::error, "g", "/routes/0", {}, "another file", "", ""});
  CHECK(issues.count(Severity::error) == 3);
}

TEST_CASE("issue: no more than a thousand are kept, but errors stay errors") {
  Issues issues;
  for (int i = 0; i < 1500; ++i) issues.add({Severity::warning, "f", "", {}, "w" + std::to_string(i), "", ""});
  issues.add({Severity::error, "f", "", {}, "e", "", ""});
  CHECK(issues.sorted().size() == Issues::kMaxIssues);
  CHECK(issues.has_errors());
}

TEST_CASE("issue: warnings that say the same are one, with all their places; errors are each their own [K15]") {
  Issues issues;
  for (const std::size_t line : {2, 3, 4}) {
    const auto pointer = "/routes/" + std::to_string(line);
    issues.add({Severity::warning, "f", pointer, {line, 1}, "w", "x", ""});
    issues.add({Severity::error, "f", pointer, {line, 1}, "e", "x", ""});
  }
  issues.add({Severity::warning, "g", "", {}, "w", "x", ""});
  CHECK(issues.count(Severity::warning) == 2);
  CHECK(issues.count(Severity::error) == 3);
  const auto first = issues.sorted().front();
  CHECK(to_text(first) == "f:2:1: warning: /routes/2: found w (in 3 places), expected x");
  REQUIRE(first.places() == 3);
  CHECK(first.more_places[1].pointer == "/routes/4");
  CHECK(first.more_places[1].position.line == 4);
}

TEST_CASE("issue: JSON output has every field") {
  Issues issues;
  issues.add({Severity::error, "f.json", "/a", {3, 4}, "5", "6", "7"});
  CHECK(to_json(issues) == R"({"errors":1,"warnings":0,"issues":[{"severity":"error","file":"f.json","pointer":"/a",)"
                           R"("line":3,"column":4,"found":"5","expected":"6","hint":"7"}]})");
}

}  // namespace
}  // namespace router::config::issue_test
