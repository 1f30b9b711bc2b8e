#include "http/pages.h"

#include <doctest/doctest.h>

#include <array>

#include "crypto/digest.h"
#include "http/embedded_files.h"

namespace router::pages_test {

using namespace router::http;

namespace {

struct Row {
  const char* name;
  Response page;
};

std::array<Row, 14> every_page() {
  return {{{"signed out", pages::signed_out()},
           {"signed out of one", pages::signed_out_of("bank")},
           {"signed out with a receipt", pages::signed_out("", "/xs-router/receipt")},
           {"receipt", pages::receipt({{"a\"<b>", pages::Confirmation::State::waiting}})},
           {"receipt of nobody", pages::receipt({})},
           {"no receipt", pages::no_receipt()},
           {"confirm", pages::confirm_logout("/my/logout?siteId=3")},
           {"confirm a POST", pages::confirm_logout({})},
           {"error", pages::error(502, "Not available", "The application did not answer.", "r-1")},
           {"hosted success", pages::hosted_success()},
           {"hosted bad request", pages::hosted_bad_request()},
           {"hosted went wrong", pages::hosted_went_wrong()},
           {"start login", pages::start_login("https://idp.example/auth?a=1&b=2", "f", "; Path=/")},
           {"to provider", pages::to_provider("https://idp.example/logout?a=1", {{"id_token_hint", "a\"b"}})}}};
}

bool shows(const Response& page, std::string_view text) { return page.body.find(text) != std::string::npos; }

std::string policy_hash(std::string_view text) {
  return "'sha256-" + crypto::base64_encode(crypto::sha256(text)) + "'";
}

}  // namespace

TEST_CASE("pages: none is stored, framed, sniffed or gives away where the user came from") {
  for (const Row& row : every_page()) {
    CAPTURE(row.name);
    const Headers& headers = row.page.headers;
    CHECK(headers.get("Content-Type") == "text/html; charset=utf-8");
    CHECK(headers.get("Cache-Control") == "no-store");
    CHECK(headers.get("X-Content-Type-Options") == "nosniff");
    CHECK(headers.get("Referrer-Policy") == "no-referrer");
    const auto policy = headers.get("Content-Security-Policy").value_or("");
    CHECK(policy.find("default-src 'none'") == 0);
    CHECK(policy.find("frame-ancestors 'none'") != policy.npos);
    CHECK(policy.find("unsafe") == policy.npos);
  }
}

TEST_CASE("pages: the policy allows exactly the style and the script that are in the page") {
  const auto policy = [](const Response& page) {
    return std::string(page.headers.get("Content-Security-Policy").value_or(""));
  };
  const auto style = policy_hash(embedded_file("pages.css"));
  const auto script = policy_hash(embedded_file("start-login.js"));
  INFO("pages.css is ", style, ", start-login.js is ", script);
  for (const Row& row : every_page()) {
    CAPTURE(row.name);
    CHECK(policy(row.page).find("style-src " + style) != std::string::npos);
    CHECK(shows(row.page, "<style>" + std::string(embedded_file("pages.css")) + "</style>"));
  }
  const auto start = pages::start_login("/x", "f", "");
  CHECK(policy(start).find("script-src " + script) != std::string::npos);
  CHECK(shows(start, "<script>" + std::string(embedded_file("start-login.js")) + "</script>"));
  const auto post = policy_hash(embedded_file("to-provider.js"));
  INFO("to-provider.js is ", post);
  const auto leave = pages::to_provider("/x", {});
  CHECK(policy(leave).find("script-src " + post) != std::string::npos);
  CHECK(shows(leave, "<script>" + std::string(embedded_file("to-provider.js")) + "</script>"));
  const auto receipt = policy_hash(embedded_file("receipt.js"));
  INFO("receipt.js is ", receipt);
  const auto proof = pages::receipt({});
  CHECK(policy(proof).find("script-src " + receipt + "; connect-src 'self'") != std::string::npos);
  CHECK(shows(proof, "<script>" + std::string(embedded_file("receipt.js")) + "</script>"));
  CHECK(policy(pages::signed_out()).find("script-src") == std::string::npos);
}

TEST_CASE("pages: nothing is loaded from elsewhere, and no placeholder is left") {
  for (const Row& row : every_page()) {
    CAPTURE(row.name);
    for (const char* reference : {" src=", "<link", "@import", "url(", "{{", "}}"}) {
      CAPTURE(reference);
      CHECK_FALSE(shows(row.page, reference));
    }
    for (const char* part : {"<!doctype html>", "<html lang=\"en\">", "<title>", "<main>", "<h1>",
                             "prefers-color-scheme", ":focus-visible", "name=\"viewport\""}) {
      CAPTURE(part);
      CHECK(shows(row.page, part));
    }
  }
}

TEST_CASE("pages: values are text, whatever they contain") {
  const char* hostile = "<script>alert('1')</script>\"{{message}}";
  const auto page = pages::error(400, hostile, hostile, hostile);
  CHECK(page.status == 400);
  CHECK_FALSE(shows(page, "<script>"));
  CHECK(shows(page, "&lt;script&gt;"));
  CHECK(shows(page, "{{message}}"));
  CHECK_FALSE(shows(pages::signed_out(hostile), "<script>"));
  CHECK_FALSE(shows(pages::signed_out_of(hostile), "<script>"));
  CHECK_FALSE(shows(pages::confirm_logout(hostile), "<script>"));
  CHECK(shows(pages::to_provider("/a?b=\"&c=1", {{"hint\"", "<b>\"&"}}), "action=\"/a?b=&quot;&amp;c=1\""));
  CHECK(shows(pages::to_provider("/", {{"hint\"", "<b>\"&"}}), "name=\"hint&quot;\" value=\"&lt;b&gt;&quot;&amp;\""));
  CHECK(shows(pages::start_login("/a?b=\"&c=1", "f\"", "\""),
              "href=\"/a?b=&quot;&amp;c=1\" data-fragment-cookie=\"f&quot;\""));
}

TEST_CASE("pages: signed out says more only where there is more to say") {
  CHECK_FALSE(shows(pages::signed_out(), "class=\"note\""));
  CHECK(shows(pages::signed_out("Your identity provider could not be reached."),
              "<p class=\"note\">Your identity provider could not be reached.</p>"));
}

TEST_CASE("pages: a cross-site logout is confirmed by one link, and a logout by POST has none") {
  CHECK(shows(pages::confirm_logout("/my/logout?siteId=3"), "href=\"/my/logout?siteId=3\""));
  CHECK_FALSE(shows(pages::confirm_logout({}), "<a "));
}

TEST_CASE("pages: those of the hosted-login logout have the titles that its clients know") {
  CHECK(shows(pages::hosted_success(), "<h1>Logout Success</h1>"));
  CHECK(pages::hosted_success().status == 200);
  CHECK(shows(pages::hosted_bad_request(), "<h1>Bad request</h1>"));
  CHECK(pages::hosted_bad_request().status == 400);
  CHECK(shows(pages::hosted_went_wrong(), "<h1>Something went wrong</h1>"));
  CHECK(pages::hosted_went_wrong().status == 400);
}

TEST_CASE("pages: an error is named with its number and the request to ask about") {
  const auto page = pages::error(503, "Busy", "Try again in a moment.", "abc-1");
  CHECK(page.status == 503);
  CHECK(shows(page, "<title>Busy</title>"));
  CHECK(shows(page, "Error 503, reference abc-1"));
  CHECK_FALSE(shows(pages::error(503, "Busy", "Try again in a moment.", {}), "reference"));
}

TEST_CASE("pages: a login starts without JavaScript too") {
  const auto page = pages::start_login("https://idp.example/auth?a=1&b=2", "f", "; Path=/; Max-Age=300");
  CHECK(shows(page,
              "<noscript><meta http-equiv=\"refresh\" content=\"0; "
              "url=https://idp.example/auth?a=1&amp;b=2\"></noscript>"));
  CHECK(shows(page, "href=\"https://idp.example/auth?a=1&amp;b=2\""));
  CHECK(shows(page, "data-fragment-cookie=\"f\" data-cookie-attributes=\"; Path=/; Max-Age=300\""));
}

TEST_CASE(
    "pages: the receipt counts who has confirmed, in words, and updates itself while somebody is waited for [P4]") {
  using State = pages::Confirmation::State;
  struct Row {
    std::vector<pages::Confirmation> confirmations;
    const char* summary;
    bool is_open;
  };
  const Row rows[] = {
      {{}, "No other application had to be told.", false},
      {{{"bank", State::confirmed}}, "the application behind it has confirmed that", false},
      {{{"bank", State::waiting}}, "has not confirmed that", true},
      {{{"bank", State::confirmed}, {"mail", State::confirmed}}, "all 2 applications have confirmed that", false},
      {{{"bank", State::confirmed}, {"mail", State::given_up}}, "1 of 2 applications have confirmed that", false},
      {{{"bank", State::not_confirmed}, {"mail", State::waiting}}, "0 of 2 applications have confirmed that", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.summary);
    const auto page = pages::receipt(row.confirmations);
    CHECK(shows(page, row.summary));
    CHECK(shows(page, "http-equiv=\"refresh\"") == row.is_open);
    CHECK(shows(page, row.is_open ? "data-state=\"open\"" : "data-state=\"final\""));
    for (const auto& confirmation : row.confirmations) CHECK(shows(page, "<span>" + confirmation.name + "</span>"));
  }
}

}  // namespace router::pages_test
