#include <doctest/doctest.h>

#include "config/config_fixture.h"

namespace router::config::test::destinations_test {
namespace {

TEST_CASE("destinations: proxyHost is a name or an address, IPv6 with brackets or without [N16]") {
  struct Row {
    const char* given;
    const char* read;  // null: refused
  };
  for (const Row& row :
       {Row{"proxy.example", "proxy.example"}, Row{"192.0.2.1", "192.0.2.1"}, Row{"[2001:db8::1]", "[2001:db8::1]"},
        Row{"2001:db8::1", "[2001:db8::1]"}, Row{"::1", "[::1]"}, Row{"proxy:8080", nullptr},
        Row{"[::1]:8080", nullptr}, Row{"1:2:3", nullptr}, Row{"[::1", nullptr}, Row{"::g", nullptr}}) {
    CAPTURE(row.given);
    const auto result = load_variables(
        {{"destinations",
          std::string(R"([{"name":"a","url":"http://a","proxyPort":"8080","proxyHost":")") + row.given + R"("}])"}});
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
        Row{R"([{"name":"","url":"http://a"}])", "/0/name: found \"\""},
        Row{R"([{"name":"a","url":"ftp://a"}])", ":1:20: error: /0/url: found \"ftp://a\""},
        Row{R"([{"name":"a","url":"http://u:p@a b"}])", "found \"http://...@a b\""},
        Row{R"([{"name":"a","url":"a.example.com:80"}])", "/0/url: found"},
        Row{R"([{"name":"a","url":"http://a"},{"name":"a","url":"http://b"}])",
            "/1/name: found the name \"a\" a second time"},
        Row{R"([{"name":"a","url":"http://a","forwardAuthTokn":true}])", "did you mean \"forwardAuthToken\"?"},
        Row{R"([{"name":"a","url":"http://a","strictSSL":"no"}])",
            "/0/strictSSL: found \"no\", expected true or false"},
        Row{R"([{"name":"a","url":"http://a","timeout":0}])", "/0/timeout: found 0"},
        Row{R"([{"name":"a","url":"http://a","timeout":"1"}])", "/0/timeout: found \"1\""},
        Row{R"([{"name":"a","url":"http://a","proxyHost":"p"}])", "/0/proxyHost: found proxyHost alone"},
        Row{R"([{"name":"a","url":"http://a","proxyHost":"p","proxyPort":"x"}])", "/0/proxyPort: found \"x\""},
        Row{R"([{"name":"a","url":"http://a","headers":{"Cookie":"x"}}])", "/0/headers/Cookie: found \"Cookie\""},
        Row{R"([{"name":"a","name":"b","url":"http://a"}])", "the key \"name\" a second time"},
        Row{"[{]", "environment variable destinations:1:3: error: found \"]\""}}) {
    CAPTURE(row.value);
    const std::string errors = errors_of(load_variables({{"destinations", row.value}}));
    CAPTURE(errors);
    CHECK(errors.find("environment variable destinations") == 0);
    CHECK(errors.find(row.error) != std::string::npos);
  }
}

namespace {

std::string issues_of(const std::string& destinations, LoadResult& result) {
  result = load_variables({{"destinations", destinations}}, R"({"authenticationMethod":"none"})");
  CHECK(errors_of(result) == "");
  REQUIRE(result.configuration);
  return to_text(result.issues);
}

}  // namespace

TEST_CASE("destinations: a URL with user, query, fragment or blanks is taken, and no credentials are shown [K11]") {
  struct Row {
    const char* written;
    const char* taken;
    const char* says;
  };
  for (const Row& row :
       {Row{"http://u:hush@a.example.com/x", "http://a.example.com/x",
            "found \"http://...@a.example.com/x\", expected \"http://a.example.com/x\""},
        Row{"http:/u:hush@a.example.com/x", "http://a.example.com/x",
            "...@a.example.com/x\", expected \"http://a.example.com/x\""},
        Row{"http://a.example.com/x?y=1", "http://a.example.com/x?y=1",
            "expected \"http://a.example.com/x\"; its query goes along"},
        Row{"http://a.example.com/x#y", "http://a.example.com/x", "expected \"http://a.example.com/x\""},
        Row{" http://a.example.com ", "http://a.example.com", "expected \"http://a.example.com\""},
        Row{"http://a.example.com/a b", "http://a.example.com/a%20b", "expected \"http://a.example.com/a%20b\""}}) {
    CAPTURE(row.written);
    LoadResult result;
    const auto text = issues_of(R"([{"name":"a","url":")" + std::string(row.written) + R"("}])", result);
    CHECK(result.configuration->destinations.at("a").url.to_string() == row.taken);
    CHECK(text.find(":1:20: warning: /0/url: found ") != std::string::npos);
    CHECK_MESSAGE(text.find(row.says) != std::string::npos, text);
    CHECK(text.find("hush") == std::string::npos);
  }
}

TEST_CASE("destinations: a name may have any characters, with a warning [K11]") {
  for (const char* name : {"a b", "a/b", "a$b", "*", " a", "a\\tb", "$1"}) {
    CAPTURE(name);
    LoadResult result;
    const auto text = issues_of(R"([{"name":")" + std::string(name) + R"(","url":"http://a.example.com"}])", result);
    CHECK(result.configuration->destinations.size() == 1);
    CHECK(text.find(":1:10: warning: /0/name: found ") != std::string::npos);
    CHECK(text.find("expected a name such as ") != std::string::npos);
  }
  LoadResult result;
  CHECK(issues_of(R"([{"name":"bücher.v-2_x","url":"http://a.example.com"}])", result) == "");
}

TEST_CASE("destinations: the destination service's spelling is taken [K12]") {
  LoadResult result;
  const auto text = issues_of(R"([
    {"Name":"a","URL":"https://a.example.com/x","Type":"HTTP","ProxyType":"Internet","Authentication":"NoAuthentication",
     "HTML5.ForwardAuthToken":"true","HTML5.Timeout":"1200","HTML5.PreserveHostHeader":"TRUE","HTML5.SetXForwardedHeaders":"false",
     "TrustAll":"true","sap-client":"100","URL.headers.x-y":"z","Description":"whatever","WebIDEEnabled":"true"},
    {"Name":"b","URL":"http://b.example.com","Authentication":"BasicAuthentication","User":"u","Password":"hush"},
    {"name":"c","url":"http://c.example.com","type":"http","forwardAuthToken":true}])",
                              result);
  const auto& destinations = result.configuration->destinations;
  const Destination& a = destinations.at("a");
  CHECK(a.url.to_string() == "https://a.example.com/x");
  CHECK(a.forward_auth_token);
  CHECK(a.preserve_host_header);
  CHECK_FALSE(a.set_x_forwarded_headers);
  CHECK_FALSE(a.strict_ssl);
  CHECK(a.timeout == std::chrono::milliseconds(1200));
  REQUIRE(a.headers.size() == 2);
  CHECK(destinations.at("b").url.to_string() == "http://b.example.com");
  CHECK(destinations.at("b").authorization.empty());
  CHECK(destinations.at("c").forward_auth_token);
  CHECK(text.find("variable destinations:2:5: warning: /0: found a destination in the destination service's spelling "
                  "(in 3 places), "
                  "expected \"name\" and \"url\"") != std::string::npos);
  CHECK(text.find("/1/Authentication: found \"BasicAuthentication\", expected \"NoAuthentication\"") !=
        std::string::npos);
  CHECK(text.find("hush") == std::string::npos);
}

TEST_CASE("destinations: the destination service's spelling can have faults, at their places [K12]") {
  for (const auto& [value, error] :
       {std::pair{R"([{"Name":"a","URL":"ftp://a"}])", ":1:20: error: /0/URL: found \"ftp://a\""},
        std::pair{R"([{"Name":"","URL":"http://a"}])", "/0/Name: found \"\""},
        std::pair{R"([{"Name":"a","Type":"HTTP"}])", "/0: found no url"},
        std::pair{R"([{"Name":"a","URL":"http://a","Type":"RFC"}])", "/0/Type: found \"RFC\", expected \"HTTP\""},
        std::pair{R"([{"Name":"a","URL":"http://a","HTML5.Timeout":"soon"}])", "/0/HTML5.Timeout: found \"soon\""}}) {
    CAPTURE(value);
    CHECK(errors_of(load_variables({{"destinations", value}})).find(error) != std::string::npos);
  }
}

TEST_CASE("destinations: a property that is misspelt is not missing as well [K15]") {
  for (const auto& [value, error] :
       {std::pair{R"([{"name":"a","Url":"http://a"}])", "/0/Url: found the unknown property \"Url\""},
        std::pair{R"([{"nam":"a","url":"http://a"}])", "did you mean \"name\"?"},
        std::pair{R"([{"Name":"a","Url":"http://a"}])", "/0: found no url"},
        std::pair{R"([{"Name":"a","Url":"http://a"}])", "did you mean \"URL\"?"}}) {
    CAPTURE(value);
    const auto result = load_variables({{"destinations", value}});
    CHECK(result.issues.count(Severity::error) == 1);
    CHECK(errors_of(result).find(error) != std::string::npos);
  }
}

constexpr const char* kConnectivity = R"({"connectivity":[{"name":"c","credentials":{
    "onpremise_proxy_host":"proxy.internal","onpremise_proxy_http_port":"20003","onpremise_proxy_port":"1",
    "clientid":"c","clientsecret":"s","token_service_url":"https://own.uaa.example/oauth/token","identityzone":"own"}}]})";

TEST_CASE("destinations: OnPremise leads through the bound connectivity service [issue 15]") {
  const auto load_with = [](const std::string& entry, const std::string& services = kConnectivity) {
    return load_variables({{"destinations", "[" + entry + "]"}, {"VCAP_SERVICES", services}},
                          R"({"authenticationMethod":"none"})");
  };
  const auto result = load_with(R"({"name":"erp","url":"http://erp:80","proxyType":"OnPremise"})");
  REQUIRE(result.configuration);
  CHECK(to_text(result.issues) == "");
  const auto& way = result.configuration->destinations.at("erp").connectivity;
  REQUIRE(way);
  CHECK(way->proxy_host == "proxy.internal");
  CHECK(way->proxy_port == 20003);
  CHECK(way->client.url == "https://own.uaa.example");
  CHECK(way->client.identity_zone == "own");
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"name":"e","url":"http://e","proxyType":"OnPremise","forwardAuthToken":true})", "beside forwardAuthToken"},
      {R"({"name":"e","url":"http://e","proxyType":"OnPremise","proxyHost":"p","proxyPort":1})", "beside proxyHost"},
  };
  for (const auto& [entry, said] : wrong) {
    CAPTURE(entry);
    CHECK(errors_of(load_with(entry)).find(said) != std::string::npos);
  }
  const auto secure = load_with(R"({"name":"e","url":"https://e","proxyType":"OnPremise"})");
  REQUIRE(secure.configuration);
  CHECK(to_text(secure.issues).find("OnPremise with a secure url") != std::string::npos);
  // of a service that nothing needs, what is wrong is only said
  const auto unused =
      load_with(R"({"name":"e","url":"http://e"})", R"({"connectivity":[{"name":"c","credentials":{}}]})");
  CHECK(unused.configuration);
  CHECK(load_with(R"({"name":"e","url":"http://e","proxyType":"OnPremise"})",
                  R"({"connectivity":[{"name":"c","credentials":{}}]})")
            .configuration == nullptr);
}

TEST_CASE("destinations: OnPremise without a connectivity service stops the start, and names it [K17]") {
  const auto on_premise = [](const std::string& entry, const char* services) {
    return load_variables({{"destinations", "[" + entry + "]"}, {"VCAP_SERVICES", services}},
                          R"({"authenticationMethod":"none"})");
  };
  const char* const ours = R"({"name":"erp","url":"http://erp:80","proxyType":"OnPremise"})";
  const char* const theirs = R"({"Name":"erp","URL":"http://erp:80","Type":"HTTP","ProxyType":"OnPremise"})";
  for (const char* entry : {ours, theirs}) {
    const auto errors = errors_of(on_premise(entry, "{}"));
    CAPTURE(errors);
    CHECK(errors.find("environment variable destinations:1:") == 0);
    CHECK(errors.find("found proxyType OnPremise of \"erp\", expected a bound connectivity service") !=
          std::string::npos);
    CHECK(errors_of(on_premise(entry, kConnectivity)) == "");
  }
}

TEST_CASE("destinations: with tenants a connectivity client needs a place of theirs, or the start stops [issue 15]") {
  struct Row {
    const char* more;
    const char* domain;
  };
  const Row rows[] = {
      {R"("token_service_url":"https://own.uaa.example/oauth/token","identityzone":"own")", "uaa.example"},
      {R"("token_service_url":"https://uaa.example","identityzone":"own","uaadomain":"t.example")", "t.example"},
      {R"("url":"https://uaa.example","token_service_domain":"t.example")", "t.example"},
      {R"("url":"https://own.uaa.example","identityzone":"own","uaadomain":"t.example")", "uaa.example"},
      {R"("url":"https://uaa.example","identityzone":"own")", ""},
      {R"("url":"https://uaa.example","uaadomain":"no host/at all")", ""}};
  for (const auto& row : rows) {
    CAPTURE(row.more);
    for (const bool has_tenants : {false, true}) {
      std::map<std::string, std::string> variables{
          {"destinations", R"([{"name":"erp","url":"http://erp:80","proxyType":"OnPremise"}])"},
          {"VCAP_SERVICES", std::string(R"({"connectivity":[{"name":"c","credentials":{"onpremise_proxy_host":"p",
              "onpremise_proxy_http_port":"1","clientid":"c","clientsecret":"s",)") +
                                row.more + "}}]}"}};
      if (has_tenants) variables["TENANT_HOST_PATTERN"] = "^(.*)-app\\.example$";
      const auto result = load_variables(std::move(variables), R"({"authenticationMethod":"none"})");
      const bool is_fault = has_tenants && *row.domain == '\0';
      const auto errors = errors_of(result);
      CHECK(is_fault ==
            (errors.find("the client of \"c\" has no url that begins with its identityzone") != std::string::npos));
      CHECK(is_fault == (result.configuration == nullptr));
      if (result.configuration) {
        CHECK(result.configuration->destinations.at("erp").connectivity->client.uaa_domain == row.domain);
      }
    }
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
    const auto result =
        load_variables({{"destinations", R"([{"name":"a","url":")" + url + R"(","forwardAuthCertificates":true}])"}});
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

TEST_CASE("destinations: a logout path is the provider's where all routes to it are [issue 15]") {
  const LoadResult result = load_variables({{"VCAP_SERVICES", kDestinationService}, {"TENANT_HOST_PATTERN", "^(.*)-a"}},
                                           R"({"routes":[{"source":"^/a","destination":"local","preferLocal":true},
                                                         {"source":"^/b","destination":"both","preferLocal":true},
                                                         {"source":"^/c","destination":"both"}],
      "destinations":{"local":{"logoutPath":"/x"},"both":{"logoutPath":"/x"},"unrouted":{"logoutPath":"/x"}}})");
  REQUIRE(result.configuration);
  for (const auto& [name, logout] : result.configuration->looked_up_logouts)
    CHECK(logout.prefer_local == (name == "local"));
  CHECK(result.configuration->looked_up_logouts.size() == 3);
  CHECK(to_text(result.issues).find("the client of \"d\" has no url that begins with its identityzone") !=
        std::string::npos);
}

TEST_CASE("destinations: a destination service that could not be asked stops the start") {
  const auto faults =
      errors_of(load_variables({{"VCAP_SERVICES", R"({"destination":[{"credentials":{}}]})"}},
                               R"({"authenticationMethod":"none","routes":[{"source":"^/a","destination":"x"}]})"));
  for (const char* part : {"no \"uri\"", "no \"url\"", "no \"clientid\"", "no \"clientsecret\""}) {
    CAPTURE(part);
    CHECK(faults.find(part) != std::string::npos);
  }
}

}  // namespace
}  // namespace router::config::test::destinations_test
