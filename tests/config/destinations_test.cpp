#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test {
namespace {

TEST_CASE("destinations: proxyHost is a name or an address, IPv6 with brackets or without [N16]") {
  struct Row {
    const char* given;
    const char* read;  // null: refused
  };
  for (const Row& row : {Row{"proxy.example", "proxy.example"}, Row{"192.0.2.1", "192.0.2.1"}, Row{"[2001:db8::1]", "[2001:db8::1]"},
                         Row{"2001:db8::1", "[2001:db8::1]"}, Row{"::1", "[::1]"}, Row{"proxy:8080", nullptr},
                         Row{"[::1]:8080", nullptr}, Row{"1:2:3", nullptr}, Row{"[::1", nullptr}, Row{"::g", nullptr}}) {
    CAPTURE(row.given);
    const auto result = load_variables({{"destinations", std::string(R"([{"name":"a","url":"http://a","proxyPort":"8080","proxyHost":")") + row.given + R"("}])"}});
    if (row.read == nullptr) {
      CHECK(errors_of(result).find("/0/proxyHost") != std::string::npos);
    } else {
      REQUIRE(result.configuration);
      CHECK(result.configuration->destinations.at("a").proxy_host == row.read);
    }
  }
}

TEST_CASE("destinations: a bad one is refused, with its place in the variable") {
  struct Row {
    const char* value;
    const char* error;
  };
  for (const Row& row :
       {Row{"{}", "error: found an empty object, expected an array"}, Row{"[5]", ":1:2: error: /0: found 5"},
        Row{R"([{"url":"http://a"}])", "/0: found no name"}, Row{R"([{"name":"a"}])", "/0: found no url"},
        Row{R"([{"name":"a b","url":"http://a"}])", "/0/name: found \"a b\""},
        Row{R"([{"name":"a","url":"ftp://a"}])", ":1:20: error: /0/url: found \"ftp://a\""},
        Row{R"([{"name":"a","url":"http://u:p@a"}])", "found \"http://...@a\""},
        Row{R"([{"name":"a","url":"http://a?x=1"}])", "/0/url: found"},
        Row{R"([{"name":"a","url":"http://a"},{"name":"a","url":"http://b"}])",
            "/1/name: found the name \"a\" a second time"},
        Row{R"([{"name":"a","url":"http://a","forwardAuthTokn":true}])",
            "did you mean \"forwardAuthToken\"?"},
        Row{R"([{"name":"a","url":"http://a","strictSSL":"no"}])",
            "/0/strictSSL: found \"no\", expected true or false"},
        Row{R"([{"name":"a","url":"http://a","timeout":0}])", "/0/timeout: found 0"},
        Row{R"([{"name":"a","url":"http://a","timeout":"1"}])", "/0/timeout: found \"1\""},
        Row{R"([{"name":"a","url":"http://a","proxyHost":"p"}])", "/0/proxyHost: found proxyHost alone"},
        Row{R"([{"name":"a","url":"http://a","proxyHost":"p","proxyPort":"x"}])",
            "/0/proxyPort: found \"x\""},
        Row{R"([{"name":"a","url":"http://a","headers":{"Cookie":"x"}}])",
            "/0/headers/Cookie: found \"Cookie\""},
        Row{R"([{"name":"a","name":"b","url":"http://a"}])", "the key \"name\" a second time"},
        Row{"[{]", "environment variable destinations:1:3: error: found \"]\""}}) {
    CAPTURE(row.value);
    const std::string errors = errors_of(load_variables({{"destinations", row.value}}));
    CAPTURE(errors);
    CHECK(errors.find("environment variable destinations") == 0);
    CHECK(errors.find(row.error) != std::string::npos);
  }
}

TEST_CASE("destinations: every property arrives in the model") {
  const LoadResult result = load_variables({{"destinations", R"([
      {"name":"a","url":"https://a.example.com:8443/base","forwardAuthToken":true,"forwardAuthCertificates":true,
       "timeout":1200,"strictSSL":false,"setXForwardedHeaders":false,"proxyHost":"proxy","proxyPort":"8080",
       "preserveHostHeader":true,"headers":[{"X-A":"1"}],"rewriteLocation":true},
      {"name":"b","url":"ws://b.example.com"}])"}});
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  const Destination& a = result.configuration->destinations.at("a");
  CHECK(a.url.to_string() == "https://a.example.com:8443/base");
  CHECK(a.forward_auth_token);
  CHECK(a.forward_auth_certificates);
  CHECK(a.timeout == std::chrono::milliseconds(1200));
  CHECK_FALSE(a.strict_ssl);
  CHECK_FALSE(a.set_x_forwarded_headers);
  CHECK(a.proxy_host == "proxy");
  CHECK(a.proxy_port == 8080);
  CHECK(a.preserve_host_header);
  CHECK(a.rewrite_location);
  REQUIRE(a.headers.size() == 1);
  CHECK(a.headers[0].name == "X-A");
  const Destination& b = result.configuration->destinations.at("b");
  CHECK(b.timeout == std::chrono::milliseconds(30'000));
  CHECK(b.strict_ssl);
  CHECK(b.set_x_forwarded_headers);
}

TEST_CASE("destinations: forwardAuthCertificates with nothing to show, or nowhere to, is a warning") {
  const auto warns_of = [](const std::string& url) {
    const auto result = load_variables(
        {{"destinations", R"([{"name":"a","url":")" + url + R"(","forwardAuthCertificates":true}])"}});
    CHECK(errors_of(result) == "");
    return to_text(result.issues);
  };
  CHECK(warns_of("http://a").find("forwardAuthCertificates of \"a\" without TLS") != std::string::npos);
  CHECK(warns_of("wss://a").find("expected a bound xsuaa or identity service with certificate and key") !=
        std::string::npos);
}

constexpr const char* kDestinationService =
    R"({"destination":[{"name":"d","credentials":{"uri":"https://d.example.com","url":"https://uaa.example.com",
    "clientid":"c","clientsecret":"s"}}]})";

TEST_CASE("destinations: unknown names are no fault when a destination service is bound") {
  const LoadResult result = load_variables({{"VCAP_SERVICES", kDestinationService}},
                                           R"({"routes":[{"source":"^/","destination":"elsewhere","preferLocal":true}],
                                               "destinations":{"elsewhere":{"logoutPath":"/out","logoutMethod":"GET"}}})");
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  REQUIRE(result.configuration->destination_service);
  CHECK(result.configuration->destination_service->uri == "https://d.example.com");
  CHECK(result.configuration->destination_service->client.client_id == "c");
  const auto& logouts = result.configuration->looked_up_logouts;
  REQUIRE(logouts.contains("elsewhere"));
  CHECK(logouts.at("elsewhere").path == "/out");
  CHECK(logouts.at("elsewhere").method == LogoutCallMethod::get);
  // no business service of its own
  CHECK(result.configuration->services.empty());
}

TEST_CASE("destinations: a destination service that could not be asked stops the start") {
  const auto faults = errors_of(load_variables({{"VCAP_SERVICES", R"({"destination":[{"credentials":{}}]})"}}));
  for (const char* part : {"no \"uri\"", "no \"url\"", "no \"clientid\"", "no \"clientsecret\""}) {
    CAPTURE(part);
    CHECK(faults.find(part) != std::string::npos);
  }
}

}  // namespace
}  // namespace router::config::test
