#include <doctest/doctest.h>

#include "pipeline/stage_world.h"

using namespace router;
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
      {ErrorCode::bad_request, Side::client, 400},         {ErrorCode::uri_too_long, Side::client, 414},
      {ErrorCode::head_too_large, Side::client, 431},      {ErrorCode::body_too_large, Side::client, 413},
      {ErrorCode::timeout, Side::client, 408},             {ErrorCode::timeout, Side::back_end, 504},
      {ErrorCode::timeout, Side::identity_provider, 502},  {ErrorCode::closed, Side::back_end, 502},
      {ErrorCode::refused, Side::back_end, 502},           {ErrorCode::refused, Side::identity_provider, 503},
      {ErrorCode::protocol, Side::back_end, 502},          {ErrorCode::protocol, Side::identity_provider, 502},
      {ErrorCode::overloaded, Side::back_end, 503},        {ErrorCode::overloaded, Side::router, 500},
      {ErrorCode::unavailable, Side::store, 503},          {ErrorCode::unauthenticated, Side::client, 401},
      {ErrorCode::forbidden, Side::client, 403},           {ErrorCode::not_found, Side::client, 404},
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
    context.request_id = "id-1";
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
  browser.request_id = "id-1";
  const auto page = pipeline::error_response(browser, Error{ErrorCode::not_found, Side::client, ""});
  CHECK(page.headers.get("Content-Type")->starts_with("text/html"));
  CHECK(page.body.find("id-1") != std::string::npos);
  auto& script = world.ask("GET", "/", {{"Host", "a"}, {"Accept", "application/json"}});
  const auto line = pipeline::error_response(script, Error{ErrorCode::not_found, Side::client, ""});
  CHECK(line.headers.get("Content-Type")->starts_with("text/plain"));
}
