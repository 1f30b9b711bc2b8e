#include <doctest/doctest.h>

#include "pipeline/filters/filters.h"
#include "pipeline/stage_world.h"

namespace router::error_reply_test {

using base::Error;
using base::ErrorCode;
using base::Side;
using test::StageWorld;

TEST_CASE("error reply: every error has the status that says whose fault it is") {
  const struct {
    ErrorCode code;
    Side side;
    int status;
  } rows[] = {
      {ErrorCode::bad_request, Side::client, 400},
      {ErrorCode::uri_too_long, Side::client, 414},
      {ErrorCode::head_too_large, Side::client, 431},
      {ErrorCode::body_too_large, Side::client, 413},
      {ErrorCode::timeout, Side::client, 408},
      {ErrorCode::timeout, Side::back_end, 504},
      {ErrorCode::timeout, Side::identity_provider, 502},
      {ErrorCode::closed, Side::back_end, 502},
      {ErrorCode::refused, Side::back_end, 502},
      {ErrorCode::refused, Side::identity_provider, 503},
      {ErrorCode::protocol, Side::back_end, 502},
      {ErrorCode::protocol, Side::identity_provider, 502},
      {ErrorCode::overloaded, Side::back_end, 503},
      {ErrorCode::overloaded, Side::router, 500},
      {ErrorCode::unavailable, Side::store, 503},
      {ErrorCode::unauthenticated, Side::client, 401},
      {ErrorCode::forbidden, Side::client, 403},
      {ErrorCode::not_found, Side::client, 404},
      {ErrorCode::internal, Side::router, 500},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(base::to_string(row.code)));
    CHECK(pipeline::status_of(Error{row.code, row.side, ""}) == row.status);
  }
}

TEST_CASE("error reply: what went wrong inside stays inside") {
  StageWorld world;
  for (const char* accept : {"text/html", "application/json"}) {
    auto& context = world.ask("GET", "/", {{"Host", "a"}, {"Accept", accept}});
    context.trace.request_id = "id-1";
    const auto response =
        pipeline::error_response(context, Error{ErrorCode::refused, Side::back_end, "connecting to 10.0.0.5|8080 <b>"});
    CHECK(response.status == 502);
    CHECK(response.body.find("10.0.0.5") == std::string::npos);
    CHECK(response.body.find("<b>") == std::string::npos);
  }
}

TEST_CASE("error reply: a browser gets a page with the request id, everybody else a line") {
  StageWorld world;
  auto& browser = world.ask("GET", "/", {{"Host", "a"}, {"Accept", "text/html,*/*"}});
  browser.trace.request_id = "id-1";
  const auto page = pipeline::error_response(browser, Error{ErrorCode::not_found, Side::client, ""});
  CHECK(page.headers.get("Content-Type")->starts_with("text/html"));
  CHECK(page.body.find("id-1") != std::string::npos);
  auto& script = world.ask("GET", "/", {{"Host", "a"}, {"Accept", "application/json"}});
  const auto line = pipeline::error_response(script, Error{ErrorCode::not_found, Side::client, ""});
  CHECK(line.headers.get("Content-Type")->starts_with("text/plain"));
}

TEST_CASE("error reply: the descriptor's page stands for the built-in one, as it is in the file") {
  StageWorld world;
  world.config.error_pages = {{{404, 405}, "/srv/404.html", "<h1>gone</h1>"}, {{502}, "/srv/502.txt", "later"}};
  auto dressed = [&](int status, const char* type = "text/plain") {
    auto response = http::text_response(status, "built in");
    response.headers.set("Content-Type", type);
    response.headers.set("Allow", "GET");
    response.headers.set("Content-Security-Policy", "default-src 'none'");
    pipeline::dress_error(world.config, response);
    return response;
  };
  CHECK(dressed(404).body == "<h1>gone</h1>");
  CHECK(*dressed(404).headers.get("Content-Type") == "text/html; charset=utf-8");
  CHECK(*dressed(405).headers.get("Allow") == "GET");
  CHECK_FALSE(dressed(404).headers.contains("Content-Security-Policy"));
  CHECK(dressed(502).body == "later");
  CHECK(dressed(500).body == "built in");
  CHECK(dressed(500).headers.contains("Content-Security-Policy"));
  CHECK(dressed(404, "application/json").body == "built in");
  auto unread = pipeline::refusal_response(Error{ErrorCode::closed, Side::back_end, ""});
  pipeline::complete_own_response(world.config, "id-1", unread);
  CHECK(unread.body == "later");
}

TEST_CASE("error reply: an errorPage that is asked for leads nowhere, however it is spelt [issue 15]") {
  StageWorld world;
  for (const char* page : {"/no.html", "no.html?why=404#top", "/%6eo.html", "/a/../no.html", "//no.html"}) {
    CAPTURE(page);
    world.config.error_pages = {{{404}, "", "", page}};
    const auto leads = [&](const char* target) {
      const auto& context = world.ask("GET", target, {{"Sec-Fetch-Mode", "navigate"}, {"Accept", "text/html"}});
      return pipeline::error_redirect(context, http::text_response(404, "")).has_value();
    };
    // one that nobody can ask for leads nowhere at all
    CHECK(leads("/other") == (std::string_view(page).find("..") == std::string_view::npos && page[1] != '/'));
    CHECK(!leads("/no.html"));
    CHECK(!leads("/n%6f.html?x"));
  }
}

TEST_CASE("error reply: x-error-source says that the answer is the router's own, whoever was at fault") {
  StageWorld world;
  world.config.environment.return_error_source = true;
  auto source_of = [&](int status) {
    auto response = http::text_response(status, "");
    pipeline::complete_own_response(world.ask("GET", "/"), response);
    return std::string(response.headers.get("x-error-source").value_or(""));
  };
  for (const int status : {400, 403, 405, 502, 504}) CHECK(source_of(status) == "gateway");
  CHECK(source_of(200).empty());
  CHECK(source_of(302).empty());
  world.config.environment.return_error_source = false;
  CHECK(source_of(502).empty());
}

}  // namespace router::error_reply_test
