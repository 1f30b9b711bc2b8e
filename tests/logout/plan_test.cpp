#include "logout/plan.h"

#include <doctest/doctest.h>

#include "http/query.h"
#include "logout/world.h"

namespace router::plan_test {

using config::ProviderKind;
using logout::Ending;
using logout::ProviderPart;
using logout::Trigger;

namespace {

const std::string kOrigin = "https://app.example";

struct Setting {
  std::optional<ProviderKind> kind;
  std::string page;
  std::string query;
  std::string return_endpoint = "";
  std::size_t longest_hint = 2'000;
  bool posts = false;
};

Ending plan(const Setting& setting, Trigger trigger = {}, bool reachable = true) {
  config::Configuration config;
  config.logout.page = setting.page;
  config.logout.return_endpoint = setting.return_endpoint;
  config.logout.longest_hint = setting.longest_hint;
  config.logout.posts_to_provider = setting.posts;
  trigger.query = setting.query;
  logout::ProviderState state;
  std::optional<test::FakeProvider> provider;
  if (setting.kind) {
    provider.emplace(test::make_provider_config(*setting.kind));
    state.config = &provider->config();
    state.metadata = provider->known_metadata();
    state.reachable = reachable;
  }
  const auto make_state = [](const std::string& target) { return "to:" + target; };
  return plan_ending(trigger, {config, kOrigin, state, make_state});
}

std::string parameter(const std::string& url, std::string_view name) {
  const auto parsed = http::parse_url(url);
  return parsed && parsed->query ? http::query_value(*parsed->query, name).value_or("(none)") : "(no query)";
}

}  // namespace

TEST_CASE("plan: the client's query is appended to the page byte for byte") {
  struct Row {
    std::string page;
    std::string query;
    std::string landing;
  };
  const std::vector<Row> rows = {
      {"/logoff.html", "", "/logoff.html"},
      {"/logoff.html", "siteId=3", "/logoff.html?siteId=3"},
      {"/logoff.html", "a=%E4&b=x+y&&c", "/logoff.html?a=%E4&b=x+y&&c"},
      {"/logoff.html?lang=en", "siteId=3", "/logoff.html?lang=en&siteId=3"},
      {"/logoff.html#/bye", "siteId=3", "/logoff.html?siteId=3#/bye"},
      {"/logoff.html?lang=en#/bye", "siteId=3", "/logoff.html?lang=en&siteId=3#/bye"},
      {"http://acme.com/employees.portal", "siteId=3", "http://acme.com/employees.portal?siteId=3"},
      {"http://acme.com/employees.portal?a=b", "c=d", "http://acme.com/employees.portal?a=b&c=d"},
  };
  for (const auto& row : rows) {
    const auto ending = plan({std::nullopt, row.page, row.query});
    CHECK(ending.landing == row.landing);
    CHECK(ending.provider == ProviderPart::none);
    CHECK(ending.next() == row.landing);
  }
}

TEST_CASE("plan: xsuaa gets the absolute page with the query, encoded once as a whole") {
  CHECK(plan({ProviderKind::xsuaa, "/logoff.html", "siteId=3&x=%20"}).provider_url ==
        "https://idp.example/"
        "logout.do?redirect=https%3A%2F%2Fapp.example%2Flogoff.html%3FsiteId%3D3%26x%3D%2520"
        "&client_id=client");
  CHECK(parameter(plan({ProviderKind::xsuaa, "http://acme.com/x", "a=b"}).provider_url, "redirect") ==
        "http://acme.com/x?a=b");
}

TEST_CASE("plan: ias gets hint, client and the whole return URL") {
  Trigger trigger;
  session::Session session;
  session.tokens.id_token = base::Secret(std::string("the-id-token"));
  trigger.session = std::make_shared<const session::Session>(std::move(session));
  const auto ending = plan({ProviderKind::ias, "/logoff.html", "siteId=3"}, std::move(trigger));
  CHECK(ending.provider_url.starts_with("https://idp.example/logout?"));
  CHECK(parameter(ending.provider_url, "id_token_hint") == "the-id-token");
  CHECK(parameter(ending.provider_url, "client_id") == "client");
  CHECK(parameter(ending.provider_url, "post_logout_redirect_uri") == "https://app.example/logoff.html?siteId=3");
  CHECK(parameter(ending.provider_url, "state") == "to:/logoff.html?siteId=3");
}

TEST_CASE("plan: oidc providers compare return URLs, so they get a bare one and a state") {
  struct Row {
    std::string page;
    std::string return_endpoint;
    std::string return_uri;
    std::string state;
  };
  const std::vector<Row> rows = {
      {"/logoff.html", "", "https://app.example/logoff.html", "to:/logoff.html?siteId=3"},
      {"/logoff.html?a=b#/bye", "", "https://app.example/logoff.html?a=b", "to:/logoff.html?a=b&siteId=3#/bye"},
      {"", "", "https://app.example/xs-router/signed-out", "to:/xs-router/signed-out"},
      {"http://acme.com/x", "", "http://acme.com/x?siteId=3", "(none)"},
      {"/logoff.html", "/back", "https://app.example/back", "to:/logoff.html?siteId=3"},
      {"http://acme.com/x", "/back", "https://app.example/back", "to:http://acme.com/x?siteId=3"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.page);
    const auto ending = plan({ProviderKind::oidc, row.page, "siteId=3", row.return_endpoint});
    CHECK(ending.provider == ProviderPart::redirect);
    CHECK(parameter(ending.provider_url, "post_logout_redirect_uri") == row.return_uri);
    CHECK(parameter(ending.provider_url, "state") == row.state);
  }
}

TEST_CASE("plan: a provider that cannot be reached is passed by") {
  const auto with_page = plan({ProviderKind::oidc, "/logoff.html", "a=b"}, {}, false);
  CHECK(with_page.provider == ProviderPart::unreachable);
  CHECK(with_page.next() == "/logoff.html?a=b");
  const auto built_in = plan({ProviderKind::oidc, "", "a=b"}, {}, false);
  CHECK(!built_in.has_page);
  CHECK(built_in.next() == "/xs-router/signed-out?provider=unreachable");
}

TEST_CASE("plan: who takes no part in it is not sent to the provider") {
  Trigger skipping;
  skipping.provider_step = logout::ProviderStep::already_signing_out;
  CHECK(plan({ProviderKind::xsuaa, "/bye", ""}, std::move(skipping)).provider == ProviderPart::skipped);
  Trigger not_asking;
  not_asking.provider_step = logout::ProviderStep::revoke_tokens;
  CHECK(plan({ProviderKind::xsuaa, "/bye", ""}, std::move(not_asking)).provider == ProviderPart::none);
  Trigger one_application;
  one_application.extent = logout::ApplicationPart{"bank", {"bank"}};
  CHECK(plan({ProviderKind::xsuaa, "/bye", ""}, std::move(one_application)).provider == ProviderPart::none);
}

TEST_CASE("plan: how long the browser needs the session's tokens on its way [H6]") {
  using logout::ProviderStep;
  using logout::TokenUse;
  struct Row {
    ProviderKind kind;
    std::string page;
    bool reachable;
    ProviderStep step;
    logout::ReplyForm form;
    TokenUse use;
  };
  const auto redirect = logout::ReplyForm::redirect;
  const std::vector<Row> rows = {
      {ProviderKind::oidc, "/bye", true, ProviderStep::sign_out, redirect, TokenUse::until_return},
      {ProviderKind::oidc, "http://acme.com/x", true, ProviderStep::sign_out, redirect, TokenUse::open},
      {ProviderKind::xsuaa, "/bye", true, ProviderStep::sign_out, redirect, TokenUse::open},
      {ProviderKind::oidc, "/bye", false, ProviderStep::sign_out, redirect, TokenUse::over},
      {ProviderKind::oidc, "/bye", true, ProviderStep::sign_out, logout::ReplyForm::none, TokenUse::none},
      {ProviderKind::oidc, "/bye", true, ProviderStep::already_signing_out, redirect, TokenUse::none},
      {ProviderKind::oidc, "/bye", true, ProviderStep::revoke_tokens, redirect, TokenUse::none},
      {ProviderKind::oidc, "/bye", true, ProviderStep::none, redirect, TokenUse::none},
  };
  for (const auto& row : rows) {
    CAPTURE(row.page);
    Trigger trigger;
    trigger.provider_step = row.step;
    trigger.form = row.form;
    CHECK(plan({row.kind, row.page, ""}, std::move(trigger), row.reachable).token_use == row.use);
  }
}

TEST_CASE("plan: who leaves one application keeps cookie and tokens, and the provider hears nothing [H6]") {
  for (const bool whole : {true, false}) {
    CAPTURE(whole);
    Trigger trigger;
    if (!whole) trigger.extent = logout::ApplicationPart{"bank", {"bank"}};
    CHECK(trigger.whole_session() == whole);
    CHECK(trigger.asks_provider() == whole);
    CHECK(trigger.is_over_at_provider() == whole);
    CHECK(trigger.revokes_tokens() == whole);
    const auto ending = plan({ProviderKind::oidc, "/bye", ""}, std::move(trigger));
    CHECK(ending.clears_browser == whole);
    CHECK((ending.token_use == logout::TokenUse::none) != whole);
  }
}

TEST_CASE("plan: a trigger may replace the provider's URL, add to it, and name its own page") {
  Trigger replacing;
  replacing.provider_url.replaced_by = "http://mybank.com/myapp/logout?param=override";
  CHECK(plan({ProviderKind::oidc, "/bye", ""}, std::move(replacing)).next() ==
        "http://mybank.com/myapp/logout?param=override");
  Trigger adding;
  adding.provider_url.added_parameters = "one=red&two=green";
  adding.page = "/banking-app/logout-page.html";
  const auto ending = plan({ProviderKind::xsuaa, "/bye", ""}, std::move(adding));
  CHECK(ending.provider_url.ends_with("&client_id=client&one=red&two=green"));
  CHECK(parameter(ending.provider_url, "redirect") == "https://app.example/banking-app/logout-page.html");
}

TEST_CASE("plan: a URL that would get too long has no id_token_hint, but says which client and which user [S32]") {
  struct Row {
    std::size_t token;
    std::size_t longest;
    std::string query;
    bool has_hint;
  };
  const std::vector<Row> rows = {{1'500, 2'000, "", true},   {1'990, 2'000, "", false},
                                 {30'000, 2'000, "", false}, {30'000, 65'536, "", true},
                                 {10, 0, "", false},         {1'500, 2'000, std::string(900, 'q'), false}};
  for (const auto kind : {ProviderKind::oidc, ProviderKind::ias}) {
    for (const auto& row : rows) {
      CAPTURE(row.token);
      CAPTURE(row.longest);
      session::Session session;
      session.user_name = "ada";
      session.tokens.id_token = base::Secret(std::string(row.token, 't'));
      Trigger trigger;
      trigger.session = std::make_shared<const session::Session>(session);
      const auto ending = plan({kind, "/bye", row.query, "", row.longest}, std::move(trigger));
      const auto& url = ending.provider_url;
      CHECK((parameter(url, "id_token_hint") != "(none)") == row.has_hint);
      CHECK((parameter(url, "logout_hint") == "ada") != row.has_hint);
      CHECK(parameter(url, "client_id") == "client");
      CHECK(parameter(url, "post_logout_redirect_uri").starts_with("https://app.example/bye"));
      if (row.has_hint) CHECK(url.size() <= row.longest);
    }
  }
}

TEST_CASE("plan: where the provider takes POST, a form brings the hint at any length [S32]") {
  for (const auto kind : {ProviderKind::oidc, ProviderKind::ias, ProviderKind::xsuaa}) {
    for (const auto form : {logout::ReplyForm::redirect, logout::ReplyForm::url_in_body}) {
      session::Session session;
      session.tokens.id_token = base::Secret(std::string(30'000, 't'));
      Trigger trigger;
      trigger.session = std::make_shared<const session::Session>(session);
      trigger.form = form;
      trigger.provider_url.added_parameters = "one=red";
      const auto ending = plan({kind, "/bye", "", "", 2'000, true}, std::move(trigger));
      const bool posts = kind != ProviderKind::xsuaa && form == logout::ReplyForm::redirect;
      CHECK(ending.provider_form.url == (posts ? "https://idp.example/logout?one=red" : ""));
      CHECK(ending.provider_url.find("id_token_hint") == std::string::npos);
      CHECK(ending.provider_url.ends_with("one=red"));
      if (!posts) continue;
      const auto& fields = ending.provider_form.parameters;
      REQUIRE_FALSE(fields.empty());
      CHECK(fields.front() == std::pair<std::string, std::string>{"id_token_hint", std::string(30'000, 't')});
    }
  }
}

}  // namespace router::plan_test
