// Logout by URL or parameter (docs/contract/logout.md section 2), rule by rule.
#include <doctest/doctest.h>

#include "logout/agent_world.h"

namespace router::agent_test {

using test::AgentWorld;
using test::HeaderList;
using test::Request;

namespace {

const HeaderList kForm{{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};

Request form_post(std::string_view url, std::size_t length, HeaderList fields = kForm) {
  Request made("POST", url, fields);
  made.request.body = http::BodyKind::length;
  made.request.content_length = length;
  return made;
}

}  // namespace

TEST_CASE("agent: a GET must not be a trap, and posts of other sites are not heard") {
  struct Row {
    std::string method;
    std::string url;
    HeaderList fields;
    int status;  // 0: the request goes on
    std::string state;
  };
  const HeaderList cross_document{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "document"}};
  const HeaderList cross_image{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "image"}};
  const std::vector<Row> rows = {
      {"GET", "/bank/log-me-out", {}, 302, "left bank"},
      {"GET", "/mail/x?logout", {}, 302, "over"},
      {"HEAD", "/bank/log-me-out", {}, 403, "signed in"},
      {"HEAD", "/mail/x?logout", {}, 403, "signed in"},
      {"GET", "/mail/x?logout", {{"Sec-Purpose", "prefetch"}}, 403, "signed in"},
      {"GET", "/mail/x?logout", {{"Purpose", "prefetch"}}, 403, "signed in"},
      {"GET", "/mail/x?logout", cross_image, 403, "signed in"},
      {"GET", "/mail/x?logout", cross_document, 200, "signed in"},
      {"GET", "/bank/log-me-out", cross_document, 200, "signed in"},
      {"POST", "/bank/log-me-out", {}, 200, "left bank"},
      {"POST", "/bank/log-me-out", cross_document, 403, "signed in"},
      {"POST", "/mail/x?logout", cross_image, 403, "signed in"},
      {"POST", "/mail/x?logout", {{"Origin", "https://evil.example"}}, 403, "signed in"},
      {"POST", "/mail/x?logout", {{"Origin", "https://app.example"}}, 200, "over"},
      {"POST", "/mail/x?logout", {{"Sec-Purpose", "prefetch"}}, 403, "signed in"},
      {"DELETE", "/mail/x?logout", {}, 200, "over"},
      {"DELETE", "/bank/log-me-out", {}, 405, "signed in"},
      {"OPTIONS", "/bank/log-me-out", {}, 405, "signed in"},
      {"OPTIONS", "/mail/x?logout", {}, 0, "signed in"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.method + " " + row.url);
    AgentWorld world;
    const auto session = world.sign_in();
    const auto response = world.send(Request(row.method, row.url, row.fields), session);
    CHECK((response ? response->status : 0) == row.status);
    CHECK(world.state_of(session) == row.state);
    if (response) CHECK(test::header(response, "cache-control") == "no-store");
    if (row.status == 405) CHECK(test::header(response, "allow") == "GET, POST");
  }
}

