// The section `signals`: what arrives in the model, and what is wrong although the schema takes it.
#include <doctest/doctest.h>

#include "config/config_fixture.h"
#include "config/json_access.h"

namespace router::config::test::signals_test {
namespace {

json transmitter(const std::string& issuer) { return {{"issuer", issuer}, {"audience", "https://app.example.com"}}; }

LoadResult load_signals(const json& signals, std::map<std::string, std::string> environment = {}) {
  TemporaryDirectory directory;
  directory.write("xs-app.json", json{{"signals", signals}}.dump());
  return load({.directory = directory.path(), .environment = std::move(environment)});
}

}  // namespace

TEST_CASE("signals: transmitters, effects and global revocation arrive in the model [issue 16]") {
  json risk = transmitter("https://risk.example.com");
  risk["authorization"] = "Bearer x";
  risk["events"] = {{"credential-change", "end"}, {"token-claims-change", "end"}};
  const auto result = load_signals({{"endpoint", "signals"},
                                    {"transmitters", {transmitter("https://id.example.com"), risk}},
                                    {"globalRevocation",
                                     {{"endpoint", "/revoke"},
                                      {"issuers", {"https://id.example.com"}},
                                      {"audience", "https://app.example.com/revoke"}}}});
  REQUIRE(result.configuration);
  const Signals& signals = result.configuration->signals;
  CHECK(signals.endpoint == "/signals");
  REQUIRE(signals.transmitters.size() == 2);
  CHECK(signals.find("https://id.example.com") == &signals.transmitters[0]);
  CHECK(signals.find("https://id.example.com/") == nullptr);
  CHECK(signals.transmitters[1].authorization == base::Secret(std::string("Bearer x")));
  CHECK(signals.transmitters[1].effect_of("credential-change") == SignalEffect::end);
  CHECK(signals.transmitters[0].effect_of("credential-change") == SignalEffect::reauthenticate);
  CHECK(signals.transmitters[0].effect_of("of-my-own") == SignalEffect::ignore);
  REQUIRE(signals.global_revocation);
  CHECK(signals.global_revocation->endpoint == "/revoke");
  CHECK(signals.global_revocation->issuers == std::vector<std::string>{"https://id.example.com"});
}

TEST_CASE("signals: secrets come from a variable, and are never shown [issue 16]") {
  const json signals{{"endpoint", "/signals"}, {"transmitters", {transmitter("https://id.example.com")}}};
  const auto good = load_signals(signals, {{"SIGNALS_SECRETS", R"({"https://id.example.com":"Bearer hidden-text"})"}});
  REQUIRE(good.configuration);
  CHECK(good.configuration->signals.transmitters[0].authorization == base::Secret(std::string("Bearer hidden-text")));
  for (const char* bad :
       {R"(["hidden-text"])", R"({"https://id.example.com":7})", R"({"https://id.example.com":""})"}) {
    CAPTURE(bad);
    const auto refused = load_signals(signals, {{"SIGNALS_SECRETS", bad}});
    CHECK(refused.configuration == nullptr);
    CHECK(to_text(refused.issues).find("hidden-text") == std::string::npos);
  }
  const auto unused = load_signals(signals, {{"SIGNALS_SECRETS", R"({"https://another.example":"Bearer x"})"}});
  CHECK(unused.configuration);
  CHECK(to_text(unused.issues).find("https://another.example") != std::string::npos);
}

TEST_CASE("signals: transmitters that are polled and subscribers arrive in the model, with their secrets [issue 16]") {
  json polled = transmitter("https://risk.example.com");
  polled["delivery"] = "poll";
  polled["clientId"] = "of-the-descriptor";
  const json signals{
      {"transmitters", {polled}},
      {"subscribers", {{{"audience", "desk"}}, {{"audience", "other"}, {"url", "https://other.example.com/signals"}}}}};
  const auto result = load_signals(
      signals, {{"SIGNALS_SECRETS", R"({"https://risk.example.com":{"clientId":"router","clientSecret":"hidden-text"},
                                        "desk":"Bearer desk"})"},
                {"SIGNALS_ISSUER", "https://app.example.com"}});
  REQUIRE(result.configuration);
  CHECK(to_text(result.issues).find("hidden-text") == std::string::npos);
  CHECK(to_text(result.issues).find("SIGNALS") == std::string::npos);
  const Signals& read = result.configuration->signals;
  CHECK_FALSE(read.has_pushing());
  CHECK(read.transmitters.at(0).delivery == SignalDelivery::poll);
  CHECK(read.transmitters[0].client_id == "router");
  CHECK(read.transmitters[0].client_secret == base::Secret(std::string("hidden-text")));
  REQUIRE(read.subscribers.size() == 2);
  CHECK(read.subscribers[0].polls());
  CHECK(read.subscribers[0].authorization == base::Secret(std::string("Bearer desk")));
  CHECK(read.find_subscriber("other") == &read.subscribers[1]);
  const auto without_issuer = load_signals(signals, {{"SIGNALS_SECRETS", R"({"desk":"Bearer desk"})"}});
  CHECK(to_text(without_issuer.issues).find("clientId or clientSecret alone") != std::string::npos);
}

TEST_CASE("signals: SIGNALS_ISSUER is a URL, and has no slash at its end [issue 16]") {
  const auto good = load_signals({{"endpoint", "/signals"}}, {{"SIGNALS_ISSUER", "https://app.example.com/one/"}});
  REQUIRE(good.configuration);
  CHECK(good.configuration->environment.signals_issuer == "https://app.example.com/one");
  for (const char* bad :
       {"app.example.com", "ftp://app.example.com", "https://app.example.com?x", "https://a.example#x"}) {
    CAPTURE(bad);
    const auto refused = load_signals({{"endpoint", "/signals"}}, {{"SIGNALS_ISSUER", bad}});
    CHECK(refused.configuration == nullptr);
    CHECK(to_text(refused.issues).find("SIGNALS_ISSUER") != std::string::npos);
  }
}

TEST_CASE("signals: what a schema cannot say is checked at start [issue 16]") {
  struct Row {
    json signals;
    const char* said;
  };
  json placeholder = transmitter("https://id.example.com");
  placeholder["authorization"] = "Bearer ${SECRET}";
  const Row rows[] = {
      {{{"transmitters", {transmitter("https://id.example.com")}}}, "transmitters without an endpoint"},
      {{{"endpoint", "/signals"},
        {"transmitters", {transmitter("https://id.example.com"), transmitter("https://id.example.com")}}},
       "each issuer once"},
      {{{"endpoint", "/signals"}, {"transmitters", {transmitter("https://id.example.com?x")}}}, "an https URL"},
      {{{"endpoint", "/signals"}, {"transmitters", {placeholder}}}, "SIGNALS_SECRETS"},
      {{{"endpoint", "/signals"},
        {"globalRevocation",
         {{"endpoint", "/signals"}, {"issuers", {"https://id.example.com"}}, {"audience", "https://a.example/x"}}}},
       "a path of its own"},
      {{{"subscribers", {{{"audience", "desk"}}}}}, "a subscriber that polls, without authorization"},
      {{{"subscribers",
         {{{"audience", "x"}, {"url", "https://x.example"}}, {{"audience", "x"}, {"url", "https://y.example"}}}}},
       "each audience once"},
      {{{"subscribers",
         {{{"audience", "x"}, {"authorization", "Bearer s"}}, {{"audience", "y"}, {"authorization", "Bearer s"}}}}},
       "the authorization of another subscriber"},
      {{{"subscribers", {{{"audience", "bank"}, {"url", "https://x.example"}}}}}, "the name of a back-end"},
      {{{"subscribers", {{{"audience", "x"}, {"url", "https://x.example"}, {"authorization", "${X}"}}}}},
       "SIGNALS_SECRETS"},
      {{{"globalRevocation",
         {{"endpoint", "/r"}, {"issuers", {"id.example.com"}}, {"audience", "https://a.example/x"}}}},
       "an https URL"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.signals.dump());
    const auto result =
        load_signals(row.signals, {{"destinations", R"([{"name":"bank","url":"http://bank.example"}])"}});
    CHECK(result.configuration == nullptr);
    CHECK(to_text(result.issues).find(row.said) != std::string::npos);
  }
}

}  // namespace router::config::test::signals_test
