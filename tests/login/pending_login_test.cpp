#include "login/pending_login.h"

#include <doctest/doctest.h>

#include <set>

#include "login/browser.h"

namespace router::pending_login_test {

using login::PendingLogin;
using login::PendingLogins;

namespace {

struct Cookies {
  config::Environment environment;
  session::SessionCookie session_cookie{environment};
  PendingLogins pending{base::Secret("key"), session_cookie, base::minutes(5)};
  http::External external;
  base::WallTime now{std::chrono::milliseconds(1'800'000'000'123)};

  PendingLogin make(const std::string& return_path = "/a", base::seconds age = base::seconds(0)) {
    PendingLogin login;
    login.state = pending.seal_state({'0', 0, now});
    login.nonce = "n";
    login.code_verifier = "v";
    login.provider = "idp";
    login.redirect_uri = "https://app.example/login/callback";
    login.return_path = return_path;
    login.application = "bank";
    login.restarts = 2;
    login.started = now - age;
    return login;
  }
  void give(test::Browser& browser, char slot, const PendingLogin& login) {
    browser.receive(pending.cookie(slot, login, external, "").to_string());
  }
};

}  // namespace

TEST_CASE("pending login: what is put into the cookie comes out of it again") {
  Cookies cookies;
  test::Browser browser;
  const auto login = cookies.make("/path?with=query&and=more");
  cookies.give(browser, '7', login);
  CHECK(browser.cookies.contains("xsr-login-7"));
  const auto found = cookies.pending.find(browser.request("/").headers, '7', login.state);
  REQUIRE(found);
  CHECK(found->nonce == "n");
  CHECK(found->code_verifier == "v");
  CHECK(found->provider == "idp");
  CHECK(found->redirect_uri == login.redirect_uri);
  CHECK(found->return_path == login.return_path);
  CHECK(found->application == "bank");
  CHECK(found->restarts == 2);
  CHECK(found->started == login.started);
}

TEST_CASE("pending login: a cookie says nothing to whoever reads it") {
  Cookies cookies;
  const auto login = cookies.make();
  const auto cookie = cookies.pending.cookie('1', login, cookies.external, "");
  CHECK(cookie.value.find(login.redirect_uri) == std::string::npos);
  CHECK(cookie.value.find(login.return_path) == std::string::npos);
  CHECK(cookie.http_only);
  CHECK(cookie.path == "/");
  CHECK(cookie.same_site == "Lax");
  CHECK(cookie.max_age == 300);
}

TEST_CASE("pending login: a path too long to be sealed stands beside, and cannot be changed [S36]") {
  Cookies cookies;
  for (const std::size_t size : {std::size_t{1000}, std::size_t{2200}, std::size_t{3072}, std::size_t{3400}}) {
    CAPTURE(size);
    const auto login = cookies.make("/a?" + std::string(size - 3, 'x'));
    const auto cookie = cookies.pending.cookie('7', login, cookies.external, "");
    CHECK(cookie.name.size() + cookie.value.size() <= 4096);
    CHECK((cookie.value.find("/a?xxx") != std::string::npos) == (size > 3000));
    http::Headers headers;
    headers.add("Cookie", "xsr-login-7=" + cookie.value);
    const auto found = cookies.pending.find(headers, '7', login.state);
    REQUIRE(found);
    CHECK(found->return_path == login.return_path);
    for (const auto& changed :
         {cookie.value + "y", cookie.value.substr(0, cookie.value.size() - 1), "." + cookie.value}) {
      http::Headers other;
      other.add("Cookie", "xsr-login-7=" + changed);
      CHECK_FALSE(cookies.pending.find(other, '7', login.state));
    }
  }
}

TEST_CASE("pending login: a path that fits nowhere loses its query, then all [S36]") {
  Cookies cookies;
  for (const auto& [path, kept] : {std::pair{"/a/b?" + std::string(5000, 'x'), std::string("/a/b")},
                                   std::pair{"/" + std::string(5000, 'x') + "?y", std::string("/")}}) {
    const auto login = cookies.make(path);
    http::Headers headers;
    headers.add("Cookie", "xsr-login-7=" + cookies.pending.cookie('7', login, cookies.external, "").value);
    const auto found = cookies.pending.find(headers, '7', login.state);
    REQUIRE(found);
    CHECK(found->return_path == kept);
  }
}

TEST_CASE("pending login: fragments take room as the cookies do [S36]") {
  Cookies cookies;
  test::Browser browser;
  for (const char slot : std::string("012")) {
    cookies.give(browser, slot, cookies.make());
    browser.cookies[std::string("xsr-fragment-") + slot] = "#" + std::string(3500, 'x');
  }
  const auto slots = cookies.pending.assign(browser.request("/").headers, cookies.now);
  CHECK(slots.dropped.size() + (slots.free <= '2' ? 1 : 0) == 1);
}

TEST_CASE("pending login: with SameSite Strict the login cookie is Lax, or the callback would never see it") {
  config::Environment environment;
  environment.cookies.same_site = "Strict";
  const session::SessionCookie session_cookie(environment);
  const PendingLogins pending(base::Secret("key"), session_cookie, base::minutes(5));
  CHECK(pending.cookie('1', PendingLogin{}, http::External{}, "").same_site == "Lax");
}

TEST_CASE("pending login: another state, slot, key or a changed cookie finds nothing") {
  Cookies cookies;
  test::Browser browser;
  const auto login = cookies.make();
  cookies.give(browser, '7', login);
  const auto request = browser.request("/");
  CHECK_FALSE(cookies.pending.find(request.headers, '7', cookies.make().state));
  CHECK_FALSE(cookies.pending.find(request.headers, '7', ""));
  CHECK_FALSE(cookies.pending.find(request.headers, '8', login.state));
  const PendingLogins other_key(base::Secret("other"), cookies.session_cookie, base::minutes(5));
  CHECK_FALSE(other_key.find(request.headers, '7', login.state));
  browser.cookies["xsr-login-8"] = browser.cookies["xsr-login-7"];
  CHECK_FALSE(cookies.pending.find(browser.request("/").headers, '8', login.state));
  browser.cookies["xsr-login-7"].back() ^= 1;
  CHECK_FALSE(cookies.pending.find(browser.request("/").headers, '7', login.state));
}

TEST_CASE("pending login: a cookie tossed beside the real one does not hide it") {
  Cookies cookies;
  test::Browser browser;
  const auto login = cookies.make();
  cookies.give(browser, '7', login);
  http::Headers headers;
  headers.add("Cookie", "xsr-login-7=tossed; " + browser.cookie_field());
  CHECK(cookies.pending.find(headers, '7', login.state));
}

TEST_CASE("pending login: states are all different, say what they must, and cannot be made up") {
  Cookies cookies;
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(cookies.pending.seal_state({'a', 3, cookies.now}));
  CHECK(seen.size() == 1000);
  const auto opened = cookies.pending.open_state(*seen.begin());
  REQUIRE(opened);
  CHECK(opened->slot == 'a');
  CHECK(opened->restarts == 3);
  CHECK(opened->started == cookies.now);
  auto changed = *seen.begin();
  changed[10] = changed[10] == 'A' ? 'B' : 'A';
  for (const auto& bad : {changed, std::string(), std::string("wrong"), std::string(100'000, 'A')}) {
    CHECK_FALSE(cookies.pending.open_state(bad));
  }
}

TEST_CASE("pending login: at most eight attempts stay, the oldest go first") {
  Cookies cookies;
  test::Browser browser;
  for (int i = 0; i < 20; ++i) {
    cookies.now += base::seconds(1);
    const auto slots = cookies.pending.assign(browser.request("/").headers, cookies.now);
    for (const char slot : slots.dropped)
      browser.receive(cookies.pending.deletion(slot, cookies.external, "").to_string());
    cookies.give(browser, slots.free, cookies.make("/" + std::to_string(i)));
  }
  CHECK(browser.count("xsr-login-") == PendingLogins::kMost);
  std::set<std::string> paths;
  for (const char slot : std::string("0123456789abcdef")) {
    http::Headers one;
    const auto name = std::string("xsr-login-") + slot;
    if (!browser.cookies.contains(name)) continue;
    one.add("Cookie", name + "=" + browser.cookies[name]);
    paths.insert(cookies.pending.find_latest(one, cookies.now)->login.return_path);
  }
  CHECK(paths == std::set<std::string>{"/12", "/13", "/14", "/15", "/16", "/17", "/18", "/19"});
}

TEST_CASE("pending login: a hundred tabs at once leave no more cookies than there are slots") {
  Cookies cookies;
  test::Browser browser;
  const auto before = browser.request("/");
  for (int i = 0; i < 100; ++i) {
    const auto slots = cookies.pending.assign(before.headers, cookies.now);
    cookies.give(browser, slots.free, cookies.make());
  }
  CHECK(browser.count("xsr-login-") <= 16);
  CHECK(browser.cookie_field().size() < 12'000);
}

TEST_CASE("pending login: junk and old attempts are dropped, long ones leave less room for others") {
  Cookies cookies;
  test::Browser browser;
  browser.cookies["xsr-login-1"] = "junk";
  cookies.give(browser, '2', cookies.make("/old", base::seconds(301)));
  cookies.give(browser, '3', cookies.make("/good", base::seconds(299)));
  const auto slots = cookies.pending.assign(browser.request("/").headers, cookies.now);
  CHECK(slots.free != '3');
  for (const char slot : slots.dropped) CHECK((slot == '1' || slot == '2'));

  test::Browser crowded;
  for (const char slot : std::string("0123456"))
    cookies.give(crowded, slot, cookies.make("/" + std::string(1000, 'x')));
  CHECK(crowded.cookies["xsr-login-0"].size() < 4096);
  // the new attempt may take the slot, and so the cookie, of one that has to go
  const auto crowded_slots = cookies.pending.assign(crowded.request("/").headers, cookies.now);
  CHECK(crowded_slots.dropped.size() + (crowded_slots.free <= '6' ? 1 : 0) >= 2);
}

}  // namespace router::pending_login_test