TEST_CASE("agent: crossSite chooses between asking, allowing and denying a link on another site") {
  for (const auto& [policy, status] :
       {std::pair(config::CrossSiteLogout::confirm, 200), std::pair(config::CrossSiteLogout::allow, 302),
        std::pair(config::CrossSiteLogout::deny, 403)}) {
    AgentWorld world;
    world.config.logout.cross_site = policy;
    const HeaderList fields{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Dest", "document"}};
    const auto response = world.get("/mail/x?a=1&logout", world.sign_in(), fields);
    CHECK(response->status == status);
    if (status == 200) CHECK(response->body.find("href=\"/mail/x?a=1&amp;logout\"") != std::string::npos);
  }
}

TEST_CASE("agent: a WebSocket handshake from another origin logs nobody out") {
  AgentWorld world;
  Request request("GET", "/mail/x?logout", {{"Origin", "https://evil.example"}});
  request.request.is_upgrade = true;
  const auto session = world.sign_in();
  CHECK(world.send(request, session)->status == 403);
  CHECK(world.state_of(session) == "signed in");
}

TEST_CASE("agent: who reads the answer decides about its form") {
  struct Row {
    std::string method;
    HeaderList fields;
    bool redirects;
  };
  const std::vector<Row> rows = {
      {"GET", {}, true},
      {"GET", {{"Accept", "*/*"}}, true},
      {"GET", {{"Accept", "text/html,*/*"}, {"Sec-Fetch-Mode", "navigate"}}, true},
      {"GET", {{"Sec-Fetch-Mode", "cors"}, {"Sec-Fetch-Site", "same-origin"}}, false},
      {"GET", {{"X-Requested-With", "XMLHttpRequest"}}, false},
      {"GET", {{"Accept", "application/json"}}, false},
      {"POST", {}, false},
      {"POST", {{"Sec-Fetch-Mode", "navigate"}, {"Sec-Fetch-Site", "same-origin"}}, true},
      {"POST", {{"Accept", "text/html"}}, true},
      {"PUT", {{"Sec-Fetch-Mode", "cors"}}, false},
  };
  for (const Row& row : rows) {
    AgentWorld world;
    const auto response = world.send(Request(row.method, "/mail/x?log-out", row.fields), world.sign_in());
    CAPTURE(row.method);
    CHECK(response->status == (row.redirects ? 302 : 200));
    if (row.redirects) continue;
    CHECK(response->body == R"({"logoutUrl":"/banking-app/logout-page.html"})");
    CHECK(test::header(response, "content-type").starts_with("application/json"));
    CHECK(test::header(response, "location").empty());
  }
}

TEST_CASE("agent: the parameter is not carried over, all others are, byte for byte") {
  AgentWorld world;
  CHECK(test::header(world.get("/x?a=%20b&log-out=1&c=+", world.sign_in()), "location") ==
        "/banking-app/logout-page.html?a=%20b&c=+");
  CHECK(test::header(world.get("/bank/log-me-out?siteId=3", world.sign_in()), "location") ==
        "/banking-app/logout-page.html?siteId=3");
}

TEST_CASE("agent: landing pages, callbacks and the router's own endpoints trigger nothing") {
  AgentWorld world;
  world.config.logout.back_channel_endpoint = "/my/back-channel";
  world.config.logout.front_channel_endpoint = "/my/front-channel";
  world.config.logout.return_endpoint = "/my/return";
  world.config.logout.applications[0].endpoint = "/callback";
  for (const char* path :
       {"/agentapp/goodbye.html", "/banking-app/logout-page.html", "/logoff.html", "/login/callback",
        "/my/back-channel", "/my/front-channel", "/my/return", "/xs-router/signed-out", "/xs-router/session.js"}) {
    CAPTURE(path);
    const auto session = world.sign_in();
    world.get(std::string(path) + "?logout&log-out", session);
    world.send(form_post(path, 6), session, "logout");
    CHECK(world.state_of(session) == "signed in");
  }
}

TEST_CASE("agent: an absolute landing page at our own origin triggers nothing either") {
  AgentWorld world;
  world.config.logout.applications[0].page = "https://app.example/goodbye?logout";
  const auto session = world.sign_in();
  CHECK_FALSE(world.get("/goodbye?logout", session));
  CHECK(world.state_of(session) == "signed in");
  CHECK(test::header(world.get("/?logout", session), "location").find("goodbye") != std::string::npos);
}

TEST_CASE("agent: a shared parameter holds for the application's own destinations, elsewhere for all") {
  for (const auto& [url, state] : {std::pair("/bank/x?logout", "left bank"), std::pair("/loans/x?logout", "left bank"),
                                   std::pair("/mail/x?logout", "over"), std::pair("/nowhere?logout", "over")}) {
    CAPTURE(url);
    AgentWorld world;
    world.config.logout.applications[1].parameter = "logout";
    const auto session = world.sign_in();
    world.get(url, session);
    CHECK(world.state_of(session) == state);
  }
}

TEST_CASE("agent: leaving an application keeps the session, its cookie, its tokens and the provider's session") {
  AgentWorld world;
  world.config.logout.revoke_tokens = true;
  world.config.logout.clear_site_data = {"cookies"};
  const auto session = world.sign_in();
  int closed = 0;
  const auto keep = [&](const char* back_end) {
    return world.live.add(
        session->id, world.loop, [&closed] { ++closed; }, back_end);
  };
  const auto bank = keep("bank");
  const auto loans = keep("loans");
  const auto mail = keep("mail");
  const auto files = keep("");
  const auto response = world.get("/bank/log-me-out", session);
  world.loop.advance(base::seconds(120));

  CHECK(test::header(response, "set-cookie").empty());
  CHECK(test::header(response, "clear-site-data").empty());
  CHECK(world.provider->revoked.empty());
  CHECK(world.provider->ended.empty());
  CHECK(closed == 2);
  CHECK(world.told() == "bank loans");
  CHECK(world.client.header("bank.example", "cookie") == "C=bank");
  const auto after = world.find(session->id);
  REQUIRE(after);
  REQUIRE(after->backend_cookies.size() == 1);
  CHECK(after->backend_cookies[0].destination == "mail");
  CHECK(after->tokens.access_token == session->tokens.access_token);
  const auto receipt = world.receipts.find(test::header(response, "x-logout-id"));
  REQUIRE(receipt);
  CHECK(receipt->application == "bank");
  CHECK(receipt->connections_closed == 2);
  CHECK(receipt->provider == logout::ProviderPart::none);
}

TEST_CASE("agent: who leaves an application keeps no cookie of it, whoever's its back-end was [issue 15]") {
  AgentWorld world;
  world.external.tenant = "t1";
  auto made = world.make_session();
  made.subdomain = "t1";
  for (const char* jar : {"bank", "bank/t1", "mail", "mail/t1"})
    made.backend_cookies.push_back({jar, "C", base::Secret(std::string(jar)), "/", false});
  const auto session = world.log_in(std::move(made));
  world.get("/bank/log-me-out", session);
  const auto after = world.find(session->id);
  REQUIRE(after);
  std::string jars;
  for (const auto& cookie : after->backend_cookies) jars += cookie.destination + " ";
  CHECK(jars == "mail mail/t1 ");
}

TEST_CASE("agent: without any page the built-in one says what is over and what is not") {
  AgentWorld world;
  world.config.logout.page = "";
  for (auto& application : world.config.logout.applications) application.page = "";
  const auto response = world.get("/bank/log-me-out", world.sign_in());
  CHECK(response->status == 200);
  CHECK(response->body.find("&quot;bank&quot;. Other applications stay signed in.") != std::string::npos);
}

TEST_CASE("agent: inspectBody finds the parameter in posted forms") {
  struct Row {
    std::string body;
    std::string state;
  };
  for (const Row& row : {Row{"log-out", "left bank"}, Row{"a=1&log-out=", "left bank"}, Row{"log%2Dout=1", "left bank"},
                         Row{"a=1&logout=yes", "over"}, Row{"examplelog-out=", "signed in"},
                         Row{"a=logout", "signed in"}, Row{"", "signed in"}, Row{"%zz&&=", "signed in"}}) {
    CAPTURE(row.body);
    AgentWorld world;
    world.config.logout.inspect_body = true;
    const auto session = world.sign_in();
    const auto request = form_post("/mail/x", row.body.size());
    CHECK(world.service().wants_body(request.request));
    const auto response = world.send(request, session, row.body);
    CHECK(response.has_value() == (row.state != "signed in"));
    CHECK(world.state_of(session) == row.state);
  }
}

TEST_CASE("agent: only bodies that are forms of at most 64 KiB are asked for") {
  AgentWorld world;
  world.config.logout.inspect_body = true;
  auto& service = world.service();
  CHECK(service.wants_body(form_post("/mail/x", logout::kMaxBody).request));
  CHECK_FALSE(service.wants_body(form_post("/mail/x", logout::kMaxBody + 1).request));
  CHECK_FALSE(service.wants_body(form_post("/mail/x", 6, {{"Content-Type", "application/json"}}).request));
  CHECK_FALSE(service.wants_body(form_post("/mail/x", 6, {}).request));
  CHECK_FALSE(service.wants_body(form_post("/agentapp/goodbye.html", 6).request));
  auto chunked = form_post("/mail/x", 0);
  chunked.request.body = http::BodyKind::chunked;
  CHECK(service.wants_body(chunked.request));
  CHECK_FALSE(service.wants_body(Request("POST", "/mail/x", kForm).request));
  CHECK_FALSE(service.may_handle("POST", "/mail/x", ""));

  AgentWorld off;
  CHECK_FALSE(off.service().wants_body(form_post("/mail/x", 6).request));
}

TEST_CASE("agent: a body that was cut at 64 KiB is not judged by its beginning") {
  AgentWorld world;
  world.config.logout.inspect_body = true;
  const auto session = world.sign_in();
  auto chunked = form_post("/mail/x", 0);
  chunked.request.body = http::BodyKind::chunked;
  CHECK_FALSE(world.send(chunked, session, "logout&" + std::string(logout::kMaxBody, 'a')));
  CHECK(world.state_of(session) == "signed in");
}

TEST_CASE("agent: a named logout never asks the provider, so no condition changes where it ends") {
  AgentWorld world;
  world.config.logout.conditional_urls = {{"", "https://idp.example/other"}};
  CHECK(test::header(world.get("/x?log-out", world.sign_in()), "location") == "/banking-app/logout-page.html");
  CHECK(test::header(world.get("/x?logout", world.sign_in()), "location") == "https://idp.example/other");
}

TEST_CASE("agent: conditions hold for the central logout endpoint too") {
  AgentWorld world;
  world.config.logout.conditional_urls = {{"app.example", "?alpha=beta"}};
  CHECK(test::header(world.get("/my/logout", world.sign_in()), "location").ends_with("&alpha=beta"));
}

TEST_CASE("agent: without a provider a condition changes nothing: it never decides whether one is asked") {
  AgentWorld world;
  world.config.providers.clear();
  world.config.logout.conditional_urls = {{"", "https://idp.example/other"}};
  CHECK(test::header(world.get("/x?logout", world.sign_in()), "location") == "/agentapp/goodbye.html");
}

TEST_CASE("agent: explain knows the triggers, their conditions and pages") {
  AgentWorld world;
  world.config.logout.conditional_urls = {{"app.example", "https://other.example/bye"}};
  const auto explain = [&](const char* url) {
    const Request request("GET", url);
    return world.service().explain(request.request, world.external);
  };
  const auto bank = explain("/mywebapp/bank/log-me-out");
  REQUIRE(bank);
  CHECK(bank->protocol == "agent");
  CHECK(bank->plan->application == "bank");
  CHECK(bank->plan->calls.size() == 2);
  CHECK(bank->plan->ending.landing == "/banking-app/logout-page.html");
  const auto all = explain("/x?logout&a=1");
  REQUIRE(all);
  CHECK_FALSE(all->plan->application);
  CHECK(all->plan->calls.size() == 3);
  CHECK(all->plan->ending.next() == "https://other.example/bye");
  CHECK(all->plan->ending.landing == "/agentapp/goodbye.html?a=1");
  CHECK_FALSE(explain("/x?examplelog-out"));
  CHECK_FALSE(explain("/agentapp/goodbye.html?logout"));
}

}  // namespace router::agent_test
