#include <doctest/doctest.h>

#include "logout/world.h"

namespace router::central_test {

using test::Request;
using test::World;

namespace {

constexpr std::string_view kXsuaaPage =
    "https://idp.example/logout.do?redirect=https%3A%2F%2Fapp.example%2Flogoff.html&client_id=client";

const test::HeaderList kCrossSiteDocument{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "document"}};
const test::HeaderList kCrossSiteImage{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "image"}};
const test::HeaderList kToken{{"x-csrf-token", "csrf-token"}};

}  // namespace

TEST_CASE("central: a login that began before does not come in, where the provider's frame signs out, too [S8]") {
  for (const char* url : {"/my/logout", "/my/logout?skip-redirect", "/my/logout?skip-redirect=true&siteId=3"}) {
    for (const bool began_before : {true, false}) {
      CAPTURE(url);
      CAPTURE(began_before);
      World world;
      world.bind(config::ProviderKind::oidc);
      const auto session = world.log_in("ada");
      auto on_its_way = world.make_session("ada");
      world.clock.advance(base::seconds(1));
      world.get(url, session);
      world.clock.advance(base::seconds(1));
      if (!began_before) on_its_way.login_started = world.clock.wall();
      CHECK(test::run_task(world.store.create(std::move(on_its_way))).has_value() == !began_before);
    }
  }
}

