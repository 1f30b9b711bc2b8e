#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test::environment_test {
namespace {
using namespace std::chrono_literals;

const std::string kSecret = "0123456789abcdef0123456789abcdef";

TEST_CASE("environment: each bad value is an error that names its variable") {
  struct Row {
    const char* name;
    const char* value;
  };
  for (const Row& row : {Row{"PORT", "65536"},
                         Row{"PORT", "abc"},
                         Row{"SESSION_TIMEOUT", "0"},
                         Row{"SESSION_TIMEOUT", "-5"},
                         Row{"JWT_REFRESH", "x"},
                         Row{"INCOMING_CONNECTION_TIMEOUT", "1.5"},
                         Row{"SERVER_KEEP_ALIVE", "x"},
                         Row{"SEND_XFRAMEOPTIONS", "no"},
                         Row{"SECURE_SESSION_COOKIE", "maybe"},
                         Row{"NODE_TLS_REJECT_UNAUTHORIZED", "false"},
                         Row{"XS_CACERT_PATH", "/nowhere/ca.pem"},
                         Row{"COOKIES", "{"},
                         Row{"COOKIES", "[]"},
                         Row{"COOKIES", R"({"SameSite":"none"})"},
                         Row{"COOKIES", R"({"samesite":"None"})"},
                         Row{"httpHeaders", R"([{"Cookie":"a"}])"},
                         Row{"httpHeaders", R"([{"X":1}])"},
                         Row{"httpHeaders", "5"},
                         Row{"WS_ALLOWED_ORIGINS", R"([{"port":1}])"},
                         Row{"CJ_PROTECT_WHITELIST", "{}"},
                         Row{"CJ_PROTECT_WHITELIST", R"([{"port":443}])"},
                         Row{"WS_ALLOWED_ORIGINS", R"([{"host":"a.*.example"}])"},
                         Row{"WS_ALLOWED_ORIGINS", R"([{"host":"ftp://a.example"}])"},
                         Row{"WS_ALLOWED_ORIGINS", R"([{"host":"a.example","port":"70000"}])"},
                         Row{"WS_ALLOWED_ORIGINS", R"([{"host":"a.example","protocol":"ftp"}])"},
                         Row{"TENANT_HOST_PATTERN", "("},
                         Row{"DESTINATION_HOST_PATTERN", "^x$"},
                         Row{"SESSION_STORE", "redus://a"},
                         Row{"SESSION_STORE", "sqlite:"},
                         Row{"SESSION_STORE", "redis:"},
                         Row{"SESSION_STORE", "redis://"},
                         Row{"SESSION_STORE", "redis:///0"},
                         Row{"SESSION_STORE", "redis+master://a/b"},
                         Row{"LOGOUT_OUTBOX", "file"},
                         Row{"LOGOUT_OUTBOX", "redis"},
                         Row{"LOGOUT_OUTBOX", "sqlite"},
                         Row{"RECEIPTS_KEEP", "0"},
                         Row{"RECEIPTS_KEEP", "a month"},
                         Row{"RECEIPT_KEY", "secret"},
                         Row{"RECEIPT_KEY_FILE", "/nowhere.pem"},
                         Row{"SESSION_MAX_LIFETIME", "5"},
                         Row{"ALLOWED_HOSTS", "a b"},
                         Row{"LOGOUT_FANOUT_CONCURRENCY", "0"},
                         Row{"MANAGEMENT_PORT", "x"},
                         Row{"MANAGEMENT_BIND", "lo"},
                         Row{"LOG_FORMAT", "jsn"},
                         Row{"LOG_LEVEL", "loud"},
                         Row{"SHUTDOWN_TIMEOUT", "soon"},
                         Row{"SHUTDOWN_DELAY", "2h"},
                         Row{"THREADS", "-1"},
                         Row{"TRUSTED_PROXIES", "10.0.0.1/8"},
                         Row{"TRUSTED_PROXIES", "privat"},
                         Row{"TLS_CERT", "/nowhere.pem"},
                         Row{"LIMIT_HEADER_BYTES", "1"},
                         Row{"LIMIT_SESSIONS", "many"},
                         Row{"HEADER_TIMEOUT", "0"},
                         Row{"OIDC_CLIENT_ID", "x"},
                         Row{"OIDC_ISSUER", "https://idp.example.com"},
                         Row{"UAA_SERVICE_NAME", "uaa"},
                         Row{"VCAP_SERVICES", "[]"},
                         Row{"COMPRESSION", R"({"minsize":1})"},
                         Row{"CORS", R"([{"uriPattern":"("}])"},
                         Row{"plugins", R"([{"name":"a","source":"^/p","localDir":"x"}])"},
                         Row{"EXT_SESSION_MGT", R"({"instanceName":"r","storageType":"redis"})"},
                         Row{"STATE_CACHE", "1"},
                         Row{"PLATFORM_COOKIE_NAME", "a b"}}) {
    CAPTURE(row.name);
    CAPTURE(row.value);
    const LoadResult result = load_variables({{row.name, row.value}});
    CHECK(result.configuration == nullptr);
    // A provider that is only half described names what is missing.
    const std::string name = std::string_view(row.name).starts_with("OIDC_") ? "OIDC_" : row.name;
    CHECK(errors_of(result).find("environment variable " + name) != std::string::npos);
  }
}

TEST_CASE("environment: values arrive in the model") {
  const LoadResult result = load_variables(
      {{"PORT", "0"},
       {"JWT_REFRESH", "0"},
       {"INCOMING_CONNECTION_TIMEOUT", "500"},
       {"SERVER_KEEP_ALIVE", "90s"},
       {"SECURE_SESSION_COOKIE", "TRUE"},
       {"MINIMUM_TOKEN_VALIDITY", "30"},
       {"SHUTDOWN_TIMEOUT", "10"},
       {"LOG_LEVEL", "debug"},
       {"LOG_FORMAT", "text"},
       {"ALLOWED_HOSTS", "App.example.com, *.example.org"},
       {"TRUSTED_PROXIES", "192.0.2.0/24,::1"},
       {"SESSION_MAX_LIFETIME", "60"},
       {"LIMIT_URL_BYTES", "4096"},
       {"HEADER_TIMEOUT", "2000"},
       {"THREADS", "2"},
       {"COOKIES",
        R"({"SameSite":"None","Partitioned":{"supportedPartitionAgents":"^M","unsupportedPartitionAgents":"P"}})"},
       {"WS_ALLOWED_ORIGINS", R"([{"host":"*.example.com","protocol":"https","port":"8443"},{"host":"a.b"}])"}});
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  const Environment& environment = result.configuration->environment;
  CHECK(environment.port == 0);
  CHECK(environment.jwt_refresh == 0ms);
  CHECK(environment.incoming_connection_timeout == 500ms);
  CHECK(environment.server_keep_alive == 90s);
  CHECK(environment.secure_session_cookie == true);
  CHECK(environment.minimum_token_validity == 30s);
  CHECK(environment.shutdown_timeout == 10s);
  CHECK(environment.log_level == base::LogLevel::debug);
  CHECK(environment.log_format == base::LogFormat::text);
  CHECK(environment.allowed_hosts == std::vector<std::string>{"app.example.com", "*.example.org"});
  CHECK(environment.trusted_proxies == std::vector<std::string>{"192.0.2.0/24", "::1"});
  CHECK(environment.session_max_lifetime == std::chrono::minutes(60));
  CHECK(environment.limits.url_bytes == 4096);
  CHECK(environment.limits.header_timeout == 2s);
  CHECK(environment.threads == 2);
  CHECK(environment.cookies.same_site == "None");
  CHECK(environment.cookies.partitioned);
  CHECK(environment.cookies.partitioned_agents == std::vector<std::string>{"^M"});
  CHECK(environment.cookies.not_partitioned_agents == std::vector<std::string>{"P"});
  CHECK(environment.ws_allowed_origins ==
        std::vector<http::OriginRule>{{"https", "*.example.com", 8443}, {"", "a.b", {}}});
}

TEST_CASE("environment: every variable with a plain value reaches the model") {
  struct Row {
    const char* name;
    const char* value;
    bool (*arrived)(const Configuration&);
  };
  const Row rows[] = {
      {"INCOMING_REQUEST_TIMEOUT", "700",
       [](const Configuration& c) { return c.environment.incoming_request_timeout == 700ms; }},
      {"COMPRESSION", R"({"enabled":false})", [](const Configuration& c) { return !c.compression.enabled; }},
      {"DISABLE_CONNECTION_REUSE", "true",
       [](const Configuration& c) { return c.environment.disable_connection_reuse; }},
      {"SEND_XFRAMEOPTIONS", "false", [](const Configuration& c) { return !c.environment.send_x_frame_options; }},
      {"PRESERVE_FRAGMENT", "false", [](const Configuration& c) { return !c.environment.preserve_fragment; }},
      {"EXTERNAL_REVERSE_PROXY", "true", [](const Configuration& c) { return c.environment.external_reverse_proxy; }},
      {"STATE_CACHE", "60", [](const Configuration& c) { return c.environment.state_cache == 60s; }},
      {"STATE_PARAMETER_SECRET", "0123456789abcdef0123456789abcdef",
       [](const Configuration& c) { return c.environment.state_parameter_secret.size() == 32; }},
      {"SESSION_STORE", "memory", [](const Configuration& c) { return c.environment.store == StateLocation(); }},
      {"LOGOUT_OUTBOX", "memory", [](const Configuration& c) { return c.environment.outbox == StateLocation(); }},
      {"STATE_DIR", "/var/lib/xs-router",
       [](const Configuration& c) { return c.environment.state_directory == "/var/lib/xs-router"; }},
      {"STATE_DIRECTORY", "/var/lib/one:/var/lib/two",
       [](const Configuration& c) { return c.environment.state_directory == "/var/lib/one"; }},
      {"RECEIPTS_KEEP", "90", [](const Configuration& c) { return c.environment.receipts_kept == 24h * 90; }},
      {"LOGOUT_FANOUT_CONCURRENCY", "3",
       [](const Configuration& c) { return c.environment.logout_fanout_concurrency == 3; }},
      {"SESSION_SECRET", "0123456789012345678901234567890123456789",
       [](const Configuration& c) { return c.environment.session_secret.size() == 40; }},
      {"COOKIE_PREFIX", "true", [](const Configuration& c) { return c.environment.cookie_prefix; }},
      {"LIMIT_HEADER_BYTES", "2048", [](const Configuration& c) { return c.environment.limits.header_bytes == 2048; }},
      {"LIMIT_HEADER_COUNT", "20", [](const Configuration& c) { return c.environment.limits.header_count == 20; }},
      {"LIMIT_BODY_BYTES", "7", [](const Configuration& c) { return c.environment.limits.body_bytes == 7; }},
      {"LIMIT_ANSWER_FIELDS", "16", [](const Configuration& c) { return c.environment.limits.answer_fields == 16; }},
      {"LIMIT_ANSWER_HEAD_BYTES", "4096",
       [](const Configuration& c) { return c.environment.limits.answer_head_bytes == 4096; }},
      {"LIMIT_CONNECTIONS", "8", [](const Configuration& c) { return c.environment.limits.connections == 8; }},
      {"LIMIT_CONNECTIONS_PER_ADDRESS", "9",
       [](const Configuration& c) { return c.environment.limits.connections_per_address == 9; }},
      {"LIMIT_SESSIONS", "10", [](const Configuration& c) { return c.environment.limits.sessions == 10; }},
      {"LIMIT_ANONYMOUS_SESSIONS", "12",
       [](const Configuration& c) { return c.environment.limits.anonymous_sessions == 12; }},
      {"LIMIT_ANONYMOUS_SESSIONS_PER_ADDRESS", "13",
       [](const Configuration& c) { return c.environment.limits.anonymous_sessions_per_address == 13; }},
      {"LIMIT_SESSIONS_PER_USER", "11",
       [](const Configuration& c) { return c.environment.limits.sessions_per_user == 11; }},
      {"LIMIT_COOKIE_JAR_BYTES", "2048",
       [](const Configuration& c) { return c.environment.limits.cookie_jar_bytes == 2048; }},
      {"LIMIT_UPSTREAM_CONNECTIONS", "12",
       [](const Configuration& c) { return c.environment.limits.upstream_connections == 12; }},
      {"LIMIT_UPSTREAM_STREAMS", "17",
       [](const Configuration& c) { return c.environment.limits.upstream_streams == 17; }},
      {"LIMIT_UPSTREAM_QUEUE", "13", [](const Configuration& c) { return c.environment.limits.upstream_queue == 13; }},
      {"LIMIT_FAILED_LOGINS", "15", [](const Configuration& c) { return c.environment.limits.failed_logins == 15; }},
      {"FORWARD_IDENTITY_HEADERS", "x-remote-user, SM_USER",
       [](const Configuration& c) {
         return c.environment.forwarded_identity == std::vector<std::string>{"x-remote-user", "SM_USER"};
       }},
      {"LIMIT_FAILED_LOGINS_PER_ADDRESS", "16",
       [](const Configuration& c) { return c.environment.limits.failed_logins_per_address == 16; }},
      {"LIMIT_FAILED_CALLBACKS_PER_ADDRESS", "19",
       [](const Configuration& c) { return c.environment.limits.failed_callbacks_per_address == 19; }},
      {"LIMIT_LOOK_UPS_PER_ADDRESS", "18",
       [](const Configuration& c) { return c.environment.limits.look_ups_per_address == 18; }},
      {"LIMIT_LOGINS_PER_ADDRESS", "17",
       [](const Configuration& c) { return c.environment.limits.logins_per_address == 17; }},
      {"MINIMUM_READ_RATE", "18", [](const Configuration& c) { return c.environment.limits.minimum_read_rate == 18; }},
      {"MINIMUM_BODY_RATE", "14", [](const Configuration& c) { return c.environment.limits.minimum_body_rate == 14; }},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const LoadResult result = load_variables({{row.name, row.value}});
    REQUIRE(result.configuration);
    CHECK(row.arrived(*result.configuration));
  }
}

TEST_CASE("environment: proxies are trusted by default on private networks, and nowhere with none") {
  CHECK(load_variables({}).configuration->environment.trusted_proxies.size() == 7);
  CHECK(load_variables({{"TRUSTED_PROXIES", "none"}}).configuration->environment.trusted_proxies.empty());
  CHECK(load_variables({{"TRUSTED_PROXIES", "private,192.0.2.1"}}).configuration->environment.trusted_proxies.size() ==
        8);
}

TEST_CASE("environment: a secret that can be guessed stops the start, and it says how to make one [S18]") {
  const std::string expected = ", expected at least 32 random characters; openssl rand -base64 32 makes one\n";
  const auto external = [](const std::string& secret) {
    return R"({"instanceName":"r","storageType":"redis","sessionSecret":")" + secret + R"("})";
  };
  struct Row {
    std::string secret;
    const char* found;
  };
  for (const Row& row :
       {Row{"hunter2", "a secret of 7 characters"}, Row{"0123456789abcdef0123456789abcde", "a secret of 31 characters"},
        Row{std::string(64, 'k'), "a secret of one character, repeated"},
        Row{std::string(40, ' '), "a secret of one character, repeated"},
        Row{"x", "a secret of one character, repeated"}}) {
    CAPTURE(row.secret);
    for (const char* name : {"SESSION_SECRET", "STATE_PARAMETER_SECRET"}) {
      CHECK(errors_of(load_variables({{name, row.secret}})) ==
            "environment variable " + std::string(name) + ": error: found " + row.found + expected);
    }
    const auto issues = errors_of(load_variables({{"EXT_SESSION_MGT", external(row.secret)}}));
    CHECK(issues.find(row.found + expected) != std::string::npos);
    CHECK(issues.find("/sessionSecret: ") != std::string::npos);
  }
  CHECK(errors_of(load_variables({{"SESSION_SECRET", kSecret}, {"STATE_PARAMETER_SECRET", kSecret}})) == "");
  CHECK(errors_of(load_variables({{"EXT_SESSION_MGT", external(kSecret)}, {"SESSION_STORE", "memory"}})) == "");
}

TEST_CASE("environment: name servers are addresses, with or without a port [N4]") {
  const auto result =
      load_variables({{"NAME_SERVERS", "192.0.2.53, 192.0.2.53:5353, 2001:db8::53, [2001:db8::53], [::1]:53"}});
  REQUIRE(result.configuration);
  CHECK(result.configuration->environment.name_servers.size() == 5);
  for (const char* wrong : {"dns.example.com", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536", "10.0.0.0/8",
                            "private", "[::1", "[192.0.2.53]:53", "::1]:53"}) {
    CAPTURE(wrong);
    CHECK(errors_of(load_variables({{"NAME_SERVERS", wrong}})).find("NAME_SERVERS") != std::string::npos);
  }
}

TEST_CASE("environment: a durable store needs a secret") {
  CHECK(errors_of(load_variables({{"SESSION_STORE", "redis://:pw@redis.example.com"}})) ==
        "environment variable SESSION_STORE: error: found a durable store without SESSION_SECRET, expected "
        "SESSION_SECRET (or EXT_SESSION_MGT.sessionSecret), which encrypts the tokens in it\n");
  CHECK(errors_of(load_variables({{"LOGOUT_OUTBOX", "sqlite:/tmp/o.db"}})) != "");
  CHECK(errors_of(load_variables({{"LOGOUT_OUTBOX", "sqlite:/tmp/o.db"}, {"SESSION_SECRET", kSecret}})) == "");
  CHECK(errors_of(load_variables(
            {{"SESSION_STORE", "sqlite:/tmp/s.db"},
             {"EXT_SESSION_MGT",
              R"({"instanceName":"r","storageType":"redis","sessionSecret":"0123456789abcdef0123456789abcdef"})"}})) ==
        "");
}

TEST_CASE("environment: where sessions and logout calls are kept, named together or apart [Q5]") {
  const auto in_file = [](const char* file) { return StateLocation{StoreKind::sqlite, file, {}}; };
  const auto in_redis = [](const char* url) { return StateLocation{StoreKind::redis, {}, base::Secret(url)}; };
  struct Row {
    std::map<std::string, std::string> variables;
    StateLocation store;
    StateLocation outbox;
  };
  const char* sentinels = "redis+sentinel://a:26379,b:26379/main?db=1";
  const char* cluster = "rediss+cluster://u:p@a:1,b:2";
  for (const Row& row : {
           Row{{}, {}, {}},
           Row{{{"STATE_DIR", "/s"}}, in_file("/s/state.db"), in_file("/s/state.db")},
           Row{{{"STATE_DIR", "/s"}, {"STATE_DIRECTORY", "/t"}}, in_file("/s/state.db"), in_file("/s/state.db")},
           Row{{{"STATE_DIR", "/s"}, {"SESSION_STORE", "memory"}}, {}, in_file("/s/state.db")},
           Row{{{"STATE_DIR", "/s"}, {"LOGOUT_OUTBOX", "memory"}}, in_file("/s/state.db"), {}},
           Row{{{"STATE_DIR", "/s"}, {"SESSION_STORE", "redis://r"}}, in_redis("redis://r"), in_redis("redis://r")},
           Row{{{"SESSION_STORE", "sqlite:/a.db"}}, in_file("/a.db"), in_file("/a.db")},
           Row{{{"SESSION_STORE", "redis://r"}, {"LOGOUT_OUTBOX", "sqlite:/a/../o.db"}},
               in_redis("redis://r"),
               in_file("/o.db")},
           Row{{{"SESSION_STORE", "rediss://r"}, {"LOGOUT_OUTBOX", "redis"}},
               in_redis("rediss://r"),
               in_redis("rediss://r")},
           Row{{{"SESSION_STORE", sentinels}, {"LOGOUT_OUTBOX", cluster}}, in_redis(sentinels), in_redis(cluster)},
           Row{{{"LOGOUT_OUTBOX", "sqlite:/o.db"}}, {}, in_file("/o.db")},
       }) {
    auto variables = row.variables;
    variables["SESSION_SECRET"] = kSecret;
    const auto result = load_variables(variables);
    CAPTURE(to_text(result.issues));
    REQUIRE(result.configuration);
    CHECK(result.configuration->environment.store == row.store);
    CHECK(result.configuration->environment.outbox == row.outbox);
  }
}

TEST_CASE("environment: a state directory makes its secret itself, shared stores need a given one [Q4]") {
  CHECK(errors_of(load_variables({{"STATE_DIR", "/s"}})) == "");
  CHECK(errors_of(load_variables({{"STATE_DIR", "/s"}, {"SESSION_STORE", "redis://r"}})).find("SESSION_SECRET") !=
        std::string::npos);
  CHECK(errors_of(load_variables({{"SESSION_SECRET_PREVIOUS", kSecret}})).find("SESSION_SECRET_PREVIOUS") !=
        std::string::npos);
  CHECK(errors_of(load_variables({{"SESSION_SECRET", kSecret}, {"SESSION_SECRET_PREVIOUS", "short"}}))
            .find("at least 32") != std::string::npos);
  CHECK(errors_of(load_variables({{"SESSION_SECRET", kSecret}, {"SESSION_SECRET_PREVIOUS", kSecret}})) == "");
}

TEST_CASE("environment: a wrong place with a password in it is named without it [Q5]") {
  const auto text = errors_of(load_variables({{"SESSION_STORE", "redus://user:hunter2@r"}}));
  CHECK(text.find("SESSION_STORE") != std::string::npos);
  CHECK(text.find("hunter2") == std::string::npos);
}

TEST_CASE("environment: a variable whose feature is not built yet, or means nothing here, is warned about once") {
  const LoadResult result = load_variables({{"MANAGEMENT_PORT", "9000"},
                                            {"MANAGEMENT_TOKEN", "t"},
                                            {"SVC2AR_X", "1"},
                                            {"HTTP2_SUPPORT", "true"},
                                            {"SESSION_STORE", "memory"}});
  const std::string text = to_text(result.issues);
  CHECK(text.find("variable SVC2AR_X: warning") != std::string::npos);
  CHECK(text.find("variable HTTP2_SUPPORT: warning") != std::string::npos);
  CHECK(text.find("SESSION_STORE") == std::string::npos);
}

TEST_CASE("environment: a protected application without ALLOWED_HOSTS is warned about") {
  const TemporaryDirectory directory;
  directory.write("xs-app.json", R"({"routes":[{"source":"^/","localDir":"."}]})");
  CHECK(to_text(directory.load({{"VCAP_APPLICATION", "{}"}}).issues).find("variable ALLOWED_HOSTS: warning") !=
        std::string::npos);
  directory.write("xs-app.json", R"({"authenticationMethod":"none"})");
  CHECK(directory.load({{"VCAP_APPLICATION", "{}"}}).issues.empty());
}

}  // namespace
}  // namespace router::config::test::environment_test
