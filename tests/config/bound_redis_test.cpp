// A bound Redis and EXT_SESSION_MGT -> where sessions are kept.
#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test::bound_redis_test {
namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";

std::string bound(const std::string& credentials, const std::string& label = "redis-cache") {
  return "{\"" + label + R"(":[{"name":"sessions","tags":["cache"],"credentials":)" + credentials + "}]}";
}
std::string external(const std::string& more = {}, const std::string& instance = "sessions") {
  return R"({"instanceName":")" + instance + R"(","storageType":"redis","sessionSecret":")" + kSecret + "\"" + more +
         "}";
}

}  // namespace

TEST_CASE("bound Redis: its credentials say where sessions are, as a URL would [issue 12]") {
  struct Row {
    const char* credentials;
    const char* url;
  };
  for (const Row& row :
       {Row{R"({"hostname":"r"})", "redis://r"},
        Row{R"({"hostname":"r","port":6380,"password":"p:/@","tls":true})", "rediss://:p%3A%2F%40@r:6380"},
        Row{R"({"hostname":"r","port":"6380","tls":"true"})", "rediss://r:6380"},
        Row{R"({"host":"::1","port":1,"username":"u","password":"p"})", "redis://u:p@[::1]:1"},
        Row{R"({"hostname":"r","port":7000,"cluster_mode":true,"tls":true})", "rediss+cluster://r:7000"},
        Row{R"({"uri":"rediss://:p@r:1"})", "rediss://:p@r:1"},
        Row{R"({"uri":"redis://:p@r:1","cluster_mode":"true"})", "redis+cluster://:p@r:1"},
        Row{R"({"hostname":"a","uri":"rediss://x"})", "rediss://a"},
        Row{R"({"sentinel_nodes":[{"hostname":"a","port":1},{"hostname":"b"}],"master_name":"m"})",
            "redis+sentinel://a:1,b/m"}}) {
    CAPTURE(row.credentials);
    const auto result = load_variables({{"VCAP_SERVICES", bound(row.credentials)}, {"SESSION_SECRET", kSecret}});
    CAPTURE(to_text(result.issues));
    REQUIRE(result.configuration);
    const auto& environment = result.configuration->environment;
    CHECK(environment.store.kind == StoreKind::redis);
    CHECK(environment.store.url.reveal() == row.url);
    CHECK(environment.outbox == environment.store);
  }
}

TEST_CASE("bound Redis: who names it while none is bound is told so [issue 12]") {
  for (const char* name : {"SESSION_STORE", "LOGOUT_OUTBOX"}) {
    const auto text = to_text(load_variables({{name, "redis"}, {"SESSION_SECRET", kSecret}}).issues);
    CHECK(text.find(std::string(name) + ": ") != std::string::npos);
    CHECK(text.find("no Redis is bound") != std::string::npos);
    CHECK(text.find("did you mean") == std::string::npos);
  }
}

TEST_CASE("bound Redis: what EXT_SESSION_MGT says of it holds [issue 12]") {
  const auto services = bound(R"({"hostname":"r","tls":true,"ca":"-----BEGIN\\nX"})", "user-provided");
  const auto result = load_variables(
      {{"VCAP_SERVICES", services},
       {"STATE_DIR", "/s"},
       {"EXT_SESSION_MGT", external(R"(,"defaultRetryTimeout":3000,"backOffMultiplier":10,"connectTimeout":4000,)"
                                    R"("skipCertHostnameValidation":true,"rejectUnauthorized":false)")}});
  REQUIRE(result.configuration);
  const auto& environment = result.configuration->environment;
  CHECK(environment.session_secret.reveal() == kSecret);
  CHECK(environment.store.url.reveal() == "rediss://r");
  const auto& redis = environment.store.redis;
  CHECK_FALSE(redis.verify);
  CHECK_FALSE(redis.verify_host);
  CHECK(redis.command_timeout == milliseconds(3'000));
  CHECK(redis.connect_timeout == milliseconds(4'000));
  CHECK(redis.trusted == "-----BEGIN\nX");
  CHECK(to_text(result.issues).find("rejectUnauthorized") != std::string::npos);
}

TEST_CASE("bound Redis: SESSION_STORE and LOGOUT_OUTBOX have the last word [issue 12]") {
  const std::map<std::string, std::string> all{{"VCAP_SERVICES", bound(R"({"hostname":"r"})")},
                                               {"EXT_SESSION_MGT", external()}};
  const auto loaded = [&](const char* store, const char* outbox) {
    auto variables = all;
    if (*store != '\0') variables["SESSION_STORE"] = store;
    if (*outbox != '\0') variables["LOGOUT_OUTBOX"] = outbox;
    auto result = load_variables(variables);
    CAPTURE(to_text(result.issues));
    REQUIRE(result.configuration);
    return result.configuration->environment;
  };
  CHECK(loaded("memory", "").store.kind == StoreKind::memory);
  CHECK(loaded("redis", "").store.url.reveal() == "redis://r");
  CHECK(loaded("redis://other", "").store.url.reveal() == "redis://other");
  CHECK(loaded("", "memory").outbox.kind == StoreKind::memory);
  CHECK(loaded("", "redis").outbox.url.reveal() == "redis://r");
  CHECK(loaded("", "memory").store.url.reveal() == "redis://r");
}

TEST_CASE("bound Redis: what is wrong stops the start, and no password is told [issue 12]") {
  struct Row {
    std::map<std::string, std::string> variables;
    const char* found;
  };
  for (const Row& row :
       {Row{{{"VCAP_SERVICES", bound(R"({"hostname":"r"})")}, {"SESSION_STORE", "redis"}},
            "a durable store without SESSION_SECRET"},
        Row{{{"EXT_SESSION_MGT", external()}}, "of which no service is bound"},
        Row{{{"EXT_SESSION_MGT", external({}, "session")}, {"VCAP_SERVICES", bound(R"({"hostname":"r"})")}},
            "sessions"},
        Row{{{"EXT_SESSION_MGT", external()}, {"VCAP_SERVICES", bound(R"({"password":"hunter2"})")}}, "hostname"},
        Row{{{"EXT_SESSION_MGT", external()}, {"VCAP_SERVICES", bound(R"({"hostname":"r","port":70000})")}}, "/port"},
        Row{{{"EXT_SESSION_MGT", external(R"(,"connectTimeout":"long")")}, {"SESSION_STORE", "memory"}},
            "/connectTimeout"},
        Row{{{"EXT_SESSION_MGT", external(R"(,"rejectUnauthorized":"no")")}, {"SESSION_STORE", "memory"}},
            "/rejectUnauthorized"}}) {
    const auto result = load_variables(row.variables);
    const auto text = errors_of(result);
    CAPTURE(text);
    CHECK_FALSE(result.configuration);
    CHECK(text.find(row.found) != std::string::npos);
    CHECK(text.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("bound Redis: without a secret to seal with it is left alone, and said so [issue 12]") {
  const std::map<std::string, std::string> all{{"VCAP_SERVICES", bound(R"({"hostname":"r"})")}};
  for (const bool has_directory : {false, true}) {
    auto variables = all;
    if (has_directory) variables["STATE_DIR"] = "/s";
    const auto result = load_variables(variables);
    REQUIRE(result.configuration);
    CHECK(result.configuration->environment.store.kind == (has_directory ? StoreKind::sqlite : StoreKind::memory));
    CHECK(to_text(result.issues).find("a bound Redis, \"sessions\", and no SESSION_SECRET") != std::string::npos);
  }
}

TEST_CASE("bound Redis: of several none is taken, unless one is named [issue 12]") {
  const std::string services = R"({"redis":[{"name":"a","credentials":{"hostname":"a"}},)"
                               R"({"name":"sessions","credentials":{"hostname":"b"}}]})";
  const auto unnamed = load_variables({{"VCAP_SERVICES", services}});
  REQUIRE(unnamed.configuration);
  CHECK(unnamed.configuration->environment.store.kind == StoreKind::memory);
  CHECK(to_text(unnamed.issues).find("several Redis") != std::string::npos);
  const auto named = load_variables({{"VCAP_SERVICES", services}, {"EXT_SESSION_MGT", external()}});
  REQUIRE(named.configuration);
  CHECK(named.configuration->environment.store.url.reveal() == "redis://b");
}

}  // namespace router::config::test::bound_redis_test