TEST_CASE("central: method and headers decide about answer and session") {
  struct Row {
    std::string configured;
    bool csrf;
    std::string method;
    test::HeaderList fields;
    int status;
    bool ends;
  };
  const std::vector<Row> rows = {
      {"GET", false, "GET", {}, 302, true},
      {"GET", false, "HEAD", {}, 403, false},
      {"GET", false, "POST", {}, 405, false},
      {"GET", false, "DELETE", {}, 405, false},
      {"GET", false, "GET", {{"Sec-Purpose", "prefetch"}}, 403, false},
      {"GET", false, "GET", kCrossSiteImage, 403, false},
      {"GET", false, "GET", kCrossSiteDocument, 200, false},
      {"GET", false, "GET", {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Dest", "document"}}, 302, true},
      {"POST", true, "GET", {}, 405, false},
      {"POST", true, "HEAD", {}, 403, false},
      {"POST", true, "GET", {{"X-CSRF-Token", "Fetch"}}, 200, false},
      {"POST", true, "GET", {{"x-csrf-token", "fetch"}, {"Sec-Fetch-Site", "cross-site"}}, 403, false},
      {"POST", true, "POST", {}, 403, false},
      {"POST", true, "POST", {{"x-csrf-token", "wrong"}}, 403, false},
      {"POST", true, "POST", {{"x-csrf-token", "fetch"}}, 403, false},
      {"POST", true, "POST", kToken, 200, true},
      {"POST", true, "PUT", kToken, 405, false},
      {"POST", false, "POST", {}, 200, true},
      {"POST", false, "POST", {{"Sec-Fetch-Site", "cross-site"}}, 403, false},
      {"POST", false, "POST", {{"Origin", "https://evil.example"}}, 403, false},
      {"POST", false, "POST", {{"Origin", "https://app.example"}}, 200, true},
  };
  for (const auto& row : rows) {
    World world;
    world.bind(config::ProviderKind::xsuaa);
    world.config.logout.method = row.configured;
    world.config.logout.csrf_protection = row.csrf;
    const auto session = world.log_in();
    const Request request(row.method, "/my/logout", row.fields);
    const auto response = world.send(request, session);
    CAPTURE(row.configured);
    CAPTURE(row.method);
    CAPTURE(row.csrf);
    REQUIRE(response);
    CHECK(response->status == row.status);
    CHECK((world.find(session->id) == nullptr) == row.ends);
    CHECK(test::header(response, "cache-control") == "no-store");
    CHECK(!test::header(response, "x-logout-id").empty() == row.ends);
    CHECK(test::header(response, "set-cookie").empty() != row.ends);
  }
}

TEST_CASE("central: 405 says what is allowed") {
  World world;
  CHECK(test::header(world.send(Request("POST", "/my/logout")), "allow") == "GET");
  World by_post;
  by_post.config.logout.method = "POST";
  CHECK(test::header(by_post.send(Request("GET", "/my/logout")), "allow") == "POST");
}

TEST_CASE("central: crossSite chooses between asking, allowing and denying") {
  struct Row {
    config::CrossSiteLogout policy;
    int status;
    bool ends;
  };
  for (const auto& row :
       {Row{config::CrossSiteLogout::confirm, 200, false}, Row{config::CrossSiteLogout::allow, 302, true},
        Row{config::CrossSiteLogout::deny, 403, false}}) {
    World world;
    world.config.logout.cross_site = row.policy;
    const auto session = world.log_in();
    const auto response = world.get("/my/logout", session, kCrossSiteDocument);
    CHECK(response->status == row.status);
    CHECK((world.find(session->id) == nullptr) == row.ends);
  }
}

TEST_CASE("central: the confirmation page carries the query and cannot be framed") {
  World world;
  const auto response = world.get("/my/logout?siteId=3&x=%22", world.log_in(), kCrossSiteDocument);
  CHECK(response->body.find("href=\"/my/logout?siteId=3&amp;x=%22\"") != std::string::npos);
  CHECK(test::header(response, "content-security-policy").find("frame-ancestors 'none'") != std::string::npos);
}

TEST_CASE("central: the CSRF token is fetched without logging out, and needs a session") {
  World world;
  world.config.logout.method = "POST";
  world.config.logout.csrf_protection = true;
  const test::HeaderList fetch{{"x-csrf-token", "fetch"}};
  CHECK(test::header(world.get("/my/logout", world.log_in(), fetch), "x-csrf-token") == "csrf-token");
  const auto refused = world.get("/my/logout", nullptr, fetch);
  CHECK(refused->status == 403);
  CHECK(test::header(refused, "x-csrf-token") == "Required");
}

TEST_CASE("central: POST answers the URL to go to as plain text") {
  World world;
  world.bind(config::ProviderKind::xsuaa);
  world.config.logout.method = "POST";
  world.config.logout.csrf_protection = true;
  const auto response = world.send(Request("POST", "/my/logout", kToken), world.log_in());
  CHECK(response->body == kXsuaaPage);
  CHECK(test::header(response, "content-type").starts_with("text/plain"));
  CHECK(test::header(response, "x-content-type-options") == "nosniff");
  CHECK(test::header(response, "location").empty());
}

TEST_CASE("central: POST without a provider answers the page URL") {
  World world;
  world.config.logout.method = "POST";
  CHECK(world.send(Request("POST", "/my/logout?siteId=3"), world.log_in())->body == "/logoff.html?siteId=3");
}

TEST_CASE("central: POST without a session is refused where a token is asked for, else answered as GET is [K19]") {
  for (const bool csrf : {true, false}) {
    CAPTURE(csrf);
    World world;
    world.bind(config::ProviderKind::xsuaa);
    world.config.logout.method = "POST";
    world.config.logout.csrf_protection = csrf;
    const auto response = world.send(Request("POST", "/my/logout", kToken));
    CHECK(response->status == (csrf ? 403 : 200));
    CHECK(test::header(response, "x-csrf-token") == (csrf ? "Required" : ""));
    if (!csrf) CHECK(response->body == kXsuaaPage);
  }
}

TEST_CASE("central: without a session GET redirects all the same, and no back-end is called") {
  World world;
  world.bind(config::ProviderKind::xsuaa);
  world.config.destinations["bank"] = test::make_destination("bank");
  const auto response = world.get("/my/logout");
  world.loop.run_ready();
  CHECK(response->status == 302);
  CHECK(test::header(response, "location") == kXsuaaPage);
  CHECK(!test::header(response, "set-cookie").empty());
  CHECK(test::header(response, "x-logout-id").empty());
  CHECK(world.client.requests.empty());
}

TEST_CASE("central: skip-redirect ends the session without going to the provider") {
  struct Row {
    std::string query;
    bool skips;
    std::string landing;
  };
  const std::vector<Row> rows = {
      {"skip-redirect", true, "/logoff.html"},      {"skip-redirect=", true, "/logoff.html"},
      {"skip-redirect=true", true, "/logoff.html"}, {"a=1&skip-redirect=true&b=2", true, "/logoff.html?a=1&b=2"},
      {"skip-redirect=false", false, ""},           {"xskip-redirect", false, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    World world;
    world.bind(config::ProviderKind::xsuaa);
    const auto session = world.log_in();
    const auto response = world.get("/my/logout?" + row.query, session);
    CHECK(world.find(session->id) == nullptr);
    CHECK(response->status == (row.skips ? 200 : 302));
    CHECK(test::header(response, "location").empty() == row.skips);

    World by_post;
    by_post.bind(config::ProviderKind::xsuaa);
    by_post.config.logout.method = "POST";
    const auto posted = by_post.send(Request("POST", "/my/logout?" + row.query), by_post.log_in());
    CHECK(posted->status == 200);
    if (row.skips) CHECK(posted->body == row.landing);
    if (!row.skips) CHECK(posted->body.starts_with("https://idp.example/logout.do"));
  }
}

TEST_CASE("central: skip-redirect works in the provider's iframe and in no other") {
  for (const auto& [referer, status] :
       {std::pair("https://idp.example/out", 200), std::pair("https://evil.example/", 403)}) {
    World world;
    world.bind(config::ProviderKind::xsuaa);
    const test::HeaderList fields{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "iframe"}, {"Referer", referer}};
    CHECK(world.get("/my/logout?skip-redirect", world.log_in(), fields)->status == status);
    CHECK(world.get("/my/logout", world.log_in("bob"), fields)->status == 403);
  }
}

TEST_CASE("central: skipRedirectOrigins says whose frames may sign out, and whether without a Referer [S15]") {
  struct Row {
    bool portal;
    bool none;
    const char* referer;
    int status;
  };
  const std::vector<Row> rows = {
      {false, false, "", 403},
      {false, false, "https://portal.example/", 403},
      {true, false, "", 403},
      {true, false, "https://portal.example/", 200},
      {true, false, "https://evil.example/", 403},
      {false, true, "", 200},
      {false, true, "https://evil.example/", 403},
  };
  for (const auto& row : rows) {
    CAPTURE(row.referer);
    World world;
    world.bind(config::ProviderKind::xsuaa);
    world.config.logout.front_channel_endpoint = "/my/front-channel";
    if (row.portal) world.config.logout.skip_redirect_origins = {"https://portal.example"};
    world.config.logout.skip_redirect_without_referer = row.none;
    test::HeaderList fields{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "iframe"}};
    if (*row.referer != '\0') fields.emplace_back("Referer", row.referer);
    const auto session = world.log_in();
    CHECK(world.get("/my/logout?skip-redirect", session, fields)->status == row.status);
    CHECK((world.find(session->id) == nullptr) == (row.status == 200));
    CHECK(world.get("/my/logout", world.log_in("bob"), fields)->status == 403);
  }
}

TEST_CASE("central: Clear-Site-Data only when configured") {
  World world;
  CHECK(test::header(world.get("/my/logout", world.log_in()), "clear-site-data").empty());
  World clearing;
  clearing.config.logout.clear_site_data = {"cache", "storage"};
  CHECK(test::header(clearing.get("/my/logout", clearing.log_in()), "clear-site-data") == "\"cache\", \"storage\"");
}

TEST_CASE("central: other paths are nobody's business") {
  World world;
  CHECK(!world.service().may_handle("GET", "/my/logout/x", ""));
  CHECK(!world.service().may_handle("GET", "/", "state=1"));
  CHECK(!world.get("/elsewhere", world.log_in()));
}

TEST_CASE("central: no endpoint, no logout") {
  World world;
  world.config.logout.endpoint = "";
  CHECK(!world.service().may_handle("GET", "", ""));
}

}  // namespace router::central_test
